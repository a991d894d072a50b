"""The mathematics of the reports: pure functions of numbers, with the source of each formula.

Standard library only. No clock, no chance and no database: counts, times and zones are passed in.
"""
