"""What every metric means, in English and Persian: it travels with the figures.

Whoever changes what a metric is made of (``metrics``) changes its definition here, and its version.
"""

from collections.abc import Mapping
from typing import Final

from contactcenter.measuring import words_of_tickets, words_of_tiers, words_of_waits, words_of_work
from contactcenter.measuring.words import Words

DEFINITIONS: Final[Mapping[str, Words]] = {
    **words_of_tickets.WORDS,
    **words_of_tiers.WORDS,
    **words_of_waits.WORDS,
    **words_of_work.WORDS,
}
