"""The web chat: the socket of a visitor's browser, its frames, and what is served beside it."""
