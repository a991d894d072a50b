"""Who belongs to a segment: one language of conditions on what is known of a contact.

``reading`` makes a condition of what somebody wrote, ``holding`` asks it; the comparisons are
``comparing`` and, where the clock matters, ``dating``.
"""

from routing.segmentation.holding import Answer, Known, Reason, answer
from routing.segmentation.reading import (
    Attribute,
    InvalidCondition,
    asked,
    groups_asked,
    read,
    read_leniently,
)
from routing.segmentation.tree import All, AnyOf, Condition, Leaf, Not

__all__ = [
    "All",
    "Answer",
    "AnyOf",
    "Attribute",
    "Condition",
    "InvalidCondition",
    "Known",
    "Leaf",
    "Not",
    "Reason",
    "answer",
    "asked",
    "groups_asked",
    "read",
    "read_leniently",
]
