-- name: page
-- Promises to call back, of tickets this person may read, the oldest first. The place is that of the ticket in its queue,
-- as callers are told theirs (standing_in_line).
SELECT b.id, b.ticket_id, t.contact_id, c.name AS contact_name, b.address, e.address AS entry_point, b.language, b.state, b.attempts,
       b.asked_at, b.due_at, b.ended_at, b.ended_because, t.enqueued_at AS waits_since, t.queue_id, q.name AS queue_name,
       t.agent_id, u.name AS agent_name,
       CASE WHEN b.ended_at IS NOT NULL THEN NULL WHEN t.state = 'offered' THEN 1 WHEN t.state = 'waiting' THEN
         (SELECT count(*)::int + 1 FROM ticket o
          WHERE o.queue_id = t.queue_id AND o.state = 'waiting' AND o.rank_us <= t.rank_us AND (o.rank_us, o.id) < (t.rank_us, t.id))
       END AS position,
       b.version
FROM viewer($1) v, callback b
JOIN ticket t ON t.id = b.ticket_id
JOIN contact c ON c.id = t.contact_id
JOIN entry_point e ON e.id = b.entry_point_id
LEFT JOIN queue q ON q.id = t.queue_id
LEFT JOIN user_account u ON u.id = t.agent_id
WHERE b.id > $2 AND (NOT $4::boolean OR b.ended_at IS NULL) AND ($5::bigint IS NULL OR t.queue_id = $5)
  AND ($6::bigint IS NULL OR b.id = $6)
  AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
ORDER BY b.id LIMIT $3
