"""One module a channel; each translates between a provider and the contract in ``_base``."""
