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

-- name: now
-- One queue or all, tier by tier, as they stand: an open one until its timer says when it closes, and the other way round.
SELECT q.id, q.name, q.team_id, q.tier, q.auto_accept, q.offer_timeout_s, q.offer_timeouts, q.wrap_up_s, q.return_after_s,
  q.escalate_after_s, q.escalate_to_id, q.calendar_id, q.requirements, q.archived_at, q.version, q.is_open,
  t.due_at AS hours_change_at
FROM queue q LEFT JOIN timer t ON t.kind = 'queue_hours' AND t.key = 'queue:' || q.id
WHERE ($1::bigint IS NULL OR q.id = $1) AND (q.archived_at IS NULL OR $2::boolean) ORDER BY q.tier, q.id

-- name: entered
-- Of the queues that stand the one that is wished for, else that of the entry point, else the first.
SELECT id, name, team_id, tier, auto_accept, offer_timeout_s, offer_timeouts, wrap_up_s, return_after_s, escalate_after_s,
  escalate_to_id, calendar_id, requirements, archived_at, version
FROM queue WHERE archived_at IS NULL
ORDER BY id = $1 DESC, id = coalesce((SELECT e.queue_id FROM entry_point e WHERE e.id = $2), 0) DESC, tier, id LIMIT 1
