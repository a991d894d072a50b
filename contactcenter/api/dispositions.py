"""Dispositions: the ways a problem can end, one of which is named when it is solved."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.administration import dispositions
from contactcenter.administration.dispositions import Disposition
from contactcenter.api.inputs import Line
from contactcenter.api.operation import ADMIN, AGENT, Call, operation


class DispositionQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With ``archived``, also those that are chosen no more."""

    archived: bool = False


class NewDisposition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way a problem can end; ``code`` is what programs and reports go by."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,40}\Z")]
    name_en: Line
    name_fa: Line


@operation("GET", "/dispositions", tag="dispositions", roles=AGENT, via="read")
async def list_dispositions(call: Call, query: DispositionQuery) -> list[Disposition]:
    """List the ways a problem can end, by code."""
    return await dispositions.list_all(call.conn, archived=query.archived)


@operation("POST", "/dispositions", tag="dispositions", roles=ADMIN, via="transaction", status=201)
async def create_disposition(call: Call, body: NewDisposition) -> Disposition:
    """Add a disposition, or bring an archived one back under these names."""
    return await dispositions.create(
        call.conn,
        await call.clock(),
        code=body.code,
        name_en=body.name_en.strip(),
        name_fa=body.name_fa.strip(),
        actor=call.actor.reference,
    )


@operation("DELETE", "/dispositions/{code}", tag="dispositions", roles=ADMIN, via="transaction")
async def archive_disposition(call: Call, code: str) -> Disposition:
    """Archive a disposition: it stays on its tickets and is chosen no more.

    The last one is refused, 409 ``last_disposition``.
    """
    now = await call.clock()
    return await dispositions.archive(call.conn, now, code, actor=call.actor.reference)
