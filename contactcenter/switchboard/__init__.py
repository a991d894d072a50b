"""Answers the provider's hooks, and lets the provider do what was decided."""
