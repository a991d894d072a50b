"""Mails as they are kept and shown, and the mailboxes they come from."""
