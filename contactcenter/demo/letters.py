"""What the customers' mail servers witnessed, against what is stored."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from contactcenter.demo.carrier import Case


def stored_once(case: Case) -> tuple[int, Iterator[str]]:
    """Every mail that was taken from its server is on the timeline once, by its new words."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for row in case.evidence.mails_received:
        bodies[row.external_id or ""].append(row.body)
    taken = {e.sid for e in case.post.of("hook_answered") if e.status == 200}  # noqa: PLR2004
    written = case.post.of("written")

    def violations() -> Iterator[str]:
        for entry in written:
            kept = bodies.pop(entry.sid, [])
            if entry.sid not in taken:
                yield f"Mail {entry.sid} was never taken."
            elif len(kept) != 1:
                yield f"Mail {entry.sid} was taken and is stored {len(kept)} times."
            elif kept != [entry.text]:
                yield f"Mail {entry.sid} is stored with other words than were written."
        for message_id in bodies:
            yield f"Mail {message_id} is stored, but no customer wrote it."

    return len(written), violations()


def sent_once(case: Case) -> tuple[int, Iterator[str]]:
    """Every answer by mail reached its customer's server once, as it was written."""
    handed = Counter(entry.correlation for entry in case.post.of("accepted"))
    texts = {entry.correlation: entry.text for entry in case.post.of("accepted")}

    def violations() -> Iterator[str]:
        for reply in case.evidence.mails_written:
            times = handed.pop(reply.correlation_id, 0)
            name = f"Answer {reply.correlation_id[:8]}…"
            if times != 1:
                yield f"{name} reached its server {times} times; it is {reply.state}."
            elif texts[reply.correlation_id] != reply.body:
                yield f"{name} arrived with other words than were written."
        for correlation in handed:
            yield f"A mail came that nobody wrote ({correlation})."

    return len(case.evidence.mails_written), violations()


def one_ticket_each(case: Case) -> tuple[int, Iterator[str]]:
    """What a correspondent answers lands on the ticket it answers."""
    tickets: dict[str, set[int]] = defaultdict(set)
    for row in case.evidence.mails_received:
        tickets[row.sender].add(row.ticket_id)
    return len(tickets), (
        f"The mails of one customer are on {len(found)} tickets: {sorted(found)}."
        for found in tickets.values()
        if len(found) > 1
    )
