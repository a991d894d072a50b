"""Whether every name in a document is the name of something."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from channels import BadOption, check_own
from contactcenter.configuration_document.document import Queue
from contactcenter.configuration_document.findings import Findings
from contactcenter.configuration_document.problems import at
from contactcenter.configuration_vocabulary import ANY_QUEUE, DEFAULT, NEXT_TIER
from contactcenter.rules import CAPACITY

Named = TypeVar("Named")


def check(found: Findings) -> None:
    """Look at every name; ``found.document`` has its calendars and agents."""
    _queues(found)
    _teams(found)
    _agents(found)
    _entry(found)
    _overflow(found)
    _rules(found)
    for channel in found.document.capacity:
        if channel not in CAPACITY:  # those weigh something anyhow
            found.channel(at("capacity", channel), channel)
    for channel in found.document.sticky.window_s:
        found.channel(at("sticky.window_s", channel), channel)


def _queues(found: Findings) -> None:
    document = found.document
    for name, queue in document.queues.items():
        place = at("queues", name)
        if name in (ANY_QUEUE, NEXT_TIER):
            found.error(place, "this name means something else in rules")
        found.must_be(f"{place}.team", "team", queue.team, found.names.teams)
        _calendar(found, f"{place}.calendar", queue.calendar)
        if queue.escalate_to is not None:
            _queue(found, f"{place}.escalate_to", queue.escalate_to)
        for channel_place, channel in _channels(queue, place):
            found.channel(channel_place, channel)


def _channels(queue: Queue, place: str) -> Iterator[tuple[str, str]]:
    for n, channel in enumerate(queue.auto_accept):
        yield at(f"{place}.auto_accept", n), channel
    if isinstance(queue.offer_s, dict):
        for channel in queue.offer_s:
            if channel != DEFAULT:
                yield at(f"{place}.offer_s", channel), channel


def _teams(found: Findings) -> None:
    for n, grant in enumerate(found.document.teams):
        place = at("teams", n)
        found.must_be(f"{place}.team", "team", grant.team, found.names.teams)
        _queue(found, f"{place}.queue", grant.queue)
    for pair, number in Counter((g.team, g.queue) for g in found.document.teams).items():
        if number > 1:
            found.error("teams", f'team "{pair[0]}" is given queue "{pair[1]}" {number} times')


def _agents(found: Findings) -> None:
    agents = found.document.agents or {}
    for email, agent in agents.items():
        place = at("agents", email)
        found.must_be(place, "agent", email, found.names.agents)
        for n, team in enumerate(agent.teams):
            found.must_be(at(f"{place}.teams", n), "team", team, found.names.teams)
        for team in _twice(agent.teams):
            found.error(f"{place}.teams", f'team "{team}" is given twice')
        for queue in agent.queues:
            _queue(found, at(f"{place}.queues", queue), queue)
    emails = {id_: email for email, id_ in found.names.agents.items()}
    for team_row in found.world.rows.teams:
        lead = None if team_row.lead_id is None else emails.get(team_row.lead_id)
        if lead is not None and (lead not in agents or team_row.name not in agents[lead].teams):
            found.error(
                f"{at('agents', lead)}.teams",
                f'he leads team "{team_row.name}" and is a member: name another lead first',
            )


def _entry(found: Findings) -> None:
    for n, rule in enumerate(found.document.entry):
        _queue(found, f"{at('entry', n)}.queue", rule.queue)
    rows = found.world.rows
    queues = {queue.id: queue.name for queue in rows.queues}
    leads_to = {point.key: queues[point.queue_id] for point in rows.entry_points}
    kept = {point.key: point.options for point in rows.entry_points}
    for key, point in found.document.entry_points.items():
        place = at("entry_points", key)
        found.must_be(place, "entry point", key, found.names.entry_points)
        if leads_to.get(key) == point.queue and point.queue not in found.document.queues:
            found.error(place, f'its queue "{point.queue}" is left out: give it another')
        else:
            _queue(found, f"{place}.queue", point.queue)
        _calendar(found, f"{place}.calendar", point.calendar)
        _options(found, f"{place}.options", key.partition(":")[0], point.options, kept.get(key, {}))


def _options(
    found: Findings, place: str, channel: str, options: Mapping[str, str], kept: Mapping[str, str]
) -> None:
    """What is new must be an option of that channel; what is left out is removed."""
    for key, value in options.items():
        if kept.get(key) != value:
            try:
                check_own(channel, key, value)
            except BadOption as error:
                found.error(at(place, key), str(error)[:1].lower() + str(error)[1:].rstrip("."))
    for key in sorted(kept.keys() - options.keys()):
        found.warn(at(place, key), "it is left out, and so it is removed")


def _overflow(found: Findings) -> None:
    for name, steps in found.document.overflow.items():
        _queue(found, at("overflow", name), name)
        for n, step in enumerate(steps):
            place = at(at("overflow", name), n)
            _queue(found, f"{place}.to", step.to)
            if step.to == name:
                found.error(f"{place}.to", "it overflows to itself")
            for m, channel in enumerate(step.only):
                found.channel(at(f"{place}.only", m), channel)
        for after_s, to in _twice((step.after_s, step.to) for step in steps):
            found.error(at("overflow", name), f'"{to}" comes twice after {after_s} s')


def _rules(found: Findings) -> None:
    for n, rule in enumerate(found.document.escalation):
        place = at("escalation", n)
        if rule.from_ != ANY_QUEUE:
            _queue(found, f"{place}.from", rule.from_)
        if rule.to is None and rule.notify is None:
            found.error(place, "it does nothing: give to, notify or both")
        if rule.to not in (None, NEXT_TIER):
            _queue(found, f"{place}.to", rule.to)
    for name in _twice(rule.name for rule in found.document.escalation):
        found.error("escalation", f'two rules are named "{name}"')
    for n, policy in enumerate(found.document.sla):
        _calendar(found, f"{at('sla', n)}.calendar", policy.calendar)
        if policy.first_reply_s is policy.next_reply_s is policy.resolution_s is None:
            found.error(
                at("sla", n),
                "it promises nothing: give first_reply_s, next_reply_s or resolution_s",
            )
    for name in _twice(policy.name for policy in found.document.sla):
        found.error("sla", f'two policies are named "{name}"')


def _queue(found: Findings, place: str, name: str) -> None:
    found.must_be(place, "queue", name, found.document.queues)


def _calendar(found: Findings, place: str, name: str | None) -> None:
    if name is not None:
        found.must_be(place, "calendar", name, found.document.calendars or {})


def _twice(names: Iterable[Named]) -> list[Named]:
    return [name for name, number in Counter(names).items() if number > 1]
