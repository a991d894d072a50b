"""Files of what customers did: brought by CSV, and written out as facts."""

import io
from typing import Annotated, Final

from msgspec import Meta

from channels import Address
from contactcenter import periods
from contactcenter.api.behaviour import Source, TellQuery
from contactcenter.api.behaviour_kinds import Kind
from contactcenter.api.operation import ADMIN, Answer, Call, operation
from contactcenter.api.periods import PeriodQuery
from contactcenter.behaviour import behaviour, behaviour_csv
from contactcenter.behaviour.behaviour import Place, Taken
from contactcenter.contacts import identities
from contactcenter.contacts.identities import Written
from contactcenter.errors import BadInput

#: The largest file a request brings; the command ``behaviour import`` takes any.
MAX_BYTES: Final = 4 << 20
MAX_LINES: Final = 10_000
#: More lines than this are asked for by several periods.
MAX_ROWS: Final = 10_000
CSV: Final = "text/csv"


class FileQuery(TellQuery, frozen=True, kw_only=True):
    """``source`` is that of lines that name none."""

    source: Source | None = None


class ExportQuery(PeriodQuery, frozen=True, kw_only=True):
    """What to write out."""

    kind: Annotated[Kind | None, Meta(description="All kinds if not given.")] = None


@operation(
    "POST",
    "/behaviour_events/imports",
    tag="behaviour",
    roles=ADMIN,
    via="transaction",
    status=201,
    max_bytes=MAX_BYTES,
)
async def import_behaviour(call: Call, query: FileQuery, body: bytes) -> Taken:
    """Bring a CSV file of up to 10,000 lines and 4 MiB: all of it, or nothing.

    UTF-8 with a header: `kind`, `external_id`, `occurred_at`, one of `contact_id`, `phone` and
    `email`, and as needed `source`, `amount_minor`, `cost_minor`, `currency`, `product`, `topic`,
    `referred_contact_id`, `referred_phone`, `referred_email`, `details`. What is wrong is told as
    `line 7, column amount_minor`. The same file twice changes nothing.
    """

    def address(kind: str, value: str) -> Address:
        written = Written(kind=kind, value=value)
        return identities.normalised(call.services.channels, written, field="body")

    if body.count(b"\n") > 2 * MAX_LINES:  # reading so many empty ones would hold up everybody
        raise BadInput("body", f"More than {MAX_LINES} lines: use contactcenter behaviour.")
    read = behaviour_csv.read(io.BytesIO(body), source=query.source, address=address)
    lines = []
    for line in read:
        lines.append(line)
        if len(lines) > MAX_LINES:
            raise BadInput("body", f"More than {MAX_LINES} lines: use contactcenter behaviour.")
    return await behaviour.tell(
        call.conn,
        await call.clock(),
        lines,
        create_unknown=query.create_contacts,
        actor=call.actor.reference,
    )


@operation(
    "GET", "/behaviour_events/export", tag="behaviour", roles=ADMIN, via="read", produces=(CSV,)
)
async def export_behaviour(call: Call, query: ExportQuery) -> Answer:
    """Write out what customers did in a period, as CSV that can be brought again.

    Facts only: no segment, class or temperament. At most 10,000 lines, else 422: choose a shorter
    period. Who was merged is the contact he has become.
    """
    period = periods.period_of(await call.clock(), query.from_at, query.to_at)
    found = await behaviour.all_of(
        call.conn,
        Place(occurred_at=period.from_at, id=0),
        period.to_at,
        query.kind,
        limit=MAX_ROWS + 1,
    )
    if len(found) > MAX_ROWS:
        raise BadInput("query.from", f"More than {MAX_ROWS} lines: choose a shorter period.")
    text = behaviour_csv.header() + "".join(map(behaviour_csv.written, found))
    return Answer(
        body=text.encode("utf-8-sig"),
        content_type=f"{CSV}; charset=utf-8; header=present",
        file_name=f"behaviour-{period.from_at.date()}-{period.to_at.date()}.csv",
    )
