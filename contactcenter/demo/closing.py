"""What the demo says in the end: the report, the promises, a summary and where to go from here."""

import sys
import webbrowser
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from contactcenter.demo.company import NUMBERS, Company, Person
from contactcenter.demo.promises import Kept
from contactcenter.demo.result import Result
from contactcenter.demo.screen import isolated, plain_table

_SHOWN = 20
_INVITATION: Final = """
It is still running, and the simulated agents have signed off.
  Server    {address}
  API docs  {address}/api/docs
  Reports   {address}/supervisor (sign in as {email}, password {password})
In another terminal, sign in and look at the tickets:
  curl -c cookies -H 'Content-Type: application/json' \\
    -d '{{"email": "{email}", "password": "{password}"}}' {address}/api/v1/session
  curl -b cookies '{address}/api/v1/tickets?limit=3'
Write as a customer:
  curl -d '{{"from": "+12025550177", "to": "{ours}", "text": "Is anybody there?"}}' \\
    {fake_url}/fake/customer_messages
Call as a customer, and leave a message of four seconds with key 2:
  curl -d '{{"from": "+12025550178", "to": "{ours}", "press": "2"}}' \\
    {fake_url}/fake/customer_calls
Press Ctrl-C to stop it and throw everything away."""


def print_cards(console: Console, cards: Sequence[Mapping[str, Any]]) -> None:
    """What whoever answers these customers next has before him: ``GET /contacts/{id}/card``."""
    if cards:
        console.print(Text("\nThe card that an agent reads before the first word:", style="bold"))
    for card in cards:
        language = "fa" if card["preferred"]["language"] == "fa" else "en"
        manner, missing = card["temperament"], card["missing_fact"]
        machines = (f"{one['model']}, {one['service_tag']}" for one in card["assets"])
        lines = (
            (manner["label"], manner["guidance"][language][0]),
            ("has from us", "; ".join(machines)),
            ("said last", next((s["excerpt"] for s in card["interactions"]), "")),
            ("worth asking", missing[f"question_{language}"] if missing else ""),
        )
        console.print(Text(f"  {isolated(card['name'] or '')}"))
        for title, text in lines:
            console.print(Text(f"    {title}: {isolated(text)}"), soft_wrap=True)


def print_report(console: Console, report: Mapping[str, Any], tiers: Mapping[int, int]) -> None:
    """Who solved what, and in what time: the answer of ``GET /api/v1/reports/performance``."""
    table = plain_table("Report: who solved what, and in what time (medians in seconds)")
    for name in ("agent", "tier", "temperament"):
        table.add_column(name, no_wrap=True)
    for name in ("opened", "solved", "escal-\nated", "re-\nopened", "first\nreply", "to\nsolve"):
        table.add_column(name, justify="right")
    rows = sorted(
        report["rows"],
        key=lambda r: (tiers.get(r["group"]["agent"], 9), r["names"].get("agent", "")),
    )
    for name, lines in groupby(rows, key=lambda row: row["names"].get("agent")):
        shown = isolated(name) if name else "nobody's"
        for row in lines:
            group = row["group"]
            table.add_row(
                shown, _text(group["tier"]), group["temperament"], *_figures(row["figures"])
            )
            shown = ""
        table.add_section()
    table.add_row("all", "", "", *_figures(report["totals"]), style="bold")
    console.print()
    console.print(table)


def print_promises(console: Console, kept: Sequence[Kept]) -> None:
    """Each promise, and whether it was kept."""
    console.print(
        Text(
            "\nPromises, checked against what providers, mail servers and browsers saw:",
            style="bold",
        )
    )
    for one in kept:
        broken = len(one.violations)
        mark = Text("  ✓ ", style="green") if not broken else Text("  ✗ ", style="bold red")
        console.print(mark + Text(f"{one.promise} ({one.checked} {one.what})"))
        for violation in one.violations[:_SHOWN]:
            console.print(Text(f"      {violation}", style="red"), soft_wrap=True)
        if broken > _SHOWN:
            console.print(Text(f"      and {broken - _SHOWN} more", style="red"))


def print_summary(console: Console, result: Result) -> None:
    """The run in a few sentences."""
    temperaments = ", ".join(f"{n} {name}" for name, n in result.by_temperament.items())
    r = result
    lines = (
        "",
        (
            f"In {r.seconds:.0f} seconds, start included, {r.messages_sent} messages came in "
            f"({r.redelivered} of them delivered twice) and {r.replies_sent} answers went out."
        ),
        (
            f"{r.mails_received} mails came in, over SMTP and Mailgun's hook, and "
            f"{r.mails_answered} were answered over SMTP."
        ),
        (
            f"{r.chats_received} chat messages came over the widget's socket, and "
            f"{r.chats_answered} answers were shown there."
        ),
        (
            f"{r.calls_received} people called: {r.calls_answered} talked with an agent, "
            f"{r.voicemails} left a message."
        ),
        (
            f"{r.tickets} tickets: {r.solved} solved, {r.unsolved} still open; {r.escalated} were "
            f"referred to a more specialised tier, {r.reopened} came back."
        ),
        f"Offers to the specialists: {r.declined} declined, {r.expired} not heard in time.",
        f"How the customers want to be treated: {temperaments}.",
    )
    for text in lines:
        console.print(Text(text))
    if result.violations:
        text = f"{len(result.violations)} violations of the promises: see above."
        console.print(Text(text, style="bold red"))
    else:
        console.print(Text("No message was lost or doubled; every promise was kept.", style="bold"))


def print_next_steps(console: Console) -> None:
    """Where to go from here."""
    console.print(
        Text(
            "\nNext:\n"
            "  contactcenter demo --keep   leave it running, look at the reports, try the API\n"
            "  contactcenter serve         your own contact centre; it keeps its data\n"
            "  contactcenter channels      what it needs to answer on real numbers and addresses"
        ),
        soft_wrap=True,
    )


def print_logins(console: Console, address: str, company: Company, fake_url: str) -> None:
    """How to get in while it is left running."""
    table = plain_table("Sign in as")
    for name in ("name", "role", "tier", "e-mail", "password"):
        table.add_column(name, no_wrap=True)
    for person in (company.admin, company.supervisor, *company.agents):
        table.add_row(*_login(person))
    console.print()
    console.print(table)
    console.print(
        Text(
            _INVITATION.format(
                address=address,
                fake_url=fake_url,
                email=company.supervisor.email,
                password=company.supervisor.password,
                ours=NUMBERS["en"],
            )
        ),
        soft_wrap=True,
    )


def open_page(address: str, console: Console, environ: Mapping[str, str]) -> bool:
    """Open the supervisors' page, where somebody sits before a screen; whether a browser took it.

    Not where there is none: a browser in the terminal would take the place of what was printed.
    """
    has_screen = sys.platform in {"darwin", "win32"} or any(
        environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if not (console.is_terminal and has_screen):
        return False
    return webbrowser.open(f"{address}/supervisor")


def _login(person: Person) -> tuple[str, ...]:
    tier = str(person.tier) if person.tier else ""
    return (isolated(person.name), person.role, tier, person.email, person.password)


def _figures(told: Mapping[str, Any]) -> tuple[str, ...]:
    counts = (_part(told, name, "n") for name in ("opened", "solved", "escalated", "reopened"))
    times = (_part(told, name, "median") for name in ("first_reply", "time_to_solve"))
    return (
        *(str(n) if n else "" for n in counts),
        *("" if s is None else f"{s:.1f}" for s in times),
    )


def _part(told: Mapping[str, Any], metric: str, part: str) -> Any:
    """What is told of a metric; None where a group has none of it."""
    return told[metric][part] if metric in told else None


def _text(value: object) -> str:
    return "" if value is None else str(value)
