"""A dry run as tables for people, in English and in Persian."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contactcenter.cli.whatif_tables import FILE_WIDTH, believed, duration
from contactcenter.whatif.dry_run import DryRun, Ticket
from routing.wording import Language, digits

_SUMMARY: Final[Mapping[Language, str]] = {
    "en": (
        "Of {tickets} tickets {moved} would have come into another queue; {others} others would "
        "have gone otherwise. {earlier} would have been answered earlier, {later} later."
    ),
    "fa": (
        "از {tickets} درخواست، {moved} مورد به صف دیگری می‌رفت؛ {others} مورد دیگر جور دیگری پیش "
        "می‌رفت. {earlier} مورد زودتر و {later} مورد دیرتر پاسخ می‌گرفت."
    ),
}
_FLOWS: Final[Mapping[Language, Sequence[str]]] = {
    "en": ("queue", "would be", "tickets", "answered", "mean wait", "would be"),
    "fa": ("صف", "می‌شد", "درخواست", "پاسخ‌داده", "میانگین انتظار", "می‌شد"),
}
_TICKETS: Final[Mapping[Language, Sequence[str]]] = {
    "en": ("ticket", "came", "queue", "would be", "credit", "", "first agent", "", "wait", ""),
    "fa": ("درخواست", "آمد", "صف", "می‌شد", "اعتبار", "", "نخستین کارشناس", "", "انتظار", ""),
}
_MORE: Final[Mapping[Language, str]] = {
    "en": "{count} more differ; --json lists all.",
    "fa": "{count} مورد دیگر هم فرق دارد؛ ‎--json‎ همه را می‌آورد.",
}


def show(found: DryRun, language: Language) -> None:
    """Print where tickets would have gone, those that differ, and how much to believe."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=FILE_WIDTH)
    counted = {
        name: digits(str(getattr(found, name)), language)
        for name in ("tickets", "moved", "others", "earlier", "later")
    }
    console.print(Text(_SUMMARY[language].format(**counted), style="bold"))
    console.print(_flows(found, language))
    if found.listed:
        console.print(_tickets(found.listed, language))
    left = found.moved + found.others - len(found.listed)
    if left:
        console.print(_MORE[language].format(count=digits(str(left), language)))
    console.print(Text(believed(found.validation, language), style="bold"))
    for note in getattr(found.notes, language):
        console.print(Text(note))


def _flows(found: DryRun, language: Language) -> Table:
    table = _table(_FLOWS[language])
    for flow in found.flows:
        table.add_row(
            Text(flow.from_queue),
            Text(flow.to_queue),
            digits(str(flow.tickets), language),
            digits(str(flow.answered), language),
            _time(flow.wait_s, language),
            _time(flow.changed_wait_s, language),
        )
    return table


def _tickets(found: Sequence[Ticket], language: Language) -> Table:
    table = _table(_TICKETS[language])
    for ticket in found:
        before, after = ticket.as_configured, ticket.changed
        table.add_row(
            digits(str(ticket.ticket_id), language),
            digits(f"{ticket.came_at:%H:%M:%S}", language),
            *(Text(way.queue) for way in (before, after)),
            *(digits(str(way.credit_s), language) for way in (before, after)),
            *(Text(way.agent or "-") for way in (before, after)),
            *(_time(way.wait_s, language) for way in (before, after)),
        )
    return table


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE)
    for head in heads:
        table.add_column(head)
    return table


def _time(seconds: float | None, language: Language) -> str:
    return "-" if seconds is None else duration(seconds, language)
