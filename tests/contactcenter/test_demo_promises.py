from typing import Any

import factories
import pytest
import recorded_calls
from msgspec.structs import replace
from noon import NOON, after

from contactcenter.db import Database
from contactcenter.demo import carrier, promises, telephone
from contactcenter.demo import evidence as stored
from contactcenter.demo.carrier import Case, KnownCall, Seen, SeenLine
from contactcenter.demo.evidence import (
    Agent,
    Call,
    Event,
    Evidence,
    HeldByCall,
    Leg,
    Machine,
    MailReceived,
    Neglect,
    Offer,
    Received,
    Ticket,
    Timer,
    Watch,
    Written,
)
from contactcenter.fakes.ledger import Entry, Ledger
from contactcenter.fakes.twilio_voice_hooks import Posting
from contactcenter.fakes.twilio_voice_leg import rfc2822

#: He asked, and was answered.
VISITOR = Seen(
    written={"w1": "هست؟"},
    acknowledged={"w1"},
    lines=[
        SeenLine(sequence=1, by="visitor", text="هست؟"),
        SeenLine(sequence=2, by="agent", text="بله"),
    ],
)
#: He waited 4 s in the menu and 3 in the queue, talked for 20 and was on hold for 5.
KNOWN = KnownCall(sid="CA1", queue_s=3, talk_s=20, hold_s=5, message_s=0, call_s=32)
HOOK = "http://127.0.0.1:1/hooks/sms/message"


def ledger() -> Ledger:
    """One message, delivered twice, and one reply."""
    book = Ledger()
    book.record(Entry(at=NOON, kind="written", sid="SM1", text="سلام"))
    for _ in range(2):
        book.record(Entry(at=NOON, kind="hook_answered", sid="SM1", url=HOOK, status=200))
    book.record(Entry(at=after(9), kind="accepted", sid="SM2", correlation="c1", text="hello"))
    return book


def evidence() -> Evidence:
    """A ticket that waited 2 s, was held 8 s and is solved; another is held since second 3."""
    leg = Leg(ticket_id=1, episode=1, agent_id=None, from_at=NOON, to_at=after(2), ended_by="x")
    offer = Offer(
        ticket_id=1, agent_id=7, weight=1, state="ended", offered_at=after(2), ended_at=after(10)
    )
    event = Event(id=1, xid="5", kind="ticket_opened", at=NOON, ticket_id=1, version=1)
    ticket = Ticket(
        id=1,
        state="solved",
        tier=1,
        temperament="warm",
        episode=1,
        escalations=0,
        reopens=0,
        opened_at=NOON,
        enqueued_at=NOON,
        solved_at=after(10),
    )
    return Evidence(
        mails_received=[
            MailReceived(external_id="m1@a.b", body="سلام", sender="a@a.b", ticket_id=1),
            MailReceived(external_id="m2@a.b", body="بله", sender="a@a.b", ticket_id=1),
        ],
        mails_written=[Written(correlation_id="d1", state="sent", body="hello")],
        calls=[
            Call(
                sid="CA1",
                state="ended",
                outcome="answered",
                is_over=True,
                ivr_s=4,
                queue_s=3,
                talk_s=20,
                hold_s=5,
                call_s=32,
                entries=1,
            )
        ],
        chats_received=[Received(external_id="w1", body="هست؟")],
        chats_written=[Written(correlation_id="e1", state="sent", body="بله")],
        received=[Received(external_id="SM1", body="سلام")],
        written=[Written(correlation_id="c1", state="sent", body="hello")],
        tickets=[
            ticket,
            replace(
                ticket,
                id=2,
                state="assigned",
                opened_at=after(3),
                enqueued_at=after(3),
                solved_at=None,
            ),
        ],
        legs=[
            leg,
            replace(leg, agent_id=7, from_at=after(2), to_at=after(10)),
            replace(leg, ticket_id=2, agent_id=7, from_at=after(3), to_at=None),
        ],
        offers=[
            offer,
            replace(offer, ticket_id=2, state="accepted", offered_at=after(3), ended_at=None),
        ],
        agents=[Agent(id=7, name="سارا", capacity=2, load=1)],
        timers=[Timer(kind="reopen_end", key="1", ticket_id=1, late_s=0.0)],
        events=[
            event,
            replace(event, id=2, xid="6", kind="ticket_assigned", version=2),
            replace(event, id=4, xid="6", kind="ticket_resumed", version=2),
            replace(event, id=3, xid="8", kind="interaction_received", version=None),
            replace(event, id=9, xid="9", kind="ticket_solved", version=3, at=after(10)),
        ],
    )


def case(**changes: Any) -> Case:
    told = changes.pop("told", [1, 2, 4, 3, 9])
    watch = changes.pop("watch", Watch(None))  # type: ignore[arg-type]  # it does not look
    book = changes.pop("ledger", ledger())
    visitor = changes.pop("visitor", VISITOR)
    complaints = changes.pop("complaints", [])
    known = changes.pop("known", KNOWN)
    return Case(
        evidence=replace(evidence(), **changes),
        ledger=book,
        watch=watch,
        told=told,
        post=post(),
        visitors=[visitor],
        calls=[known],
        complaints=complaints,
    )


def post() -> Ledger:
    """Two mails of one customer, and one answer."""
    book = Ledger()
    for sid, text in (("m1@a.b", "سلام"), ("m2@a.b", "بله")):
        book.record(Entry(at=NOON, kind="written", sid=sid, text=text))
        book.record(Entry(at=NOON, kind="hook_answered", sid=sid, status=200))
    book.record(Entry(at=NOON, kind="accepted", correlation="d1", text="hello"))
    return book


def violations(broken: Case) -> list[str]:
    return [sentence for kept in promises.check(broken) for sentence in kept.violations]


def test_a_sound_history_breaks_no_promise():
    assert violations(case()) == []
    assert carrier.messages(case()) == carrier.Messages(sent=1, stored=1, duplicates=0, lost=0)


def test_a_lost_a_doubled_a_changed_and_an_invented_message_are_found():
    row = evidence().received[0]

    assert violations(case(received=[])) == ["Message SM1 was acknowledged and is lost."]
    assert carrier.messages(case(received=[])).lost == 1
    assert violations(case(received=[row, row])) == ["Message SM1 is stored 2 times."]
    assert carrier.messages(case(received=[row, row])).duplicates == 1
    changed = case(received=[replace(row, body="سلا")])
    assert violations(changed) == ["Message SM1 is stored with other words than were sent."]
    invented = case(received=[row, replace(row, external_id="SM9")])
    assert violations(invented) == ["Message SM9 is stored, but no customer sent it."]


def test_a_lost_a_doubled_and_an_invented_chat_message_are_found():
    row = evidence().chats_received[0]

    for rows, times in (([], 0), ([row, row], 2), ([replace(row, body="نیست؟")], 1)):
        assert violations(case(chats_received=rows)) == [
            f"Chat message w1 is stored {times} times, or otherwise."
        ]
    assert violations(case(chats_received=[row, replace(row, external_id="w2")])) == [
        "Chat message w2 is stored, but nobody wrote it."
    ]
    assert violations(case(visitor=replace(VISITOR, acknowledged=set()))) == [
        "Chat message w1 was never acknowledged."
    ]


def test_a_line_that_a_visitor_missed_or_had_twice_is_found():
    asked, answered = VISITOR.lines

    assert violations(case(visitor=replace(VISITOR, lines=[asked]))) == [
        "An answer was written 1 times and shown 0 times."
    ]
    twice = replace(answered, sequence=3)
    assert violations(case(visitor=replace(VISITOR, lines=[asked, answered, twice]))) == [
        "An answer was written 1 times and shown 2 times."
    ]
    assert violations(case(visitor=replace(VISITOR, lines=[asked, twice]))) == [
        "Visitor 1 was shown the lines [1, 3]."
    ]
    assert violations(case(chats_written=[])) == [
        "A visitor was shown an answer that nobody wrote."
    ]


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        ({"talk_s": 19, "ivr_s": 5}, ["Call CA1 had 20 s of talk; stored are 19."]),
        ({"hold_s": 6, "ivr_s": 3}, ["Call CA1 had 5 s of hold; stored are 6."]),
        ({"call_s": 33, "ivr_s": 5}, ["Call CA1 had 32 s of call; stored are 33."]),
        ({"queue_s": 4, "ivr_s": 3}, []),  # two clocks, each cut to a second
        ({"queue_s": 5, "ivr_s": 2}, ["Call CA1 waited 3 s; stored are 5."]),
        ({"ivr_s": 3}, ["Call CA1 took 32 s, and its parts 31."]),
        (
            {"is_over": False, "state": "talking"},
            ["Call CA1 has ended and is stored as talking."],
        ),
        ({"entries": 0}, ["Call CA1 is on its customer's timeline 0 times."]),
        ({"entries": 2}, ["Call CA1 is on its customer's timeline 2 times."]),
    ],
)
def test_a_call_with_wrong_seconds_or_not_once_on_the_timeline_is_found(
    change: dict[str, Any], sentences: list[str]
):
    (call,) = evidence().calls

    assert violations(case(calls=[replace(call, **change)])) == sentences


def test_a_lost_call_a_held_agent_and_what_the_provider_complains_of_are_found():
    assert violations(case(calls=[])) == ["Call CA1 is lost."]
    held = HeldByCall(call_id=1, who="سارا")
    assert violations(case(held_by_calls=[held])) == [
        "Call 1 is over, and سارا is still held by it."
    ]
    assert violations(case(complaints=["a Say in Persian"])) == [
        "The provider complains: a Say in Persian"
    ]


def test_a_message_after_the_tone_is_part_of_its_call():
    (call,) = evidence().calls
    known = replace(KNOWN, queue_s=0, talk_s=0, hold_s=0, message_s=28)
    left = replace(call, outcome="voicemail", queue_s=0, talk_s=0, hold_s=0)

    assert violations(case(known=known, calls=[left])) == []
    assert violations(case(known=replace(known, message_s=20), calls=[left])) == [
        "Call CA1 took 32 s, and its parts 24."
    ]


def told(sequence: int, at_s: float, event: str, sid: str, label: str) -> Posting:
    params = {
        "ConferenceSid": "CF1",
        "SequenceNumber": str(sequence),
        "Timestamp": rfc2822(after(at_s)),
        "StatusCallbackEvent": f"participant-{event}",
        "CallSid": sid,
        "ParticipantLabel": label,
    }
    return Posting(at=NOON, kind="report", url="", params=tuple(params.items()))


def test_what_the_provider_knows_of_a_room_is_talk_and_hold_with_any_agent_once():
    room = [
        told(1, 0, "join", "CA2", "agent:7"),
        told(2, 2, "join", "CA1", "customer"),
        told(3, 10, "hold", "CA1", "customer"),
        told(4, 12, "join", "CA3", "agent:8"),
        told(5, 15, "unhold", "CA1", "customer"),
        told(6, 16, "leave", "CA2", "agent:7"),
        told(7, 28, "leave", "CA1", "customer"),
        told(8, 29, "leave", "CA3", "agent:8"),
    ]
    wanted = {"CA1": telephone.Spent(talk_s=8 + 13, hold_s=5, met_at=after(2))}

    assert telephone.rooms_of(room) == wanted
    assert telephone.rooms_of([*reversed(room), room[2]]) == wanted


def test_waiting_goes_on_from_the_line_into_the_room():
    left = {"CallSid": "CA1", "QueueResult": "redirected", "QueueTime": "7"}
    line = Posting(at=after(20), kind="document", url="", params=tuple(left.items()))

    assert telephone.waited_s("CA1", [line], after(20.4)) == 7
    assert telephone.waited_s("CA1", [line], after(23)) == 10
    assert telephone.waited_s("CA1", [line], None) == 7  # he hung up, or left a message
    assert telephone.waited_s("CA2", [line], None) == 0


def test_what_was_left_to_do_is_named():
    solved = evidence().tickets[0]
    held = replace(solved, id=31, state="assigned")

    assert list(promises.not_finished(110, [solved, held]).violations) == [
        "There was still something to do after 110 s: ticket 31 is assigned."
    ]
    assert list(promises.not_finished(110, [solved]).violations) == [
        "There was still something to do after 110 s: customers had not said all."
    ]


def test_a_lost_a_doubled_a_changed_and_an_invented_mail_are_found():
    first, second = evidence().mails_received

    assert violations(case(mails_received=[first])) == [
        "Mail m2@a.b was taken and is stored 0 times."
    ]
    assert violations(case(mails_received=[first, first, second])) == [
        "Mail m1@a.b was taken and is stored 2 times."
    ]
    assert violations(case(mails_received=[first, replace(second, body="بل")])) == [
        "Mail m2@a.b is stored with other words than were written."
    ]
    assert violations(
        case(mails_received=[first, second, replace(second, external_id="m3@a.b")])
    ) == ["Mail m3@a.b is stored, but no customer wrote it."]
    assert violations(case(mails_received=[first, replace(second, ticket_id=2)])) == [
        "The mails of one customer are on 2 tickets: [1, 2]."
    ]


def test_a_lost_a_changed_and_an_invented_answer_by_mail_are_found():
    (answer,) = evidence().mails_written

    assert violations(case(mails_written=[])) == ["A mail came that nobody wrote (d1)."]
    assert violations(case(mails_written=[replace(answer, body="hell")])) == [
        "Answer d1… arrived with other words than were written."
    ]
    assert violations(
        case(mails_written=[answer, replace(answer, correlation_id="d2", state="failed")])
    ) == ["Answer d2… reached its server 0 times; it is failed."]


def test_a_message_that_was_never_acknowledged_is_found():
    book = Ledger()
    book.record(Entry(at=NOON, kind="written", sid="SM1", text="سلام"))
    book.record(Entry(at=NOON, kind="hook_answered", sid="SM1", url=HOOK, status=503))

    assert "Message SM1 was never acknowledged." in violations(case(ledger=book))


def test_a_reply_that_was_sent_twice_or_not_at_all_is_found():
    book = ledger()
    book.record(Entry(at=after(9), kind="accepted", sid="SM3", correlation="c1", text="hello"))
    assert violations(case(ledger=book)) == ["Reply c1… was handed to the provider 2 times."]

    more = [*evidence().written, Written(correlation_id="c2", state="queued", body="well?")]
    assert violations(case(written=more)) == [
        "Reply c2… was never handed to the provider; it is queued."
    ]
    assert violations(case(written=[])) == ["The provider took 1 messages that nobody wrote (c1)."]


def test_two_live_offers_and_two_open_legs_are_found():
    sound = evidence()
    live, stay = sound.offers[1], sound.legs[2]

    said = violations(
        case(
            offers=[*sound.offers, live],
            agents=[replace(sound.agents[0], load=2)],
            legs=[*sound.legs, stay],
        )
    )

    assert "Ticket 2 has 2 live offers." in said
    assert "Ticket 2 is assigned and has 2 open legs." in said
    assert any("overlap" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"to_at": after(1)}, "gap"),
        ({"to_at": after(4)}, "overlap"),
        ({"from_at": after(1)}, "Episode 1 of ticket 1 begins at"),
    ],
)
def test_legs_that_do_not_tile_are_found(change: dict[str, Any], sentence: str):
    first, *others = evidence().legs

    said = violations(case(legs=[replace(first, **change), *others]))

    assert any(sentence in one for one in said)


def test_a_last_leg_that_outlives_the_solution_is_found():
    first, last, other = evidence().legs

    said = violations(case(legs=[first, replace(last, to_at=after(11)), other]))

    assert [one for one in said if "its last leg" in one]


def test_an_agent_who_once_held_too_much_is_found():
    (agent,) = evidence().agents

    said = violations(case(agents=[replace(agent, capacity=1)]))

    assert said == ["سارا held 2 units at once and may hold 1."]


def test_a_load_that_is_not_what_is_held_is_found():
    (agent,) = evidence().agents

    said = violations(case(agents=[replace(agent, load=2)]))

    assert said == ["سارا holds 1 units; written down are 2."]


def test_a_tag_nobody_heard_and_one_that_told_somebody_else_of_a_machine_are_found():
    machine = Machine(service_tag="7J4KL92", owner_id=3, attached_for=[3, 3])

    assert violations(case(machines=[machine])) == []
    assert violations(case(machines=[replace(machine, attached_for=[])])) == [
        "The owner of 7J4KL92 named it, and it is on no ticket of his."
    ]
    assert violations(case(machines=[replace(machine, attached_for=[3, 4])])) == [
        "7J4KL92 is on the ticket of somebody who does not own it."
    ]


def test_a_late_timer_and_an_offer_without_one_are_found():
    (timer,), offer = evidence().timers, evidence().offers[1]

    assert violations(case(timers=[replace(timer, late_s=5.5)])) == [
        "The timer reopen_end of 1 is 5.5 s late."
    ]
    assert violations(case(timers=[timer, timer])) == ["There are 2 timers reopen_end of 1."]
    ringing = replace(offer, state="pending")
    assert violations(case(offers=[evidence().offers[0], ringing])) == [
        "The offer of ticket 2 rings for ever: no timer ends it."
    ]


def test_a_version_that_does_not_rise_with_a_change_is_found():
    *others, last = evidence().events

    said = violations(case(events=[*others, replace(last, version=2)]))

    assert said == ["Of ticket 1, ticket_solved carries version 2 after ticket_resumed with 2."]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ([1, 2, 4, 9], "The feed told interaction_received of ticket 1 0 times."),
        ([1, 2, 4, 3, 3, 9], "The feed told interaction_received of ticket 1 2 times."),
        ([1, 2, 4, 3, 9, 77], "The feed told of an event 77 that is not stored."),
        ([1, 2, 3, 4, 9], "The feed told what happened in another order than it is stored in."),
    ],
)
def test_a_feed_that_forgets_repeats_invents_or_shuffles_is_found(told: list[int], sentence: str):
    assert violations(case(told=told)) == [sentence]


async def test_who_waits_beside_a_free_agent_and_what_nobody_answers_for_is_seen(dsn):
    database = await Database(dsn).open()
    try:
        async with database.transaction() as conn:
            await factories.prepare(conn)
            team_id = await factories.team(conn)
            queue_id = await factories.queue(conn, team_id=team_id)
            ticket = await factories.queued_ticket(conn, NOON, queue_id=queue_id)
            await factories.agent(conn, NOON, name="سارا", queues=[queue_id], presence="away")
            lead_id = await factories.user(conn)
        watch = Watch(database)

        await watch.look()
        assert (watch.neglects, watch.unaccountable) == (set(), {ticket.id})

        async with database.transaction() as conn:
            await conn.execute("UPDATE team SET lead_id = $1", lead_id)
            await conn.execute("UPDATE agent SET presence = 'available'")
        again = Watch(database)
        await again.look()
        assert again.neglects == {Neglect(ticket_id=ticket.id, agent="سارا")}
        assert again.unaccountable == set()
        assert violations(case(watch=again)) == [
            f"Ticket {ticket.id} waited although سارا was there and had room."
        ]
        assert violations(case(watch=watch)) == [
            f"For a while nobody was accountable for ticket {ticket.id}."
        ]
    finally:
        await database.close()


async def test_who_is_kept_by_a_call_that_is_over_is_seen(database: Database):
    async with database.transaction() as conn:
        await factories.prepare(conn)
        queue_id = await factories.queue(conn)
        ticket = await factories.queued_ticket(conn, NOON, queue_id=queue_id)
        number = await recorded_calls.number(conn, queue_id=queue_id)
        call_id = await recorded_calls.call(
            conn, NOON, entry_point_id=number, ticket_id=ticket.id, state="ended"
        )
        await conn.execute(
            "UPDATE call_leg SET state = 'ended', ended_at = began_at WHERE call_id = $1", call_id
        )
    found = await stored.gather(database)
    assert found.held_by_calls == []
    assert [(call.is_over, call.outcome, call.entries) for call in found.calls] == [
        (True, "answered", 0)
    ]

    async with database.transaction() as conn:
        agent_id = await factories.agent(conn, NOON, name="سارا", queues=[queue_id])
        await conn.execute(
            "UPDATE ticket SET live_call_id = $1, needs_phone = true WHERE id = $2",
            call_id,
            ticket.id,
        )
        await conn.execute(
            "INSERT INTO call_leg (call_id, party, user_id, address, purpose, state, began_at)"
            " VALUES ($1, 'agent', $2, 'client:sara', 'offer', 'joined', $3)",
            call_id,
            agent_id,
            NOON,
        )
    found = await stored.gather(database)
    assert found.held_by_calls == [
        HeldByCall(call_id=call_id, who=f"ticket {ticket.id}"),
        HeldByCall(call_id=call_id, who="سارا"),
    ]
