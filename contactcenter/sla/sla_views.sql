-- name: at_risk
-- What runs and is due before an instant, the first to be due first, as this person may read it.
SELECT k.id AS clock_id, k.ticket_id, k.metric, k.policy, k.target_s, k.started_at, k.due_at, k.warned_at, k.breached_at,
       t.subject, t.state, t.channel, t.tier, t.queue_id, q.name AS queue_name, t.agent_id, u.name AS agent_name,
       t.temperament
FROM viewer($1) v, sla_clock k
JOIN ticket t ON t.id = k.ticket_id
LEFT JOIN queue q ON q.id = t.queue_id
LEFT JOIN user_account u ON u.id = t.agent_id
WHERE k.ended_at IS NULL AND k.due_at IS NOT NULL AND k.due_at >= $2 AND k.due_at <= $3
  AND (k.due_at, k.id) > ($4::timestamptz, $5::bigint)
  AND ($6::bigint IS NULL OR t.queue_id = $6)
  AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
ORDER BY k.due_at, k.id LIMIT $7
