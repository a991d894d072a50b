"""The span of time that a question is about."""

from typing import Annotated

from msgspec import Meta, Struct, field

from contactcenter.api.inputs import Instant


class PeriodQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which time to look at."""

    from_at: (
        Annotated[
            Instant, Meta(description="Where the period begins; seven days before its end if not.")
        ]
        | None
    ) = field(default=None, name="from")
    to_at: (
        Annotated[
            Instant, Meta(description="Where the period ends, not included itself; now if not.")
        ]
        | None
    ) = field(default=None, name="to")
