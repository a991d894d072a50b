"""Every decision about a ticket, made by the dispatcher and told as it was, in both languages."""

from datetime import datetime

import factories
from noon import NOON, after
from promised import Centre

from contactcenter import decisions, desk
from contactcenter.db import Conn
from contactcenter.dispatch import (
    arriving,
    ending,
    firing,
    holding,
    moving,
    pausing,
    presence,
    seek,
    transferring,
)
from contactcenter.events import KINDS
from contactcenter.speech import Speech
from contactcenter.tickets import ticket_credits, tickets
from contactcenter.tickets.tickets import Ticket
from contactcenter.time_zones import zone_of
from routing.escalation import Held
from routing.wording import Language


async def told(conn: Conn, ticket_id: int, language: Language = "en") -> list[str]:
    found = await decisions.of_ticket(conn, ticket_id, after_id=0, limit=200)
    said = await decisions.tell(conn, found, Speech(language=language, zone=zone_of("UTC")))
    return [one.sentence.replace("\u2068", "").replace("\u2069", "") for one in said]


async def waiting(conn: Conn, queue_id: int, at: datetime = NOON) -> Ticket:
    return await factories.queued_ticket(conn, at, queue_id=queue_id)


async def ringing(conn: Conn, queue_id: int, at: datetime = NOON) -> Ticket:
    return await seek.agent_for(conn, at, await waiting(conn, queue_id, at))


async def both(conn: Conn, ticket_id: int, english: str, persian: str) -> None:
    assert english in await told(conn, ticket_id), await told(conn, ticket_id)
    assert persian in await told(conn, ticket_id, "fa"), "\n".join(
        await told(conn, ticket_id, "fa")
    )


async def test_a_ticket_that_found_an_agent(world: Conn) -> None:
    queue_id = await factories.queue(world, name="Support")
    for n, (name, level) in enumerate([("Ann", 1), ("Bob", 1), ("Cyd", 2)]):
        agent_id = await factories.agent(world, after(-60 + n), name=name)
        await factories.join_queue(world, agent_id, queue_id, level=level, band=2)

    ticket = await ringing(world, queue_id)

    await both(
        world,
        ticket.id,
        "Offered to Ann at 12:00:00. The ticket had waited 0 s. Ann: own team, band 2,"
        " 0 of 3 units taken, idle longest of 3 (1 min). Behind: Bob (idle for less long).",
        "ساعت ۱۲:۰۰:۰۰ به Ann پیشنهاد شد. درخواست ۰ ثانیه منتظر مانده بود. Ann: صف خودش، رستهٔ ۲،"
        " ۰ از ۳ واحد ظرفیت پر، از میان ۳ نفر بیش از همه بیکار (۱ دقیقه). پس از او: Bob (کمتر بیکار بوده است).",
    )
    await both(
        world,
        ticket.id,
        "Queued in Support (tier 1) at 12:00:00: no entry rule holds, and this is the queue of the"
        " entry point.",
        "ساعت ۱۲:۰۰:۰۰ در صف Support (سطح ۱) جای گرفت: هیچ قاعدهٔ ورودی صدق نمی‌کرد و این صف درگاه آن است.",
    )


async def test_an_agent_who_found_a_ticket(world: Conn) -> None:
    queue_id = await factories.queue(world, name="Support", auto_accept=["sms"])
    ticket = await waiting(world, queue_id)
    await waiting(world, queue_id, after(35))
    ticket = await tickets.grant_credit(world, ticket, "escalated", 300)
    ticket = await tickets.save(world, await tickets.grant_credit(world, ticket, "reopened", 120))
    agent_id = await factories.agent(
        world, NOON, name="Ann", queues=[queue_id], capacity=1, presence="offline"
    )

    await presence.change(world, after(250), agent_id, "available", None, actor="system")

    await both(
        world,
        ticket.id,
        "Given to Ann at 12:04:10, without asking, who had room and looked for work. The ticket had"
        " waited 4 min 10 s + 5 min (escalated) + 2 min (reopened) = 11 min 10 s, the highest of all"
        " that Ann could take (next: 3 min 35 s).",
        "ساعت ۱۲:۰۴:۱۰ بی‌پرسش به Ann داده شد که جا داشت و در پی کار بود. امتیاز درخواست"
        " ۴ دقیقه و ۱۰ ثانیه + ۵ دقیقه (ارجاع) + ۲ دقیقه (بازگشایی) = ۱۱ دقیقه و ۱۰ ثانیه بود،"
        " بالاترین در میان همهٔ آنچه Ann می‌توانست بگیرد (بعدی: ۳ دقیقه و ۳۵ ثانیه).",
    )


async def test_whether_bands_counted_is_told_while_they_are_tried(world: Conn) -> None:
    queue_id = await factories.queue(world)
    await factories.agent(world, NOON, queues=[queue_id])
    tried = {"by": "p_mu", "experiment": {"on_minutes": 15, "off_minutes": 5}}

    unused = await ringing(world, queue_id)
    await factories.configured(world, bands=tried)
    on = await ringing(world, queue_id, after(60))
    off = await ringing(world, queue_id, after(16 * 60))

    bands = "، رسته‌ها در آن هنگام به حساب"
    for ticket, english, persian in (
        (on, "Bands counted at that time", f"{bands} می‌آمدند."),
        (off, "Bands did not count at that time", f"{bands} نمی‌آمدند."),
    ):
        assert english in (await told(world, ticket.id))[-1]
        assert (await told(world, ticket.id, "fa"))[-1].endswith(persian)
    assert "ands" not in (await told(world, unused.id))[-1]


async def test_answers_to_an_offer(world: Conn) -> None:
    queue_id = await factories.queue(world)
    ann, bob, cyd = [
        await factories.agent(world, after(-60 + n), name=name, queues=[queue_id])
        for n, name in enumerate(["Ann", "Bob", "Cyd"])
    ]
    ticket = await ringing(world, queue_id)

    await holding.decline(world, after(30), ticket.id, ann)
    await holding.expire(world, after(65), ticket.id)
    await presence.change(world, after(70), cyd, "offline", None, actor="system")
    await presence.change(world, after(80), cyd, "available", None, actor="system")
    await holding.accept(world, after(82), ticket.id, cyd)

    assert bob
    await both(
        world,
        ticket.id,
        "Ann declined at 12:00:30, after 30 s; asked again from 12:01:30.",
        "Ann ساعت ۱۲:۰۰:۳۰ پس از ۳۰ ثانیه نپذیرفت؛ از ۱۲:۰۱:۳۰ دوباره از او پرسیده می‌شود.",
    )
    await both(
        world,
        ticket.id,
        "Bob had not answered by 12:01:05, after 35 s; asked again from 12:02:05.",
        "Bob تا ساعت ۱۲:۰۱:۰۵، پس از ۳۵ ثانیه، پاسخی نداد؛ از ۱۲:۰۲:۰۵ دوباره از او پرسیده می‌شود.",
    )
    await both(
        world,
        ticket.id,
        "The offer to Cyd was taken back at 12:01:10, because Cyd left.",
        "پیشنهاد به Cyd ساعت ۱۲:۰۱:۱۰ پس گرفته شد، چون Cyd رفت.",
    )
    await both(
        world,
        ticket.id,
        "Cyd accepted at 12:01:22, after 2 s.",
        "Cyd ساعت ۱۲:۰۱:۲۲ پس از ۲ ثانیه پذیرفت.",
    )


async def test_a_ticket_that_rises_while_it_rings_and_comes_back(world: Conn) -> None:
    lab = await factories.queue(world, name="Lab", tier=2)
    support = await factories.queue(world, name="Support", escalate_to_id=lab)
    await factories.agent(world, NOON, name="Ann", queues=[support])
    dana = await factories.user(world, name="Dana", role="supervisor")
    ticket = await ringing(world, support)

    await moving.escalate(world, after(600), ticket, "time_in_tier", actor="system")
    ticket = await tickets.lock(world, ticket.id)
    await transferring.transfer(
        world, after(700), ticket, support, actor=f"user:{dana}", note_id=None
    )

    await both(
        world,
        ticket.id,
        "Referred from Support (tier 1) to Lab (tier 2) at 12:10:00: the time of the tier ran out."
        " Its age is kept. Its credit grew by 5 min (escalated). The offer to Ann was withdrawn.",
        "ساعت ۱۲:۱۰:۰۰ از Support (سطح ۱) به Lab (سطح ۲) ارجاع شد: زمان این سطح تمام شد."
        " زمان انتظارش حفظ شد. بر اعتبارش افزوده شد: ۵ دقیقه (ارجاع). پیشنهاد به Ann پس گرفته شد.",
    )
    await both(
        world,
        ticket.id,
        "Returned from Lab (tier 2) to Support (tier 1) at 12:11:40 by Dana. Its age is kept.",
        "ساعت ۱۲:۱۱:۴۰ از Lab (سطح ۲) به Support (سطح ۱) بازگردانده شد، به دست Dana. زمان انتظارش حفظ شد.",
    )


async def test_a_ticket_that_a_rule_refers(world: Conn) -> None:
    lab = await factories.queue(world, name="Lab", tier=2)
    support = await factories.queue(world, name="Support", escalate_to_id=lab)
    ticket = await waiting(world, support)
    held = [
        Held(leaf="reopens", wanted=2, found=3),
        Held(leaf="agent_request", wanted=True, found=True),
    ]

    await moving.escalate(
        world, after(60), ticket, "rule", actor="system", rule="stuck", because=held
    )

    await both(
        world,
        ticket.id,
        "Referred from Support (tier 1) to Lab (tier 2) at 12:01:00 by rule stuck:"
        " reopened 3 times (limit 2), the agent asked for it."
        " Its age is kept. Its credit grew by 5 min (escalated).",
        "ساعت ۱۲:۰۱:۰۰ از Support (سطح ۱) به Lab (سطح ۲) ارجاع شد بنا بر قاعدهٔ stuck:"
        " ۳ بار بازگشایی (حد ۲)، کارشناس آن را خواست."
        " زمان انتظارش حفظ شد. بر اعتبارش افزوده شد: ۵ دقیقه (ارجاع).",
    )


async def test_what_people_do_with_tickets(world: Conn) -> None:
    support = await factories.queue(world, name="Support")
    sales = await factories.queue(world, name="Sales")
    ann = await factories.agent(world, NOON, name="Ann", queues=[support], presence="away")
    bob = await factories.agent(world, NOON, name="Bob", presence="away")
    dana = await factories.user(world, name="Dana", role="supervisor")
    ticket = await waiting(world, support)

    await holding.claim(world, after(1), ticket.id, ann)
    await holding.give_to(world, after(2), ticket.id, bob, actor=f"user:{dana}", note_id=None)
    await holding.release(world, after(3), ticket.id, actor=f"user:{bob}", reason="returned")
    ticket = await tickets.lock(world, ticket.id)
    await transferring.transfer(world, after(4), ticket, sales, actor="token:1", note_id=None)
    await ending.mark_spam(world, after(5), ticket.id, actor=f"user:{dana}")

    english, persian = await told(world, ticket.id), await told(world, ticket.id, "fa")
    assert english[1:] == [
        "Ann took it out of the queue at 12:00:01.",
        "Dana gave it to Bob at 12:00:02; Ann had it until then.",
        "It passed from Ann to Bob at 12:00:02.",
        "Bob gave it back to Support at 12:00:03: returned.",
        "Moved from Support to Sales at 12:00:04 by a program.",
        "Closed as spam at 12:00:05 by Dana.",
    ]
    assert persian[1:] == [
        "Ann ساعت ۱۲:۰۰:۰۱ خودش آن را از صف برداشت.",
        "Dana ساعت ۱۲:۰۰:۰۲ آن را به Bob سپرد؛ تا آن هنگام در دست Ann بود.",
        "ساعت ۱۲:۰۰:۰۲ از Ann به Bob رسید.",
        "Bob ساعت ۱۲:۰۰:۰۳ آن را به Support پس داد: returned.",
        "ساعت ۱۲:۰۰:۰۴ از Support به Sales منتقل شد، به دست یک برنامه.",
        "ساعت ۱۲:۰۰:۰۵ هرزنامه دانسته و بسته شد؛ Dana چنین گفت.",
    ]


async def test_a_ticket_from_pause_to_end(world: Conn) -> None:
    support = await factories.queue(world, name="Support", auto_accept=["sms"])
    ann = await factories.agent(world, NOON, name="Ann", queues=[support])
    ticket = await ringing(world, support)
    actor = f"user:{ann}"

    await pausing.pend(world, after(60), ticket.id, actor=actor, wake_at=None)
    await pausing.resume(
        world,
        after(120),
        await tickets.lock(world, ticket.id),
        actor="customer",
        because="customer_wrote",
    )
    await pausing.hold(
        world, after(180), ticket.id, actor=actor, reason="part", wake_at=after(86_400)
    )
    await presence.change(world, after(200), ann, "offline", None, actor=actor)
    await pausing.resume(
        world,
        after(86_400),
        await tickets.lock(world, ticket.id),
        actor="system",
        because="wake_up",
    )
    await presence.change(world, after(86_500), ann, "available", None, actor=actor)
    await ending.solve(
        world, after(86_600), ticket.id, actor=actor, disposition="solved", reopen_window_s=60
    )
    await ending.close(world, after(86_660), ticket.id)
    await ending.reopen(
        world,
        after(86_700),
        await tickets.lock(world, ticket.id),
        actor="customer",
        because="customer_wrote",
    )

    english, persian = await told(world, ticket.id), await told(world, ticket.id, "fa")
    away = (
        "It went on at 12:00:00: the date had come; Ann was not there or had no room, so it"
        " waits in Support."
    )
    kept = [
        "The customer's turn since 12:01:00; Ann keeps it.",
        "Ann, who has held it all the while and had room, went on with it at 12:02:00.",
        "It went on at 12:02:00: the customer wrote.",
        "On hold since 12:03:00 with Ann, until 2026-11-21 12:00:00.",
        away,
    ]
    assert [line for line in english if line in kept] == kept
    assert any(line.startswith("Ann solved it at 12:03:20, 1 d 3 min after") for line in english)
    assert "Closed at 12:04:20: the time in which it might have come back is over." in english
    assert any(line.startswith("It came back at 12:05:00: the customer wrote") for line in english)
    assert "از ساعت ۱۲:۰۳:۰۰ نزد Ann معلق است، تا ۱۴۰۵-۰۸-۳۰ ۱۲:۰۰:۰۰." in persian
    assert "ساعت ۱۲:۰۲:۰۰ از سر گرفته شد: مشتری نوشت." in persian
    assert len(english) == len(persian)


async def test_a_ticket_that_an_entry_rule_sent(world: Conn) -> None:
    support = await factories.queue(world, name="Support")
    rule_id = await world.fetchval(
        "INSERT INTO entry_rule (position, condition, queue_id) VALUES (100, '{}', $1) RETURNING id",
        support,
    )
    ticket_id = await factories.ticket(world, NOON, intake_queue_id=support)
    interaction_id = await world.fetchval(
        "SELECT id FROM interaction WHERE ticket_id = $1", ticket_id
    )
    finding = arriving.Finding(
        ticket_id=ticket_id,
        interaction_ids=[interaction_id],
        received_at=NOON,
        temperament="unknown",
        language="en",
        subject="",
        queue_id=support,
        rule_id=rule_id,
    )

    await arriving.route(world, NOON, finding)

    (english,), (persian,) = await told(world, ticket_id), await told(world, ticket_id, "fa")
    assert english == "Queued in Support (tier 1) at 12:00:00 by entry rule 3."
    assert persian == "ساعت ۱۲:۰۰:۰۰ بنا بر قاعدهٔ ورود ۳ در صف Support (سطح ۱) جای گرفت."


async def test_a_ticket_that_comes_back_is_kept_for_who_had_it(world: Conn) -> None:
    await factories.configured(world, sticky={"window_s": {"sms": 100}})
    queue_id = await factories.queue(world, name="Support", auto_accept=["sms"])
    ann = await factories.agent(world, NOON, name="Ann", queues=[queue_id], capacity=1)
    ticket = await ringing(world, queue_id)
    await pausing.pend(world, after(10), ticket.id, actor=f"user:{ann}", wake_at=None)
    other = await ringing(world, queue_id, after(11))

    pending = await tickets.lock(world, ticket.id)
    await pausing.resume(world, after(20), pending, actor="customer", because="customer_wrote")
    await ending.solve(
        world, after(30), other.id, actor=f"user:{ann}", disposition="solved", reopen_window_s=60
    )

    english, persian = await told(world, ticket.id), await told(world, ticket.id, "fa")
    assert english[3].endswith(
        "Ann was not there or had no room, so it waits in Support."
        " It is kept for Ann until 12:02:00."
    )
    assert english[4].endswith(
        "The ticket had waited 30 s, the only one that Ann could take. Ann had it before."
    )
    assert persian[3].endswith(" تا ۱۲:۰۲:۰۰ برای Ann نگه داشته می‌شود.")
    assert persian[4].endswith(" پیش‌تر در دست Ann بود.")


async def test_a_ticket_that_overflows_and_is_abandoned(world: Conn) -> None:
    support = await factories.queue(world, name="Support")
    backup = await factories.queue(world, name="Backup")
    await world.execute(
        "INSERT INTO overflow_step (queue_id, after_s, to_queue_id) VALUES ($1, 40, $2)",
        support,
        backup,
    )
    ticket = await waiting(world, support)

    while await firing.fire_due(world, after(40), at_most=9):
        pass
    await ending.abandon(world, after(50), ticket.id)

    assert (await told(world, ticket.id))[1:] == [
        "Still waiting at 12:00:40, it overflowed from Support to Backup.",
        "The customer left at 12:00:50, after 50 s, before anybody had answered.",
    ]
    assert (await told(world, ticket.id, "fa"))[1:] == [
        "چون هنوز منتظر بود، ساعت ۱۲:۰۰:۴۰ از Support به Backup سرریز شد.",
        "مشتری ساعت ۱۲:۰۰:۵۰ پس از ۵۰ ثانیه رفت، پیش از آنکه کسی پاسخ دهد.",
    ]


async def test_credits_that_are_granted_and_taken_back(world: Conn) -> None:
    queue_id = await factories.queue(world)
    ticket = await waiting(world, queue_id)
    reason = "customer_category:large_business"

    ticket = await ticket_credits.change(
        world, after(5), ticket, grants={reason: 180}, actor="system"
    )
    await ticket_credits.change(
        world, after(9), ticket, grants={"reopened": 60}, revokes=[reason], actor="system"
    )

    assert (await told(world, ticket.id))[1:] == [
        "Its credit is 3 min since 12:00:05; granted: 3 min (large business).",
        "Its credit is 1 min since 12:00:09; granted: 1 min (reopened); taken back: large business.",
    ]
    assert (await told(world, ticket.id, "fa"))[2] == (
        "از ساعت ۱۲:۰۰:۰۹ اعتبارش ۱ دقیقه است؛ افزوده شد: ۱ دقیقه (بازگشایی)؛ پس گرفته شد: کسب‌وکار بزرگ."
    )


async def test_promises_that_are_at_risk_and_broken(dsn: str) -> None:
    centre = await Centre.opened(dsn)
    try:
        await centre.promise("gold", first=60)
        ticket_id = await centre.asked(0)
        await centre.pass_to(61)

        english = await told(centre.conn, ticket_id)
        persian = await told(centre.conn, ticket_id, "fa")
    finally:
        await centre.conn.close()

    assert (
        "At 09:15:00 the promise of a first reply is at risk (gold, 1 h): it is due at 09:30:00."
        in english
    )
    assert "The promise of a first reply (gold, 1 h) was broken at 09:30:00." in english
    assert "تعهد نخستین پاسخ (gold، ۱ ساعت) در ۰۹:۳۰:۰۰ نقض شد." in persian


async def test_a_promise_that_is_nearly_over_refers_the_ticket_and_lets_it_come_sooner(
    dsn: str,
) -> None:
    centre = await Centre.opened(dsn)
    conn = centre.conn
    try:
        upper = await factories.queue(conn, name="Experts", tier=2)
        await conn.execute(
            "UPDATE queue SET escalate_to_id = $2 WHERE id = $1", centre.queue_id, upper
        )
        await conn.execute("INSERT INTO credit_rule (kind, credit_s) VALUES ('sla_burn', 600)")
        await factories.escalation_rule(conn, "late", {"sla_burn": 0.9}, notify="supervisor")
        await centre.promise("gold", resolution=100)
        ticket_id = await centre.asked(0)

        await centre.pass_to(89)
        before = await tickets.find(conn, ticket_id)
        await centre.pass_to(90)
        after_it = await tickets.find(conn, ticket_id)

        assert (before.queue_id, before.credit_s) == (centre.queue_id, 600)
        assert (after_it.queue_id, after_it.credit_s) == (upper, 900)
        await both(
            conn,
            ticket_id,
            "Supervisors were asked to look at it at 10:00:00 by rule late: 90 % of the promised time gone (limit 90 %).",
            "ساعت ۱۰:۰۰:۰۰ از سرپرستان خواسته شد به آن نگاه کنند، بنا بر قاعدهٔ late: ۹۰٪ از زمان تعهد گذشته"
            " (حد ۹۰٪).",
        )
    finally:
        await conn.close()


async def test_a_solution_that_failed(world: Conn) -> None:
    queue_id = await factories.queue(world, auto_accept=["sms"])
    agent_id = await factories.agent(world, NOON, name="Ann", queues=[queue_id])
    ticket = await ringing(world, queue_id)

    await desk.tell_of_failure(
        world,
        after(40),
        ticket,
        "made_it_worse",
        author_id=agent_id,
        actor=f"user:{agent_id}",
        note_id=None,
    )

    await both(
        world,
        ticket.id,
        "At 12:00:40 Ann noted that a solution had failed: it made matters worse.",
        "ساعت ۱۲:۰۰:۴۰ Ann نوشت که راه‌حلی نتیجه نداد: وضع را بدتر کرد.",
    )


def test_every_event_about_the_course_of_a_ticket_is_told() -> None:
    no_decision = {"ticket_opened", "ticket_changed", "sla_met"}
    named_otherwise = {"supervisor_notified", "resolution_failed"}
    of_its_course = {k for k in KINDS if k.startswith(("ticket_", "offer_", "sla_"))}
    of_its_course |= named_otherwise

    assert of_its_course - no_decision == set(decisions.KINDS)
