"""``contactcenter report NAME`` of a report that is an operation of its own: asked as over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter import timers
from contactcenter.api.operation import Answer, Operation
from contactcenter.db import Conn, Database
from contactcenter.reporting.analyses import Analysis, of_analysis
from contactcenter.reporting.tables import Cell, Unit
from routing.wording import Language

_FILE_WIDTH: Final = 200


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the database: sees every ticket."""

    language: Language
    user_id: None = None
    reference: str = "system"


class OperatorCall:
    """What a report asks of a call."""

    def __init__(self, conn: Conn, now: datetime, actor: Operator) -> None:
        self.conn: Final = conn
        self.actor: Final = actor
        self.headers: Final[dict[str, str]] = {}
        self._now: Final = now

    async def clock(self) -> datetime:
        """The database's clock."""
        return self._now


async def made(
    database: Database,
    operation: Operation,
    asked: Mapping[str, str | list[str]],
    *,
    language: Language,
    timeout_s: int,
) -> object:
    """What the operation answers to these parameters; raises ``BadInput`` naming one."""
    given = operation.inputs.from_query(urlencode(asked, doseq=True))
    async with database.transaction() as conn:
        await conn.execute(f"SET LOCAL statement_timeout = '{timeout_s}s'")
        call = OperatorCall(conn, await timers.clock(conn), Operator(language=language))
        return await operation.handler(call, **given)


def written(answer: object) -> bytes:
    """The file, or JSON."""
    return answer.body if isinstance(answer, Answer) else msgspec.json.encode(answer)


def tell(answer: object, console: Console | None = None) -> None:
    """Print an analysis for people; raises ``click.UsageError`` for what has no rows of its own."""
    if not isinstance(answer, Analysis):
        raise click.UsageError("this report has no table: choose --format json, csv or xlsx")
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FILE_WIDTH, file=console.file)
    period = answer.period
    console.print(Text.assemble((answer.title, "bold"), f", {period.time_zone}"))
    table = Table(padding=(0, 1, 0, 0))
    for column in answer.columns:
        table.add_column(Text(column.label), overflow="fold")
    units = [column.unit for column in answer.columns]
    for row in of_analysis(answer).rows:
        table.add_row(*(Text(_said(cell, unit)) for cell, unit in zip(row, units, strict=True)))
    console.print(table)
    for text in (answer.definition, *answer.notes):
        console.print(Text(text))


def _said(cell: Cell, unit: Unit) -> str:
    if cell is None:
        return ""
    if unit == "share" and isinstance(cell, int | float):
        return f"{cell:.1%}"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return f"{cell:.2f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
