"""Plays the demo from the first message to the last check."""

import asyncio
import os
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from rich.console import Console

from contactcenter.demo import (
    carrier,
    closing,
    evidence,
    house,
    promises,
    screen,
    switchboard,
    telephone,
)
from contactcenter.demo.agents import Agent
from contactcenter.demo.caller import Caller
from contactcenter.demo.callers import Callers
from contactcenter.demo.carrier import Case
from contactcenter.demo.cast import STORIES, acquaintances, cast
from contactcenter.demo.company import Company, Person, found, write_down
from contactcenter.demo.correspondents import Correspondents
from contactcenter.demo.customers import Customers
from contactcenter.demo.evidence import Evidence, Watch
from contactcenter.demo.house import House
from contactcenter.demo.listener import Listener
from contactcenter.demo.news import News
from contactcenter.demo.pace import Pace
from contactcenter.demo.result import Result, result
from contactcenter.demo.stories import Understanding
from contactcenter.demo.stories_chat import CHATS
from contactcenter.demo.stories_mail import MAILS
from contactcenter.demo.telephonists import Telephonist
from contactcenter.demo.visitors import Visitors
from routing.states import UNSOLVED

#: Offers ring as briefly as a queue may let them; its own default is a minute.
_RING_S: Final = 5
_LOOK_EVERY_S: Final = 0.3
#: After so long, and so much a message, it is called off.
_DEADLINE_S: Final = 60.0
_DEADLINE_PER_MESSAGE_S: Final = 1.0
#: Reports on the last answers are waited for so long.
_SETTLE_S: Final = 10.0


class Options(Struct, frozen=True, kw_only=True):
    """What was asked for."""

    messages: int
    speed: float
    seed: int
    keep: bool
    database_url: str | None


class _Show(Struct, frozen=True, kw_only=True):
    options: Options
    home: House
    company: Company
    customers: Customers
    correspondents: Correspondents
    visitors: Visitors
    callers: Callers
    pace: Pace
    news: News


class _Day(Struct, frozen=True, kw_only=True):
    case: Case
    report: Mapping[str, Any]
    cards: Sequence[Mapping[str, Any]]
    called_off: bool


async def play(
    options: Options, folder: Path, console: Console, tell: Callable[[Result], None]
) -> None:
    """Run it all and ``tell`` the result; with ``keep`` it goes on until cancelled."""
    started_s = time.monotonic()
    chance = random.Random(options.seed)
    pace = Pace(options.speed, chance)
    screen.introduce(console)
    console.print("Starting a database, stand-ins for Twilio and mail servers, and the server …")
    async with house.running(folder, options.database_url, chance) as home:
        console.print("Setting up a company over the API: thirteen accounts, five queues …\n")
        company = await found(home.address, home.admin, ring_s=_RING_S)
        await switchboard.connect(home.address, company)
        roles = cast(options.messages, chance)
        await write_down(home.address, company, acquaintances(roles))
        news = News()
        show = _Show(
            options=options,
            home=home,
            company=company,
            customers=Customers(roles, home.fake, pace, news),
            correspondents=Correspondents(home.post, pace, news),
            visitors=Visitors(home.address, pace, news),
            callers=Callers(home.fake.voice, pace, news),
            pace=pace,
            news=news,
        )
        async with screen.showing(console, home.address, company, news):
            day = await _perform(show)
        outcome = _close(console, show, day, seconds=time.monotonic() - started_s)
        tell(outcome)
        if options.keep:
            closing.print_logins(console, home.address, company, home.fake.url)
            await asyncio.to_thread(closing.open_page, home.address, console, os.environ)
            await asyncio.Event().wait()


async def _perform(show: _Show) -> _Day:
    """Let everybody write and work until there is nothing left to do; then take stock."""
    company, home = show.company, show.home
    async with AsyncExitStack() as stack:
        agents = [await _agent(stack, show, person) for person in company.agents]
        office = await stack.enter_async_context(Caller(home.address))
        await office.sign_in(company.admin.email, company.admin.password)
        watch, listener = Watch(home.database), Listener(office, show.news)
        called_off = await _side_by_side(
            [
                *(agent.work() for agent in agents),
                _write(show.customers, listener),
                _write(show.correspondents, listener),
                _write(show.visitors, listener),
                _write(show.callers, listener),
                _keep_watch(watch),
                listener.listen(),
            ],
            until=_over(show, office, listener),
            deadline_s=_deadline_s(show.options),
        )
        await watch.look()
        found_out = await evidence.gather(home.database)
        report = await _reported(office, found_out)
        owners = [machine.owner_id for machine in found_out.machines]
        cards = [await office.get(f"/contacts/{one}/card") for one in owners]
        for agent in agents:
            await agent.go_home()
    ledger = home.fake.ledger
    case = Case(
        evidence=found_out,
        ledger=ledger,
        watch=watch,
        told=listener.told,
        post=home.post.ledger,
        visitors=[visitor.seen for visitor in show.visitors.all],
        calls=telephone.witnessed(home.fake.voice),
        complaints=home.fake.voice.problems,
    )
    return _Day(case=case, report=report, cards=cards, called_off=called_off)


async def _agent(stack: AsyncExitStack, show: _Show, person: Person) -> Agent | Telephonist:
    """One of the agents; two of the specialists have a bad moment, and one needs his tea."""
    caller = await stack.enter_async_context(Caller(show.home.address))
    if person.telephone:
        seat = show.callers.place_telephone(person.telephone)
        talks = show.callers.talks
        return Telephonist(person, caller, talks, seat, pace=show.pace, news=show.news)
    writers = [one for one in show.company.agents if not one.telephone]
    specialists = [one.id for one in writers if one.tier == 2]  # noqa: PLR2004
    return Agent(
        person,
        caller,
        Understanding((*STORIES, *(story for story, _ in MAILS), *CHATS)),
        pace=show.pace,
        news=show.news,
        declines=int(person.id == specialists[0]),
        misses=int(person.id == specialists[1]),
        takes_a_break=person is show.company.agents[0],
    )


async def _side_by_side(
    works: Sequence[Coroutine[Any, Any, None]],
    *,
    until: Coroutine[Any, Any, None],
    deadline_s: float,
) -> bool:
    """Run all of it until the one is over; True if the deadline came first.

    Whatever goes wrong in any of them ends them all and is raised.
    """
    end = asyncio.create_task(until)
    tasks = [end, *(asyncio.create_task(work) for work in works)]
    try:
        done, _ = await asyncio.wait(tasks, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return end not in done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _write(
    customers: Customers | Correspondents | Visitors | Callers, listener: Listener
) -> None:
    """The customers begin once somebody listens, so that he is told of everything."""
    await listener.subscribed.wait()
    await customers.live()


async def _over(show: _Show, office: Caller, listener: Listener) -> None:
    """Return when everybody has said all he wanted, nothing is left to solve, and all is told."""
    while True:
        everybody = (show.customers, show.correspondents, show.visitors, show.callers)
        if all(some.sent == some.in_all for some in everybody):
            page = await office.get("/tickets", state=sorted(UNSOLVED), limit=1)
            if not page["items"] and show.visitors.are_done and show.callers.are_done:
                break
        await asyncio.sleep(_LOOK_EVERY_S / show.pace.speed)
    await _settle(show.home, listener)


async def _keep_watch(watch: Watch) -> None:
    while True:
        await watch.look()
        await asyncio.sleep(_LOOK_EVERY_S)


async def _reported(office: Caller, found_out: Evidence) -> Mapping[str, Any]:
    """The report, as soon as it knows of all that happened: reports are behind by moments."""
    until_s = time.monotonic() + _SETTLE_S
    last_at = max(event.at for event in found_out.events)
    while True:
        report: Mapping[str, Any] = await office.get(
            "/reports/performance", by="agent,tier,temperament"
        )
        as_of = report["as_of"]
        is_whole = as_of is not None and datetime.fromisoformat(as_of) > last_at
        if is_whole or time.monotonic() > until_s:
            return report
        await asyncio.sleep(_LOOK_EVERY_S)


async def _settle(home: House, listener: Listener) -> None:
    """Wait, a while, until the provider has reported on all and the feed has told all."""
    until_s = time.monotonic() + _SETTLE_S
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_S):
            await home.fake.drain()
    while time.monotonic() < until_s:
        found_out = await evidence.gather(home.database)
        under_way = any(
            w.state in ("queued", "sending") for w in (*found_out.written, *found_out.mails_written)
        ) or not all(call.is_over for call in found_out.calls)
        if not under_way and {e.id for e in found_out.events} <= set(listener.told):
            return
        await asyncio.sleep(_LOOK_EVERY_S)


def _close(console: Console, show: _Show, day: _Day, *, seconds: float) -> Result:
    case = day.case
    kept = promises.check(case)
    if day.called_off:
        kept.append(promises.not_finished(_deadline_s(show.options), case.evidence.tickets))
    outcome = result(
        case.evidence,
        carrier.messages(case),
        kept,
        day.report,
        redelivered=show.customers.redelivered,
        seed=show.options.seed,
        seconds=seconds,
    )
    closing.print_cards(console, day.cards)
    closing.print_report(console, day.report, {p.id: p.tier for p in show.company.agents})
    closing.print_promises(console, kept)
    closing.print_summary(console, outcome)
    if not show.options.keep:
        closing.print_next_steps(console)
    return outcome


def _deadline_s(options: Options) -> float:
    return (_DEADLINE_S + _DEADLINE_PER_MESSAGE_S * options.messages) / min(1.0, options.speed)
