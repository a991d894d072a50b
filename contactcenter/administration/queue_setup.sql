-- name: lock
-- One edit at a time.
SELECT id FROM queue WHERE id = $1 FOR NO KEY UPDATE

-- name: create
-- Nobody serves it yet.
INSERT INTO queue (name, team_id, tier, auto_accept, offer_timeout_s, offer_timeouts, wrap_up_s, return_after_s,
  escalate_after_s, escalate_to_id, calendar_id, requirements)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
RETURNING id

-- name: change
-- The row is locked and its version compared before.
UPDATE queue SET name = $2, team_id = $3, tier = $4, auto_accept = $5, offer_timeout_s = $6, offer_timeouts = $7,
  wrap_up_s = $8, return_after_s = $9, escalate_after_s = $10, escalate_to_id = $11, calendar_id = $12, requirements = $13,
  archived_at = $14, version = version + 1
WHERE id = $1

-- name: team_exists
-- Whether there is such a team.
SELECT EXISTS (SELECT FROM team WHERE id = $1) AS team_exists

-- name: tier_of
-- The tier of the queue that tickets would go to.
SELECT tier::int AS tier FROM queue WHERE id = $1 AND archived_at IS NULL

-- name: highest_below
-- The highest tier that escalates to this queue; no row is NULL, too.
SELECT max(tier)::int AS tier FROM queue WHERE escalate_to_id = $1 AND archived_at IS NULL

-- name: is_in_use
-- Whether a ticket carries the queue's tier now.
SELECT EXISTS (SELECT FROM ticket WHERE queue_id = $1 AND state NOT IN ('solved', 'closed')) AS is_in_use

-- name: show_to_team
-- The team that answers for the queue may read what is there, and what may come back to it.
UPDATE ticket SET team_ids = team_ids || $2::bigint, version = version + 1
WHERE queue_id = $1 AND state <> 'closed' AND NOT team_ids @> ARRAY[$2::bigint]
RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids

-- name: join_team
-- Whoever serves the queue works in its team.
INSERT INTO team_member (team_id, user_id, source) SELECT $2, agent_id, 'queue' FROM membership WHERE queue_id = $1
ON CONFLICT DO NOTHING
RETURNING user_id
