-- name: running
-- Promises that run and are not broken, due from $2 until $3, by the hour of the day in the zone $5; of the queue $4, or of all (NULL).
-- $1 asks: an administrator sees all, a supervisor the tickets of his teams, everybody what he holds. Due until $6 is at risk.
WITH asking AS MATERIALIZED (
  SELECT u.id AS user_id, v.is_admin AS sees_all, u.role = 'supervisor' AS sees_teams, v.teams, v.hidden
  FROM user_account u CROSS JOIN LATERAL viewer(u.id) v WHERE u.id = $1
)
SELECT extract(hour FROM k.due_at AT TIME ZONE $5::text)::int AS hour, count(*)::int AS running,
       count(*) FILTER (WHERE k.due_at >= $7 AND k.due_at <= $6)::int AS at_risk
FROM asking a CROSS JOIN sla_clock k JOIN ticket t ON t.id = k.ticket_id
WHERE k.ended_at IS NULL AND k.breached_at IS NULL AND k.due_at >= $2 AND k.due_at < $3
  AND ($4::bigint IS NULL OR t.queue_id = $4)
  AND (a.sees_all OR t.agent_id = a.user_id OR a.sees_teams AND may_read(false, a.teams, a.hidden, '{}', t.team_ids, t.contact_id))
GROUP BY 1
