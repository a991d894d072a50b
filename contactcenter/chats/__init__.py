"""Web chat as it is kept: conversations, their lines and receipts, files, ratings, endings."""
