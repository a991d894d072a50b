"""Takes mails in: which ticket each belongs to, what it stores, and what it does besides."""
