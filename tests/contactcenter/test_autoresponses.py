"""A first mail may be answered by itself: once a day, without a word of who wrote it."""

from collections.abc import AsyncIterator
from email import message_from_bytes, policy

import pytest
from mail_house import House, house, mail_server
from mails import ENTRY_POINT, mail
from msgspec.structs import replace

from channels import Address, Authentication, Inbound, Unavailable
from contactcenter import timers
from contactcenter.db import Database
from contactcenter.desk import Letter, reply
from contactcenter.outbound.autoresponses import OF_ALL

EN = "We have got your message."
FA = "پیام شما رسید."
SALES = "sales@example.com"
ANSWERED = "SELECT count(*)::int FROM interaction WHERE kind = 'autoresponse'"


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[House]:
    async with house(database, ENTRY_POINT, SALES) as made:
        made.own.options[ENTRY_POINT] = {
            "mail_autoresponse_en": EN,
            "mail_autoresponse_fa": FA,
        }
        yield made


async def answered(centre: House, *items: Inbound) -> int:
    """How many more were answered once these are stored."""
    before = await centre.value(ANSWERED)
    assert list(await centre.receive(*items)) == ["stored"] * len(items)
    return await centre.value(ANSWERED) - before


async def test_a_first_mail_is_answered_on_its_ticket_by_nobody(centre: House) -> None:
    first = mail(
        1,
        text="Where is my order? Buy pills at http://evil.example",
        subject="Buy pills",
        answers=("q1@customer.test",),
    )

    assert await answered(centre, first) == 1

    [row] = await centre.rows(
        """SELECT i.direction, i.author_id, i.body, i.state, i.channel, d.value, m.subject, m.automatic,
                  m.bulk, m.in_reply_to, m."references", m.message_id = o.correlation_id || '@example.com', o.state,
                  i.ticket_id = t.id, t.first_reply_at, t.last_reply_at, t.state
           FROM interaction i JOIN mail m ON m.interaction_id = i.id JOIN identity d ON d.id = i.identity_id
           JOIN outbox o ON o.interaction_id = i.id JOIN ticket t ON t.id = i.ticket_id
           WHERE i.kind = 'autoresponse'"""
    )
    ticket_id = await centre.value("SELECT id FROM ticket")
    assert row == (
        *("outbound", None, EN, "queued", "email", "sara@customer.test"),
        *(f"We have received your message [#{ticket_id}]", True, False),
        *(["m1@customer.test"], ["q1@customer.test", "m1@customer.test"], True, "queued"),
        *(True, None, None, "new"),
    )
    assert await centre.rows(
        "SELECT actor, agent_id, data ->> 'channel', team_ids <> '{}' FROM event"
        " WHERE kind = 'autoresponse_written'"
    ) == [("system", None, "email", True)]
    assert not await centre.value("SELECT EXISTS (SELECT FROM event WHERE kind = 'reply_written')")


async def test_a_persian_mail_is_answered_in_persian(centre: House) -> None:
    await answered(centre, mail(1, text="سلام، سفارش من کجاست؟", subject="سفارش"))

    [(body, subject)] = await centre.rows(
        "SELECT i.body, m.subject FROM interaction i JOIN mail m ON m.interaction_id = i.id"
        " WHERE i.kind = 'autoresponse'"
    )
    assert body == FA
    assert subject.startswith("پیام شما به دست ما رسید [#")


async def test_the_language_of_a_book_is_that_of_its_beginning(centre: House) -> None:
    book = "Where is my order? " * 450 + "\n\n" + "سفارش من کجاست؟ " * 30_000

    await answered(centre, mail(1, text=book))

    assert await centre.value("SELECT body FROM interaction WHERE kind = 'autoresponse'") == EN


async def test_where_no_words_are_set_nothing_is_answered(centre: House) -> None:
    assert await answered(centre, mail(1, entry_point=SALES)) == 0


async def test_who_invents_authors_of_a_thousand_domains_has_not_all_of_them_answered(
    centre: House,
) -> None:
    """The rows are what counts; these are of others, who were answered before."""
    await answered(centre, mail(1))
    await centre.do(
        """WITH told AS (
             INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state, entry_point_id,
                                      identity_id, occurred_at, received_at)
             SELECT i.contact_id, i.ticket_id, i.channel, i.direction, i.kind, i.body, 'sent', i.entry_point_id,
                    i.identity_id, i.occurred_at, i.received_at
             FROM interaction i, generate_series(1, $1) WHERE i.kind = 'autoresponse'
             RETURNING id, entry_point_id)
           INSERT INTO autoresponse (interaction_id, entry_point_id, correspondent, domain, at)
           SELECT id, entry_point_id, 'a@d' || id, 'd' || id, now() - interval '59 minutes' FROM told""",
        OF_ALL - 2,
    )

    assert await answered(centre, mail(2, sender="a@b.test"), mail(3, sender="a@c.test")) == 1
    centre.own.options[SALES] = {"mail_autoresponse_en": EN}
    assert await answered(centre, mail(4, sender="a@e.test", entry_point=SALES)) == 1
    await centre.do("UPDATE autoresponse SET at = at - interval '1 hour'")
    assert await answered(centre, mail(5, sender="a@f.test")) == 1


def _received(item: Inbound, **fields: object) -> Inbound:
    assert item.received is not None
    return replace(item, received=replace(item.received, **fields))


NEVER = {
    "an automatic reply": mail(1, headers={"Auto-Submitted": "auto-replied"}),
    "a newsletter": mail(1, headers={"List-Id": "<news.shop.test>"}),
    "a mail from no-reply": mail(1, sender="noreply@shop.test"),
    "a mail that may not be answered by itself": mail(
        1, headers={"X-Auto-Response-Suppress": "All"}
    ),
    "a mail from nowhere": _received(mail(1), envelope_sender=""),
    "a mail that is known to be forged": _received(
        mail(1), authentication=Authentication(dmarc="fail")
    ),
    "a mail without an author": replace(
        mail(1), sender=Address(kind="withheld", value="email:12345678")
    ),
    "a mail of our own other address": mail(1, sender=SALES),
}


@pytest.mark.parametrize("item", NEVER.values(), ids=NEVER.keys())
async def test_what_is_never_answered_by_itself(centre: House, item: Inbound) -> None:
    assert await answered(centre, item) == 0


async def test_an_answer_in_a_conversation_is_answered_by_people_alone(centre: House) -> None:
    await answered(centre, mail(1))
    await centre.do("DELETE FROM autoresponse")

    assert await answered(centre, mail(2, answers=("m1@customer.test",))) == 0


async def test_who_takes_no_mail_of_ours_gets_none(centre: House) -> None:
    await answered(centre, mail(1))
    await centre.do("DELETE FROM autoresponse")
    await centre.do(
        "INSERT INTO opt_out (identity_id, channel, sender, source, from_at)"
        " SELECT id, 'email', $1, 'customer', now() FROM identity",
        ENTRY_POINT,
    )

    assert await answered(centre, mail(2)) == 0


async def test_a_correspondent_is_answered_once_a_day_at_each_of_our_addresses(
    centre: House,
) -> None:
    centre.own.options[SALES] = {"mail_autoresponse_en": EN}

    assert await answered(centre, mail(1), mail(2)) == 1
    assert await answered(centre, mail(3)) == 0
    assert await answered(centre, mail(4, entry_point=SALES)) == 1
    await centre.do("UPDATE autoresponse SET at = at - interval '23 h 59 min'")
    await centre.do("UPDATE ticket SET opened_at = opened_at - interval '2 h'")
    assert await answered(centre, mail(5)) == 0
    await centre.do("UPDATE autoresponse SET at = at - interval '1 min'")
    assert await answered(centre, mail(6)) == 1


async def test_of_a_domain_five_an_hour_are_answered(centre: House) -> None:
    people = [mail(n, sender=f"p{n}@customer.test") for n in range(4)]
    assert await answered(centre, *people) == 4

    more = [mail(n, sender=f"p{n}@customer.test") for n in range(4, 8)]
    assert await answered(centre, *more) == 1
    assert await answered(centre, mail(9, sender="x@elsewhere.test")) == 1
    await centre.do("UPDATE autoresponse SET at = at - interval '1 h'")
    assert await answered(centre, mail(10, sender="p10@customer.test")) == 1


async def test_it_goes_out_from_nobody_and_says_that_no_person_wrote_it(centre: House) -> None:
    async with mail_server() as server:
        centre.own.options[ENTRY_POINT] = {"mail_autoresponse_en": EN, **server.settings}
        await answered(centre, mail(1, text="Buy pills", subject="Buy pills"))

        assert await centre.send_all() == 1

    [sent] = server.taken
    assert (sent.sender, sent.recipients) == ("", ["sara@customer.test"])
    read = message_from_bytes(sent.raw, policy=policy.default)
    assert read["Auto-Submitted"] == "auto-replied"
    assert read["In-Reply-To"] == "<m1@customer.test>"
    assert b"pills" not in sent.raw
    assert "pills" not in str(read.get_body(("plain",)))
    assert await centre.value("SELECT state FROM interaction WHERE kind = 'autoresponse'") == "sent"


async def test_what_an_agent_writes_does_not_wait_for_it(centre: House) -> None:
    await answered(centre, mail(1))
    await centre.do("UPDATE outbox SET next_at = next_at + interval '1 h'")  # it is refused for now
    async with centre.database.transaction() as conn:
        ticket_id = await conn.fetchval("SELECT id FROM ticket")
        author_id = await conn.fetchval("SELECT min(id) FROM user_account")
        await conn.execute(
            "UPDATE ticket SET state = 'waiting', tier = 1, queue_id = (SELECT min(id) FROM queue)"
        )
        await reply(
            conn,
            await timers.clock(conn),
            ticket_id,
            Letter(text="Hello Sara", correlation_id="c1"),
            author_id=author_id,
            actor="x",
            channels={"email": centre.channel},
        )

    async with mail_server() as server:
        centre.own.options[ENTRY_POINT] = server.settings
        assert await centre.send_all() == 1

    assert b"Hello Sara" in server.taken[0].raw


async def test_a_lost_secret_keeps_no_mail_out(centre: House) -> None:
    def lost(_channel: str, _address: str) -> dict[str, str]:
        raise Unavailable("its key is lost")

    centre.own.of = lost  # type: ignore[method-assign]

    assert await answered(centre, mail(1)) == 0
