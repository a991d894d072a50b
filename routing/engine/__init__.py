"""The router in memory: the bookkeeping around the rules, for simulations and for proofs.

What is allowed, who comes first and when something is due stands in ``routing.eligibility``,
``routing.ordering`` and ``routing.timing``; here is only what remembers. ``router.Router`` is the
centre, ``playing.play`` plays a whole scenario.
"""
