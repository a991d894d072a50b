"""What customers write and what a good agent answers: the stories that the demo plays.

The agents of the demo are programs. What a person would understand, they look up here, by the words
of the customer's last message.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

Language = Literal["en", "fa", "fa-Latn"]


class Turn(Struct, frozen=True, kw_only=True):
    """A customer's turn and what it takes: an answer, and what the agent does ``then``.

    ``says`` are the messages of the turn, one after the other. Somebody of a lower ``tier`` cannot
    answer: he refers the ticket with ``hand_over``. ``note`` is for colleagues only. A turn after
    one that was solved reopens the ticket.
    """

    says: tuple[str, ...]
    reply: str = ""
    tier: int = 1
    hand_over: str = ""
    note: str = ""
    then: Literal["wait", "pend", "solve"] = "wait"
    disposition: str = "solved"


class Machine(Struct, frozen=True, kw_only=True):
    """A machine of ours that a customer has, with the tag that he reads off it."""

    service_tag: str
    model: str


class Story(Struct, frozen=True, kw_only=True):
    """One problem of one customer; ``temperament`` is what his words show in the end.

    Whoever plays it first owns the ``machine``; whoever plays it later names one that is not his.
    """

    name: str
    language: Language
    temperament: str
    turns: tuple[Turn, ...]
    machine: Machine | None = None

    @property
    def messages(self) -> int:
        """How many messages the customer sends."""
        return sum(len(turn.says) for turn in self.turns)


class Understanding:
    """What an agent of the demo makes of a message."""

    def __init__(self, stories: Sequence[Story]) -> None:
        turns = [turn for story in stories for turn in story.turns]
        self._by_last_words: Mapping[str, Turn] = {turn.says[-1]: turn for turn in turns}
        self._unfinished = {text for turn in turns for text in turn.says[:-1]}

    def goes_on(self, text: str) -> bool:
        """Whether the customer is about to write more, so that a good agent waits."""
        return text in self._unfinished

    def turn(self, text: str) -> Turn:
        """What these words ask for; words that are in no story get a friendly general answer."""
        return self._by_last_words.get(text, _ANYTHING_ELSE)


_ANYTHING_ELSE: Final = Turn(
    says=("",), reply="Thank you for your message. We have noted it. / از پیام شما ممنونیم؛ ثبت شد."
)
