"""Mails out of mailboxes, read over IMAP."""
