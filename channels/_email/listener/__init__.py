"""Mails from a mail server that hands them over by SMTP or LMTP."""
