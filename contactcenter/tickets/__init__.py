"""Tickets as they are kept: their rows, changes, stays and credits."""
