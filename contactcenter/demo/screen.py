"""Shows the demo while it runs: a table that changes on a terminal, plain lines elsewhere."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import aiohttp
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from contactcenter.demo.caller import Caller, Refused
from contactcenter.demo.company import NAME, Company
from contactcenter.demo.news import Item, News

_LOOK_EVERY_S: Final = 0.5
_STATES: Final = ("waiting", "offered", "assigned", "pending", "solved")
_MARKS: Final = {"in": ("→", "cyan"), "out": ("←", "green"), "move": ("·", "yellow"),
                 "end": ("✓", "bold green"), "note": ("·", "dim")}  # fmt: skip
_LONGEST: Final = 400
#: Rows of a terminal that everything but the news takes.
_OTHER_ROWS: Final = 18

TITLE: Final = f"A contact centre at work: {NAME}, an invented shop, answers its customers by SMS"
LEGEND: Final = """\
Real:     database, server, public API, signed webhooks, routing, timers, report.
Invented: the customers and the eight agents, who are programs, and a stand-in on this
          machine for Twilio, which carries the SMS. Nothing leaves this machine.

A customer's problem is a ticket. Tier 1 answers it, or refers it to the specialists of tier 2,
and those to the engineers of tier 3. A ticket is
  waiting for an agent · offered: it rings at one · assigned: he works on it
  pending: it is the customer's turn · solved, until the customer writes again
From his own words it carries how a customer wants to be treated, which the agent sees first:
  warm · serious · fault_finding · hesitant · haggler · unknown (the most usual)
"""


def isolated(text: str) -> str:
    """The text between marks that keep a right-to-left run from moving what stands beside it."""
    return f"\u2068{text}\u2069"


def shortened(text: str, cells: int) -> str:
    """At most so many characters, with a mark where some are missing."""
    return text if len(text) <= cells else f"{text[: cells - 1].rstrip()}…"


def introduce(console: Console) -> None:
    """Say what is about to be seen."""
    console.print(Text(f"\n{TITLE}", style="bold"))
    console.print(Text(LEGEND, style="dim"))
    console.print()


def line(item: Item, cells: int) -> Text:
    """One item as a line, with nothing a colourless terminal would miss."""
    mark, style = _MARKS[item.kind]
    text = Text(f"{item.at_s:5.1f} s {mark} ", style=style)
    text.append(isolated(item.who), style="bold")
    text.append(" ")
    text.append(isolated(shortened(item.text, max(20, cells - len(item.who) - 12))))
    return text


@asynccontextmanager
async def showing(
    console: Console, address: str, company: Company, news: News
) -> AsyncIterator[None]:
    """Show what happens for as long as the context lasts."""
    if not console.is_terminal:
        news.on_item = lambda item: console.print(line(item, _LONGEST), soft_wrap=True)
        yield
        news.on_item = None
        return
    view = _View(console, company, news)
    with Live(view.render(), console=console, refresh_per_second=8) as live:
        async with Caller(address) as caller:
            await caller.sign_in(company.supervisor.email, company.supervisor.password)
            looking = asyncio.create_task(_look(view, caller, live))
            try:
                yield
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)
                await view.look(caller)
                live.update(view.render(), refresh=True)


async def _look(view: "_View", caller: Caller, live: Live) -> None:
    while True:
        with suppress(Refused, aiohttp.ClientError, TimeoutError):  # the next look is soon
            await view.look(caller)
        live.update(view.render())
        await asyncio.sleep(_LOOK_EVERY_S)


class _View:
    """What the supervisor sees, as two tables and the last news."""

    def __init__(self, console: Console, company: Company, news: News) -> None:
        self._console = console
        self._company = company
        self._news = news
        self._tickets: Sequence[dict[str, Any]] = ()
        self._agents: dict[int, dict[str, Any]] = {}

    async def look(self, caller: Caller) -> None:
        """Read everything anew."""
        self._tickets = await caller.all("/tickets")
        self._agents = {agent["id"]: agent for agent in await caller.all("/agents")}

    def render(self) -> RenderableType:
        """The picture as it stands."""
        rows = max(4, min(12, self._console.height - _OTHER_ROWS))
        width = self._console.width - 1
        lines = [line(item, width) for item in self._news.items[-rows:]]
        for text in lines:
            text.no_wrap = True
            text.overflow = "ellipsis"
        return Group(self._states(), self._people(), *lines)

    def _states(self) -> Table:
        states = Counter(ticket["state"] for ticket in self._tickets)
        states["waiting"] += states.pop("new", 0)
        tiers = Counter(t["tier"] for t in self._tickets if t["state"] not in ("solved", "closed"))
        table = Table(expand=True, padding=(0, 1))
        for state in ("tickets", *_STATES, "tier 1", "tier 2", "tier 3"):
            table.add_column(state, justify="right")
        table.add_row(
            str(len(self._tickets)),
            *(str(states[state]) for state in _STATES),
            *(str(tiers[tier]) for tier in (1, 2, 3)),
        )
        return table

    def _people(self) -> Table:
        solved = Counter(item.who for item in self._news.items if item.kind == "end")
        holding: dict[int, list[str]] = {}
        for ticket in self._tickets:
            if ticket["agent_id"]:
                mark = "" if ticket["state"] == "assigned" else "…"
                holding.setdefault(ticket["agent_id"], []).append(f"{ticket['id']}{mark}")
        table = Table(expand=True, padding=(0, 1))
        table.add_column("agent", no_wrap=True)
        table.add_column("tier", justify="right")
        table.add_column("presence", no_wrap=True)
        table.add_column("load", no_wrap=True)
        table.add_column("holds (… pending)", no_wrap=True, ratio=1)
        table.add_column("solved", justify="right")
        for person in self._company.agents:
            agent = self._agents.get(person.id)
            load = "●" * agent["load"] + "○" * (agent["capacity"] - agent["load"]) if agent else ""
            table.add_row(
                isolated(person.name),
                str(person.tier),
                agent["presence"] if agent else "",
                load,
                " ".join(holding.get(person.id, [])[::-1]),
                str(solved[person.name]),
            )
        return table
