"""Whether what a document says can work: who is reached by tickets, served, and by whom."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from contactcenter.configuration_document import compiling
from contactcenter.configuration_document.compiling import Member
from contactcenter.configuration_document.document import Queue
from contactcenter.configuration_document.findings import Findings
from contactcenter.configuration_document.problems import at
from contactcenter.configuration_vocabulary import ANY_QUEUE, DEFAULT, NEXT_TIER

#: Calls are offered only to who has a telephone: not everybody in a queue takes them.
_ASKS_WHO_CAN: Final = "phone"


def check(found: Findings) -> None:
    """Look at it as a whole."""
    _left_out(found)
    _tiers(found)
    _next_tiers(found)
    _cycles(found)
    reached = _reached(found)
    members = compiling.memberships(found.document)
    _served(found, reached, members)
    _requirements(found, members)
    _weights(found, reached, members)
    _entry(found)


def _left_out(found: Findings) -> None:
    """A queue that is not in the document any more must be empty."""
    queues = {queue.id: queue for queue in found.world.rows.queues}
    for queue in queues.values():
        if queue.archived or queue.name in found.document.queues:
            continue
        if queue.id in found.world.in_use:
            found.error(at("queues", queue.name), "it is left out, but unsolved tickets are in it")


def _tiers(found: Findings) -> None:
    queues = found.document.queues
    rows = {queue.name: queue for queue in found.world.rows.queues}
    for name, queue in queues.items():
        place = at("queues", name)
        row = rows.get(name)
        if row is not None and row.tier != queue.tier and row.id in found.world.in_use:
            found.error(f"{place}.tier", f"unsolved tickets in it carry tier {row.tier}")
        target = queues.get(queue.escalate_to or "")
        if target is not None and target.tier <= queue.tier:
            found.error(
                f"{place}.escalate_to",
                f'"{queue.escalate_to}" is of tier {target.tier}: tickets rise from tier '
                f"{queue.tier} to a higher one",
            )
        if queue.escalate_after_s is not None and queue.escalate_to is None:
            found.warn(f"{place}.escalate_after_s", "without escalate_to nothing happens then")
    for n, rule in enumerate(found.document.escalation):
        target = queues.get(rule.to or "")
        if target is None:
            continue
        lower = [q for q in _sources(found, rule.from_).values() if q.tier < target.tier]
        if not lower:
            found.error(
                f"{at('escalation', n)}.to",
                f'"{rule.to}" is of tier {target.tier}: a rule leads to a higher tier',
            )


def _next_tiers(found: Findings) -> None:
    """A rule to the next tier needs to know which queue that is."""
    highest = max((queue.tier for queue in found.document.queues.values()), default=0)
    for n, rule in enumerate(found.document.escalation):
        if rule.to != NEXT_TIER:
            continue
        place = f"{at('escalation', n)}.to"
        without = [
            q for q, queue in _sources(found, rule.from_).items() if queue.escalate_to is None
        ]
        if rule.from_ != ANY_QUEUE and without:
            found.error(place, f'"{rule.from_}" has no escalate_to: there is no next tier')
            continue
        low = [name for name in without if found.document.queues[name].tier < highest]
        if low:
            names = ", ".join(f'"{name}"' for name in sorted(low))
            found.warn(place, f"there is no next tier for {names}")


def _sources(found: Findings, name: str) -> dict[str, Queue]:
    queues = found.document.queues
    return queues if name == ANY_QUEUE else {name: queues[name]} if name in queues else {}


def _cycles(found: Findings) -> None:
    """No ticket may overflow in circles."""
    edges = {
        name: {step.to: n for n, step in reversed(list(enumerate(steps)))}
        for name, steps in found.document.overflow.items()
    }
    done: set[str] = set()
    for start in edges:
        for circle in _circles(edges, start, done):
            name, target = circle[-2:]
            place = at(at("overflow", name), edges[name][target])
            found.error(f"{place}.to", f"it overflows in a circle: {' > '.join(circle)}")


def _circles(
    edges: Mapping[str, Mapping[str, int]], start: str, done: set[str]
) -> Iterator[list[str]]:
    """Depth first without recursion; what is ``done`` leads into no circle that is not told."""
    if start in done:
        return
    path = [start]
    todo = [iter(edges.get(start, ()))]
    while todo:
        target = next(todo[-1], None)
        if target is None:
            todo.pop()
            done.add(path.pop())
        elif target == path[-1]:
            continue  # to itself is told elsewhere
        elif target in path:
            yield [*path[path.index(target) :], target]
        elif target not in done:
            path.append(target)
            todo.append(iter(edges.get(target, ())))


def _reached(found: Findings) -> set[str]:
    """The queues that a ticket can come to without anybody moving it."""
    document = found.document
    names = {queue.id: queue.name for queue in found.world.rows.queues}
    todo = [rule.queue for rule in document.entry]
    todo += [point.queue for point in document.entry_points.values()]
    todo += [
        names[point.queue_id]
        for point in found.world.rows.entry_points
        if point.key not in document.entry_points
    ]
    menus = (point.menu_queue_ids for point in found.world.rows.entry_points)
    todo += [names[queue_id] for ids in menus for queue_id in ids if queue_id in names]
    leads: dict[str, set[str]] = defaultdict(set)
    for name, queue in document.queues.items():
        if queue.escalate_to is not None:
            leads[name].add(queue.escalate_to)
    for name, steps in document.overflow.items():
        leads[name].update(step.to for step in steps)
    for rule in document.escalation:
        target = document.queues.get(rule.to or "")
        for name, queue in _sources(found, rule.from_).items():
            if target is not None and queue.tier < target.tier:
                leads[name].add(rule.to or "")
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name in document.queues and name not in reached:
            reached.add(name)
            todo += leads[name]
    return reached


def _served(found: Findings, reached: set[str], members: list[Member]) -> None:
    enabled = {person.email for person in found.world.rows.people if person.enabled}
    served = {
        member.queue for member in members if member.agent in enabled and _meets(found, member)
    }
    for name, queue in found.document.queues.items():
        place = at("queues", name)
        if name not in reached:
            found.warn(place, "no entry, phone menu, overflow or escalation leads here")
        elif name not in served:
            who = "nobody who meets what it requires" if queue.requires.by_kind() else "nobody"
            found.error(place, f"tickets come here and {who} serves it")


def _requirements(found: Findings, members: list[Member]) -> None:
    for member in members:
        if member.source == "own" and not _meets(found, member):
            found.warn(
                at(f"{at('agents', member.agent)}.queues", member.queue),
                "he does not meet what the queue requires",
            )


def _meets(found: Findings, member: Member) -> bool:
    agent = (found.document.agents or {})[member.agent]
    return agent.skills.meet(found.document.queues[member.queue].requires)


def _weights(found: Findings, reached: set[str], members: list[Member]) -> None:
    """Whoever serves a queue must be able to take what comes there, with nothing else in hand."""
    capacity = {p.email: p.capacity for p in found.world.rows.people if p.enabled}
    least: dict[str, tuple[int, str]] = {}
    for member in members:
        if member.queue in reached and member.agent in capacity:
            mine = (capacity[member.agent], member.agent)
            least[member.queue] = min(least.get(member.queue, mine), mine)
    for channel, weight in found.document.capacity.items():
        for name, (units, agent) in sorted(least.items()):
            if weight > units:
                named = _names(found.document.queues[name], channel)
                comes = named or (channel in found.world.channels and channel != _ASKS_WHO_CAN)
                (found.error if comes else found.warn)(
                    at("capacity", channel),
                    f'it weighs {weight}, but {agent}, who serves "{name}", takes {units} at once',
                )


def _names(queue: Queue, channel: str) -> bool:
    """Whether the queue says something of the channel."""
    by_channel = queue.offer_s if isinstance(queue.offer_s, dict) else {}
    return channel != DEFAULT and (channel in queue.auto_accept or channel in by_channel)


def _entry(found: Findings) -> None:
    """Where no rule fits a problem enters the queue of its entry point: there is always one."""
    rules = found.document.entry
    always = next((n for n, rule in enumerate(rules) if not rule.when), len(rules))
    for n in range(always + 1, len(rules)):
        found.warn(at("entry", n), f"{at('entry', always)} fits everything before it")
    if always == len(rules) and not found.world.rows.entry_points:
        found.warn("entry", "there is no entry point yet, and no rule that always fits (when: {})")
    policies = found.document.sla
    always = next((n for n, policy in enumerate(policies) if not policy.when), len(policies))
    for n in range(always + 1, len(policies)):
        found.warn(at("sla", n), f"{at('sla', always)} fits everything before it")
