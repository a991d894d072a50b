"""People with telephones, as a test or a demo writes them down."""

from collections.abc import Sequence

from msgspec import Struct


class Reply(Struct, frozen=True, kw_only=True):
    """What somebody enters when he is asked: ``press`` keys, or ``say`` words.

    ``after_s`` counts from the beginning of the question, which he interrupts. With ``hears`` it is
    kept for the first question that holds these words (or this part of a sound's address).
    """

    press: str = ""
    say: str = ""
    after_s: float = 1.0
    hears: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """What he says after the tone, and whether he then presses a key or hangs up."""

    seconds: int
    words: str = ""
    key: str = ""


class Caller(Struct, frozen=True, kw_only=True):
    """Somebody who calls. ``replies`` are used in their order; without one he is silent.

    ``hangs_up_after_s`` counts from the beginning of his call; None: he waits until he is cut off.
    ``verstat`` is what Twilio found when it looked at what his carrier had signed, such as
    ``TN-Validation-Passed-A``; empty where no carrier signs.
    """

    replies: Sequence[Reply] = ()
    message: Message | None = None
    hangs_up_after_s: float | None = None
    verstat: str = ""


class Phone(Struct, frozen=True, kw_only=True):
    """A telephone that may be called, and how it behaves.

    ``answers_after_s``: None, nobody picks up. A ``voicemail`` picks up and enters nothing.
    ``hangs_up_after_s`` counts from when it was picked up.
    """

    answers_after_s: float | None = 3.0
    replies: Sequence[Reply] = ()
    busy: bool = False
    fails: bool = False
    message: Message | None = None
    hangs_up_after_s: float | None = None


#: A caller who listens and waits.
PATIENT = Caller()
#: A telephone that rings and rings.
NOBODY = Phone(answers_after_s=None)
BUSY = Phone(busy=True)
#: It cannot be reached at all.
DEAD = Phone(fails=True)


def presses(*keys: str, after_s: float = 2.0) -> Caller:
    """Somebody who presses these keys, one for each question."""
    return Caller(replies=tuple(Reply(press=key, after_s=after_s) for key in keys))


def accepts(after_s: float = 3.0, *, key: str = "1", thinks_s: float = 2.0) -> Phone:
    """An agent who picks up, listens for a moment and presses the key."""
    return Phone(answers_after_s=after_s, replies=(Reply(press=key, after_s=thinks_s),))


def voicemail(after_s: float = 5.0, *, hangs_up_after_s: float = 30.0) -> Phone:
    """A telephone whose voicemail picks up, listens and hangs up."""
    return Phone(answers_after_s=after_s, hangs_up_after_s=hangs_up_after_s)


class Memory:
    """What is left of somebody's replies."""

    def __init__(self, replies: Sequence[Reply]) -> None:
        self._left = list(replies)

    def reply(self, heard: str) -> Reply | None:
        """The next reply, where it is meant for what he hears now."""
        if not self._left or self._left[0].hears.casefold() not in heard.casefold():
            return None
        return self._left.pop(0)
