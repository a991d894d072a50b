"""Processes that answer by themselves at one instant keep to what one of them may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from mail_house import House, house
from mails import ENTRY_POINT, mail

from contactcenter.db import Database
from contactcenter.outbound.autoresponses import OF_DOMAIN

ANSWERED = "SELECT count(*)::int FROM interaction WHERE kind = 'autoresponse'"


@pytest.fixture
async def processes(database: Database) -> AsyncIterator[list[House]]:
    """Four, each with an intake and a connection of its own."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(4):
            one = await stack.enter_async_context(house(database, ENTRY_POINT))
            one.own.options[ENTRY_POINT] = {"mail_autoresponse_en": "We have it."}
            made.append(one)
        yield made


async def test_first_mails_of_one_person_at_one_instant_are_answered_once(
    processes: list[House],
) -> None:
    for n in range(15):
        await asyncio.gather(
            *(
                one.receive(mail(f"{n}-{k}", sender=f"p@d{n}.test", text=f"{k}"))
                for k, one in enumerate(processes)
            )
        )

    assert (
        await processes[0].value(
            "SELECT count(*)::int FROM interaction WHERE direction = 'inbound'"
        )
        == 60
    )
    assert await processes[0].rows(
        "SELECT count(*)::int, count(DISTINCT correspondent)::int FROM autoresponse"
    ) == [(15, 15)]
    assert await processes[0].value(ANSWERED) == 15


async def test_people_of_one_domain_at_one_instant_get_no_more_than_their_share(
    processes: list[House],
) -> None:
    for n in range(10):
        await asyncio.gather(
            *(
                one.receive(mail(f"{n}-{k}-{m}", sender=f"p{k}{m}@d{n}.test"))
                for k, one in enumerate(processes)
                for m in range(3)
            )
        )

    shares = await processes[0].rows("SELECT count(*)::int FROM autoresponse GROUP BY domain")
    assert shares == [(OF_DOMAIN,)] * 10
