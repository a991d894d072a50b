-- name: find
-- One queue with what routing needs of it.
SELECT id, name, team_id, tier, auto_accept, offer_timeout_s, wrap_up_s, escalate_after_s, escalate_to_id, calendar_id, version
FROM queue WHERE id = $1

-- name: list_all
-- The queues, tier by tier.
SELECT id, name, team_id, tier, auto_accept, offer_timeout_s, wrap_up_s, escalate_after_s, escalate_to_id, calendar_id, version
FROM queue ORDER BY tier, id
