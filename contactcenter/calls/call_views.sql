-- name: page
-- Calls this person may know of, the newest first: of his teams' tickets, or entry points where there is no ticket yet; to whom is
-- no supervisor those alone in which he is, or whose ticket he has. Every filter may be NULL.
SELECT c.id, c.direction, c.state, c.outcome, c.entry_point_id, e.address AS entry_point, c.address_kind, c.address, c.attestation, c.language,
       c.service_tag, c.choices, c.ticket_id, c.contact_id, p.name AS contact_name, t.temperament,
       coalesce(t.queue_id, c.queue_id) AS queue_id, q.name AS queue_name, t.agent_id, u.name AS agent_name,
       c.interaction_id, c.callback_id, c.began_at, c.parked_at, c.answered_at, c.ended_at, t.enqueued_at AS waits_since,
       CASE WHEN t.state IN ('waiting', 'offered') AND c.ended_at IS NULL AND t.queue_id IS NOT NULL THEN (
         SELECT count(w.id)::int FROM call o JOIN ticket w ON w.id = o.ticket_id
         WHERE o.ended_at IS NULL AND w.queue_id = t.queue_id AND w.state IN ('waiting', 'offered')
           AND (w.rank_us, w.id) <= (t.rank_us, t.id)) END AS position,
       c.account, c.version
FROM viewer($1) v CROSS JOIN LATERAL (SELECT m.role IN ('supervisor', 'admin') AS leads FROM user_account m WHERE m.id = $1) me,
     call c
JOIN entry_point e ON e.id = c.entry_point_id
LEFT JOIN ticket t ON t.id = c.ticket_id
LEFT JOIN contact p ON p.id = c.contact_id
LEFT JOIN queue q ON q.id = coalesce(t.queue_id, c.queue_id, e.queue_id)
LEFT JOIN user_account u ON u.id = t.agent_id
WHERE c.id < $2 AND (NOT $4::boolean OR c.ended_at IS NULL) AND ($5::bigint IS NULL OR q.id = $5)
  AND ($6::bigint IS NULL OR c.ticket_id = $6) AND ($7::bigint IS NULL OR c.id = $7)
  AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, coalesce(t.team_ids, ARRAY[q.team_id]),
               coalesce(t.contact_id, c.contact_id))
  AND (NOT $8::boolean OR me.leads OR t.agent_id = $1
       OR EXISTS (SELECT FROM call_leg l WHERE l.call_id = c.id AND l.user_id = $1 AND l.ended_at IS NULL))
ORDER BY c.id DESC LIMIT $3

-- name: legs_of
-- The telephones of calls, in the order in which they came to them.
SELECT l.call_id, l.id, l.party, l.purpose, l.user_id, u.name AS user_name, l.state, l.end_reason, l.began_at, l.answered_at,
       l.joined_at, l.ended_at,
       l.party = 'supervisor' AND NOT coalesce((SELECT bool_or(s.is_told) FROM call_supervision s WHERE s.call_id = l.call_id AND s.leg_id = l.id), true)
         AS is_secret
FROM call_leg l LEFT JOIN user_account u ON u.id = l.user_id
WHERE l.call_id = ANY ($1::bigint[]) ORDER BY l.call_id, l.id

-- name: transfers_of
-- How calls were handed on, with the note for who takes over.
SELECT x.call_id, x.id, x.is_warm, x.from_agent_id, f.name AS from_agent_name, x.to_queue_id, q.name AS to_queue_name,
       x.to_agent_id, x.to_number, x.reason, x.agent_id, a.name AS agent_name, x.leg_id, i.body AS note, x.state, x.failure,
       x.began_at, x.joined_at, x.ended_at
FROM call_transfer x JOIN user_account f ON f.id = x.from_agent_id
LEFT JOIN queue q ON q.id = x.to_queue_id
LEFT JOIN user_account a ON a.id = x.agent_id
LEFT JOIN interaction i ON i.id = x.note_id
WHERE x.call_id = ANY ($1::bigint[]) ORDER BY x.call_id, x.id

-- name: held
-- Which of these calls have their customer on hold, or will once the provider has done what it was asked.
SELECT DISTINCT ON (call_id) call_id, verb = 'hold' AS is_held FROM call_command
WHERE call_id = ANY ($1::bigint[]) AND verb IN ('hold', 'unhold', 'connect') AND state NOT IN ('refused', 'failed')
ORDER BY call_id, id DESC

-- name: supervisions_of
-- Who listened to a call, whispered or was heard, from when to when.
SELECT s.id, s.supervisor_id, u.name AS supervisor_name, s.agent_id, s.mode, s.is_told, s.began_at, s.ended_at
FROM call_supervision s JOIN user_account u ON u.id = s.supervisor_id
WHERE s.call_id = $1 ORDER BY s.id
