"""What the measurement of web chats orders of its helpers, and what they report.

Times are nanoseconds of the system's monotonic clock, which all processes of a machine share. A
socket has a number from 0, and so has every line it is told: its sequence, from 1 without a gap.
"""

from msgspec import Struct


class Connect(Struct, frozen=True, kw_only=True, tag="connect"):
    """Open a socket more for each token; without ``greets`` nothing is said after the handshake."""

    port: int
    tokens: list[str]
    entry_point: str
    origin: str
    greets: bool
    at_most_s: float


class Await(Struct, frozen=True, kw_only=True, tag="await"):
    """Wait until all sockets together have so many lines."""

    lines: int
    at_most_s: float


class Write(Struct, frozen=True, kw_only=True, tag="write"):
    """Let these sockets write a message each, one every ``every_s``, and wait for the answers."""

    numbers: list[int]
    every_s: float
    at_most_s: float


class Cut(Struct, frozen=True, kw_only=True, tag="cut"):
    """Cut all sockets at once; each comes back by itself, with the last line it has."""

    at_most_s: float


class Check(Struct, frozen=True, kw_only=True, tag="check"):
    """Compare the lines of each socket with how many there were for it."""

    lines: list[int]


Order = Connect | Await | Write | Cut | Check


class Arrival(Struct, frozen=True, array_like=True):
    """A line that came to a socket."""

    number: int
    sequence: int
    at_ns: int


class Report(Struct, frozen=True, kw_only=True):
    """What came of an order; whatever it does not speak of is empty.

    ``answers_ms`` are the times from a message to its answer; ``repeated`` lines came twice, and
    ``missed`` not at all.
    """

    open_sockets: int
    is_done: bool
    at_ns: int
    lost: int = 0
    frame_bytes: int = 0
    arrivals: list[Arrival] = []
    answers_ms: list[float] = []
    missed: int = 0
    repeated: int = 0


class Tell(Struct, frozen=True, kw_only=True):
    """For the bare server: send a line to each of these sockets, one every ``every_s``.

    None stands for all of them.
    """

    numbers: list[int] | None
    size_bytes: int
    every_s: float


class Told(Struct, frozen=True, kw_only=True):
    """Where the server listens, and when each line was begun to be sent, in their order."""

    port: int
    at_ns: list[int]
