"""Routing against the database: every change under one lock, every decision by ``routing``.

``dispatcher`` holds the lock and applies what is handed to it, ``seek`` makes the two decisions,
``holding``, ``moving`` and ``ending`` are what can happen to a ticket, ``presence`` to an agent,
``firing`` what time brings.
"""
