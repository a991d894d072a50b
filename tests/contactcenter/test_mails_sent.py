"""A mail that was written arrives once, answers what it should, and its fate is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import factories
import pytest
from mails import mail
from mails_sent import ENTRY_POINT, Post, posting
from smtp_scripts import CUT, HANG, scripted_smtp

from channels import MailAddress, Raw, StatusUpdate
from channels._email.sending.pool import Patience
from channels._mail.understanding import understand
from contactcenter import attachments, timers
from contactcenter import desk as use_cases
from contactcenter.db import Database
from contactcenter.errors import BadInput
from contactcenter.mails import mails
from contactcenter.outbound import attempts, opt_outs, outbox

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 3_000


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    async with scripted_smtp() as smtp, posting(database, smtp) as made:
        made.smtp = smtp  # type: ignore[attr-defined]
        yield made


async def uploaded(post: Post, content: bytes, name: str = "فاکتور.pdf") -> int:
    async with post.database.transaction() as conn:
        file = await attachments.upload(
            conn,
            await timers.clock(conn),
            content,
            name=name,
            content_type="text/plain",
            user_id=post.author_id,
        )
    return file.id


async def test_a_reply_answers_the_customers_newest_mail(database: Database) -> None:
    async with scripted_smtp() as smtp, posting(database, smtp) as post:
        [ticket_id] = await post.desk.takes(mail(1, subject="چاپگر"))
        await post.desk.takes(
            mail(2, subject="AW: Re: چاپگر", answers=("m1@customer.test",), ticket_id=ticket_id)
        )
        file_id = await uploaded(post, PDF)
        interaction_id = await post.reply(
            ticket_id, "درست شد.", attachment_ids=(file_id,), cc=("Boss@Customer.TEST",)
        )
        assert await post.send() == 1

        [taken] = smtp.taken
        states = await post.states()
        [(external_id, message_id, to, cc)] = await post.desk.rows(
            'SELECT i.external_id, m.message_id, m."to", m.cc FROM interaction i'
            " JOIN mail m ON m.interaction_id = i.id WHERE i.id = $1",
            interaction_id,
        )

    read = understand(taken.raw)
    assert taken.recipients == ["sara@customer.test", "boss@customer.test"]
    assert (read.subject, read.text.rstrip()) == (f"Re: چاپگر [#{ticket_id}]", "درست شد.")
    assert read.in_reply_to == ("m2@customer.test",)
    assert read.references == ("m1@customer.test", "m2@customer.test")
    assert [(one.name, one.content) for one in read.files] == [("فاکتور.pdf", PDF)]
    assert states == [("sent", "sent", None)]
    assert external_id == message_id == read.message_id
    assert message_id.endswith("@example.com")
    assert to == [{"name": "", "address": "sara@customer.test"}]
    assert cc == [{"name": "", "address": "boss@customer.test"}]


async def test_what_answers_our_mail_finds_its_ticket_though_the_answer_to_us_was_lost(
    database: Database,
) -> None:
    async with scripted_smtp(end=CUT) as smtp, posting(database, smtp) as post:
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id)
        await post.send()
        ours = understand(smtp.heard[0].raw).message_id

        assert await post.desk.takes(mail(2, answers=(ours,))) == [ticket_id]


async def test_a_lost_answer_is_repeated_once_as_the_same_mail(database: Database) -> None:
    async with scripted_smtp(end=[CUT, CUT]) as smtp, posting(database, smtp) as post:
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id)

        await post.send()
        assert await post.states() == [("queued", "queued", None)]
        await post.later(600)
        await post.send()
        await post.later(600)
        assert await post.send() == 0

        assert await post.states() == [("unknown", "unknown", None)]
        assert len(smtp.heard) == 2
        assert smtp.heard[0] == smtp.heard[1]


async def test_a_claim_that_is_lost_is_repeated_once(database: Database) -> None:
    async with scripted_smtp() as smtp, posting(database, smtp) as post:
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id)
        async with database.transaction() as conn:
            assert len(await outbox.claim(conn, at_most=8)) == 1  # and is never heard of again
        assert await post.send() == 0
        await post.change("claimed_until = clock_timestamp() - interval '1 second'")

        assert await post.send() == 1
        assert await post.states() == [("sent", "sent", None)]

        await post.reply(ticket_id, "another")
        for _ in range(2):
            async with database.transaction() as conn:
                assert len(await outbox.claim(conn, at_most=8)) == 1
            async with database.transaction() as conn:
                await conn.execute(
                    "UPDATE outbox SET claimed_until = clock_timestamp() - interval '1 second'"
                    " WHERE state = 'sending'"
                )
                now = await conn.fetchval("SELECT clock_timestamp()")
                await outbox.give_up_on_lost(conn, now, repeating=["email"])
        assert (await post.states())[1] == ("unknown", "unknown", None)
        assert len(smtp.taken) == 1


async def test_a_deferred_mail_waits_alone_and_its_conversation_behind_it(
    database: Database,
) -> None:
    rcpt = ["451 4.7.1 Greylisted", "250 Ok"]
    async with scripted_smtp(RCPT=rcpt) as smtp, posting(database, smtp) as post:
        [one] = await post.desk.takes(mail(1))
        [other] = await post.desk.takes(mail(2, sender="ali@customer.test"))
        await post.reply(one, "first")
        await post.send()
        await post.reply(one, "second")
        await post.reply(other, "to somebody else")
        await post.send()

        said = [understand(heard.raw).text.rstrip() for heard in smtp.taken]
        assert said == ["to somebody else"]
        assert await post.states() == [
            ("queued", "queued", "4.7.1"),
            ("queued", "queued", None),
            ("sent", "sent", None),
        ]
        first, _ = await post.waits_s()
        assert 1_790 < first <= 2_260
        await post.later(first + 1)
        await post.send()
        await post.send()

        said = [understand(heard.raw).text.rstrip() for heard in smtp.taken]
        assert said == ["to somebody else", "first", "second"]
        assert (await post.states())[0] == ("sent", "sent", None)


async def test_a_mail_that_is_deferred_again_waits_longer_up_to_four_hours(
    database: Database,
) -> None:
    async with (
        scripted_smtp(RCPT="452 4.2.2 Mailbox full") as smtp,
        posting(database, smtp) as post,
    ):
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id)
        waited = []
        for _ in range(6):
            assert await post.send() == 1
            [wait_s] = await post.waits_s()
            waited.append(wait_s)
            await post.later(wait_s + 1)

    for wait_s, least_s in zip(waited, (1_800, 3_600, 7_200, 14_400, 14_400, 14_400), strict=True):
        assert least_s - 5 < wait_s <= least_s * 1.25


async def test_a_mail_is_tried_for_five_days_and_no_longer(database: Database) -> None:
    async with scripted_smtp(RCPT="451 4.3.0 Later") as smtp, posting(database, smtp) as post:
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id)
        for days, state in ((4.9, "queued"), (0.2, "failed")):
            await post.change(
                "created_at = created_at - $1::float8 * interval '1 day',"
                " next_at = next_at - $1::float8 * interval '1 day'",
                days,
            )
            await post.send()
            assert (await post.states())[0][0] == state

        assert await post.states() == [("failed", "failed", "expired")]


async def test_a_text_message_is_not_worth_sending_as_long_as_a_mail(database: Database) -> None:
    async with scripted_smtp() as smtp, posting(database, smtp) as post:
        async with database.transaction() as conn:
            entry_point = await factories.entry_point(conn, queue_id=await factories.queue(conn))
            contact_id = await factories.contact(conn)
            mailbox = await conn.fetchval(
                "SELECT id FROM entry_point WHERE address = $1", ENTRY_POINT
            )
            for channel, ours in (("sms", entry_point), ("email", mailbox)):
                interaction_id = await conn.fetchval(
                    """INSERT INTO interaction (contact_id, entry_point_id, identity_id, channel, direction, kind,
                         author_id, body, state, occurred_at, received_at)
                       SELECT $1, $2, id, $3, 'outbound', 'message', $4, 'x', 'queued', now(), now()
                       FROM identity WHERE contact_id = $1 RETURNING id""",
                    contact_id,
                    ours,
                    channel,
                    post.author_id,
                )
                now = await conn.fetchval("SELECT now()")
                await outbox.enqueue(
                    conn,
                    now - timedelta(hours=5),
                    interaction_id,
                    conversation=channel,
                    correlation_id=channel,
                )
            late = await outbox.give_up_on_late(conn, now, {"sms": 4 * 3600, "email": 5 * 86_400})

        assert late == 1
        assert [row[0] for row in await post.states()] == ["failed", "queued"]


async def test_copies_that_are_refused_are_told(database: Database) -> None:
    rcpt = ["250 Ok", "550 5.1.1 Nobody", "250 Ok"]
    async with scripted_smtp(RCPT=rcpt) as smtp, posting(database, smtp) as post:
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id, cc=("no@b.test", "yes@b.test", "yes@b.test"))
        await post.send()

        assert await post.states() == [("sent", "sent", outbox.COPIES_REFUSED)]
        [(detail,)] = await post.desk.rows(
            "SELECT error_detail FROM interaction WHERE direction = 'outbound'"
        )
        assert detail == "No copy for no@b.test: The mail server said: 550 5.1.1 Nobody"
        assert smtp.taken[0].recipients == ["sara@customer.test", "yes@b.test"]


async def test_a_refused_mail_fails_with_the_servers_words(database: Database) -> None:
    async with (
        scripted_smtp(RCPT="550 5.1.1 No such user") as smtp,
        posting(database, smtp) as post,
    ):
        [ticket_id] = await post.desk.takes(mail(1))
        interaction_id = await post.reply(ticket_id, subject="About it", cc=("b@b.test",))
        await post.send()

        assert await post.states() == [("failed", "failed", "5.1.1")]
        smtp.answers["RCPT"] = "250 Ok"
        async with database.transaction() as conn:
            now = await conn.fetchval("SELECT clock_timestamp()")
            await use_cases.send_again(
                conn,
                now,
                interaction_id,
                correlation_id="again",
                author_id=post.author_id,
                actor="user:1",
                channels=post.channels,
            )
        await post.send()

        read = understand(smtp.taken[0].raw)
        assert read.subject == f"About it [#{ticket_id}]"
        assert read.message_id == "again@example.com"
        assert [one.address for one in read.cc] == ["b@b.test"]


async def test_a_wrong_password_stops_the_account_until_it_is_right(database: Database) -> None:
    ehlo = "250-x\r\n250 AUTH PLAIN"
    async with (
        scripted_smtp(EHLO=ehlo, AUTH="535 5.7.8 Wrong") as smtp,
        posting(database, smtp, smtp_username="desk", smtp_password="x") as post,
    ):
        [ticket_id] = await post.desk.takes(mail(1))
        await post.reply(ticket_id)
        await post.send()

        assert await post.send() == 0
        assert await post.states() == [("queued", "queued", None)]
        [(account, code)] = await post.desk.rows("SELECT account, code FROM account_stop")
        assert (account, code) == (f"desk@127.0.0.1:{smtp.port}", "5.7.8")

        smtp.answers["AUTH"] = "235 Ok"
        async with database.transaction() as conn:
            await conn.execute("UPDATE account_stop SET probe_at = clock_timestamp()")
        assert await post.send() == 1
        assert await post.states() == [("sent", "sent", None)]


@pytest.mark.slow
async def test_a_server_that_takes_long_holds_up_nobody_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "LONG_S", 0.2)
    monkeypatch.setattr(attempts, "KEEP_EVERY_S", 0.1)
    patient = Patience(connect_s=5, command_s=5, end_s=30)
    async with (
        scripted_smtp(end=[*[HANG] * attempts.LONG_EACH, "250 Ok"]) as smtp,
        posting(database, smtp, patience=patient) as post,
    ):
        for n in range(12):
            [ticket_id] = await post.desk.takes(mail(n, sender=f"c{n}@customer.test"))
            await post.reply(ticket_id)
        running = asyncio.create_task(post.sender.run())
        async with asyncio.timeout(10):
            while len(smtp.heard) < attempts.LONG_EACH:
                await asyncio.sleep(0.05)
        async with database.transaction() as conn:
            await conn.execute(
                "UPDATE outbox SET claimed_until = clock_timestamp() + interval '9 seconds'"
                " WHERE state = 'sending'"
            )
        await asyncio.sleep(1.5)
        claimed = await post.desk.value(
            "SELECT min(claimed_until) > clock_timestamp() + interval '20 seconds' FROM outbox"
            " WHERE state = 'sending'"
        )
        now_s = asyncio.get_running_loop().time()

        assert claimed, "the claims are kept"
        assert post.sender._attempts.places(now_s) == attempts.AT_ONCE
        assert len(post.sender._attempts.crowded(now_s)) == 1
        assert len(smtp.heard) == attempts.LONG_EACH, "this sender gets no more for now"
        smtp.let_go.set()
        async with asyncio.timeout(10):
            while len(smtp.taken) < 4:
                await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("letter", "param"),
    [
        ({"cc": ("nobody",)}, "body.cc[0]"),
        ({"cc": ("a@b.test", "a@b.test\r\nBcc: eve@evil.test")}, "body.cc[1]"),
        ({"cc": (ENTRY_POINT.upper(),)}, "body.cc[0]"),
        ({"cc": ("a@b.test",), "bulk": True}, "body.cc"),
    ],
)
async def test_a_copy_goes_to_an_address_that_is_not_ours(
    post: Post, letter: dict[str, object], param: str
) -> None:
    [ticket_id] = await post.desk.takes(mail(1))

    with pytest.raises(BadInput) as refused:
        await post.reply(ticket_id, **letter)

    assert refused.value.data["field"] == param


async def test_files_of_a_mail_may_be_25_mb_together_and_no_more(post: Post) -> None:
    [ticket_id] = await post.desk.takes(mail(1))
    large = await uploaded(post, b"x" * (24 * 1024 * 1024))
    small = await uploaded(post, b"y" * (2 * 1024 * 1024))

    with pytest.raises(BadInput) as refused:
        await post.reply(ticket_id, attachment_ids=(large, small))
    assert refused.value.data["field"] == "body.attachment_ids"

    await post.reply(ticket_id, attachment_ids=(large,))


async def test_a_first_mail_is_called_as_its_ticket(post: Post) -> None:
    async with post.database.transaction() as conn:
        contact_id = await factories.contact(conn)
        identity_id = await factories.identity(
            conn, contact_id, kind="email", value="new@customer.test"
        )
        ours = await conn.fetchrow(
            "SELECT id, queue_id FROM entry_point WHERE address = $1", ENTRY_POINT
        )
        ticket_id = await factories.ticket(
            conn,
            await timers.clock(conn),
            contact_id=contact_id,
            intake_queue_id=ours["queue_id"],
            entry_point_id=ours["id"],
            channel="email",
        )
        await conn.execute("UPDATE ticket SET subject = 'Your contract'")
        await conn.execute("UPDATE interaction SET identity_id = $1", identity_id)
    await post.reply(ticket_id, bulk=True)
    await post.reply(ticket_id, "One more thing.")
    await post.send()
    await post.send()

    one, two = (understand(taken.raw) for taken in post.smtp.taken)  # type: ignore[attr-defined]
    assert one.subject == f"Your contract [#{ticket_id}]"
    assert (one.in_reply_to, one.references) == ((), ())
    assert two.subject == f"Re: Your contract [#{ticket_id}]"
    assert two.in_reply_to == (one.message_id,)
    raw = post.smtp.taken[0].raw  # type: ignore[attr-defined]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert b"List-Unsubscribe" not in post.smtp.taken[1].raw  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("subject", "bare", "numbered"),
    [
        ("Re: AW: Printer [#4] ", "Printer", "Re: AW: Printer [#17]"),
        ("پاسخ: Re[2]: چاپگر [#۴]", "چاپگر", "پاسخ: Re[2]: چاپگر [#17]"),
        ("", "", "[#17]"),
        ("Regarding it", "Regarding it", "Regarding it [#17]"),
    ],
)
def test_a_subject_names_one_ticket_and_no_more(subject: str, bare: str, numbered: str) -> None:
    assert mails.bare(subject) == bare
    assert mails.numbered(subject, 17) == numbered


async def test_a_long_conversation_keeps_its_first_and_its_newest_mails(post: Post) -> None:
    [ticket_id] = await post.desk.takes(mail(1))
    ids = tuple(f"a{n}@customer.test" for n in reversed(range(200)))
    await post.desk.takes(mail(2, answers=ids, ticket_id=ticket_id))

    async with post.database.read() as conn:
        answered = await mails.answered(conn, ticket_id)

    assert answered.message_id == "m2@customer.test"
    assert len(answered.references) == mails.REFERENCES
    assert answered.references[0] == "a0@customer.test"
    assert answered.references[-2:] == ("a199@customer.test", "m2@customer.test")


async def test_an_answer_goes_to_the_customer_not_to_who_told_of_a_bounce(post: Post) -> None:
    [ticket_id] = await post.desk.takes(mail(1))
    async with post.database.transaction() as conn:
        await conn.execute(
            """INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind,
                 body, state, occurred_at, received_at)
               SELECT t.contact_id, t.id, t.entry_point_id, $2, 'email', 'inbound', 'message', 'x', 'received',
                 now(), now() FROM ticket t WHERE t.id = $1""",
            ticket_id,
            await factories.identity(
                conn,
                await conn.fetchval("SELECT contact_id FROM ticket WHERE id = $1", ticket_id),
                kind="email",
                value="mailer-daemon@mx.test",
            ),
        )
        await conn.execute(
            "INSERT INTO mail (interaction_id, kind) SELECT max(id), 'bounce' FROM interaction"
        )
    await post.reply(ticket_id)
    await post.send()

    assert post.smtp.taken[0].recipients == ["sara@customer.test"]  # type: ignore[attr-defined]


async def leaves_the_list(post: Post, interaction_id: int) -> None:
    """Press the button in a mail."""
    message_id = await post.desk.value(
        "SELECT message_id FROM mail WHERE interaction_id = $1", interaction_id
    )
    await post.desk.intake.status(
        StatusUpdate(
            channel="email",
            external_id=message_id,
            status="read",
            consent="withdrawn",
            raw=Raw(body=b"", content_type="text/plain"),
        )
    )


async def test_who_leaves_a_list_is_written_to_no_more_from_there(post: Post) -> None:
    [ticket_id] = await post.desk.takes(mail(1))
    interaction_id = await post.reply(ticket_id)
    await post.send()
    await post.reply(ticket_id, "And another thing.")
    await leaves_the_list(post, interaction_id)

    rows = await post.desk.rows("SELECT channel, sender, source FROM opt_out")
    assert rows == [("email", ENTRY_POINT, "customer")]
    await post.send()
    assert (await post.states())[1] == ("failed", "failed", opt_outs.CODE)
    with pytest.raises(opt_outs.OptedOut):
        await post.reply(ticket_id)


async def test_who_left_a_list_is_answered_when_he_asks(post: Post) -> None:
    [ticket_id] = await post.desk.takes(mail(1))
    interaction_id = await post.reply(ticket_id)
    await post.send()
    await leaves_the_list(post, interaction_id)
    await post.desk.takes(mail(2, ticket_id=ticket_id, text="But where is it?"))

    await post.reply(ticket_id)
    await post.send()

    assert (await post.states())[1] == ("sent", "sent", None)


async def test_the_header_is_kept_by_others_who_write_mails(post: Post) -> None:
    [ticket_id] = await post.desk.takes(mail(1))
    interaction_id = await post.reply(ticket_id)
    async with post.database.transaction() as conn:
        await conn.execute("DELETE FROM mail WHERE interaction_id = $1", interaction_id)
        await mails.write(
            conn,
            interaction_id,
            message_id="auto@example.com",
            ticket_id=ticket_id,
            subject="We have got it",
            in_reply_to="m1@customer.test",
            references=("m1@customer.test",),
            to=[MailAddress("", "sara@customer.test")],
            automatic=True,
        )
    await post.send()

    [taken] = post.smtp.taken  # type: ignore[attr-defined]
    assert taken.sender == ""
    assert understand(taken.raw).subject == f"We have got it [#{ticket_id}]"
