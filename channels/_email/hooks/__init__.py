"""Mails by providers' webhooks, each believed by the provider's own rule."""
