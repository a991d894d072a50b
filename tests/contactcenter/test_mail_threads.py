"""Which ticket a mail belongs to, and who may write into it."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from mail_desk import REOPEN_WINDOW_S, Desk, receiving
from mails import ENTRY_POINT, mail, received

from channels import Raw, Thread
from contactcenter import merge_undoing, merges
from contactcenter.db import Database

OURS = "0123456789abcdef0123456789abcdef@example.com"
SARA = "sara@customer.test"
STRANGER = "eve@elsewhere.test"

BOUNCE = f"""From: Mail Delivery System <MAILER-DAEMON@mx.test>
To: {ENTRY_POINT}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce1@mx.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; {SARA}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <%s>
Subject: Printer

--b--
""".replace("\n", "\r\n")


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with receiving(database) as made:
        yield made


WAYS = {
    "the reply address": lambda ticket_id: {"ticket_id": ticket_id},
    "a mail of ours": lambda _: {"answers": (OURS,)},
    "an ancestor of ours": lambda _: {"answers": ("lost@x.test", OURS)},
    "a mail of his own": lambda _: {"answers": ("m1@customer.test",)},
    "a number in the subject": lambda ticket_id: {"subject": f"Re: Printer [#{ticket_id}]"},
}


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_belongs_to_the_ticket_it_names(desk: Desk, way: str) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.writes(ticket_id, OURS)

    assert await desk.takes(mail(2, **WAYS[way](ticket_id))) == [ticket_id]


@pytest.mark.parametrize("way", WAYS)
async def test_a_stranger_who_names_a_ticket_waits_for_a_person(desk: Desk, way: str) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.writes(ticket_id, OURS)

    held = await desk.holds(mail(2, sender=STRANGER, **WAYS[way](ticket_id)))

    assert held == ("stranger_in_thread", ticket_id)
    assert await desk.value("SELECT count(*) FROM contact") == 1
    assert (
        await desk.value(
            "SELECT count(*) FROM quarantine q JOIN entry_point e ON e.id = q.entry_point_id WHERE e.address = $1",
            ENTRY_POINT,
        )
        == 1
    )
    told = await desk.rows(
        "SELECT ticket_id, team_ids <> '{}' FROM event WHERE kind = 'payload_quarantined'"
    )
    assert told == [(ticket_id, True)]


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_we_wrote_to_in_a_ticket_may_answer_there(desk: Desk, way: str) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.writes(ticket_id, OURS, cc=("bob@customer.test",))
    answer = mail(2, sender="bob@customer.test", name="Bob", **WAYS[way](ticket_id))

    assert await desk.takes(answer) == [ticket_id]

    assert await desk.rows(
        """SELECT i.contact_id = t.contact_id, d.value, d.contact_id = t.contact_id
           FROM interaction i JOIN ticket t ON t.id = i.ticket_id JOIN identity d ON d.id = i.identity_id
           WHERE i.external_id = $1""",
        answer.external_id,
    ) == [(True, "bob@customer.test", False)]


async def test_another_address_of_the_same_person_may_write(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    async with desk.database.transaction() as conn:
        await conn.execute(
            "INSERT INTO identity (contact_id, kind, value) SELECT contact_id, 'email', 'sara@home.test' FROM ticket"
        )

    assert await desk.takes(mail(2, sender="sara@home.test", ticket_id=ticket_id)) == [ticket_id]


async def test_who_was_only_named_by_a_stranger_is_no_participant(desk: Desk) -> None:
    """Somebody in the To and Cc of a customer's mail was not written to by us."""
    first = mail(1, headers={"Cc": STRANGER})
    [ticket_id] = await desk.takes(first)

    assert await desk.holds(mail(2, sender=STRANGER, answers=("m1@customer.test",))) == (
        "stranger_in_thread",
        ticket_id,
    )


async def test_whoever_hides_is_never_a_participant(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1, sender=""))

    assert (await desk.holds(mail(2, sender="", answers=("m1@customer.test",))))[1] == ticket_id


async def test_a_number_that_is_no_ticket_names_nothing(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))

    [other] = await desk.takes(mail(2, subject="[#999999999999] order"))

    assert other != ticket_id


async def test_a_proven_address_comes_before_a_mail_of_ours_and_that_before_theirs(
    desk: Desk,
) -> None:
    first, second, third = await desk.takes(mail(1), mail(2), mail(3))
    await desk.writes(second, OURS)

    named = {"answers": ("m1@customer.test", OURS), "subject": f"[#{first}]"}

    assert await desk.takes(mail(4, ticket_id=third, **named)) == [third]
    assert await desk.takes(mail(5, **named)) == [second]
    assert await desk.takes(mail(6, answers=("m3@customer.test",), subject=f"[#{first}]")) == [
        third
    ]


async def test_what_is_known_comes_before_what_is_not(desk: Desk) -> None:
    """A proven address of a ticket of somebody else, in answer to a mail about one's own."""
    [foreign] = await desk.takes(mail(1, sender="bob@customer.test"))
    [own] = await desk.takes(mail(2))
    await desk.writes(own, OURS)

    assert await desk.takes(mail(3, ticket_id=foreign, answers=(OURS,))) == [own]


async def test_a_copy_of_our_id_does_not_hide_our_mail(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.writes(ticket_id, OURS)
    for n in range(12):
        await desk.receive(mail(f"copy{n}", sender=STRANGER, message_id=OURS, text=f"copy {n}"))

    assert await desk.takes(mail(2, answers=(OURS,))) == [ticket_id]


async def test_a_closed_problem_is_followed_by_a_new_one(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.put(ticket_id, "closed")

    [other] = await desk.takes(mail(2, answers=("m1@customer.test",)))

    assert other != ticket_id
    assert await desk.value("SELECT follows_id FROM ticket WHERE id = $1", other) == ticket_id


@pytest.mark.parametrize(
    ("ago_s", "comes_back"), [(REOPEN_WINDOW_S - 60, True), (REOPEN_WINDOW_S + 60, False)]
)
async def test_a_solved_problem_comes_back_within_the_window(
    desk: Desk, ago_s: int, *, comes_back: bool
) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.put(ticket_id, "solved", ago_s=ago_s)

    [other] = await desk.takes(mail(2, answers=("m1@customer.test",)))

    assert (other == ticket_id) == comes_back
    follows_id = await desk.value("SELECT follows_id FROM ticket WHERE id = $1", other)
    assert follows_id == (None if comes_back else ticket_id)


@pytest.mark.parametrize("at_once", [True, False])
async def test_one_correspondent_opens_three_tickets_an_hour_at_most(
    desk: Desk, *, at_once: bool
) -> None:
    mails = [mail(n, text=f"problem {n}") for n in range(6)]
    elsewhere = mail(7, entry_point="sales@example.com")

    tickets = (
        await desk.takes(*mails) if at_once else [i for one in mails for i in await desk.takes(one)]
    )

    assert len(set(tickets)) == 3
    assert tickets[2:] == [tickets[2]] * 4
    assert (await desk.takes(elsewhere))[0] not in tickets
    assert (await desk.takes(mail(8, sender="bob@customer.test")))[0] not in tickets
    async with desk.database.transaction() as conn:
        await conn.execute("UPDATE ticket SET opened_at = opened_at - interval '1 hour'")
    assert (await desk.takes(mail(9)))[0] not in tickets


async def test_mails_of_one_thread_that_come_together_stay_together(desk: Desk) -> None:
    answers = [
        mail(1),
        mail(2, answers=("m1@customer.test",)),
        mail(3, sender="bob@customer.test", subject="Else"),
        mail(4, answers=("m2@customer.test", "m1@customer.test")),
    ]

    tickets = await desk.takes(*answers)

    assert tickets[0] == tickets[1] == tickets[3] != tickets[2]
    assert await desk.value(
        "SELECT array_agg(external_id ORDER BY id) FROM interaction WHERE ticket_id = $1",
        tickets[0],
    ) == [answers[n].external_id for n in (0, 1, 3)]


async def test_a_stranger_who_answers_a_mail_that_came_with_his_waits(desk: Desk) -> None:
    outcomes = await desk.receive(mail(1), mail(2, sender=STRANGER, answers=("m1@customer.test",)))

    assert list(outcomes) == ["stored", "quarantined"]
    assert await desk.held() == [("stranger_in_thread", await desk.value("SELECT id FROM ticket"))]


async def test_a_bounce_goes_to_the_ticket_of_the_mail_that_did_not_arrive(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.writes(ticket_id, OURS)

    [where] = await desk.takes(received((BOUNCE % OURS).encode()))

    assert where == ticket_id
    assert await desk.rows(
        "SELECT kind, identity_id, triaged_at IS NOT NULL FROM interaction ORDER BY id DESC LIMIT 1"
    ) == [("automatic", None, True)]
    assert await desk.value("SELECT count(*) FROM contact") == 1


async def test_a_bounce_of_nothing_of_ours_waits(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))

    held = await desk.holds(received((BOUNCE % "m1@customer.test").encode()))

    assert held == ("unmatched_bounce", None)
    assert ticket_id


AUTOMATIC = {"Auto-Submitted": "auto-replied"}
BULK = {"Precedence": "bulk"}


@pytest.mark.parametrize("headers", [AUTOMATIC, BULK])
async def test_what_no_person_wrote_is_shown_and_changes_nothing(
    desk: Desk, headers: dict[str, str]
) -> None:
    [ticket_id] = await desk.takes(mail(1))
    await desk.put(ticket_id, "closed")
    [newer] = await desk.takes(mail(2))

    answer = mail(3, answers=("m1@customer.test",), headers=headers)
    unnamed = mail(4, subject="News", headers=headers)

    assert await desk.takes(answer, unnamed) == [ticket_id, newer]
    assert await desk.value("SELECT count(*) FROM interaction WHERE triaged_at IS NULL") == 2
    [alone] = await desk.takes(mail(5, sender="news@shop.test", headers=headers))
    assert await desk.rows(
        "SELECT i.kind, i.triaged_at, t.state FROM interaction i JOIN ticket t ON t.id = i.ticket_id WHERE t.id = $1",
        alone,
    ) == [("automatic", None, "new")]


async def test_a_held_mail_that_comes_by_two_ways_is_held_once(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    one = mail(2, sender=STRANGER, ticket_id=ticket_id)
    by_imap = Raw(body=b"Received: by imap\r\n" + one.raw.body, content_type="message/rfc822")
    other = msgspec.structs.replace(one, raw=by_imap)

    for again in (one, other, one):
        assert list(await desk.receive(again)) == ["quarantined"]

    assert await desk.rows("SELECT times_received FROM quarantine") == [(3,)]


async def test_the_same_bytes_at_two_of_our_addresses_are_two_mails(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    raw = mail(2, sender=STRANGER).raw.body

    for address in (ENTRY_POINT, "sales@example.com"):
        await desk.holds(received(raw, entry_point=address, ticket_id=ticket_id))

    assert len(await desk.held()) == 2


async def test_whom_a_person_let_in_may_write_there_from_then_on(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    held = mail(2, sender=STRANGER, ticket_id=ticket_id)
    await desk.holds(held)
    let_in = msgspec.structs.replace(held, thread=Thread(ticket_id=ticket_id, accepted=True))

    assert await desk.takes(let_in) == [ticket_id]

    assert await desk.takes(mail(3, sender=STRANGER, answers=("m2@customer.test",))) == [ticket_id]
    assert (await desk.holds(mail(4, sender="x@elsewhere.test", ticket_id=ticket_id)))[
        1
    ] == ticket_id


async def test_a_stranger_who_is_let_in_as_new_has_a_ticket_of_his_own(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    held = mail(2, sender=STRANGER, ticket_id=ticket_id)

    [own] = await desk.takes(msgspec.structs.replace(held, thread=Thread(accepted=True)))

    assert own != ticket_id
    assert (await desk.holds(mail(3, sender=STRANGER, ticket_id=ticket_id)))[1] == ticket_id


async def test_what_goes_on_after_a_closed_problem_is_one_problem(desk: Desk) -> None:
    """A customer who answers an old mail three times has one new problem, not three."""
    [ticket_id] = await desk.takes(mail(1))
    await desk.put(ticket_id, "closed")
    answers = {"answers": ("m1@customer.test",)}

    together = await desk.takes(mail(2, **answers), mail(3, **answers))
    later = await desk.takes(mail(4, **answers))
    [other] = await desk.takes(mail(5, subject="Else"))
    again = await desk.takes(mail(6, **answers))

    assert together == [together[0], together[0]]
    assert later == again == [together[0]]
    assert other not in {ticket_id, together[0]}
    await desk.put(together[0], "closed")
    async with desk.database.transaction() as conn:
        await conn.execute("UPDATE ticket SET opened_at = opened_at - interval '1 hour'")
    assert (await desk.takes(mail(7, **answers)))[0] not in {ticket_id, together[0], other}


async def test_an_unrelated_problem_does_not_go_on_with_a_closed_one(desk: Desk) -> None:
    [ticket_id] = await desk.takes(mail(1))
    [other] = await desk.takes(mail(2, subject="Else"))
    assert await desk.value("SELECT follows_id FROM ticket WHERE id = $1", other) == ticket_id
    await desk.put(ticket_id, "closed")

    [third] = await desk.takes(mail(3, answers=("m1@customer.test",)))

    assert third not in {ticket_id, other}


async def test_the_words_of_somebody_else_in_a_ticket_are_marked_as_such(desk: Desk) -> None:
    """A person's manner is not judged by what somebody who got a copy writes."""
    [ticket_id, _] = await desk.takes(mail(1), mail(2, answers=("m1@customer.test",)))
    await desk.writes(ticket_id, OURS, cc=("bob@customer.test",))
    await desk.takes(mail(3, sender="bob@customer.test", answers=(OURS,)))

    marked = (
        "SELECT details ? 'participant' FROM interaction WHERE direction = 'inbound' ORDER BY id"
    )
    assert await desk.rows(marked) == [(False,), (False,), (True,)]


async def test_what_a_copied_person_wrote_stays_with_its_ticket_when_people_are_parted(
    desk: Desk,
) -> None:
    """Of two people who were one for a while, each has what was written in his own tickets."""
    bob, carl = "bob@customer.test", "carl@customer.test"
    [saras] = await desk.takes(mail(1))
    [bobs] = await desk.takes(mail(2, sender=bob))
    kept, other = [
        await desk.value("SELECT contact_id FROM ticket WHERE id = $1", i) for i in (saras, bobs)
    ]
    async with desk.database.transaction() as conn:
        now = await conn.fetchval("SELECT clock_timestamp()")
        merge = await merges.merge(
            conn, now, kept, other, actor="user:1", must_read_as=None, accept_unverified=True
        )
    [since] = await desk.takes(mail(3, sender=bob, subject="Since"))
    for ticket_id, message_id in ((bobs, OURS), (since, f"b{OURS}"), (saras, f"c{OURS}")):
        await desk.writes(ticket_id, message_id, to=SARA if ticket_id == saras else bob, cc=(carl,))
        await desk.takes(mail(f"carl{ticket_id}", sender=carl, answers=(message_id,)))

    async with desk.database.transaction() as conn:
        await merge_undoing.undo(conn, now, merge.id, actor="user:1", must_read_as=None)

    assert await desk.rows("SELECT id, contact_id FROM ticket ORDER BY id") == [
        (saras, kept),
        (bobs, other),
        (since, other),
    ]
    assert (
        await desk.rows(
            "SELECT i.id FROM interaction i JOIN ticket t ON t.id = i.ticket_id"
            " WHERE i.contact_id <> t.contact_id"
        )
        == []
    )
