"""How long and how much: the numbers the feed keeps to."""

from datetime import timedelta

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Everything that bounds the feed; tests use smaller numbers.

    ``backlog_bytes`` and ``backlog_s`` are what may wait for a slow reader before it is cut.
    ``resume_for`` is the age of the oldest cursor that is resumed; it must be less than the time
    that event partitions are kept. ``page`` is how many events are read at once, and
    ``resumes_at_once`` how many subscribers read pages of their own at the same time. ``pace_s``
    lies between two readings for which the bell rang.
    """

    backlog_bytes: int = 1 << 20
    backlog_s: float = 30.0
    page: int = 500
    resume_for: timedelta = timedelta(days=7)
    resumes_at_once: int = 2
    look_every_s: float = 1.0
    pace_s: float = 0.02
    first_poll_s: float = 0.005
    longest_poll_s: float = 0.25
    check_credentials_every_s: float = 3.0
    sockets_per_user: int = 50
