"""A what-if of a day that the database remembers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from contactcenter.configuration_document import compiling
from contactcenter.configuration_document.document import Document
from contactcenter.whatif import as_it_was, compiled, firsts, recorded_day
from contactcenter.whatif.as_it_was import First
from contactcenter.whatif.changing import Changes, with_heads, with_times
from contactcenter.whatif.comparing import Answer, Validation, answer
from contactcenter.whatif.database_notes import notes
from contactcenter.whatif.day import Arrival, Centre, Day, OnDuty
from contactcenter.whatif.entering import Entry, entered_anew
from contactcenter.whatif.figures import Outcome, Within, percentile
from contactcenter.whatif.recorded import Recorded
from contactcenter.whatif.replaying import play, watched
from contactcenter.whatif.stays import Stay, stays
from routing.engine.records import Membership
from routing.instants import SECOND_US


class Played(Struct, frozen=True, kw_only=True):
    """A day that was played: its figures, and the first offer and answer of each ticket."""

    arrivals: Sequence[Arrival]
    outcome: Outcome
    offers: Mapping[int, firsts.Offered]
    answers: Mapping[int, firsts.Answered]


class Replay:
    """A recorded day, played as it is configured and otherwise."""

    def __init__(self, recorded: Recorded, *, seed: int, within: Within) -> None:
        self.recorded = recorded
        self.stays: list[Stay] = stays(recorded)
        self._within = within
        self.day = recorded_day.day_of(recorded, self.stays, seed=seed)
        self._served = compiled.served(recorded.document)
        self._granted = recorded_day.granted_to(recorded, self.stays)

    def as_it_was(self) -> Outcome:
        """What was recorded."""
        ids = {agent.email: agent.id for agent in self.recorded.agents}
        serve = defaultdict(list)
        for email, memberships in self._served.items():
            for membership in memberships:
                serve[membership.queue].append(ids[email])
        return as_it_was.outcome_of(self.recorded, self.stays, within=self._within, serve=serve)

    def first_answers(self) -> dict[int, First]:
        """Who answered each ticket first, as it was recorded."""
        return as_it_was.firsts_of(self.recorded, self.stays)

    def as_configured(self) -> Played:
        """The day by the configuration in force, with the people who were there."""
        return self._play(self.day, self.recorded.document, self._staff(self._served))

    def changed(self, document: Document | None, changes: Changes) -> Played:
        """The day by another document, or with other people; raises ``Impossible``."""
        arrivals, served, rules = self.day.arrivals, self._served, self.recorded.document
        if document is not None:
            rules = compiling.completed(document, self.recorded.document)
            served = compiled.served(rules)
            arrivals = entered_anew(
                arrivals,
                self._entry(self.recorded.document),
                self._entry(rules),
                lambda arrival: self._granted[arrival.ticket_id],
            )
        staff = with_heads(self._staff(served), changes.heads)
        arrivals = with_times(arrivals, handle=changes.handle, patience=changes.patience)
        return self._play(Day(arrivals=arrivals, until_us=self.day.until_us), rules, staff)

    def validation(self, played: Played) -> Validation:
        """How far the unchanged day, played, is from what was recorded."""
        real = self.first_answers()
        since = {a.ticket_id: a.at_us - a.waited_us for a in played.arrivals}
        both = real.keys() & played.answers.keys()
        waits = {n: (played.answers[n].at_us - since[n]) / SECOND_US for n in both}
        apart = sorted(abs(waits[n] - real[n].wait_s) for n in both)
        same = sum(
            played.answers[n].agent_id == recorded_day.name_of(real[n].agent_id) for n in both
        )
        held = {stay.number for stay in self.stays if stay.held_by is not None}
        return Validation(
            tickets=len(both),
            same_agent=same,
            same_agent_share=round(same / len(both), 6) if both else None,
            mean_recorded_s=_mean([real[n].wait_s for n in both]),
            mean_played_s=_mean(list(waits.values())),
            median_difference_s=round(percentile(apart, 0.5), 3) if apart else None,
            p90_difference_s=round(percentile(apart, 0.9), 3) if apart else None,
            answered_only_recorded=len(real.keys() - played.answers.keys()),
            answered_only_played=len(played.answers.keys() - real.keys() - held),
        )

    def _staff(self, served: Mapping[str, Sequence[Membership]]) -> list[OnDuty]:
        return recorded_day.staff_of(self.recorded, served)

    def _entry(self, document: Document) -> Entry:
        names = self.recorded.names
        points = {point_id: name for name, point_id in names.entry_points.items()}
        return Entry(document, names.condition_in_ids, points)

    def _play(self, day: Day, document: Document, staff: Sequence[OnDuty]) -> Played:
        centre = self._centre(document)
        measure = firsts.Firsts(**watched(day, centre, staff, within=self._within))
        outcome = measure.outcome(play(day, centre, staff, measure))
        return Played(
            arrivals=day.arrivals,
            outcome=outcome,
            offers=measure.offers,
            answers=measure.answers,
        )

    def _centre(self, document: Document) -> Centre:
        span = (self.recorded.from_at, self.recorded.until_at)
        return compiled.centre_of(document, span, work_stands_still=True)


def ask(
    recorded: Recorded,
    document: Document | None,
    changes: Changes,
    *,
    seed: int,
    within: Within,
) -> Answer:
    """Play the recorded day as it is configured and with a change, beside what was recorded.

    Raises ``Impossible``.
    """
    replay = Replay(recorded, seed=seed, within=within)
    same = replay.as_configured()
    changed = None
    if document is not None or not changes.are_none:
        changed = replay.changed(document, changes)
    return answer(
        same.outcome,
        None if changed is None else changed.outcome,
        within,
        notes(recorded, replay.stays, seed),
        as_it_was=replay.as_it_was(),
        validation=replay.validation(same),
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None
