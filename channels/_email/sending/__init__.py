"""Mails to customers, handed to a mail server."""
