"""Reports: facts that are kept, questions that are answered from them, and what is said of them.

What happened is told by ``contactcenter.history`` and counted by ``contactcenter.measuring``.
"""
