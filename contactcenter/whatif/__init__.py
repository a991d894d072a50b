"""What if: a day played again by the same rules under other ones, or with other people.

``day`` is what a day is made of; ``arrivals_csv``, ``staff_csv`` and ``recorded`` read one.
``replaying`` plays it on the router in memory and ``figures`` says what came of it.
"""
