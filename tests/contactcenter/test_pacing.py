"""A sender keeps its pace, a provider that refuses is left in peace, and the others go on."""

import asyncio
import random
import time
from datetime import timedelta

from msgspec.structs import replace
from sending import Line, kinds, our_number, queued, sender_of, states, take
from structlog.testing import capture_logs

from channels import AccountRefused, OptedOut, Outbound, OutcomeUnknown, Receipt, Unavailable
from contactcenter import timers
from contactcenter.bell import Bell
from contactcenter.db import Database
from contactcenter.outbound import opt_outs, outbox, pacing
from contactcenter.outbound.attempts import AT_ONCE
from contactcenter.sender import Sender

OURS, OTHER, THIRD = "+982100000001", "+982100000002", "+982100000003"


async def many(database: Database, count: int, *, ours: str = OURS, segments: int = 1) -> None:
    """Messages to as many customers."""
    async with database.read() as conn:
        for n in range(count):
            phone = f"+98912{ours[-2:]}{n:05}"
            await queued(conn, f"to {n}", phone=phone, ours=ours, segments=segments)


async def limit(database: Database, segments_per_s: float, *, ours: str = OURS) -> None:
    async with database.read() as conn:
        entry_point_id = await our_number(conn, ours)
        await conn.execute(
            "UPDATE entry_point SET segments_per_s = $2 WHERE id = $1",
            entry_point_id,
            segments_per_s,
        )
        await pacing.keep_pace(conn, entry_point_id)


async def pass_by(database: Database, wait_s: float) -> None:
    """Let time pass, as the database sees it."""
    async with database.read() as conn:
        wait = timedelta(seconds=wait_s)
        await conn.execute("UPDATE sender_pace SET free_at = free_at - $1::interval", wait)
        await conn.execute("UPDATE account_stop SET probe_at = probe_at - $1::interval", wait)
        await conn.execute("UPDATE outbox SET next_at = next_at - $1::interval", wait)


async def all_due(database: Database, line: Line) -> int:
    before = len(line.asked)
    sender = sender_of(database, line)
    while await sender.send_due():
        pass
    return len(line.asked) - before


async def held_s(database: Database) -> float:
    async with database.read() as conn:
        return await conn.fetchval(
            "SELECT extract(epoch FROM max(free_at) - clock_timestamp())::float8 FROM sender_pace"
        )


async def test_a_sender_with_a_rate_hands_over_no_more_than_that(database: Database) -> None:
    line = Line()
    await many(database, 12)
    await limit(database, 2)

    counts = [await all_due(database, line)]
    for _ in range(3):
        await pass_by(database, 1)
        counts.append(await all_due(database, line))

    assert counts[0] in (3, 4)  # a second's worth, and the one that is due now
    assert all(1 <= count <= 3 for count in counts[1:])
    assert sum(counts) <= 10


async def test_a_rate_is_counted_in_segments(database: Database) -> None:
    line = Line()
    await many(database, 6, segments=4)
    await limit(database, 2)

    counts = []
    for _ in range(5):
        counts.append(await all_due(database, line))
        await pass_by(database, 1)

    assert counts == [1, 1, 0, 1, 0]  # two seconds each, after the second that was saved up


async def test_processes_keep_one_rate_together(database: Database) -> None:
    line = Line()
    await many(database, 12)
    await limit(database, 1)

    async def work() -> None:
        sender = sender_of(database, line)
        for _ in range(6):
            await sender.send_due()

    await asyncio.gather(*(work() for _ in range(4)))

    assert len(line.asked) <= 6, "twelve would have gone without a rate"


async def test_a_sender_without_a_rate_is_not_slowed_by_one_that_has_one(
    database: Database,
) -> None:
    line = Line()
    await many(database, 10)
    await many(database, 10, ours=OTHER)
    await limit(database, 1)

    await all_due(database, line)

    assert len([o for o in line.asked if o.entry_point == OTHER]) == 10
    assert len([o for o in line.asked if o.entry_point == OURS]) < 5


async def test_a_provider_that_is_busy_is_left_in_peace_and_the_others_go_on(
    database: Database,
) -> None:
    async def busy(outbound: Outbound) -> Receipt:
        if outbound.entry_point == OURS:
            raise Unavailable("busy", code="20429", retry_after_s=60)
        return Receipt(external_id=f"SM-{outbound.correlation_id}", status="queued")

    line = Line(busy)
    await many(database, 30)
    await many(database, 30, ours=OTHER)

    await all_due(database, line)

    refused = [o for o in line.asked if o.entry_point == OURS]
    assert len(refused) <= 8, "what was under way at once, and nothing after"
    assert len([o for o in line.asked if o.entry_point == OTHER]) == 30
    assert 55 < await held_s(database) <= 60


async def test_after_a_refusal_one_message_is_tried_and_then_all_go(database: Database) -> None:
    is_busy = True

    async def busy(outbound: Outbound) -> Receipt:
        if is_busy:
            raise Unavailable("busy", retry_after_s=60)
        return Receipt(external_id=f"SM-{outbound.correlation_id}", status="queued")

    line = Line(busy)
    await many(database, 50)
    counts = [await all_due(database, line)]
    for _ in range(2):
        await pass_by(database, 301)
        counts.append(await all_due(database, line))
    is_busy = False
    await pass_by(database, 301)

    last = await all_due(database, line)

    assert counts == [8, 1, 1]
    assert last == 50
    assert len(line.asked) <= 1.2 * 50


async def test_each_refusal_in_a_row_is_waited_for_longer_up_to_five_minutes(
    database: Database,
) -> None:
    async def down(_outbound: Outbound) -> Receipt:
        raise Unavailable("down")

    line = Line(down)
    await many(database, 1)
    waits = []
    for _ in range(12):
        await all_due(database, line)
        waits.append(await held_s(database))
        await pass_by(database, waits[-1] + 1)

    assert 0.5 < waits[0] <= 2
    assert waits[4] > 4 * waits[0]
    assert 149 < waits[-1] <= 300


async def test_senders_that_were_refused_together_do_not_come_back_together(
    database: Database,
) -> None:
    async def down(_outbound: Outbound) -> Receipt:
        raise Unavailable("down")

    chance = random.Random(3)
    await many(database, 1)
    for n in range(2, 10):
        await many(database, 1, ours=f"+98210000000{n}")
    line = Line(down)
    sender = Sender(
        database,
        Bell(database),
        {"sms": line},  # type: ignore[dict-item]
        public_url="https://desk.test",
        chance=chance,
    )
    while await sender.send_due():
        pass

    async with database.read() as conn:
        rows = await conn.fetch(
            "SELECT extract(epoch FROM free_at - refused_at)::float8 AS wait_s FROM sender_pace"
        )
    waits_s = sorted(row["wait_s"] for row in rows)
    assert len(waits_s) == 9
    assert waits_s[0] >= 0.99, "half of two seconds"
    assert waits_s[-1] <= 2.01
    assert waits_s[-1] - waits_s[0] > 0.3


async def test_what_was_refused_together_counts_once(database: Database) -> None:
    async def down(_outbound: Outbound) -> Receipt:
        raise Unavailable("down")

    line = Line(down)
    await many(database, 8)

    assert await sender_of(database, line).send_due() == 8
    assert await held_s(database) <= 2
    await pass_by(database, 3)

    assert await all_due(database, line) == 1
    assert await held_s(database) <= 4, "twice as long, not eight times in a row"


async def test_of_what_was_refused_together_the_longest_wait_that_is_asked_for_counts(
    database: Database,
) -> None:
    async def down(outbound: Outbound) -> Receipt:
        if outbound.text == "to 0":
            raise Unavailable("down")
        await asyncio.sleep(0.2)
        raise Unavailable("busy", retry_after_s=60)

    line = Line(down)
    await many(database, 2)

    await sender_of(database, line).send_due()

    assert len(line.asked) == 2
    assert 55 < await held_s(database) <= 60


async def test_a_few_lost_answers_hold_nobody_back(database: Database) -> None:
    async def lose(_outbound: Outbound) -> Receipt:
        raise OutcomeUnknown("the answer was lost")

    line = Line(lose)
    counts = []
    for n in range(pacing.LOST_ANSWERS + 2):
        async with database.read() as conn:
            await queued(conn, "x", phone=f"+98912000000{n}", ours=OURS)
        await sender_of(database, line).send_due()
        counts.append(len(line.asked))

    assert counts == [1, 2, 3, 4, 4]


async def test_lost_answers_in_a_row_pause_the_sender(database: Database) -> None:
    async def lose(_outbound: Outbound) -> Receipt:
        raise OutcomeUnknown("the answer was lost")

    line = Line(lose)
    await many(database, 40)

    await all_due(database, line)

    assert len(line.asked) <= 8 + pacing.LOST_ANSWERS


async def test_a_refused_account_stops_with_one_loud_line_and_loses_nothing(
    database: Database,
) -> None:
    is_refused = True

    async def refuse(outbound: Outbound) -> Receipt:
        if is_refused:
            raise AccountRefused("wrong key", code="20003")
        return Receipt(external_id=f"SM-{outbound.correlation_id}", status="queued")

    line = Line(refuse)
    await many(database, 20)
    await many(database, 20, ours=OTHER)
    with capture_logs() as logs:
        stopped = await all_due(database, line)
        nothing = await all_due(database, line)
        await pass_by(database, pacing.FIRST_PROBE_S + 1)
        probed = await all_due(database, line)
        is_refused = False
        await pass_by(database, pacing.LONGEST_WAIT_S + 1)
        resumed = await all_due(database, line)

    assert (stopped, nothing, probed, resumed) == (8, 0, 1, 40)
    loud = [e for e in logs if e["event"] == "account_sending_stopped"]
    assert [(e["log_level"], e["account"], e["code"]) for e in loud] == [
        ("error", "AC-general", "20003")
    ]
    assert [e["event"] for e in logs if "resumed" in e["event"]] == ["account_sending_resumed"]
    assert {row[0] for row in await states(database)} == {"sent"}


async def test_a_refused_account_stops_its_own_senders_and_no_others(database: Database) -> None:
    is_refused = True

    async def refuse(outbound: Outbound) -> Receipt:
        if is_refused and outbound.entry_point in (OURS, OTHER):
            raise AccountRefused("closed", code="20005")
        return Receipt(external_id=f"SM-{outbound.correlation_id}", status="queued")

    line = Line(refuse)
    line.accounts = {OURS: "AC-own", OTHER: "AC-own"}
    await many(database, 20)
    await many(database, 20, ours=OTHER)
    await many(database, 20, ours=THIRD)

    await all_due(database, line)
    asked = len(line.asked)
    await all_due(database, line)
    refused = [o for o in line.asked if o.entry_point != THIRD]
    is_refused = False
    await pass_by(database, pacing.FIRST_PROBE_S + 1)
    resumed = await all_due(database, line)

    assert len([o for o in line.asked[:asked] if o.entry_point == THIRD]) == 20
    assert len(refused) <= 8, "what was under way at once, and nothing after"
    assert resumed == 40


async def test_an_account_that_was_replaced_is_not_held_up_by_the_one_before(
    database: Database,
) -> None:
    async def refuse(_outbound: Outbound) -> Receipt:
        raise AccountRefused("closed", code="20005")

    line = Line(refuse)
    await many(database, 10)
    await all_due(database, line)

    line.accounts, line.answer = {OURS: "AC-new"}, take

    assert await all_due(database, line) == 10


async def test_what_is_held_back_does_not_stand_before_others(database: Database) -> None:
    line = Line()
    await many(database, 300)
    await many(database, 3, ours=OTHER)
    await limit(database, 1)
    async with database.read() as conn:
        await conn.execute("UPDATE sender_pace SET free_at = clock_timestamp() + interval '1 hour'")

    assert await all_due(database, line) == 3


async def test_a_long_conversation_does_not_stand_before_others(database: Database) -> None:
    line = Line()
    async with database.read() as conn:
        await queued(conn, *(f"part {n}" for n in range(270)), ours=OTHER)
    await many(database, 12)

    async with database.transaction() as conn:
        first = await outbox.claim(conn, at_most=8)
    await all_due(database, line)

    assert len([job for job in first if job.entry_point == OTHER]) == 1
    assert len(first) == 8
    parts = [o.text for o in line.asked if o.entry_point == OTHER]
    assert parts == [], "the first is still under way"
    assert len([o for o in line.asked if o.entry_point == OURS]) == 12 - 7


async def test_processes_that_claim_at_once_all_find_some(database: Database) -> None:
    await many(database, 40)
    async with database.transaction() as conn, database.transaction() as other:
        one = await outbox.claim(conn, at_most=8)
        two = await outbox.claim(other, at_most=8)

    assert (len(one), len(two)) == (8, 8)
    assert not {job.id for job in one} & {job.id for job in two}


async def test_what_could_not_be_sent_in_time_fails_and_says_so(database: Database) -> None:
    async def down(_outbound: Outbound) -> Receipt:
        raise Unavailable("down", retry_after_s=60)

    line = Line(down)
    await many(database, 2)
    await sender_of(database, line).send_due()
    async with database.read() as conn:
        await conn.execute("UPDATE outbox SET created_at = created_at - interval '2 hours'")

    await sender_of(database, line, valid_s=3 * 3600).send_due()
    assert {row[0] for row in await states(database)} == {"queued"}
    await sender_of(database, line, valid_s=3600).send_due()

    assert await states(database) == [("failed", "failed", "expired")] * 2
    assert (await kinds(database))[-1] == "reply_failed"


async def test_the_provider_is_told_how_long_an_answer_is_good_for(database: Database) -> None:
    line = Line()
    await many(database, 1)
    async with database.read() as conn:
        await conn.execute("UPDATE outbox SET created_at = clock_timestamp() - interval '1 hour'")

    await sender_of(database, line, valid_s=4 * 3600).send_due()

    [outbound] = line.asked
    assert outbound.valid_s is not None
    assert 3 * 3600 - 60 < outbound.valid_s <= 3 * 3600


async def test_an_answer_is_good_for_a_second_at_least(database: Database) -> None:
    line = Line()
    await many(database, 1)
    sender = sender_of(database, line, valid_s=3600)
    async with database.transaction() as conn:
        [job] = await sender._claim(conn)
    late = replace(job, created_at=job.created_at - timedelta(hours=2))

    await sender._send(late, asyncio.get_running_loop().time())

    assert [o.valid_s for o in line.asked] == [1]


async def opted_out(database: Database, *, ours: str = OURS) -> None:
    """The customer of the first message says stop."""
    async with database.transaction() as conn:
        await opt_outs.withdraw(
            conn,
            await timers.clock(conn),
            await conn.fetchval("SELECT min(id) FROM identity"),
            "sms",
            ours,
            source="customer",
            actor="customer",
        )


async def test_what_was_written_before_a_stop_is_not_sent_after_it(database: Database) -> None:
    line = Line()
    await many(database, 2)
    await opted_out(database)

    await all_due(database, line)

    assert [o.text for o in line.asked] == ["to 1"]
    assert await states(database) == [("failed", "failed", "opted_out"), ("sent", "queued", None)]


async def test_many_who_said_stop_hold_nobody_up(database: Database) -> None:
    line = Line()
    await many(database, 80)
    async with database.transaction() as conn:
        await conn.execute(
            "INSERT INTO opt_out (identity_id, channel, sender, source, from_at)"
            " SELECT id, 'sms', $1, 'customer', now() FROM identity",
            OURS,
        )
    await many(database, 1, ours=OTHER)
    sender = sender_of(database, line)
    began_at_s = time.monotonic()
    running = asyncio.create_task(sender.run())
    try:
        async with asyncio.timeout(30):
            while {row[0] for row in await states(database)} != {"failed", "sent"}:
                await asyncio.sleep(0.02)
    finally:
        took_s = time.monotonic() - began_at_s
        await sender.finish()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert [o.entry_point for o in line.asked] == [OTHER]
    assert took_s < 5, "eight at a time, and a pause of a second after each eight"


async def test_a_stop_to_one_sender_is_none_to_another(database: Database) -> None:
    line = Line()
    await many(database, 1)
    await opted_out(database, ours=OTHER)

    await all_due(database, line)

    assert len(line.asked) == 1


async def test_a_refusal_because_of_a_stop_we_had_not_heard_is_kept(database: Database) -> None:
    async def refuse(_outbound: Outbound) -> Receipt:
        raise OptedOut("stopped", code="21610")

    line = Line(refuse)
    async with database.read() as conn:
        await queued(conn, "first", "second")

    await all_due(database, line)

    assert len(line.asked) == 1, "the second is not even tried"
    assert await states(database) == [
        ("failed", "failed", "21610"),
        ("failed", "failed", "opted_out"),
    ]
    async with database.read() as conn:
        assert await conn.fetchval("SELECT source FROM opt_out") == "provider"


async def test_one_that_hangs_keeps_its_own_place_and_no_others(database: Database) -> None:
    release = asyncio.Event()
    at_once: list[int] = []
    under_way: set[str] = set()

    async def hang(outbound: Outbound) -> Receipt:
        under_way.add(outbound.text)
        at_once.append(len(under_way))
        await (release.wait() if outbound.text == "to 0" else asyncio.sleep(0.1))
        under_way.discard(outbound.text)
        return Receipt(external_id=f"SM-{outbound.correlation_id}", status="queued")

    line = Line(hang)
    await many(database, 40)
    sender = sender_of(database, line)
    running = asyncio.create_task(sender.run())
    try:
        async with asyncio.timeout(20):
            while len([s for s in await states(database) if s[0] == "sent"]) < 39:
                await asyncio.sleep(0.05)
    finally:
        release.set()
        await sender.finish()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert {row[0] for row in await states(database)} == {"sent"}
    assert max(at_once) == AT_ONCE


async def test_a_process_that_was_stopped_does_not_send_what_it_claimed_long_ago(
    database: Database,
) -> None:
    line = Line()
    await many(database, 1)
    sender = sender_of(database, line)
    async with database.transaction() as conn:
        [job] = await sender._claim(conn)

    await sender._send(job, asyncio.get_running_loop().time() - 15)

    assert line.asked == []
    assert await states(database) == [("queued", "queued", None)]
    assert await held_s(database) is None, "the provider refused nothing"
