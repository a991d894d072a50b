"""What the reading process answers: a mail, or why it is none."""

from msgspec import Struct

from channels._mail.understanding import Mail


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """It goes to the quarantine: a stable word and a sentence for a person."""

    reason: str
    detail: str


Answer = Mail | Refused
