"""Judges a contact's temperament from his own words, so that an agent knows how to treat him.

Named cues in English, Persian and Persian in Latin letters; every judgement shows the words it
rests on, and `unknown` is the ordinary answer. The label is a handling note: it never sets a
price, a refusal or a place in a queue.
"""

from routing.temperament.guidance import guidance
from routing.temperament.values import (
    LABELS,
    Assessment,
    Assessor,
    Evidence,
    Label,
    Message,
)
from routing.temperament.weighing import assess

__all__ = [
    "LABELS",
    "Assessment",
    "Assessor",
    "Evidence",
    "Label",
    "Message",
    "assess",
    "guidance",
]
