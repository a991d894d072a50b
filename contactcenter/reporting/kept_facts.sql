-- name: entries
-- The events of these tickets, for their histories.
SELECT id, at, kind, ticket_id, contact_id, agent_id, actor, data
FROM event WHERE ticket_id = ANY ($1::bigint[]) ORDER BY ticket_id, id

-- name: teams
-- Whose queues they are; a queue never changes hands.
SELECT id AS queue_id, team_id FROM queue

-- name: of_tickets
-- The facts that are kept of these tickets.
SELECT id, ticket_id, contact_id, kind, episode, from_at, at, agent_id, team_id, queue_id, tier::int AS tier, channel,
       entry_point_id, category_id, temperament, value, outcome, is_first, since_at,
       to_tier::int AS to_tier, promise, score::int AS score, load::int AS load, contacts, transfers, escalations, came_back_s,
       calendar_s, business_s
FROM report_fact WHERE ticket_id = ANY ($1::bigint[])

-- name: forget
-- Facts that are none any more.
DELETE FROM report_fact WHERE id = ANY ($1::bigint[])

-- name: put
-- Facts that are new.
INSERT INTO report_fact (ticket_id, contact_id, kind, episode, from_at, at, agent_id, team_id, queue_id, tier, channel,
  entry_point_id, category_id, temperament, value, outcome, is_first, since_at, to_tier, promise, score,
  load, contacts, transfers, escalations, came_back_s, calendar_s, business_s)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[], $5::timestamptz[], $6::timestamptz[], $7::bigint[],
  $8::bigint[], $9::bigint[], $10::smallint[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::text[],
  $16::text[], $17::boolean[], $18::timestamptz[], $19::smallint[], $20::text[], $21::smallint[], $22::smallint[],
  $23::int[], $24::int[], $25::int[], $26::float8[], $27::float8[], $28::float8[])

-- name: read_at
-- Until when the facts are known.
SELECT read_at FROM report_position
