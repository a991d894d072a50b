"""The configuration: everything routing goes by as one document, kept version by version."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from contactcenter import configuration_versions
from contactcenter.activation import activating
from contactcenter.api.inputs import MAX_ID
from contactcenter.api.operation import ADMIN, Answer, Call, operation
from contactcenter.api.paging import Cursor, Page, PageQuery
from contactcenter.configuration_document import (
    comparing,
    parsing,
    reading,
    rows,
    text,
    writing,
)
from contactcenter.configuration_document.comparing import Difference
from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.findings import Findings
from contactcenter.configuration_document.problems import Fault, InvalidConfiguration
from contactcenter.configuration_versions import Kept, Version
from contactcenter.db import Conn
from contactcenter.errors import BadInput

_YAML: Final = "application/yaml"
_VERSIONS = Cursor("configuration_versions", tuple[int])
_Note = Annotated[str, Meta(min_length=1, max_length=500, description="Why it is changed.")]


class Configuration(Struct, frozen=True, kw_only=True):
    """What is in force. ``version`` 0 is what was there before anybody configured anything."""

    version: int
    document: dict[str, Any]


class Checked(Struct, frozen=True, kw_only=True):
    """What keeps a document from becoming active, and what may be a slip."""

    errors: list[Fault]
    warnings: list[Fault]


class Activated(Struct, frozen=True, kw_only=True):
    """The version in force now: a new one, if anything ``changed``."""

    version: int
    changed: bool
    warnings: list[Fault]


class Differences(Struct, frozen=True, kw_only=True):
    """What the later one says differently, place by place."""

    from_version: int
    to_version: int
    differences: list[Difference]


class ActivationQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to keep with the version."""

    note: _Note | None = None


class DifferenceQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version to compare with; the one in force if not given."""

    to: Annotated[int, Meta(ge=1, le=MAX_ID)] | None = None


class NewReversion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is gone back to."""

    note: _Note | None = None


@operation("GET", "/configuration", tag="configuration", roles=ADMIN, via="read", produces=(_YAML,))
async def read_configuration(call: Call) -> Configuration | Answer:
    """Read the configuration in force, through whichever door it came.

    With `Accept: application/yaml` it is a file to edit, and to activate as it is.
    """
    found = await rows.read(call.conn)
    document = reading.read(found)
    if not call.accepts(_YAML):
        return Configuration(version=found.version, document=writing.plain(document))
    call.headers["ETag"] = f'"{found.version}"'
    return Answer(body=writing.dump(document, version=found.version).encode(), content_type=_YAML)


@operation(
    "PUT",
    "/configuration",
    tag="configuration",
    roles=ADMIN,
    via="none",
    max_bytes=text.MAX_BYTES,
    takes=Document,
)
async def activate_configuration(call: Call, query: ActivationQuery, body: bytes) -> Activated:
    """Make this document, as JSON or YAML, the configuration in force: all of it, or nothing.

    It is checked as a whole. What is wrong is answered with 422 `invalid_configuration`, whose
    `errors` list every fault with its place. One that says what is in force makes no version.
    """
    _check_given(body)
    document = await asyncio.to_thread(parsing.parse, body)

    async def change(conn: Conn, now: datetime) -> Activated:
        found = await activating.activate(
            conn,
            now,
            document,
            based_on=call.version,
            channels=call.services.channels,
            actor=call.actor.reference,
            note=query.note,
        )
        return await _activated(conn, call, found)

    return await call.services.dispatcher.submit(change)


@operation(
    "POST",
    "/configuration/checks",
    tag="configuration",
    roles=ADMIN,
    via="none",
    max_bytes=text.MAX_BYTES,
)
async def check_configuration(call: Call, body: bytes) -> Checked:
    """Check a document, as JSON or YAML, against what there is; nothing is changed."""
    _check_given(body)
    try:
        document, lines = await asyncio.to_thread(parsing.read, body)
    except InvalidConfiguration as invalid:
        return Checked(errors=invalid.faults, warnings=[])
    async with call.services.db.read() as conn:
        found = await activating.check(conn, document, channels=call.services.channels)
    return Checked(
        errors=parsing.placed(found.errors, lines),
        warnings=parsing.placed(found.warnings, lines),
    )


@operation("GET", "/configuration/versions", tag="configuration", roles=ADMIN, via="read")
async def list_configuration_versions(call: Call, query: PageQuery) -> Page[Version]:
    """List the versions, newest first: who made them, when and why."""
    after = _VERSIONS.read(query.cursor)
    found = await configuration_versions.page(
        call.conn, before=after[0] if after else MAX_ID, limit=query.limit + 1
    )
    return _VERSIONS.page(found, query.limit, lambda kept: (kept.version,))


@operation("GET", "/configuration/versions/{version}", tag="configuration", roles=ADMIN, via="read")
async def find_configuration_version(call: Call, version: int) -> Kept:
    """Read one version with its document."""
    return await configuration_versions.find(call.conn, version)


@operation(
    "GET",
    "/configuration/versions/{version}/differences",
    tag="configuration",
    roles=ADMIN,
    via="read",
)
async def compare_configuration_versions(
    call: Call, version: int, query: DifferenceQuery
) -> Differences:
    """Tell what another version, or what is in force, says differently from this one."""
    kept = await configuration_versions.find(call.conn, version)
    if query.to is None:
        found = await rows.read(call.conn)
        to_version, document = found.version, writing.plain(reading.read(found))
    else:
        other = await configuration_versions.find(call.conn, query.to)
        to_version, document = other.version, other.document
    return Differences(
        from_version=version,
        to_version=to_version,
        differences=comparing.differences(kept.document, document),
    )


@operation(
    "POST",
    "/configuration/versions/{version}/reversions",
    tag="configuration",
    roles=ADMIN,
    via="dispatch",
    status=201,
    versioned=True,
)
async def revert_configuration(call: Call, version: int, body: NewReversion | None) -> Activated:
    """Make what an earlier version said the configuration in force again, as a new version.

    It is checked as any other: the people and teams that it names must still be there.
    """
    found = await activating.revert(
        call.conn,
        call.now,
        version,
        based_on=call.version,
        channels=call.services.channels,
        actor=call.actor.reference,
        note=None if body is None else body.note,
    )
    return await _activated(call.conn, call, found)


def _check_given(body: bytes) -> None:
    if not body:
        raise BadInput("body", "The body is missing.")


async def _activated(conn: Conn, call: Call, found: Findings) -> Activated:
    newest = await configuration_versions.newest(conn)
    version = 0 if newest is None else newest.version
    return Activated(version=version, changed=version != call.version, warnings=found.warnings)
