"""Finds the signs that lie between turns: what a message answers, and what it says again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from routing.phrases import is_sum
from routing.temperament.readers import Script, read
from routing.temperament.signs import Sign, signs_in, span_of
from routing.temperament.values import MIDDLING, STRONG, WEAK, Message
from routing.text import Words

_REMEMBERED = 1024
"""Messages: at each new one the whole conversation is read again."""
_SAME_QUESTION = 0.5
"""Two questions are the same when they share this part of their longer words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A customer's message with its signs; `answers` names what the agent did just before it.

    `text` is the whole message with what is not the writer's own blanked; `follows_agent` is true
    where the agent spoke since the customer last did.
    """

    message: Message
    text: str
    own: Words
    script: Script
    signs: tuple[Sign, ...]
    answers: frozenset[str]
    follows_agent: bool


def turns_of(messages: Sequence[Message]) -> list[Turn]:
    """Return the customer's turns in order, each with its own signs and those of its place."""
    turns: list[Turn] = []
    said_by_agent: frozenset[str] = frozenset()
    follows_agent = False
    for message in messages:
        if message.role == "agent":
            said_by_agent, follows_agent = _moves(message.text), True
            continue
        text, own, script, found = _read(message.text)
        signs = list(found)
        answers = said_by_agent if own.keys else frozenset()
        if own.keys:
            signs = _answering(said_by_agent, own, signs)
            signs.extend(_asked_again(own, turns))
            said_by_agent = frozenset()
        turns.append(
            Turn(
                message=message,
                text=text,
                own=own,
                script=script,
                signs=tuple(signs),
                answers=answers,
                follows_agent=follows_agent,
            )
        )
        follows_agent = follows_agent and not own.keys
    return turns


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> tuple[str, Words, Script, tuple[Sign, ...]]:
    """Read the customer's words and the signs in them; whatever was said before."""
    own_text, own, reader = read(text)
    return own_text, own, reader.script, tuple(signs_in(own_text, own, reader))


@lru_cache(maxsize=_REMEMBERED)
def _moves(text: str) -> frozenset[str]:
    _, said, reader = read(text)
    moves = frozenset(hit.name for hit in reader.turns.find(said))
    return moves | {"makes_small_talk"} if "!" in text else moves


def _answering(moves: frozenset[str], own: Words, signs: list[Sign]) -> list[Sign]:
    whole = span_of(own, 0, len(own.keys) - 1)
    labels = {sign.label for sign in signs if sign.weight >= WEAK}
    faults = [sign for sign in signs if sign.cue in {"many_faults", "some_faults"}]
    if "asks_for_faults" in moves:  # a list that was asked for is an answer, not a manner
        signs = [sign for sign in signs if sign not in faults]
        faults = []
    added: list[Sign] = []
    names_sum = any(is_sum(own, at) for at in range(len(own.keys)))
    if "refuses_terms" in moves and ("haggler" in labels or names_sum):
        weight = STRONG if "haggler" in labels else MIDDLING
        added.append(Sign(cue="insists_after_no", label="haggler", weight=weight, span=whole))
    if "reports_a_fix" in moves and faults:
        weight = STRONG if len(faults) > 1 else MIDDLING
        span = faults[0].span
        added.append(
            Sign(cue="new_fault_after_fix", label="fault_finding", weight=weight, span=span)
        )
    if "makes_small_talk" in moves and "warm" not in labels and "serious" in labels:
        added.append(Sign(cue="ignores_small_talk", label="serious", weight=WEAK, span=whole))
    return signs + added


def _asked_again(own: Words, earlier: Sequence[Turn]) -> Iterator[Sign]:
    now = _question(own)
    for turn in earlier:
        before = _question(turn.own)
        if now and before and len(now & before) >= _SAME_QUESTION * len(now | before):
            span = span_of(own, 0, len(own.keys) - 1)
            yield Sign(cue="same_question_again", label="hesitant", weight=STRONG, span=span)
            return


def _question(own: Words) -> frozenset[str]:
    return frozenset(
        key
        for key, sentence in zip(own.keys, own.sentences, strict=True)
        if sentence in own.asks and len(key) > 3  # noqa: PLR2004 - little words say nothing
    )
