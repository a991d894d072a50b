"""How well or badly a fake provider behaves."""

from msgspec import Struct

Span = tuple[float, float]


class Behaviour(Struct, frozen=True, kw_only=True):
    """Chances between 0 and 1, each drawn anew for every request, report or message.

    The answers to a send are tried in the order of the fields; the first that is drawn happens.
    A span is the least and the most, in seconds.
    """

    #: 429 with ``Retry-After: retry_after_s``; not accepted.
    busy: float = 0.0
    retry_after_s: int = 1
    retry_after_is_a_date: bool = False
    #: 503 with ``Retry-After: retry_after_s``; not accepted.
    unavailable: float = 0.0
    #: 500, not accepted.
    broken: float = 0.0
    #: The connection is cut before the message is accepted.
    cut_before_accepting: float = 0.0
    #: Accepted, but the answer is 500.
    broken_after_accepting: float = 0.0
    #: Accepted, but the connection is cut instead of an answer.
    cut_after_accepting: float = 0.0
    #: Accepted, but the answer does not come for ``hang_s``, and then the connection is cut.
    hanging: float = 0.0
    hang_s: float = 60.0
    #: How long an answer takes.
    answer_delay_s: Span = (0.0, 0.0)

    #: How long each report on a sent message waits.
    report_delay_s: Span = (0.0, 0.0)
    #: The reports of one message come in any order.
    shuffled: float = 0.0
    #: A report comes twice.
    doubled: float = 0.0
    #: A report never comes.
    dropped: float = 0.0
    #: The message does not arrive; the last report says so with this code.
    undelivered: float = 0.0
    undelivered_code: int = 30003

    #: How many segments one sender gets out in a second; 0 is without limit.
    segments_per_s: float = 0.0
    #: A message that would wait longer for its turn is refused with 21611; sent by a Messaging
    #: Service it is accepted, and fails with 30001.
    queue_s: float = 36000.0

    #: A list is 500.
    lists_broken: float = 0.0
    #: A customer's message is kept, and nobody is ever told of it.
    swallowed: float = 0.0
    #: A customer's message is delivered again although it was acknowledged.
    redelivered: float = 0.0
