-- name: teams
-- As many teams as a centre of this size has.
INSERT INTO team (name) SELECT 'Bench team ' || n FROM generate_series(1, 10) AS n

-- name: queues
-- Queues of the three tiers, which give their tickets at once: every event ends in an assignment.
INSERT INTO queue (name, team_id, tier, auto_accept)
SELECT 'Bench queue ' || n, t.id, 1 + n % 3, '{sms}'
FROM generate_series(1, $1::int) AS n JOIN team t ON t.name = 'Bench team ' || 1 + n % 10

-- name: agents
-- People who handle up to three tickets at a time.
WITH person AS (
  INSERT INTO user_account (email, name, role)
  SELECT 'agent' || n || '@bench.example', 'Agent ' || n, 'agent' FROM generate_series(1, $1::int) AS n
  RETURNING id
)
INSERT INTO agent (id, capacity) SELECT id, $2::int FROM person

-- name: memberships
-- Each serves some of the queues, spread so that every queue is served by as many.
WITH numbered_agent AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM agent),
numbered_queue AS (
  SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total FROM queue WHERE name LIKE 'Bench queue %'
)
INSERT INTO membership (agent_id, queue_id)
SELECT a.id, q.id FROM numbered_agent a CROSS JOIN generate_series(0, $1::int - 1) AS k
JOIN numbered_queue q ON q.n = (a.n * 13 + k * 11) % q.total
ON CONFLICT DO NOTHING

-- name: contacts
-- Whoever waits.
INSERT INTO contact (id) SELECT n FROM generate_series($1::int, $2::int) AS n

-- name: tickets
-- One problem of each, waiting in one of the queues, the first for longest; with all rules ($5) of several channels and
-- weights, a third with credit, one in twenty kept for somebody, and all with a queue to overflow to.
WITH numbered_queue AS (
  SELECT id, team_id, tier, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total
  FROM queue WHERE name LIKE 'Bench queue %'
)
, served AS (
  SELECT queue_id, array_agg(agent_id ORDER BY agent_id) AS agent_ids FROM membership GROUP BY queue_id
)
INSERT INTO ticket (id, contact_id, channel, weight, credit_s, state, queue_id, tier, opened_at, enqueued_at, team_ids,
                    sticky_agent_id, sticky_until, overflow)
SELECT g, g, CASE WHEN $5 THEN (ARRAY['sms', 'sms', 'sms', 'sms', 'webchat', 'webchat', 'phone'])[1 + g % 7] ELSE 'sms' END,
       CASE WHEN $5 AND g % 7 = 6 THEN 2 ELSE 1 END, CASE WHEN $5 AND g % 3 = 0 THEN 60 + g % 10 * 60 ELSE 0 END,
       'waiting', q.id, q.tier, $3::timestamptz + g::float8 / $4::int * interval '2 hours',
       $3::timestamptz + g::float8 / $4::int * interval '2 hours', ARRAY[q.team_id],
       CASE WHEN $5 AND g / 100 % 20 = 0 THEN s.agent_ids[1 + g % cardinality(s.agent_ids)] END,
       CASE WHEN $5 AND g / 100 % 20 = 0 THEN now() + interval '1 hour' END,
       CASE WHEN $5 THEN jsonb_build_array(jsonb_build_array(36000, next.id)) ELSE '[]' END
FROM generate_series($1::int, $2::int) AS g JOIN numbered_queue q ON q.n = g % q.total
JOIN numbered_queue next ON next.n = (q.n + 1) % q.total JOIN served s ON s.queue_id = q.id

-- name: legs
-- The time each has waited so far.
INSERT INTO leg (ticket_id, episode, tier, queue_id, from_at)
SELECT id, 1, tier, queue_id, enqueued_at FROM ticket WHERE id BETWEEN $1::int AND $2::int

-- name: rules
-- All of them: hours that never end, a way for each channel; in half of his queues an agent helps out, later and after his own;
-- what a phone call weighs, for how long a ticket is kept, and a chain for what comes new.
WITH made AS (
  INSERT INTO calendar (name_en, name_fa, created_at) VALUES ('Always', 'همیشه', now()) RETURNING id, created_at
), said AS (
  INSERT INTO calendar_version (calendar_id, version, time_zone, from_at) SELECT id, 1, 'Asia/Tehran', created_at FROM made
), hours AS (
  INSERT INTO calendar_hours (calendar_id, version, weekday, opens_min, closes_min)
  SELECT id, 1, weekday, 0, 1440 FROM made, generate_series(1, 7) AS weekday
), used AS (
  INSERT INTO calendar_use (queue_id, calendar_id, from_at)
  SELECT q.id, made.id, made.created_at FROM queue q, made WHERE q.name LIKE 'Bench queue %'
), ways AS (
  UPDATE queue SET calendar_id = made.id, return_after_s = 7200, auto_accept = '{sms,webchat,phone}',
    offer_timeouts = '{"webchat": 45, "phone": 20}'
  FROM made WHERE queue.name LIKE 'Bench queue %'
), terms AS (
  UPDATE membership m SET level = 2, delay_s = 600, handicap_s = 120, band = 1 WHERE m.queue_id % 2 = m.agent_id % 2
), setting AS (
  INSERT INTO routing_setting (name, value)
  VALUES ('capacity', '{"phone": 2}'), ('sticky', '{"window_s": {"sms": 900, "webchat": 60, "phone": 20}}')
), step AS (
  INSERT INTO overflow_step (queue_id, after_s, to_queue_id)
  SELECT q.id, 36000, q.id + 1 FROM queue q WHERE EXISTS (SELECT FROM queue n WHERE n.id = q.id + 1)
)
INSERT INTO configuration_version (version, document, actor, from_at) VALUES (1, '{}', 'system', now())

-- name: waits
-- The reason of each credit, and what each ticket waits for: the end of its window, and the next queue.
WITH reason AS (
  INSERT INTO credit (ticket_id, reason, credit_s)
  SELECT id, 'contract', credit_s FROM ticket WHERE id BETWEEN $1::int AND $2::int AND credit_s > 0
)
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT enqueued_at + interval '10 hours', 'overflow', id::text, id FROM ticket WHERE id BETWEEN $1::int AND $2::int
UNION ALL
SELECT sticky_until, 'sticky_end', id::text, id FROM ticket WHERE id BETWEEN $1::int AND $2::int AND sticky_until IS NOT NULL

-- name: agent_ids
-- Everybody who will sign on.
SELECT id FROM agent ORDER BY id

-- name: held
-- What is held now, in the order of its holders.
SELECT id FROM ticket WHERE agent_id IS NOT NULL ORDER BY id

-- name: assigned
-- How many assignments there have been.
SELECT count(*) FROM leg WHERE agent_id IS NOT NULL

-- name: misfits
-- Agents who hold something else than their load says, or who are not full.
SELECT a.id FROM agent a
WHERE a.load <> a.capacity
   OR a.load <> (SELECT coalesce(sum(t.weight), 0) FROM ticket t WHERE t.agent_id = a.id AND t.state = 'assigned')

-- name: floor
-- The least an assignment can be: the head of one queue by its index, its row written, the agent's row written.
WITH head AS (
  SELECT w.id FROM ticket w WHERE w.queue_id = (SELECT m.queue_id FROM membership m WHERE m.agent_id = $1 LIMIT 1)
  AND w.state = 'waiting' ORDER BY w.rank_us, w.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
), given AS (
  UPDATE ticket SET state = 'assigned', agent_id = $1, version = version + 1 FROM head WHERE ticket.id = head.id
  RETURNING ticket.id
)
UPDATE agent SET idle_since = $2 FROM given WHERE agent.id = $1
