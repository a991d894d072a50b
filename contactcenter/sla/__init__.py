"""Promises to customers by the clock: what is due, what stops it, and how it went."""
