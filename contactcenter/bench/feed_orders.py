"""What the measurement of the feed orders of its two helpers, and what they report.

Times are nanoseconds of the system's monotonic clock, which all processes of a machine share.
"""

from msgspec import Struct


class Connect(Struct, frozen=True, kw_only=True, tag="connect"):
    """Open ``count`` sockets more, from number ``first`` on; ``secret`` begins their sessions."""

    port: int
    first: int
    count: int
    secret: str
    subscribes: bool
    at_most_s: float


class Await(Struct, frozen=True, kw_only=True, tag="await"):
    """Wait until every socket has this event."""

    event_id: int
    at_most_s: float


class Cut(Struct, frozen=True, kw_only=True, tag="cut"):
    """Cut all sockets at once; each comes back by itself, with its cursor."""

    at_most_s: float


class Check(Struct, frozen=True, kw_only=True, tag="check"):
    """Compare what each socket was told with what everybody was to be told."""

    event_ids: list[int]


Order = Connect | Await | Cut | Check


class Arrival(Struct, frozen=True, array_like=True):
    """An event, how many copies of it came, and when the last one did."""

    event_id: int
    copies: int
    last_ns: int


class Report(Struct, frozen=True, kw_only=True):
    """What came of an order; whatever it does not speak of is empty.

    ``open_sockets`` are open and subscribed. ``at_ns`` is when the order was carried out,
    ``began_ns`` when it was begun.
    """

    open_sockets: int
    began_ns: int
    at_ns: int
    is_done: bool = True
    lost: int = 0
    cpu_s: float = 0.0
    frame_bytes: int = 0
    arrivals: list[Arrival] = []
    missed: int = 0
    doubled: int = 0


class Fan(Struct, frozen=True, kw_only=True):
    """For the bare server: send ``count`` texts to every socket, one each ``every_s``."""

    first_id: int
    count: int
    size_bytes: int
    every_s: float


class Fanned(Struct, frozen=True, kw_only=True):
    """When each text was begun to be sent, and the CPU it took; where the server listens."""

    port: int
    at_ns: list[int]
    cpu_s: float
