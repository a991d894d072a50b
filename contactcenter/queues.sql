-- name: find
-- One queue with what routing needs of it.
SELECT id, name, team_id, tier, auto_accept, offer_timeout_s, offer_timeouts, wrap_up_s, return_after_s, escalate_after_s,
  escalate_to_id, calendar_id, requirements, archived_at, version
FROM queue WHERE id = $1

-- name: list_all
-- The queues, tier by tier.
SELECT id, name, team_id, tier, auto_accept, offer_timeout_s, offer_timeouts, wrap_up_s, return_after_s, escalate_after_s,
  escalate_to_id, calendar_id, requirements, archived_at, version
FROM queue WHERE archived_at IS NULL OR $1::boolean ORDER BY tier, id

-- name: entered
-- Of the queues that stand the one that is wished for, else that of the entry point, else the first.
SELECT id, name, team_id, tier, auto_accept, offer_timeout_s, offer_timeouts, wrap_up_s, return_after_s, escalate_after_s,
  escalate_to_id, calendar_id, requirements, archived_at, version
FROM queue WHERE archived_at IS NULL
ORDER BY id = $1 DESC, id = coalesce((SELECT e.queue_id FROM entry_point e WHERE e.id = $2), 0) DESC, tier, id LIMIT 1
