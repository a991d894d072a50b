"""Alerts: somebody is told when a measure of the live board crosses a threshold, and when not.

``rules`` are what administrators set up, ``judging`` is the pure rule of when one is raised and
cleared, ``measures`` reads what is measured, ``raising`` keeps what came of it with its event, and
``telling`` and ``webhooks`` say it to people and programs outside.
"""
