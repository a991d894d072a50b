"""Alerts: raised once, cleared once, never flapping; told outside at least once, and only outside."""

import asyncio
import base64
import hmac
import random
from datetime import timedelta
from typing import Any, Self

import asyncpg
import factories
import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from noon import NOON, after

from channels import Address, BadAddress, OutcomeUnknown, Receipt, Unavailable, Undeliverable
from contactcenter import doctor
from contactcenter.alert_keeper import AlertKeeper, Outside
from contactcenter.alerting import raising, rules, webhooks
from contactcenter.alerting.judging import judge
from contactcenter.alerting.rules import Settings, Targets
from contactcenter.alerting.webhooks import NotTaken, Webhooks
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending
from contactcenter.errors import BadInput
from contactcenter.reporting.today import Day, Today
from contactcenter.time_zones import zone_of
from contactcenter.upkeep import Upkeep

KEYS = (b"k" * 32,)
UTC_DAY = Day(
    from_at=NOON.replace(hour=0),
    zone=zone_of("UTC"),
    within_s=20,
    variant="abandoned_in_time_ignored",
)


class Limits(Struct, frozen=True, kw_only=True):
    direction: Any = "above"
    threshold: float = 10
    clears_at: float = 5
    for_s: int = 0


class Mail:
    """A channel for mails that takes, puts off or refuses what it is given."""

    missing = ()
    has_threads = True

    def __init__(self, *outcomes: Exception) -> None:
        self.outcomes = list(outcomes)
        self.taken: list[Any] = []

    def address(self, written: str) -> Address:
        if "@" not in written:
            raise BadAddress("there is no @")
        return Address(kind="email", value=written.lower())

    async def send(self, outbound: Any) -> Receipt:
        if self.outcomes:
            raise self.outcomes.pop(0)
        self.taken.append(outbound)
        return Receipt(external_id="1", status="sent")


def said(**change: Any) -> Settings:
    settings: dict[str, Any] = {
        "name": "Too many wait",
        "measure": "waiting",
        "queue_id": None,
        "direction": "above",
        "threshold": 1,
        "clears_at": 0,
        "for_s": 0,
        "emails": [],
        "webhook_url": None,
        "language": "en",
        "is_on": True,
    }
    return Settings(**settings | change)


TARGETS: Any = Targets(mail=Mail(), inside=("127.0.0.1",))


async def rule(conn: Conn, **change: Any) -> rules.Rule:
    return await rules.create(conn, NOON, said(**change), targets=TARGETS, actor="user:1")


async def look(conn: Conn, seconds: float) -> int:
    return await raising.look(conn, after(seconds), Today(ttl_s=0), UTC_DAY)


async def told(conn: Conn) -> list[tuple[str, Any]]:
    rows = await conn.fetch("SELECT kind, data FROM event WHERE kind LIKE 'alert_%' ORDER BY id")
    return [(row["kind"], row["data"]["value"]) for row in rows]


async def wait_in(conn: Conn, queue_id: int, n: int) -> None:
    for _ in range(n):
        await factories.queued_ticket(conn, NOON, queue_id=queue_id)


def test_between_the_two_limits_nothing_changes():
    moves, is_raised = [], False
    for value in (9, 10, 11, 9, 6, 12, 5, 6, 9, 10, 11):
        move = judge(Limits(), value, NOON, is_raised=is_raised, beyond_since=None).move
        is_raised = is_raised if move is None else move == "raise"
        moves.append(move)

    assert moves == [None, None, "raise", None, None, None, "clear", None, None, None, "raise"]


def test_it_must_hold_for_a_while_without_a_break():
    limits, since, moves = Limits(for_s=60, direction="below", clears_at=15), None, []
    for seconds, value in ((0, 9), (59, 9), (60, 11), (70, 9), (129, 9), (130, 9)):
        judged = judge(limits, value, after(seconds), is_raised=False, beyond_since=since)
        since = judged.beyond_since
        moves.append(judged.move)

    assert moves == [None, None, None, None, None, "raise"]


@given(
    st.lists(st.tuples(st.floats(0, 20) | st.none(), st.integers(1, 100))),
    st.sampled_from(["above", "below"]),
    st.floats(0, 20),
    st.floats(0, 20),
    st.integers(0, 120),
)
def test_raised_and_cleared_take_turns_whatever_is_measured(values, direction, one, other, for_s):
    low, high = sorted((one, other))
    limits = Limits(
        direction=direction,
        threshold=high if direction == "above" else low,
        clears_at=low if direction == "above" else high,
        for_s=for_s,
    )
    now, since, is_raised, quiet_since = NOON, None, False, None
    for value, step_s in values:
        now += timedelta(seconds=step_s)
        judged = judge(limits, value, now, is_raised=is_raised, beyond_since=since)
        since = judged.beyond_since
        if judged.move == "raise":
            assert not is_raised
            assert quiet_since is None or now - quiet_since >= timedelta(seconds=for_s)
        if judged.move == "clear":
            assert is_raised
        if judged.move is not None:
            is_raised = judged.move == "raise"
        beyond = value is not None and (value > high if direction == "above" else value < low)
        quiet_since = quiet_since if beyond and quiet_since else (now if beyond else None)


async def test_a_rule_is_raised_once_and_cleared_once(world):
    queue_id = await factories.queue(world)
    await rule(world, queue_id=queue_id)
    await rule(world, name="Elsewhere", queue_id=await factories.queue(world))
    await rule(world, name="All", threshold=2)
    assert await look(world, 0) == 0
    await wait_in(world, queue_id, 2)

    moves = [await look(world, 5), await look(world, 10)]
    await wait_in(world, queue_id, 1)
    moves += [await look(world, 15)]
    for row in await world.fetch("SELECT id FROM ticket"):
        await ending.abandon(world, after(16), row["id"])
    moves += [await look(world, 20), await look(world, 25)]

    assert moves == [1, 0, 1, 2, 0]
    assert await told(world) == [
        ("alert_raised", 2),
        ("alert_raised", 3),
        ("alert_cleared", 0),
        ("alert_cleared", 0),
    ]
    team_id = await world.fetchval("SELECT team_id FROM queue WHERE id = $1", queue_id)
    teams = await world.fetch("SELECT team_ids FROM event WHERE kind LIKE 'alert_%' ORDER BY id")
    assert [row["team_ids"] for row in teams] == [[team_id], [], [team_id], []]
    alerts = await raising.page(world, is_open=None, before_id=99, limit=9)
    assert [(one.name, one.cleared_because) for one in alerts] == [
        ("All", "quiet"),
        ("Too many wait", "quiet"),
    ]


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("waiting", 2.0),
        ("longest_wait_s", 60.0),
        ("agents", 1.0),
        ("available", 0.0),
        ("at_risk", 0.0),
        ("abandoned_today", 0.0),
        ("service_level_today", None),
    ],
)
async def test_what_is_measured_is_what_the_board_shows(world, measure, value):
    queue_id = await factories.queue(world)
    await factories.agent(world, NOON, presence="away")
    await factories.agent(world, NOON, queues=[queue_id], presence="offline")
    agent_id = await factories.agent(world, NOON, queues=[queue_id], presence="away")
    await world.execute("UPDATE agent SET presence = 'offline' WHERE id < $1", agent_id)
    await wait_in(world, queue_id, 2)
    for n, where in enumerate((queue_id, None)):
        await rule(
            world, name=f"{n}", measure=measure, queue_id=where, threshold=1e9, clears_at=1e9,
            direction="below",
        )  # fmt: skip

    await look(world, 60)

    assert [figure for _, figure in await told(world)] == ([] if value is None else [value] * 2)


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"is_on": False}, "switched_off"),
        ({"measure": "agents"}, "changed"),
        ({"emails": ["a@b.c"]}, None),
    ],
)
async def test_a_rule_that_says_something_else_holds_no_longer(world, change, because):
    await wait_in(world, await factories.queue(world), 2)
    before = await rule(world)
    await look(world, 0)

    after_it = await rules.change(
        world, NOON, before, said(**change), targets=TARGETS, actor="user:1"
    )
    await raising.follow_change(world, after(1), before, after_it)

    (alert,) = await raising.page(world, is_open=None, before_id=99, limit=9)
    assert alert.cleared_because == because


async def test_while_its_queue_is_archived_a_rule_is_not_judged_and_begins_anew_afterwards(world):
    queue_id = await factories.queue(world)
    await wait_in(world, queue_id, 2)
    made = await rule(world, queue_id=queue_id, for_s=10)
    assert [await look(world, 0), await look(world, 10)] == [0, 1]

    await world.execute("UPDATE queue SET archived_at = $2 WHERE id = $1", queue_id, after(20))
    assert [await look(world, 20), await look(world, 40)] == [1, 0]
    (alert,) = await raising.page(world, is_open=False, before_id=99, limit=9)
    assert (alert.cleared_because, alert.cleared_value) == ("queue_archived", None)

    await world.execute("UPDATE queue SET archived_at = NULL")
    assert [await look(world, 50), await look(world, 60)] == [0, 1]
    await world.execute("UPDATE queue SET archived_at = $1", after(70))
    await world.execute("UPDATE alert_rule SET beyond_since = $1", after(61))
    await look(world, 70)
    assert (await rules.find(world, made.id)).beyond_since is None


async def test_what_a_rule_raised_is_cleared_when_it_is_removed_and_stays_to_be_read(world):
    await wait_in(world, await factories.queue(world), 2)
    made = await rule(world, emails=["a@b.c"])
    await look(world, 0)

    await raising.follow_removal(world, after(1), made)
    await rules.remove(world, after(1), made, actor="user:1")

    (alert,) = await raising.page(world, is_open=False, before_id=99, limit=9)
    assert (alert.rule_id, alert.cleared_because) == (None, "removed")
    assert [one.what for one in await raising.deliveries(world, [alert.id])] == [
        "raised",
        "cleared",
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"clears_at": 2}, "body.clears_at"),
        ({"direction": "below", "clears_at": 0}, "body.clears_at"),
        ({"queue_id": 404}, "body.queue_id"),
        ({"emails": ["a@b.c", "nobody"]}, "body.emails[1]"),
        ({"threshold": float("nan")}, "body.threshold"),
        ({"webhook_url": "http://hooks.example.com/"}, "body.webhook_url"),
        ({"webhook_url": "https://10.0.0.1/"}, "body.webhook_url"),
        ({"webhook_url": "https://[::ffff:127.0.0.1]/"}, "body.webhook_url"),
        ({"webhook_url": "https://169.254.169.254/latest"}, "body.webhook_url"),
        ({"webhook_url": "https://localhost/"}, "body.webhook_url"),
        ({"webhook_url": "https://user@hooks.example.com/"}, "body.webhook_url"),
        ({"webhook_url": "ftp://hooks.example.com/"}, "body.webhook_url"),
        ({"webhook_url": "hooks"}, "body.webhook_url"),
    ],
)
async def test_what_could_not_be_raised_or_told_is_refused(world, change, place):
    with pytest.raises(BadInput) as refused:
        await rule(world, **change)

    assert refused.value.data["field"] == place


def test_only_public_addresses_are_public():
    private = [
        "10.1.2.3",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.1",
        "224.0.0.1",
        "::1",
    ]
    private += [
        "fec0::1",
        "240.0.0.1",
        "::127.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:192.168.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ]

    assert [one for one in private if webhooks.is_public(one)] == []
    assert webhooks.is_public("93.184.216.34")
    assert webhooks.is_public("2606:2800:220:1::1")


class Receiver:
    """A program that is told, on this machine; it answers with these statuses, then 204."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.taken.append((dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": self.url} if status == 302 else {})


def keeper(database: Database, mail: Mail | None = None, holder: str = "here") -> AlertKeeper:
    outside = Outside(
        channels={"email": mail} if mail else {},  # type: ignore[dict-item]
        webhooks=Webhooks(("127.0.0.1",)),
        keys=lambda _purpose: KEYS,
        chance=random.Random(1),
    )
    return AlertKeeper(
        database,
        Bell(database),
        outside,
        today=Today(),
        zone=zone_of("UTC"),
        holder=holder,
    )


async def raised(database: Database, **change: Any) -> None:
    async with database.transaction() as conn:
        await rule(conn, **change)
        await wait_in(conn, await factories.queue(conn), 2)
        await look(conn, 0)


async def at_once(database: Database) -> None:
    async with database.transaction() as conn:
        await conn.execute("UPDATE alert_delivery SET next_at = now()")


async def states(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT state, attempts, last_error FROM alert_delivery ORDER BY id"
        )
    return [tuple(row) for row in rows]


async def test_a_program_is_told_signed_again_and_again_until_it_takes_it(database):
    async with Receiver(500, 302) as receiver:
        await raised(database, webhook_url=receiver.url)
        teller = keeper(database)
        for _ in range(4):
            await teller.tell_due()
            await at_once(database)
        await teller._outside.webhooks.close()

    assert await states(database) == [("sent", 3, "it answered 302")]
    assert len(receiver.taken) == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1
    headers, body = receiver.taken[-1]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(webhooks.secret(KEYS[0]).removeprefix("whsec_"))
    mac = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    fields = msgspec.json.decode(body)
    assert (fields["type"], fields["data"]["value"]) == ("alert.raised", 2.0)
    assert fields["data"]["text"] == "Too many wait: waiting in all queues is 2, above 1."


async def test_people_are_told_by_mail_in_their_language_and_who_refuses_is_given_up(database):
    mail = Mail(
        Unavailable("busy"),
        Undeliverable("there is no such mailbox", code="5.1.1"),
        OutcomeUnknown("the answer was lost"),
        LookupError("nobody had thought of it"),
    )
    async with database.transaction() as conn:
        queue_id = await factories.queue(conn)
        await factories.entry_point(conn, queue_id=queue_id, channel="email")
    await raised(database, emails=["a@b.c", "d@b.c"], language="fa", name="صف شلوغ")
    teller = keeper(database, mail)
    for _ in range(4):
        await teller.tell_due()
        await at_once(database)

    assert {*await states(database)} == {
        ("sent", 4, "it failed: LookupError"),
        ("failed", 1, "there is no such mailbox"),
    }
    (letter,) = mail.taken
    assert letter.mail.subject == "هشدار: صف شلوغ"
    assert letter.text == "صف شلوغ: در انتظار در همه صف‌ها ۲ است، بیش از ۱."
    assert letter.mail.automatic


@pytest.mark.parametrize(
    ("raised_h", "cleared_h", "heard"),
    [
        (9, None, ["raised"]),  # it holds: that is no old news
        (9, 1, ["cleared"]),
        (5, 1, ["raised", "cleared"]),
        (9, 7, []),
    ],
)
async def test_after_an_outage_nobody_is_told_of_what_has_long_been_over(
    database, raised_h, cleared_h, heard
):
    mail = Mail()
    await raised(database, emails=["lead@desk.test"])
    async with database.transaction() as conn:
        await factories.entry_point(conn, queue_id=await factories.queue(conn), channel="email")
        if cleared_h is not None:
            await conn.execute("UPDATE alert_rule SET is_on = false")
            await look(conn, 60)
        await conn.execute(
            """UPDATE alert SET raised_at = now() - $1 * interval '1 hour',
                                cleared_at = now() - $2 * interval '1 hour'""",
            raised_h,
            cleared_h,
        )
    await at_once(database)
    teller = keeper(database, mail)
    while await teller.tell_due():
        await at_once(database)

    subjects = {"raised": "Alert: Too many wait", "cleared": "Over: Too many wait"}
    assert [one.mail.subject for one in mail.taken] == [subjects[what] for what in heard]
    outcomes = [(state, why) for state, _, why in await states(database)]
    assert outcomes.count(("sent", None)) == len(heard)
    assert outcomes.count(("failed", "too late")) == len(outcomes) - len(heard)


async def test_who_was_told_that_it_began_learns_that_it_is_over_however_late(database):
    mail = Mail()
    await raised(database, emails=["lead@desk.test"])
    teller = keeper(database, mail)
    async with database.transaction() as conn:
        await factories.entry_point(conn, queue_id=await factories.queue(conn), channel="email")
    await teller.tell_due()
    async with database.transaction() as conn:
        await conn.execute(
            "UPDATE alert_rule SET is_on = false, emails = array_append(emails, 'new@desk.test')"
        )
        await look(conn, 60)
        await conn.execute(
            """UPDATE alert SET raised_at = now() - interval '3 days',
                                cleared_at = now() - interval '2 days'"""
        )
    await at_once(database)
    await teller.tell_due()

    told = [(one.recipient.value, one.mail.subject) for one in mail.taken]
    assert told == [
        ("lead@desk.test", "Alert: Too many wait"),
        ("lead@desk.test", "Over: Too many wait"),
    ]
    assert {why for _, _, why in await states(database)} == {None, "too late"}


async def test_who_was_told_is_forgotten_before_what_was_raised_and_what_holds_never(database):
    await raised(database, emails=["lead@desk.test"])
    async with database.transaction() as conn:
        await conn.execute("DROP TABLE event_ever, delivery_ever")  # upkeep makes months

    async def left() -> tuple[int, int]:
        await Upkeep(database, holder=str(random.random())).round()
        async with database.read() as conn:
            return tuple(
                await conn.fetchrow(
                    "SELECT (SELECT count(*) FROM alert), (SELECT count(*) FROM alert_delivery)"
                )
            )

    async def age(what: str) -> None:
        async with database.transaction() as conn:
            await conn.execute(what)
            await conn.execute("DELETE FROM lease")

    assert await left() == (1, 1)
    await age("UPDATE alert_delivery SET ended_at = now() - interval '91 days'")
    assert await left() == (1, 0)
    await age("UPDATE alert SET raised_at = now() - interval '3 years'")
    assert await left() == (1, 0)
    await age(
        "UPDATE alert SET cleared_at = now() - interval '2 years 1 day', cleared_because = 'quiet'"
    )
    assert await left() == (0, 0)


async def test_two_that_look_at_once_raise_once_and_one_that_is_killed_is_followed(database):
    async with Receiver() as receiver:
        async with database.transaction() as conn:
            await rule(conn, webhook_url=receiver.url)
            await wait_in(conn, await factories.queue(conn), 2)

        async def look_now() -> int:
            async with database.transaction() as conn:
                return await look(conn, 0)

        moves = await asyncio.gather(*(look_now() for _ in range(4)))
        doomed = await asyncpg.connect(database.url)
        await factories.prepare(doomed)
        claimed = await doomed.fetch(
            "UPDATE alert_delivery SET attempts = attempts + 1, next_at = now() + interval '2 minutes' RETURNING id"
        )
        doomed.terminate()  # it had it in hand
        teller = keeper(database)
        assert await teller.tell_due() == 0
        await at_once(database)  # its claim is over
        await teller.tell_due()
        await teller._outside.webhooks.close()

    assert (sum(moves), len(claimed), len(receiver.taken)) == (1, 1, 1)
    assert await states(database) == [("sent", 2, None)]


async def test_one_process_looks_at_a_time(database):
    turns = [await keeper(database, holder=one).look() for one in ("here", "there", "here")]

    assert turns == [True, False, True]


async def test_an_address_inside_is_not_asked_whatever_the_name_says(monkeypatch):
    async def resolved(*_: object, **__: object) -> list[dict[str, Any]]:
        return [
            {"hostname": "x", "host": "127.0.0.1", "port": 443, "family": 2, "proto": 6, "flags": 0}
        ]

    monkeypatch.setattr("aiohttp.ThreadedResolver.resolve", resolved)
    with pytest.raises(OSError, match="no public address"):
        await webhooks._PublicResolver(()).resolve("rebound.example.com", 443)
    assert await webhooks._PublicResolver(("chat.internal",)).resolve("chat.internal", 443)
    outside = Webhooks(())
    for url in ("https://rebound.example.com/", "https://127.0.0.1/", "http://127.0.0.1/"):
        with pytest.raises(NotTaken):
            await outside.post(url, b"{}", {})
    await outside.close()


async def test_the_doctor_names_alerts_of_which_somebody_is_not_told(database):
    await raised(database, webhook_url="http://127.0.0.1:9/")
    async with database.transaction() as conn:
        await conn.execute("UPDATE alert SET raised_at = now()")
        fine = [one.detail for one in await doctor._work(conn) if one.about == "alerts"]
        await conn.execute("UPDATE alert_delivery SET attempts = 3")
        found = [one.detail for one in await doctor._work(conn) if one.about == "alerts"]

    assert (fine, found) == ([], ["of 1 of the last day somebody is not told"])
