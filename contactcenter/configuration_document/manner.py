"""What a document makes of temperament: it may lead to specialists, and to nothing else."""

from collections.abc import Mapping

from contactcenter.configuration_document import compiling
from contactcenter.configuration_document.findings import Findings
from contactcenter.configuration_document.naming import attributes
from contactcenter.configuration_document.problems import at
from routing import manner
from routing.manner import Lane, Line

_PROMISED_NOTHING = "nothing is promised by temperament: it says how to treat somebody, not when"


def check(found: Findings) -> None:
    """Look at promises, at escalation and at the entry table; credits are looked at elsewhere."""
    document = found.document
    for n, policy in enumerate(document.sla):
        for where, name, _ in attributes(policy.when, f"{at('sla', n)}.when"):
            if name in manner.NAMES:
                found.error(at(where, name), _PROMISED_NOTHING)
    for n, rule in enumerate(document.escalation):
        for where, name, wanted in attributes(rule.when, f"{at('escalation', n)}.when"):
            if name in manner.NAMES and (text := manner.refusal(wanted)) is not None:
                found.error(at(where, name), text)
    lines = [Line(condition=rule.when, queue=rule.queue) for rule in document.entry]
    for fault in manner.faults(lines, _lanes(found), _defaults(found)):
        found.error(at(f"{at('entry', fault.n)}.when", fault.name), fault.text)


def _lanes(found: Findings) -> Mapping[object, Lane]:
    at_once = {
        member.queue
        for member in compiling.memberships(found.document)
        if member.terms.delay_s == 0 and member.terms.handicap_s == 0
    }
    return {
        name: Lane(tier=queue.tier, is_served_at_once=name in at_once, calendar=queue.calendar)
        for name, queue in found.document.queues.items()
    }


def _defaults(found: Findings) -> Mapping[object, object]:
    """The queue of each of our addresses, as it would be."""
    names = {queue.id: queue.name for queue in found.world.rows.queues}
    as_it_is: dict[object, object] = {
        point.key: names[point.queue_id] for point in found.world.rows.entry_points
    }
    as_it_would_be: dict[object, object] = {
        key: point.queue for key, point in found.document.entry_points.items()
    }
    return {**as_it_is, **as_it_would_be}
