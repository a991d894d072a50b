"""Which label stands for a contact: one that is entered late, left late, and seldom changed.

Everything follows from the messages and the refusals with their own times: what happened is
played again from the beginning, at each message and at each midnight (UTC) between, so the order
in which messages reached us makes no difference. A midnight at which nothing can change is skipped.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from routing.temperament.contact import PRIOR, Shown, Weighed, in_order
from routing.temperament.values import LABELS, Label

ENTER: Final = 0.60
MARGIN: Final = 0.15
LEAVE: Final = 0.45
TAKE_OVER: Final = 0.80
ORDINARY_MESSAGES: Final = 2
DAY_S: Final = 86_400.0
REFUSED_FOR_DAYS: Final = 90
SILENCE_S: Final = 365 * DAY_S
"""Of who said nothing for a year no label stands, however strong it was."""
_UNKNOWN: Final = LABELS.index("unknown")
_TRAITS: Final[tuple[Label, ...]] = tuple(label for label in LABELS if label != "unknown")
_LONGEST_DAYS: Final = 512
"""Later than this no label has survived silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A person says "not this": the label stays out, unless explicit evidence comes after `at`."""

    label: Label
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands at an instant, and how likely each label is, in the order of `LABELS`.

    `since` is None while nothing stands. Without another message the label is another from
    `changes_at` on, None if never. `failing_since` is when the label was first seen to be unlikely.
    """

    label: Label
    since: datetime | None
    probabilities: tuple[float, ...]
    changes_at: datetime | None
    failing_since: datetime | None
    messages: int

    @property
    def confidence(self) -> float:
        """How likely the label that stands is."""
        return self.probabilities[LABELS.index(self.label)]


def standing(
    shown: Iterable[Shown],
    at: datetime,
    *,
    refusals: Iterable[Refusal] = (),
    prior: Sequence[float] = PRIOR,
) -> Standing:
    """Return what stands at an instant by all that was shown and refused before it."""
    messages = in_order(shown, at)
    refused = sorted((r for r in refusals if r.at <= at), key=lambda r: (r.at, r.label, r.until))
    play = _Play(prior, refused)
    instants = {m.at for m in messages} | {r.at for r in refused}
    coming = iter(messages)
    next_one = next(coming, None)
    for instant in sorted(instants):
        play.pass_time(instant.timestamp())
        while next_one is not None and next_one.at == instant:
            play.hear(next_one)
            next_one = next(coming, None)
        play.look(instant.timestamp())
    play.pass_time(math.nextafter(at.timestamp(), math.inf))
    return Standing(
        label=play.now.label,
        since=_moment(play.now.since_s),
        probabilities=play.weighed.at(at.timestamp()),
        failing_since=_moment(play.now.failing_since_s),
        changes_at=_moment(play.next_change()),
        messages=len(messages),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What stands while it is played; all times in seconds of the epoch."""

    label: Label = "unknown"
    since_s: float | None = None
    changed_s: float = -math.inf
    failing_since_s: float | None = None
    looked_s: float = -math.inf


class _Play:
    def __init__(self, prior: Sequence[float], refused: Sequence[Refusal]) -> None:
        self.weighed = Weighed(prior)
        self.now = _Now()
        self._refused = refused
        self._messages = dict[Label, int].fromkeys(_TRAITS, 0)
        self._explicit_s = dict[Label, float].fromkeys(_TRAITS, -math.inf)
        self._heard_s = -math.inf

    def hear(self, shown: Shown) -> None:
        self.weighed.add(shown)
        self._heard_s = shown.at.timestamp()
        for label in _TRAITS:
            self._messages[label] += shown.points_to(label)
            if shown.is_explicit_for(label):
                self._explicit_s[label] = shown.at.timestamp()

    def look(self, at_s: float) -> None:
        """Judge at an instant: the only place where the label changes."""
        now, likely = self.now, self.weighed.at(at_s)
        self.now = now = replace(now, looked_s=at_s)
        if now.label != "unknown" and self._is_out(now.label, at_s):
            self.now = now = replace(now, label="unknown", since_s=None, failing_since_s=None)
        if now.label != "unknown" and at_s - self._heard_s >= SILENCE_S:
            self._change("unknown", at_s)
            return
        may_change = at_s - now.changed_s >= DAY_S
        rival = self._enters(likely, at_s)
        if now.label == "unknown":
            if rival is not None and may_change:
                self._change(rival, at_s)
            return
        if likely[LABELS.index(now.label)] >= LEAVE:
            self.now = replace(now, failing_since_s=None)
            return
        failing_s = at_s if now.failing_since_s is None else now.failing_since_s
        self.now = replace(now, failing_since_s=failing_s)
        takes_over = rival is not None and likely[LABELS.index(rival)] >= TAKE_OVER
        if may_change and (takes_over or at_s - failing_s >= DAY_S):
            self._change(rival or "unknown", at_s)

    def pass_time(self, until_s: float) -> None:
        """Look at each midnight after the last look and before an instant."""
        while (at_s := self._next_look()) is not None and at_s < until_s:
            self.look(at_s)

    def next_change(self) -> float | None:
        """When the label would be another if nobody said a word."""
        kept = self.now
        last_s = kept.looked_s + _LONGEST_DAYS * DAY_S
        while (at_s := self._next_look()) is not None and at_s < last_s:
            self.look(at_s)
            if self.now.label != kept.label:
                break
        changed = self.now
        self.now = kept
        return changed.looked_s if changed.label != kept.label else None

    def _next_look(self) -> float | None:
        """The next midnight at which something may change; None while all stays as it is."""
        now = self.now
        if now.looked_s == -math.inf:
            return None
        midnight_s = (now.looked_s // DAY_S + 1) * DAY_S
        waits = now.looked_s - now.changed_s < DAY_S
        if waits or any(r.until.timestamp() > now.looked_s for r in self._refused):
            return midnight_s
        if now.label == "unknown":
            return None  # evidence that only fades brings no label
        if now.failing_since_s is not None:
            return midnight_s
        return self._first_unlikely(now.label, midnight_s)

    def _first_unlikely(self, label: Label, midnight_s: float) -> float:
        """The first midnight at which the label is unlikely, or nobody has spoken for too long.

        Where no other label leans further, fading makes it ever less likely: found by halving.
        """
        place, leanings = LABELS.index(label), self.weighed.leanings()

        def unlikely(days: int) -> bool:
            at_s = midnight_s + days * DAY_S
            return at_s - self._heard_s >= SILENCE_S or self.weighed.at(at_s)[place] < LEAVE

        if leanings[place] < max(leanings):
            return midnight_s
        low, high = 0, _LONGEST_DAYS
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if unlikely(middle) else (middle + 1, high)
        return midnight_s + low * DAY_S

    def _enters(self, likely: Sequence[float], at_s: float) -> Label | None:
        """The label that is likely enough, and clearly more than the next, and has been seen."""
        first, second = sorted(likely, reverse=True)[:2]
        label = LABELS[likely.index(first)]
        if label in ("unknown", self.now.label) or first < ENTER or first - second < MARGIN:
            return None
        if at_s - self._heard_s >= SILENCE_S:
            return None
        is_seen = self._explicit_s[label] > -math.inf or self._messages[label] >= ORDINARY_MESSAGES
        return label if is_seen and not self._is_out(label, at_s) else None

    def _is_out(self, label: Label, at_s: float) -> bool:
        return any(
            refusal.label == label
            and refusal.at.timestamp() <= at_s < refusal.until.timestamp()
            and self._explicit_s[label] <= refusal.at.timestamp()
            for refusal in self._refused
        )

    def _change(self, label: Label, at_s: float) -> None:
        self.now = _Now(
            label=label,
            since_s=None if label == "unknown" else at_s,
            changed_s=at_s,
            looked_s=at_s,
        )


def _moment(at_s: float | None) -> datetime | None:
    return None if at_s is None else datetime.fromtimestamp(at_s, UTC)
