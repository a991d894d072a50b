-- name: add_team
-- Everybody's team.
INSERT INTO team (name) VALUES ('everybody') RETURNING id

-- name: add_queues
-- So many queues, all alike; their tier is none of a scenario's business.
INSERT INTO queue (name, team_id, tier, offer_timeout_s, wrap_up_s, auto_accept)
SELECT 'queue ' || n, $1, 1, $3, $4, $5 FROM generate_series(1, $2::int) AS n ORDER BY n
RETURNING id

-- name: add_agents
-- Agents, signed off.
WITH person AS (
  INSERT INTO user_account (id, email, name, role) OVERRIDING SYSTEM VALUE
  SELECT id, id || '@play.invalid', 'agent ' || id, 'agent' FROM unnest($1::bigint[]) AS id
)
INSERT INTO agent (id, capacity, presence_since, idle_since)
SELECT a.id, a.capacity, $3, $3 FROM unnest($1::bigint[], $2::int[]) AS a(id, capacity)

-- name: add_memberships
-- Who serves which queue on which terms.
INSERT INTO membership (agent_id, queue_id, level, delay_s, handicap_s, band) VALUES ($1, $2, $3, $4, $5, $6)

-- name: set_setting
-- What holds for the whole centre.
INSERT INTO routing_setting (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value

-- name: open_ticket
-- A customer's first message, and the problem it opens, as intake leaves them.
WITH person AS (
  INSERT INTO contact DEFAULT VALUES RETURNING id
), opened AS (
  INSERT INTO ticket (id, contact_id, channel, opened_at, enqueued_at, weight, credit_s, sticky_agent_id, sticky_until, overflow)
  SELECT $1, id, $2, $3, $3, $4, $5, $6, $7, $8 FROM person
  RETURNING id, contact_id, credit_s
), credited AS (
  INSERT INTO credit (ticket_id, reason, credit_s) SELECT id, 'given', credit_s FROM opened WHERE credit_s <> 0
)
INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state, occurred_at, received_at)
SELECT contact_id, id, $2, 'inbound', 'message', '', 'received', $3, $3 FROM opened
RETURNING id AS interaction_id, received_at
