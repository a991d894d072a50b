-- name: situations
-- A ticket beside agents: those named, or the members of its queue after one of them. All of one instant.
SELECT t.state, t.queue_id, q.name AS queue, coalesce(q.is_open, true) AS queue_is_open, t.weight, t.enqueued_at, t.wake_at, t.needs_phone,
       t.agent_id AS holder_id, h.name AS holder, o.agent_id AS rings_at_id, r.name AS rings_at, o.expires_at,
       o.why -> 'next' AS next, t.sticky_agent_id, s.name AS sticky_agent, sa.presence AS sticky_presence, t.sticky_until,
       a.id AS agent_id, u.name AS agent, a.presence, a.presence_since, a.capacity, a.load,
       CASE WHEN a.phone_address IS NULL THEN 'none'
            WHEN EXISTS (SELECT FROM call_leg l WHERE l.user_id = a.id AND l.ended_at IS NULL) THEN 'busy' ELSE 'free' END AS telephone,
       m.delay_s,
       x.until_at AS excluded_until, w.due_at AS wraps_up_until
FROM ticket t LEFT JOIN queue q ON q.id = t.queue_id
LEFT JOIN user_account h ON h.id = t.agent_id
LEFT JOIN offer o ON o.ticket_id = t.id AND o.state = 'pending'
LEFT JOIN user_account r ON r.id = o.agent_id
LEFT JOIN user_account s ON s.id = t.sticky_agent_id
LEFT JOIN agent sa ON sa.id = t.sticky_agent_id
JOIN agent a ON CASE WHEN $2::bigint[] IS NULL
  THEN a.id IN (SELECT agent_id FROM membership WHERE queue_id = t.queue_id AND agent_id > $3 ORDER BY agent_id LIMIT $4)
  ELSE a.id = ANY ($2) END
JOIN user_account u ON u.id = a.id
LEFT JOIN membership m ON m.queue_id = t.queue_id AND m.agent_id = a.id
LEFT JOIN exclusion x ON x.ticket_id = t.id AND x.agent_id = a.id
LEFT JOIN timer w ON w.kind = 'wrap_up_end' AND w.agent_id = a.id
WHERE t.id = $1 ORDER BY a.id
