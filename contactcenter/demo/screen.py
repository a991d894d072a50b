"""Shows the demo while it runs: a table that changes on a terminal, plain lines elsewhere."""

import asyncio
import io
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import aiohttp
from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from contactcenter import logs
from contactcenter.demo.caller import Caller, Refused
from contactcenter.demo.company import NAME, Company
from contactcenter.demo.news import Item, News

_LOOK_EVERY_S: Final = 0.5
_STATES: Final = ("waiting", "offered", "assigned", "pending", "solved")
_MARKS: Final = {"in": ("→", "cyan"), "out": ("←", "green"), "move": ("·", "yellow"),
                 "end": ("✓", "bold green"), "note": ("·", "dim")}  # fmt: skip
_LONGEST: Final = 400
#: Cells left free at the end of a line: terminals and we may not agree on every emoji.
_MARGIN: Final = 4
#: The demo's own log: a provider that is busy now and then is part of the play.
LOG_LEVEL: Final = "error"
#: Rows of a terminal that everything but the news takes.
_OTHER_ROWS: Final = 21
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff]")

TITLE: Final = f"A contact centre at work: {NAME} answers by SMS, mail, chat and phone"
LEGEND: Final = """\
Real:     the database, server, public API, webhooks, routing, timers, report.
Invented: the shop; its customers and agents, who are programs; and the carrier
          of SMS and calls, a stand-in for Twilio, and the customers' mail
          servers.
          Nothing leaves this machine.

A customer's problem is a ticket. Tier 1 answers it, or refers it at once to the
specialists of tier 2, and they to the engineers of tier 3. A ticket is
  waiting    for an agent who has room for it
  offered    it rings at an agent, who may accept or decline (tiers 2 and 3)
  assigned   an agent works on it
  pending    it is the customer's turn
  solved     until the customer writes again
It carries how this customer wants to be treated, as his own words show, and the
agent is told before the first answer: warm, serious, fault_finding, hesitant,
haggler, or unknown, which is the most usual.
Below, → is a customer (✉ by mail, 💬 by chat, ☎ by phone, else by SMS);
← is an agent who answers; · and ✓ are the tickets. On the telephone nobody speaks
aloud: what is said is printed. Who is connected, on hold and for how long is real.
"""


def isolated(text: str) -> str:
    """The text; if it runs from right to left, between marks that keep it apart from the rest."""
    return f"\u2068{text}\u2069" if _RIGHT_TO_LEFT.search(text) else text


def shortened(text: str, cells: int) -> str:
    """The text, or as much of its beginning as takes so many cells, with a mark at the end."""
    if cell_len(text) <= cells:
        return text
    while cell_len(text) > cells - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def plain_table(title: str | None = None) -> Table:
    """A table with a line under its head and nothing else, so that it fits 80 columns."""
    return Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1),
        collapse_padding=True,
    )


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
    text.append(": ")
    text.append(isolated(shortened(item.text, max(20, cells - cell_len(item.who) - 13))))
    return text


@asynccontextmanager
async def showing(
    console: Console, address: str, company: Company, news: News
) -> AsyncIterator[None]:
    """Show what happens for as long as the context lasts."""
    if not console.is_terminal or console.is_dumb_terminal:
        news.on_item = lambda item: console.print(line(item, _LONGEST), soft_wrap=True)
        yield
        news.on_item = None
        return
    view = _View(console, company, news)
    with _log_held_back(), Live(view.render(), console=console, refresh_per_second=8) as live:
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


@contextmanager
def _log_held_back() -> Iterator[None]:
    """Keep what the server logs out of the table, and write it below in the end."""
    held = io.StringIO()
    logs.configure(LOG_LEVEL, "console", stream=held)
    try:
        yield
    finally:
        logs.configure(LOG_LEVEL, "auto")
        sys.stderr.write(held.getvalue())


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
        rows = max(3, min(12, self._console.height - _OTHER_ROWS))
        width = self._console.width - _MARGIN
        lines = [line(item, width) for item in self._news.items[-rows:]]
        return Group(self._states(), Text(), self._people(), Text(), *lines)

    def _states(self) -> Table:
        states = Counter(ticket["state"] for ticket in self._tickets)
        states["waiting"] += states.pop("new", 0)
        tiers = Counter(t["tier"] for t in self._tickets if t["state"] not in ("solved", "closed"))
        table = plain_table()
        for state in ("tickets", *_STATES, "unsolved\nin tier 1", "\ntier 2", "\ntier 3"):
            table.add_column(state, justify="right", vertical="bottom")
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
        table = plain_table()
        table.add_column("agent", no_wrap=True)
        table.add_column("tier", justify="right")
        table.add_column("presence", no_wrap=True)
        table.add_column("load", no_wrap=True)
        table.add_column("holds tickets (… pending)", no_wrap=True, min_width=30)
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
