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
-- One problem of each, waiting in one of the queues, the first for longest.
WITH numbered_queue AS (
  SELECT id, team_id, tier, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total
  FROM queue WHERE name LIKE 'Bench queue %'
)
INSERT INTO ticket (id, contact_id, channel, state, queue_id, tier, opened_at, enqueued_at, team_ids)
SELECT g, g, 'sms', 'waiting', q.id, q.tier, $3::timestamptz + g * interval '1 ms',
       $3::timestamptz + g * interval '1 ms', ARRAY[q.team_id]
FROM generate_series($1::int, $2::int) AS g JOIN numbered_queue q ON q.n = g % q.total

-- name: legs
-- The time each has waited so far.
INSERT INTO leg (ticket_id, episode, tier, queue_id, from_at)
SELECT id, 1, tier, queue_id, enqueued_at FROM ticket WHERE id BETWEEN $1::int AND $2::int

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
-- Agents who hold another number of tickets than their load says, or who are not full.
SELECT a.id FROM agent a
WHERE a.load <> (SELECT count(*) FROM ticket t WHERE t.agent_id = a.id AND t.state = 'assigned') OR a.load <> a.capacity

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
