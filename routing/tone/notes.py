"""A note about a person: what would hurt him, for he may ask to read it."""

from routing.tone.reading import read
from routing.tone.values import RULES, Remark

_RULE = RULES["insult"]


def check_note(text: str) -> tuple[Remark, ...]:
    """Return every insult in a note about a person, in order; a word once only."""
    found = read(text)
    spans = {
        found.span(hit.first, hit.last)
        for hit in found.book.phrases.find(found.split)
        if hit.name == "insult"
    }
    return tuple(
        Remark(rule="insult", span=span, en=_RULE.en, fa=_RULE.fa) for span in sorted(spans)
    )
