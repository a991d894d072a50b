"""What is measured of facts: counts, durations and shares, each with its definition.

Pure: it takes facts, whoever made them, and a question; the same question asked of the database
goes by the same metrics.
"""

from contactcenter.measuring.asks import Ask, Clock, Dimension, Row
from contactcenter.measuring.metrics import METRICS, Metric
from contactcenter.measuring.rows import measured
from contactcenter.measuring.selections import Chosen, Selection

__all__ = [
    "METRICS",
    "Ask",
    "Chosen",
    "Clock",
    "Dimension",
    "Metric",
    "Row",
    "Selection",
    "measured",
]
