"""Scenario files: a centre and what happens in it, as JSON; docs/routing.md has the format.

``reading.read`` makes a scenario of a file, ``answering.answer`` tells what was decided.
"""
