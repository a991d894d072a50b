"""Stand-ins for providers: real HTTP servers for tests, demo and benchmarks.

A fake knows its provider's documented behaviour and nothing of the product: it imports neither
``channels`` nor anything else of ``contactcenter``, so that both sides of a contract are written
twice and can disagree.
"""
