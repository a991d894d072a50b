"""What mail servers and readers report of our mails sets their states, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from mail_house import House, house
from mails import ENTRY_POINT, mail, our_mail, received

from channels import Inbound
from contactcenter.db import Database
from contactcenter.outbound import opt_outs

OURS = "0123456789abcdef0123456789abcdef@example.com"
SARA, COPY = "sara@customer.test", "boss@customer.test"


@pytest.fixture
async def centre(database: Database) -> AsyncIterator[House]:
    async with house(database, ENTRY_POINT) as made:
        yield made


async def _sent(centre: House, *, state: str = "sent", message_id: str = OURS) -> int:
    """A ticket of Sara's in which we answered, with a copy to her boss; its id."""
    if not await centre.value("SELECT EXISTS (SELECT FROM ticket)"):
        await centre.receive(mail("first"))
    ticket_id: int = await centre.value("SELECT id FROM ticket")
    async with centre.database.transaction() as conn:
        interaction_id = await our_mail(conn, ticket_id, message_id, cc=(COPY,))
        await conn.execute(
            "UPDATE interaction SET state = $2, triaged_at = now(),"
            " external_id = CASE WHEN $2 = 'sent' THEN $3 END WHERE id = $1",
            interaction_id,
            state,
            message_id,
        )
        await conn.execute("UPDATE interaction SET triaged_at = now()")
        await conn.execute(
            "UPDATE ticket SET state = 'solved', solved_at = now(), tier = 1, disposition = 'solved',"
            " queue_id = (SELECT min(id) FROM queue) WHERE id = $1",
            ticket_id,
        )
    return ticket_id


async def _state(centre: House, message_id: str = OURS) -> tuple[Any, ...]:
    [row] = await centre.rows(
        "SELECT i.state, i.error_code FROM interaction i JOIN mail m ON m.interaction_id = i.id"
        " WHERE m.message_id = $1",
        message_id,
    )
    return row


def report(fields: str, *, kind: str = "delivery-status", about: str = OURS) -> Inbound:
    """A report with these fields, which returns a mail's header."""
    returned = f"\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{about}>\r\n\r\nHi\r\n"
    return received(
        (
            "From: MAILER-DAEMON@mx.customer.test\r\nTo: support@example.com\r\nSubject: A report\r\n"
            'Content-Type: multipart/report; boundary="B"\r\n\r\n--B\r\n\r\nA report.\r\n--B\r\n'
            f"Content-Type: message/{kind}\r\n\r\n{fields}\r\n{returned if about else ''}--B--\r\n"
        ).encode()
    )


def status(action: str, code: str, to: str = SARA, **other: Any) -> Inbound:
    head = "Reporting-MTA: dns; mx.customer.test\r\n\r\n"
    said = f"{head}Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {code}"
    return report(said, **other)


@pytest.mark.parametrize(
    ("action", "code", "state"),
    [
        ("failed", "5.1.1", ("undelivered", "5.1.1")),
        ("failed", "4.4.7", ("undelivered", "4.4.7")),
        ("delayed", "4.4.1", ("sent", None)),
        ("delivered", "2.0.0", ("delivered", None)),
        ("expanded", "2.0.0", ("delivered", None)),
        ("relayed", "2.0.0", ("sent", None)),
    ],
)
async def test_a_report_of_a_mail_server_sets_the_state_of_our_mail(
    centre: House, action: str, code: str, state: tuple[str, str | None]
) -> None:
    ticket_id = await _sent(centre)

    assert list(await centre.receive(status(action, code))) == ["stored"]

    assert await _state(centre) == state
    assert await centre.rows(
        "SELECT ticket_id, kind, identity_id, triaged_at IS NOT NULL FROM interaction"
        " ORDER BY id DESC LIMIT 1"
    ) == [(ticket_id, "automatic", None, True)]
    told = [] if state[0] == "sent" else [("sent", *state)]
    assert (
        await centre.rows(
            "SELECT data ->> 'from', data ->> 'to', data ->> 'error_code' FROM event"
            " WHERE kind = 'interaction_status_changed'"
        )
        == told
    )


async def test_a_report_changes_nothing_about_the_problem(centre: House) -> None:
    ticket_id = await _sent(centre)
    before = await centre.rows("SELECT * FROM ticket")
    people = await centre.value("SELECT count(*) FROM contact")

    await centre.receive(status("failed", "5.1.1"))

    assert await centre.rows("SELECT * FROM ticket") == before
    assert await centre.value("SELECT count(*) FROM contact") == people
    assert await centre.rows("SELECT kind, ticket_id FROM timer") == [("sla_unsent", ticket_id)]


async def test_the_first_of_two_reports_that_exclude_one_another_stands(centre: House) -> None:
    await _sent(centre)

    await centre.receive(status("failed", "5.1.1"), status("delivered", "2.0.0"))

    assert await _state(centre) == ("undelivered", "5.1.1")


async def test_a_report_on_a_copy_is_shown_and_says_nothing_of_the_mail(centre: House) -> None:
    ticket_id = await _sent(centre)

    await centre.receive(status("failed", "5.1.1", to=COPY))

    assert await _state(centre) == ("sent", None)
    assert (
        await centre.value("SELECT count(*) FROM interaction WHERE ticket_id = $1", ticket_id) == 3
    )


async def test_mail_that_was_passed_on_comes_back_from_an_address_we_never_heard_of(
    centre: House,
) -> None:
    await _sent(centre)

    await centre.receive(status("failed", "5.2.2", to="sara@home.test"))

    assert await _state(centre) == ("undelivered", "5.2.2")


async def test_a_report_that_names_no_mail_is_about_the_last_to_that_address_in_its_ticket(
    centre: House,
) -> None:
    ticket_id = await _sent(centre, message_id="old@example.com")
    await _sent(centre)
    bounce = status("failed", "5.1.1", about="")
    assert bounce.thread is not None

    held = await centre.receive(bounce)
    await centre.receive(proven(bounce, ticket_id))

    assert list(held) == ["quarantined"]
    assert await _state(centre) == ("undelivered", "5.1.1")
    assert await _state(centre, "old@example.com") == ("sent", None)


@pytest.mark.parametrize("about", ["", "mfirst@customer.test"])
async def test_a_report_that_names_no_mail_of_ours_is_about_the_last_that_fits(
    centre: House, about: str
) -> None:
    ticket_id = await _sent(centre)
    async with centre.database.transaction() as conn:
        later = await our_mail(conn, ticket_id, "later@example.com", to="other@home.test")
        await conn.execute(
            "UPDATE interaction SET external_id = 'later@example.com' WHERE id = $1", later
        )

    await centre.receive(proven(status("failed", "5.1.1", about=about), ticket_id))
    assert (await _state(centre), await _state(centre, "later@example.com")) == (
        ("undelivered", "5.1.1"),
        ("sent", None),
    )

    forwarded = status("failed", "5.2.2", to="else@where.test", about=about)
    await centre.receive(proven(forwarded, ticket_id))
    assert await _state(centre, "later@example.com") == ("undelivered", "5.2.2")


def proven(item: Inbound, ticket_id: int) -> Inbound:
    """As if it had come to a reply address of ours."""
    return received(item.raw.body, ticket_id=ticket_id)


async def test_a_bounce_in_prose_is_believed_by_the_address_it_came_to(centre: House) -> None:
    ticket_id = await _sent(centre)
    prose = received(
        b"From: MAILER-DAEMON@mx.customer.test\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\n"
        b"Hi. This is the mail program.\r\n<sara@customer.test>:\r\n550 user unknown\r\n",
        ticket_id=ticket_id,
    )

    assert list(await centre.receive(prose)) == ["stored"]

    assert await _state(centre) == ("undelivered", "5.0.0")


@pytest.mark.parametrize(
    ("disposition", "state"),
    [
        ("manual-action/MDN-sent-manually; displayed", "read"),
        ("automatic-action/MDN-sent-automatically; deleted", "sent"),
    ],
)
async def test_a_readers_receipt_says_that_it_was_read(
    centre: House, disposition: str, state: str
) -> None:
    await _sent(centre)
    said = (
        f"Final-Recipient: rfc822; {SARA}\r\nOriginal-Message-ID: <{OURS}>\r\n"
        f"Disposition: {disposition}"
    )

    await centre.receive(report(said, kind="disposition-notification", about=""))

    assert await _state(centre) == (state, None)


async def test_a_bounce_of_a_mail_whose_answer_was_lost_tells_that_it_was_sent(
    centre: House,
) -> None:
    await _sent(centre, state="unknown")
    await centre.do(
        "INSERT INTO outbox (interaction_id, conversation, correlation_id, state, next_at, created_at)"
        " SELECT id, 'x', $1, 'unknown', now(), now() FROM interaction WHERE state = 'unknown'",
        OURS.partition("@")[0],
    )

    await centre.receive(status("failed", "5.1.1"))

    assert await _state(centre) == ("undelivered", "5.1.1")
    assert await centre.value("SELECT state FROM outbox") == "sent"


async def _opted_out(centre: House) -> list[tuple[Any, ...]]:
    return await centre.rows(
        "SELECT d.value, o.channel, o.sender, o.source FROM opt_out o"
        " JOIN identity d ON d.id = o.identity_id WHERE o.lifted_at IS NULL"
    )


async def test_who_complains_is_written_to_no_more(centre: House) -> None:
    await _sent(centre)

    await centre.receive(report("Feedback-Type: abuse", kind="feedback-report"))

    assert await _opted_out(centre) == [(SARA, "email", ENTRY_POINT, "provider")]
    assert await _state(centre) == ("sent", None)
    async with centre.database.read() as conn:
        with pytest.raises(opt_outs.OptedOut):
            await opt_outs.check(
                conn,
                {"email": centre.channel},
                channel="email",
                entry_point=ENTRY_POINT,
                identity_id=await conn.fetchval("SELECT id FROM identity WHERE value = $1", SARA),
            )


async def test_a_complaint_about_a_copy_is_of_whom_the_copy_went_to(centre: House) -> None:
    await _sent(centre)
    complaint = report(f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: {COPY}", kind="feedback-report")

    await centre.receive(complaint)
    assert await _opted_out(centre) == []  # nobody is known by that address

    await centre.receive(mail("b", sender=COPY))
    await centre.receive(
        report(
            f"Feedback-Type: abuse\r\nVersion: 1\r\nOriginal-Rcpt-To: {COPY}",
            kind="feedback-report",
        )
    )
    assert [row[0] for row in await _opted_out(centre)] == [COPY]


@pytest.mark.parametrize("feedback", ["not-spam", "auth-failure"])
async def test_not_every_feedback_is_a_complaint(centre: House, feedback: str) -> None:
    await _sent(centre)

    await centre.receive(report(f"Feedback-Type: {feedback}", kind="feedback-report"))

    assert await _opted_out(centre) == []


async def test_a_report_on_a_mail_that_is_not_ours_touches_none_of_ours(centre: House) -> None:
    await _sent(centre)

    assert (
        list(
            await centre.receive(
                status("failed", "5.1.1", about="else@where.test"),
                report("Feedback-Type: abuse", kind="feedback-report", about="else@where.test"),
                # A customer's own mail is none of ours, whatever a report says of it.
                status("failed", "5.1.1", about="mfirst@customer.test"),
            )
        )
        == ["quarantined"] * 3
    )

    assert await _state(centre) == ("sent", None)
    assert await _opted_out(centre) == []
