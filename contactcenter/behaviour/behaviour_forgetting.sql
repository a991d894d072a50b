-- name: limited
-- Kinds that are not kept for good, and the time.
SELECT kind, clock_timestamp() AS at FROM behaviour_kind WHERE retention_days IS NOT NULL ORDER BY kind

-- name: delete
-- The oldest of a kind that have been kept for long enough; by the days that are set now.
DELETE FROM behaviour_event WHERE id = ANY (ARRAY(
  SELECT e.id FROM behaviour_kind k JOIN behaviour_event e ON e.kind = k.kind
  WHERE k.kind = $1 AND e.occurred_at <= $2::timestamptz - k.retention_days * interval '1 day'
  ORDER BY e.occurred_at LIMIT $3))
