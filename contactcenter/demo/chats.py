"""What the visitors' browsers saw, against what is stored."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from contactcenter.demo.carrier import Case


def stored_once(case: Case) -> tuple[int, Iterator[str]]:
    """Every chat message that was acknowledged is on the timeline once, word for word."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for row in case.evidence.chats_received:
        bodies[row.external_id or ""].append(row.body)

    def violations() -> Iterator[str]:
        for visitor in case.visitors:
            for message_id, text in visitor.written.items():
                kept = bodies.pop(message_id, [])
                if message_id not in visitor.acknowledged:
                    yield f"Chat message {message_id} was never acknowledged."
                elif kept != [text]:
                    yield f"Chat message {message_id} is stored {len(kept)} times, or otherwise."
        for message_id in bodies:
            yield f"Chat message {message_id or 'without an id'} is stored, but nobody wrote it."

    return sum(len(visitor.written) for visitor in case.visitors), violations()


def shown_once(case: Case) -> tuple[int, Iterator[str]]:
    """Every line came to its visitor once, in order; every answer to exactly one of them."""
    shown = Counter(
        line.text for visitor in case.visitors for line in visitor.lines if line.by == "agent"
    )
    written = Counter(reply.body for reply in case.evidence.chats_written)

    def violations() -> Iterator[str]:
        for n, visitor in enumerate(case.visitors, 1):
            sequences = [line.sequence for line in visitor.lines]
            if sequences != list(range(1, len(sequences) + 1)):
                yield f"Visitor {n} was shown the lines {sequences}."
        for text, times in written.items():
            if shown[text] != times:
                yield f"An answer was written {times} times and shown {shown[text]} times."
        if set(shown) - set(written):
            yield "A visitor was shown an answer that nobody wrote."

    return sum(len(visitor.lines) for visitor in case.visitors), violations()
