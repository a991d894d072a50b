"""A database of the first release, with people and problems in it, on the newest schema."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import centre
import pytest
from centre import SARA
from databases import drop, run, with_database

from contactcenter import migrate as module
from contactcenter import partitions, timers
from contactcenter.migrate import migrate

#: What the first release came with.
RELEASED = ("0001_initial.sql", "0002_defaults.sql")
PEOPLE = 900

#: Each third of the people has a problem that waits, one that Old holds, one that he solved; with
#: what they wrote, an answer, and its place in the outbox. Customer 1 is Sara.
PAST = f"""
INSERT INTO user_account (id, email, name, role) OVERRIDING SYSTEM VALUE
  VALUES (7001, 'old@desk.test', 'Old', 'agent');
INSERT INTO agent (id, capacity, load) VALUES (7001, 400, {PEOPLE // 3});
INSERT INTO team_member SELECT id, 7001 FROM team WHERE name = 'Frontline';
INSERT INTO membership (agent_id, queue_id) SELECT 7001, id FROM queue WHERE tier = 1;
INSERT INTO entry_point (channel, address, queue_id)
  SELECT 'sms', '+982100000000', id FROM queue WHERE tier = 1;
INSERT INTO contact (id, name) SELECT n, 'Customer ' || n FROM generate_series(1, {PEOPLE}) n;
INSERT INTO identity (id, contact_id, kind, value)
  SELECT n, n, 'phone', CASE n WHEN 1 THEN '{SARA}' ELSE '+98935' || lpad(n::text, 7, '0') END
  FROM generate_series(1, {PEOPLE}) n;
INSERT INTO ticket (id, contact_id, channel, entry_point_id, intake_queue_id, subject, state, queue_id, tier,
                    agent_id, opened_at, enqueued_at, last_customer_message_at, solved_at, solved_by_id, disposition,
                    team_ids)
  SELECT n, n, 'sms', e.id, q.id, 'Before ' || n, CASE n % 3 WHEN 0 THEN 'waiting' WHEN 1 THEN 'assigned' ELSE 'solved' END,
         q.id, 1, CASE n % 3 WHEN 1 THEN 7001 END, now() - interval '2 hours', now() - interval '2 hours',
         now() - interval '2 hours', CASE n % 3 WHEN 2 THEN now() - interval '1 hour' END,
         CASE n % 3 WHEN 2 THEN 7001 END, CASE n % 3 WHEN 2 THEN 'solved' END, ARRAY[q.team_id]
  FROM generate_series(1, {PEOPLE}) n, entry_point e JOIN queue q ON q.id = e.queue_id;
INSERT INTO leg (ticket_id, episode, tier, queue_id, agent_id, from_at, to_at, ended_by)
  SELECT id, 1, 1, queue_id, coalesce(agent_id, solved_by_id), opened_at, solved_at,
         CASE state WHEN 'solved' THEN 'solved' END FROM ticket;
INSERT INTO offer (ticket_id, agent_id, queue_id, weight, state, offered_at, answered_at, why)
  SELECT id, agent_id, queue_id, 1, 'accepted', opened_at, opened_at, '{{}}' FROM ticket WHERE state = 'assigned';
INSERT INTO timer (due_at, kind, key, ticket_id)
  SELECT now() + interval '2 hours', 'escalation', id::text, id FROM ticket WHERE state <> 'solved';
INSERT INTO interaction (id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, body, state,
                         external_id, occurred_at, received_at, triaged_at)
  SELECT id, id, id, entry_point_id, id, 'sms', 'inbound', 'message', 'پیام ' || id, 'received', 'SM-in-' || id,
         opened_at, opened_at, opened_at FROM ticket;
INSERT INTO interaction (id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id,
                         body, state, occurred_at, received_at)
  SELECT {PEOPLE} + id, id, id, entry_point_id, id, 'sms', 'outbound', 'message', 7001, 'Answer ' || id,
         CASE id WHEN 1 THEN 'queued' WHEN 4 THEN 'unknown' ELSE 'sent' END, opened_at, opened_at FROM ticket;
INSERT INTO outbox (interaction_id, conversation, correlation_id, state, attempts, next_at, created_at)
  SELECT i.id, 'sms/' || i.contact_id, 'before-' || i.id, i.state, 0, now(), now() - interval '1 minute'
  FROM interaction i WHERE direction = 'outbound';
INSERT INTO event (at, kind, ticket_id, contact_id, version, actor, team_ids, data)
  SELECT opened_at, 'ticket_opened', id, contact_id, 1, 'customer', team_ids, '{{}}' FROM ticket;
SELECT setval(pg_get_serial_sequence('ticket', 'id'), {PEOPLE}),
       setval(pg_get_serial_sequence('interaction', 'id'), {2 * PEOPLE}),
       setval(pg_get_serial_sequence('contact', 'id'), {PEOPLE}),
       setval(pg_get_serial_sequence('identity', 'id'), {PEOPLE});
"""

#: What a process of the first release writes when it takes and answers a message.
OLD_REPLY = """
WITH written AS (
  INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id,
                           body, state, occurred_at, received_at)
  SELECT contact_id, id, entry_point_id, 1, 'sms', 'outbound', 'message', 7001, 'By the old one', 'queued', now(), now()
  FROM ticket WHERE id = 1 RETURNING id
)
INSERT INTO outbox (interaction_id, conversation, correlation_id, state, next_at, created_at)
SELECT id, 'sms/1', 'old-process', 'queued', now(), now() FROM written
"""


@pytest.fixture
async def released_dsn(server_dsn: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database as the first release leaves it after some weeks."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for name in RELEASED:
        shutil.copy(module.migrations_folder() / name, folder)
    name = f"released_{tmp_path.name}"
    await run(server_dsn, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    dsn = with_database(server_dsn, name)
    await migrate(dsn, folder=folder)
    conn = await asyncpg.connect(dsn)
    await partitions.ensure(conn, await timers.clock(conn))
    await conn.execute(PAST)
    await conn.close()
    yield dsn
    await drop(server_dsn, name)


async def test_everything_of_the_first_release_still_reads_after_the_upgrade(
    released_dsn: str,
) -> None:
    assert [f"{name}.sql" for name in await migrate(released_dsn)][:1] == ["0003_sms.sql"]

    async with centre.opened(released_dsn) as desk:
        chief = await desk.person("Chief", role="admin", tiers=(1,), presence=None)
        for ticket_id, state in ((1, "assigned"), (2, "solved"), (3, "waiting")):
            ticket = await chief.get(f"/tickets/{ticket_id}")
            assert (ticket["state"], ticket["subject"]) == (state, f"Before {ticket_id}")
            bodies = [
                i["body"] for i in (await chief.get(f"/tickets/{ticket_id}/timeline"))["items"]
            ]
            assert {f"پیام {ticket_id}", f"Answer {ticket_id}"} <= set(bodies)
        entries = (await chief.get("/audit?ticket_id=5"))["items"]
        assert [entry["kind"] for entry in entries] == ["ticket_opened"]

        async def is_sent() -> list:
            return desk.twilio.ledger.of("accepted")

        (sent,) = await centre.eventually(is_sent, within_s=30, what="what was queued")
        assert (sent.to, sent.text) == (SARA, "Answer 1")

        assert await desk.customer_writes(SARA, "still broken") == 200
        timeline = (await chief.get("/tickets/1/timeline"))["items"]
        assert "still broken" in [i["body"] for i in timeline]

        lena = await desk.person("Lena", tiers=(1,))

        async def held() -> list:
            return (await lena.get("/tickets?mine=true&state=assigned"))["items"]

        assert await centre.eventually(held, within_s=30, what="a ticket that had waited")


async def test_what_a_process_of_the_first_release_writes_is_sent_by_the_new_one(
    released_dsn: str,
) -> None:
    await migrate(released_dsn)
    await run(released_dsn, "UPDATE outbox SET state = 'sent'")
    await run(released_dsn, OLD_REPLY)

    async with centre.opened(released_dsn) as desk:

        async def is_sent() -> list:
            return desk.twilio.ledger.of("accepted")

        (sent,) = await centre.eventually(is_sent, within_s=30, what="the old one's reply")
        assert (sent.to, sent.text) == (SARA, "By the old one")
