"""Sentences that every call may need, as they are heard: by the house's prompts, or by ours.

Whatever the house has recorded or written under the name of a sentence is heard. Without it our own
words are, in English: of other languages we have no voice, and a wrong one is worse than music.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from channels import Play, Say
from contactcenter.calls import prompts
from contactcenter.calls.prompts import Piece
from contactcenter.db import Conn
from routing.calls import spoken_numbers
from routing.calls.menus import Prompt, Utterance

#: What is said or played, in order.
Spoken = tuple[Say | Play, ...]

#: Our own words by the name of the sentence. ``{number}`` is a number, ``{opens}`` when it opens.
OURS: Final[Mapping[str, str]] = {
    "greeting": "Welcome. Please hold the line, somebody will be with you soon.",
    "not_understood": "Sorry, I did not understand that.",
    "no_such_tag": "I do not know this service tag.",
    "closed": "We are closed now. {opens} "
    "If we should call you back, press 1. To leave a message, press 2.",
    "full": "Too many people are waiting just now. "
    "If we should call you back, press 1. To leave a message, press 2.",
    "unstaffed": "Nobody can take your call just now. "
    "If we should call you back, press 1. To leave a message, press 2.",
    "callback": "We will call you back. Thank you, and goodbye.",
    "callback_refused": "We cannot call this number back.",
    "voicemail": "Please leave a message after the tone. Press the hash key when you are done.",
    "offer_both": "If we should call you back without losing your place, press 1. "
    "To leave a message, press 2. Or hold the line.",
    "offer_callback": "If we should call you back without losing your place, press 1. "
    "Or hold the line.",
    "offer_voicemail": "To leave a message, press 2. Or hold the line.",
    "position_next": "You are the next in line.",
    "position": "You are number {number} in line.",
    "wait_minute": "It will take about a minute.",
    "wait_minutes": "It will take about {number} minutes.",
    "sorry": "Sorry, something went wrong here.",
    "goodbye": "Thank you for your call. Goodbye.",
    "ticket_offer": "Ticket {number}. Press 1 to take the call.",
    "callback_offer": "Ticket {number}. Press 1, and we call the customer for you.",
    "outbound_offer": "Ticket {number}. Press 1, and we call the customer for you.",
    "consultation_offer": "A colleague asks for you: ticket {number}. Press 1 to speak with him.",
    "offer_gone": "The call is gone. Thank you.",
}
#: What callers miss first in a language that has no voice.
FIRST: Final = ("greeting", "closed", "unstaffed", "voicemail", "callback", "offer_both")
#: The language of ``OURS``.
OWN_LANGUAGE: Final = "en"
#: Recordings of numbers have these names: ``number.7``, ``number.and``.
_NUMBER: Final = "number."
#: What is heard after a number, where words follow it: ``position.after``.
_AFTER: Final = ".after"


class House(Struct, frozen=True, kw_only=True):
    """Everything the house has recorded and written, by language and name."""

    pieces: Mapping[str, Mapping[str, Piece]]

    def said(
        self,
        name: str,
        language: str,
        *,
        number: int | None = None,
        opens: str = "",
        fallback: str | None = None,
    ) -> Spoken:
        """A sentence in a language, else in ``fallback``; nothing where it cannot be said."""
        for spoken in (language, fallback):
            if spoken is not None and (said := self._said(name, spoken, number, opens)):
                return said
        return ()

    def heard(self, prompt: Prompt, language: str, *, opens: str = "") -> Spoken:
        """What a menu says at a place."""
        utterance = prompt.heard(language) or Utterance()
        if utterance.play is not None:
            return (Play(url=utterance.play),)
        if utterance.say is not None:
            return (Say(text=_filled(utterance.say, None, opens), language=language),)
        return (
            () if utterance.prompt is None else self.said(utterance.prompt, language, opens=opens)
        )

    def _said(self, name: str, language: str, number: int | None, opens: str) -> Spoken:
        known = self.pieces.get(language, {})
        piece = known.get(name)
        if piece is None:
            if language != OWN_LANGUAGE or name not in OURS:
                return ()
            return (Say(text=_filled(OURS[name], number, opens), language=language),)
        if piece.sound is None:
            return (Say(text=_filled(piece.text or "", number, opens), language=language),)
        if number is None:
            return (Play(url=piece.sound),)
        return self._counted(piece, number)

    def _counted(self, piece: Piece, number: int) -> Spoken:
        """A sound, a number by recordings, and what follows it; nothing without the number."""
        known = self.pieces[piece.language]
        recorded = {name.removeprefix(_NUMBER) for name in known if name.startswith(_NUMBER)}
        told = [f"{_NUMBER}{one}" for one in spoken_numbers.known_pieces(number, recorded)]
        if not told:
            return ()
        names = [
            piece.name,
            *told,
            *([piece.name + _AFTER] if piece.name + _AFTER in known else []),
        ]
        return tuple(_step(known[name]) for name in names)


async def house(conn: Conn) -> House:
    """Everything that can be said, in one read."""
    return of_pieces(await prompts.pieces(conn))


def of_pieces(pieces: Sequence[Piece]) -> House:
    """The same, of what was read."""
    by_language: dict[str, dict[str, Piece]] = {}
    for piece in pieces:
        by_language.setdefault(piece.language, {})[piece.name] = piece
    return House(pieces=by_language)


async def missing(conn: Conn, language: str) -> list[str]:
    """What callers miss first who speak a language without a voice; none where all is there."""
    known = (await house(conn)).pieces.get(language, {})
    return [name for name in FIRST if name not in known]


def _step(piece: Piece) -> Say | Play:
    if piece.sound is not None:
        return Play(url=piece.sound)
    return Say(text=piece.text or "", language=piece.language)


def _filled(text: str, number: int | None, opens: str) -> str:
    """The text with what takes the place of ``{number}`` and ``{opens}``."""
    told = text.replace("{number}", "" if number is None else str(number))
    return " ".join(told.replace("{opens}", opens).split())
