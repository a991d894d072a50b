"""Surveys: one question an episode, answered once, by link or by a digit, for who solved it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import factories
import pytest
import sending as lines
from noon import NOON, after

from channels import Address, Inbound, Media, Raw
from contactcenter import metrics
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.dispatch import ending, seek
from contactcenter.intake import Intake
from contactcenter.measuring.asks import Ask
from contactcenter.outbound import opt_outs
from contactcenter.reporting import answers, kept_facts
from contactcenter.survey_inbox import SurveyInbox
from contactcenter.survey_sender import SurveySender
from contactcenter.surveys import answering, links, replies, sending, views
from contactcenter.surveys.sending import Links
from contactcenter.tickets import tickets

OURS, SARA = "+982100000000", "+989121111111"
KEYS = (b"k" * 32,)
DAY = timedelta(days=1)
ON = "UPDATE survey_policy SET is_on = true, after_s = 3600"
#: An hour after the solution.
DUE = after(3610)


class Line(lines.Line):
    """A line for text messages."""

    def size(self, _text: str) -> None:
        return None


class Post(Line):
    """A line for mails."""

    has_threads = True


CHANNELS: Any = {"sms": Line()}
MAILS: Any = {"email": Post()}


def addresses() -> Links:
    return Links(public_url="https://desk.test", keys=KEYS)


async def ask(conn: Conn, seconds: float = 3610) -> int:
    return await sending.ask(conn, after(seconds), CHANNELS, addresses, at_most=10)


async def solved(conn: Conn, *, language: str | None = "en", **columns: Any) -> tuple[int, int]:
    """A ticket that somebody solved at ten past noon, in seconds; and who."""
    channel = columns.get("channel", "sms")
    door = await conn.fetchrow("SELECT id, queue_id FROM entry_point WHERE channel = $1", channel)
    if door is None:
        await factories.entry_point(conn, queue_id=await factories.queue(conn), channel=channel)
        door = await conn.fetchrow(
            "SELECT id, queue_id FROM entry_point WHERE channel = $1", channel
        )
    queue_id = door["queue_id"]
    contact_id = columns.pop("contact_id", None)
    if contact_id is None:
        contact_id = await factories.contact(conn, language=language)
    ticket = await factories.queued_ticket(
        conn, NOON, queue_id=queue_id, entry_point_id=door["id"], contact_id=contact_id, **columns
    )
    agent_id = await factories.agent(conn, NOON, queues=[queue_id])
    await seek.assign(conn, after(5), ticket, agent_id, {"decision": "claimed"}, actor="system")
    await ending.solve(
        conn, after(10), ticket.id, actor="user:1", disposition="solved", reopen_window_s=9_999
    )
    return ticket.id, agent_id


async def only(conn: Conn) -> asyncpg.Record:
    return await conn.fetchrow("SELECT * FROM survey")


async def reopen(conn: Conn, ticket_id: int, seconds: float) -> None:
    await conn.execute("UPDATE agent SET presence = 'offline'")
    ticket = await tickets.lock(conn, ticket_id)
    await ending.reopen(conn, after(seconds), ticket, actor="user:1", because="agent")


async def test_nothing_is_planned_while_surveys_are_off_or_where_no_person_solved(world):
    await solved(world)
    assert await only(world) is None
    await world.execute(ON)
    await solved(world, channel="webchat")

    assert await only(world) is None


async def test_a_question_is_asked_once_when_it_is_due_in_the_customers_language(world):
    await world.execute(ON)
    ticket_id, agent_id = await solved(world, language="fa")

    assert await ask(world, 3600) == 0
    assert [await ask(world), await ask(world), await ask(world, 9_000)] == [1, 0, 0]

    survey = await only(world)
    assert (survey["state"], survey["language"]) == ("sent", "fa")
    assert survey["expires_at"] == DUE + 7 * DAY
    sent = await world.fetchrow("SELECT * FROM interaction WHERE kind = 'survey'")
    token = sent["body"].rpartition("https://desk.test/survey/")[2]
    assert links.survey_of(KEYS, token) == survey["id"]
    assert "چه‌قدر خوب" in sent["body"]
    queued = await world.fetch("SELECT interaction_id, state FROM outbox")
    assert [tuple(row) for row in queued] == [(sent["id"], "queued")]
    told = await world.fetchrow("SELECT agent_id, data FROM event WHERE kind = 'survey_sent'")
    assert (told["agent_id"], told["data"]["episode"]) == (agent_id, 1)
    assert [one.agent_id for one in await views.of_ticket(world, ticket_id)] == [agent_id]


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ("UPDATE survey_policy SET is_on = false", "switched_off"),
        ("UPDATE ticket SET spam = true", "not_solved"),
        ("UPDATE ticket SET episode = 2", "not_solved"),
        ("DELETE FROM identity", "unreachable"),
        ("UPDATE survey SET due_at = due_at - interval '4 days'", "too_late"),
    ],
)
async def test_who_is_not_asked_any_more_and_why(world, meanwhile, reason):
    await world.execute(ON)
    await solved(world)
    await world.execute("UPDATE interaction SET identity_id = NULL")
    await world.execute(meanwhile)

    await ask(world)

    survey = await only(world)
    assert (survey["state"], survey["reason"]) == ("skipped", reason)
    assert await world.fetchval("SELECT count(*) FROM outbox") == 0


async def test_who_wants_no_messages_is_not_asked(world):
    await world.execute(ON)
    await solved(world)
    door, who = await world.fetchrow("SELECT e.address, i.id FROM entry_point e, identity i")
    await opt_outs.withdraw(world, NOON, who, "sms", door, source="customer", actor="customer")

    await ask(world)

    assert (await only(world))["reason"] == "opted_out"


async def test_a_mail_asks_by_a_mail_that_no_machine_answers(world):
    await world.execute(ON)
    await world.execute(
        "UPDATE entry_point SET address = 'help@ours.example' WHERE channel = 'email'"
    )
    ticket_id, _ = await solved(world, channel="email")
    await world.execute(
        "UPDATE entry_point SET address = 'help@ours.example';"
        "UPDATE identity SET kind = 'email', value = 'sara@example.com'"
    )

    assert await sending.ask(world, DUE, MAILS, addresses, at_most=10) == 1

    sent = await world.fetchrow(
        "SELECT i.channel, i.body, m.subject, m.automatic FROM interaction i JOIN mail m ON m.interaction_id = i.id"
    )
    assert sent["channel"] == "email"
    assert sent["subject"].startswith("How did we do?")
    assert str(ticket_id) in sent["subject"]
    assert sent["automatic"]
    assert "One question, one click:" in sent["body"]


async def test_who_called_is_asked_by_text_message_and_who_hid_his_number_is_not(world):
    await world.execute(ON)
    await factories.entry_point(world, queue_id=await factories.queue(world))
    seen, _ = await solved(world, channel="phone")
    hidden, _ = await solved(world, channel="phone")
    await world.execute(
        "UPDATE identity SET kind = 'withheld' WHERE contact_id = (SELECT contact_id FROM ticket WHERE id = $1)",
        hidden,
    )

    assert await ask(world) == 2

    assert [one.channel for one in await views.of_ticket(world, seen)] == ["sms"]
    assert [one.reason for one in await views.of_ticket(world, hidden)] == ["unreachable"]


async def test_a_ticket_that_came_back_is_not_asked_about_but_its_next_solution_is(world):
    await world.execute(ON)
    ticket_id, _ = await solved(world)
    await reopen(world, ticket_id, 20)
    assert await ask(world) == 1
    assert (await only(world))["reason"] == "not_solved"
    ticket = await tickets.lock(world, ticket_id)
    agent_id = await factories.agent(world, NOON, name="Zahra", queues=[ticket.queue_id])
    await seek.assign(world, after(4_000), ticket, agent_id, {"decision": "x"}, actor="system")
    await ending.solve(
        world, after(4_010), ticket_id, actor="user:1", disposition="solved", reopen_window_s=9
    )

    assert await ask(world, 9_000) == 1
    second = (await views.of_ticket(world, ticket_id))[1]
    assert (second.episode, second.state, second.agent_id) == (2, "sent", agent_id)


async def test_a_question_that_fails_keeps_nobody_else_waiting_and_is_tried_for_three_days(
    world, monkeypatch
):
    await world.execute(ON)
    broken, _ = await solved(world)
    await solved(world)
    write = sending._write

    async def failing(conn, now, question, asking):
        if question.ticket.id == broken:
            await conn.execute("SELECT 1 / 0")  # which ends a transaction that has no savepoint
        return await write(conn, now, question, asking)

    monkeypatch.setattr(sending, "_write", failing)
    failures = metrics.AUTOMATED_MESSAGE_FAILURES.labels("survey")._value.get()

    assert await ask(world) == 2
    states = "SELECT state FROM survey ORDER BY (ticket_id = $1) DESC"
    assert [row["state"] for row in await world.fetch(states, broken)] == ["planned", "sent"]
    assert metrics.AUTOMATED_MESSAGE_FAILURES.labels("survey")._value.get() == failures + 1
    assert await ask(world, 3620) == 0
    assert await ask(world, 3610 + 3600) == 1
    monkeypatch.undo()
    assert await ask(world, 3610 + 7200) == 1
    assert [row["state"] for row in await world.fetch(states, broken)] == ["sent", "sent"]


async def test_nobody_is_asked_at_night_nor_while_he_has_another_problem_nor_twice_a_week(world):
    await world.execute(ON)
    ticket_id, _ = await solved(world)
    contact_id = (await tickets.find(world, ticket_id)).contact_id
    night = 10 * 3600.0  # ten in the evening
    assert await ask(world, night) == 1
    assert (await only(world))["next_at"] == after(21 * 3600)
    other, _ = await solved(world, contact_id=contact_id)
    await reopen(world, other, 30)
    assert await ask(world, 21 * 3600) == 1
    assert [one.state for one in await views.of_ticket(world, ticket_id)] == ["planned"]
    ticket = await tickets.lock(world, other)
    agent_id = await factories.agent(world, NOON, name="Zahra", queues=[ticket.queue_id])
    await seek.assign(world, after(40), ticket, agent_id, {"decision": "x"}, actor="system")
    await ending.solve(
        world, after(50), other, actor="user:1", disposition="solved", reopen_window_s=9_999_999
    )
    while await ask(world, 22 * 3600 + 1):
        pass

    assert [one.state for one in await views.of_ticket(world, ticket_id)] == ["sent"]
    reasons = [one.reason for one in await views.of_ticket(world, other)]
    assert set(reasons) <= {"asked_lately", "not_solved"}
    assert "asked_lately" in reasons


async def test_an_answer_counts_once_and_is_his_who_solved_it(world):
    await world.execute(ON)
    ticket_id, agent_id = await solved(world)
    await ask(world)
    survey_id = (await only(world))["id"]
    await reopen(world, ticket_id, 3_700)  # it is somebody else's by now

    first = await answering.answer(world, after(4_000), survey_id, 4, by="link")
    second = await answering.answer(world, after(4_001), survey_id, 1, by="link")

    assert (first, second) == ("answered", "answered_before")
    told = await world.fetch("SELECT agent_id, data FROM event WHERE kind = 'survey_answered'")
    assert [(row["agent_id"], row["data"]["score"]) for row in told] == [(agent_id, 4)]


async def test_what_is_open_for_too_long_takes_no_answer(world):
    await world.execute(ON)
    await solved(world)
    await ask(world)
    survey_id = (await only(world))["id"]

    assert await answering.answer(world, DUE + 7 * DAY, survey_id, 5, by="link") == "over"
    assert [await sending.expire(world, DUE + 7 * DAY) for _ in range(2)] == [1, 0]
    assert await answering.answer(world, DUE + 8 * DAY, survey_id, 5, by="link") == "over"
    assert (await only(world))["score"] is None


async def test_the_report_counts_who_was_asked_and_who_answered(world):
    await world.execute(ON)
    agents = []
    for score in (5, 4, 2, None):
        _, agent_id = await solved(world)
        agents.append(agent_id)
        await ask(world)
        if score is not None:
            survey_id = await world.fetchval("SELECT max(id) FROM survey")
            await answering.answer(world, after(4_000), survey_id, score, by="reply")
    ids = [row["id"] for row in await world.fetch("SELECT id FROM ticket")]
    await kept_facts.renew(world, ids)

    made = {}
    for metric in ("csat", "response_rate"):
        wanted = Ask(metric=metric, by=("agent",), from_at=NOON, to_at=NOON + DAY, as_of=NOON + DAY)
        made[metric] = await answers.answer(world, wanted, viewer_id=None)

    by_agent = {row.group["agent"]: (row.numerator, row.denominator) for row in made["csat"]}
    assert by_agent == {agents[0]: (1, 1), agents[1]: (1, 1), agents[2]: (0, 1)}
    rates = {row.group["agent"]: (row.numerator, row.denominator) for row in made["response_rate"]}
    assert rates == dict.fromkeys(agents[:3], (1, 1)) | {agents[3]: (0, 1)}


def test_only_an_address_of_ours_names_a_survey():
    token = links.token(KEYS, 7)

    assert links.survey_of(KEYS, token) == 7
    assert links.survey_of((b"n" * 32, *KEYS), token) == 7
    assert links.survey_of((b"n" * 32,), token) is None
    forged = [token[:-1], token + "A", token.swapcase(), "", "é", links.token((b"x" * 32,), 7)]
    assert {links.survey_of(KEYS, one) for one in forged} == {None}


def message(n: int, text: str, **fields: Any) -> Inbound:
    defaults: dict[str, Any] = {
        "channel": "sms",
        "entry_point": OURS,
        "sender": Address(kind="phone", value=SARA),
        "text": text,
        "raw": Raw(body=b"n=%d" % n, content_type="application/x-www-form-urlencoded"),
        "external_id": f"SM{n}",
    }
    return Inbound(**(defaults | fields))


def test_a_digit_is_a_score_in_any_script_and_nothing_else_is():
    scores = {
        text: replies.score_of(message(1, text))
        for text in ("1", " 5.\n", "۴", "٣", "५", "0", "6", "10", "⑤", "v", "", "5 stars", "۵۵")
    }
    assert scores == {
        "1": 1,
        " 5.\n": 5,
        "۴": 4,
        "٣": 3,
        "५": 5,
        "0": None,
        "6": None,
        "10": None,
        "⑤": None,
        "v": None,
        "": None,
        "5 stars": None,
        "۵۵": None,
    }
    photo = Media(url="https://provider.test/1", content_type="image/png")
    assert replies.score_of(message(1, "5", media=(photo,))) is None


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[SurveyInbox]:
    intake = Intake(database, Bell(database), reopen_window_s=99_999_999)
    task = asyncio.create_task(intake.run())
    yield SurveyInbox(intake, database, Bell(database))
    task.cancel()
    await intake.close()


@pytest.fixture
async def asked(database: Database) -> int:
    """A ticket of Sara's, solved and asked about."""
    async with database.transaction() as conn:
        await conn.execute(ON)
        queue_id = await factories.queue(conn)
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id) VALUES ('sms', $1, $2)",
            OURS,
            queue_id,
        )
        contact_id = await factories.contact(conn)
        await conn.execute("UPDATE identity SET value = $2 WHERE contact_id = $1", contact_id, SARA)
        ticket_id, _ = await solved(conn, contact_id=contact_id)
        await ask(conn)
        await conn.execute("UPDATE survey SET expires_at = now() + interval '1 day'")
        await conn.execute("UPDATE ticket SET solved_at = now()")
    return ticket_id


async def shown(database: Database) -> tuple[Any, ...]:
    """State and score of the survey; tickets, those to be looked at, and answers on the timeline."""
    async with database.read() as conn:
        return tuple(
            await conn.fetchrow(
                "SELECT state, score, (SELECT count(*) FROM ticket), (SELECT count(*) FROM interaction"
                " WHERE direction = 'inbound' AND triaged_at IS NULL),"
                " (SELECT count(*) FROM interaction WHERE kind = 'survey_answer') FROM survey"
            )
        )


async def test_a_digit_answers_and_opens_no_ticket(database, inbox, asked):
    outcomes = await inbox.receive([message(1, "۵")])
    again = await inbox.receive([message(1, "۵"), message(2, "2"), message(3, "Thank you!")])

    assert (list(outcomes), list(again)) == (["stored"], ["duplicate", "stored", "stored"])
    # Words are a message like others: somebody looks at them.
    assert await shown(database) == ("answered", 5, 1, 1, 2)
    async with database.read() as conn:
        kept = await conn.fetchrow(
            "SELECT i.ticket_id, i.body, d.body AS raw FROM interaction i JOIN delivery d ON d.id = i.delivery_id"
            " WHERE i.external_id = 'SM1'"
        )
    assert tuple(kept) == (asked, "۵", b"n=1")


async def test_a_digit_in_a_conversation_or_after_its_time_is_a_message(database, inbox, asked):
    async with database.transaction() as conn:
        await conn.execute("UPDATE survey SET expires_at = now() - interval '1 second'")
    await inbox.receive([message(1, "3")])
    async with database.transaction() as conn:
        await conn.execute("UPDATE survey SET expires_at = now() + interval '1 day'")
        await reopen(conn, asked, 5_000)
    await inbox.receive([message(2, "3")])
    await inbox.receive([message(3, "3", sender=Address(kind="phone", value="+989120000000"))])

    assert await shown(database) == ("sent", None, 2, 3, 0)


@pytest.mark.usefixtures("asked")
async def test_of_two_answers_at_once_one_counts(database, inbox):
    async with database.read() as conn:
        survey_id = await conn.fetchval("SELECT id FROM survey")

    async def by_link(score: int) -> str:
        async with database.transaction() as conn:
            now = await conn.fetchval("SELECT clock_timestamp()")
            return await answering.answer(conn, now, survey_id, score, by="link")

    outcomes = await asyncio.gather(
        by_link(1), by_link(2), inbox.receive([message(1, "4")]), inbox.receive([message(2, "5")])
    )

    async with database.read() as conn:
        told = await conn.fetch("SELECT data FROM event WHERE kind = 'survey_answered'")
    assert len(told) == 1
    assert list(outcomes[2:]) == [["stored"], ["stored"]]
    assert (await shown(database))[2:] == (1, 0, 2)


async def test_two_that_ask_side_by_side_and_one_that_is_killed_ask_once(database):
    async with database.transaction() as conn:
        await conn.execute(ON)
        await conn.execute("UPDATE notice_limit SET opens_min = 0, closes_min = 1440")
        for _ in range(4):
            await solved(conn)
        await conn.execute("UPDATE survey SET next_at = now(), due_at = now()")
    doomed = await asyncpg.connect(database.url)
    await factories.prepare(doomed)
    await doomed.transaction().start()
    now = await doomed.fetchval("SELECT clock_timestamp()")
    assert await sending.ask(doomed, now, CHANNELS, addresses, at_most=2) == 2
    doomed.terminate()
    senders = [
        SurveySender(
            database,
            Bell(database),
            CHANNELS,
            public_url="https://desk.test",
            keys=lambda _purpose: KEYS,
        )
        for _ in range(2)
    ]
    decided = 0
    while decided < 4:  # what another had just then is left to the next look
        decided += sum(await asyncio.gather(*(one.look() for one in senders)))

    async with database.read() as conn:
        counts = await conn.fetch(
            "SELECT ticket_id, count(*) FROM interaction WHERE kind = 'survey' GROUP BY 1"
        )
        states = await conn.fetch("SELECT DISTINCT state FROM survey")
    assert [row["count"] for row in counts] == [1] * 4
    assert [row["state"] for row in states] == ["sent"]
