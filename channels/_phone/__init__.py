"""The telephone channel: hooks in, documents of steps out, and what the provider is asked to do."""
