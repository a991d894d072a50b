"""What the doctor finds where callers would reach nobody, or not be understood."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import factories
import pytest

import channels
from channels import AccountRefused, Unavailable
from contactcenter import call_findings
from contactcenter.calls.dial_guard import DialGuard
from contactcenter.db import Conn
from contactcenter.finding import Finding

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LONDON, TEHRAN = "+442071838750", "+982191012345"
ACCOUNT = {"twilio_account_sid": "AC" + "1" * 32, "twilio_auth_tokens": "secret"}


@pytest.fixture
async def built() -> AsyncIterator[dict[str, Any]]:
    """The telephone as it is set up, whose provider answers what a test says."""
    async with aiohttp.ClientSession() as http:
        env = channels.Env(settings=ACCOUNT, public_url="https://c.example", region="GB", http=http)
        yield {"phone": channels.load(env)["phone"]}


@pytest.fixture
def provider(built: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """What comes of asking it: the first of these, again and again."""
    answers: list[Exception | None] = [None]

    async def look(_number: str, _leg: str) -> None:
        if answers[0] is not None:
            raise answers[0]

    monkeypatch.setattr(built["phone"].telephony, "look", look)
    return answers


async def look(conn: Conn, built: dict[str, Any], *prefixes: str) -> list[Finding]:
    guard = DialGuard(built, prefixes=prefixes, per_agent=10, per_house=10)
    return await call_findings.look(conn, built, guard)


async def number(conn: Conn, address: str = LONDON) -> int:
    queue_id = await factories.queue(conn)
    await factories.entry_point(conn, queue_id=queue_id, channel="phone", address=address)
    return queue_id


async def agent(conn: Conn, queue_id: int, telephone: str | None) -> str:
    agent_id = await factories.agent(conn, NOW, queues=[queue_id])
    await conn.execute("UPDATE agent SET phone_address = $2 WHERE id = $1", agent_id, telephone)
    return await conn.fetchval("SELECT email FROM user_account WHERE id = $1", agent_id)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (AccountRefused("Twilio refuses our account: suspended"), ("failure", "suspended")),
        (Unavailable("no way there"), ("warning", "no way there")),
        (TimeoutError(), ("warning", "TimeoutError")),
        (None, ("ok", "knows it")),
    ],
)
async def test_each_account_is_asked_for_once(
    world: Conn, built: dict[str, Any], provider: list[Any], answer: Any, told: Any
) -> None:
    provider[0] = answer
    await number(world)
    await number(world, TEHRAN)

    found = [one for one in await look(world, built) if one.about.startswith("account")]

    assert [(one.about, one.verdict) for one in found] == [(f"account of {LONDON}", told[0])]
    assert told[1] in found[0].detail


@pytest.mark.usefixtures("provider")
async def test_whoever_can_never_be_called_is_named(world: Conn, built: dict[str, Any]) -> None:
    queue_id = await number(world)
    abroad = await agent(world, queue_id, "+982188776655")
    await agent(world, queue_id, "+442079460018")
    office = await agent(world, queue_id, "sip:ann@pbx.example.com")
    await agent(world, queue_id, "client:ann")

    def named(found: list[Finding]) -> list[str]:
        return [one.about for one in found if one.verdict == "warning"]

    alone = await look(world, built)
    assert named(alone) == sorted(f"telephone of {one}" for one in (abroad, office))
    assert "any of our numbers" in next(o.detail for o in alone if abroad in o.about)
    assert not named(await look(world, built, "+44", "+98", "@pbx.example.com"))

    await number(world, TEHRAN)
    both = await look(world, built)
    assert f"calls to {LONDON} never" in next(o.detail for o in both if abroad in o.about)


@pytest.mark.usefixtures("provider")
async def test_who_has_no_telephone_is_told_and_a_queue_without_any_is_a_warning(
    world: Conn, built: dict[str, Any]
) -> None:
    queue_id = await number(world)
    ann = await agent(world, queue_id, None)

    [found] = [one for one in await look(world, built) if one.about.startswith("telephones of")]
    assert (found.verdict, "no agent can be called" in found.detail) == ("warning", True)

    await agent(world, queue_id, "client:bob")
    [found] = [one for one in await look(world, built) if one.about.startswith("telephones of")]
    assert (found.verdict, ann in found.detail) == ("ok", True)


@pytest.mark.usefixtures("provider")
async def test_a_menu_that_asks_for_words_nobody_understands_is_told(
    world: Conn, built: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await number(world)
    prompt = {"en": "Press 1.", "xx": {"prompt": "main"}}
    main = {"kind": "menu", "prompt": prompt, "speech": True, "options": {"1": "voicemail"}}
    tree = {"start": "main", "languages": ["en", "xx"], "nodes": {"main": main}}
    await world.execute(
        "WITH made AS (INSERT INTO phone_menu (name, tree) VALUES ('Main', $1) RETURNING id)"
        " UPDATE entry_point SET phone_menu_id = made.id FROM made",
        tree,
    )

    [found] = [one for one in await look(world, built) if one.about == "menu Main"]
    assert (found.verdict, "main would hear words" in found.detail) == ("warning", True)
    assert "understands xx: there only keys count" in found.detail

    monkeypatch.setattr(built["phone"].telephony, "hears", lambda _: True)
    assert not [one for one in await look(world, built) if one.about == "menu Main"]


@pytest.mark.usefixtures("provider")
async def test_without_a_number_nothing_is_asked(world: Conn, built: dict[str, Any]) -> None:
    assert await look(world, built) == []
