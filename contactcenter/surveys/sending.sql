-- name: due
-- Who is to be asked, each once, what is due longest first.
SELECT DISTINCT t.contact_id FROM (
  SELECT s.ticket_id FROM survey s WHERE s.state = 'planned' AND s.next_at <= $1 ORDER BY s.next_at LIMIT $2) d
JOIN ticket t ON t.id = d.ticket_id ORDER BY t.contact_id

-- name: lock_people
-- Whoever asks a person has him to himself.
SELECT id FROM contact WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED

-- name: planned
-- Of each of these people the question that is due longest, with all that decides whether it is asked.
SELECT DISTINCT ON (t.contact_id) s.id, s.ticket_id, s.episode, s.due_at, t.contact_id,
       t.state IN ('solved', 'closed') AND t.episode = s.episode AND NOT t.spam AS is_solved,
       EXISTS (SELECT FROM ticket o WHERE o.contact_id = t.contact_id AND o.state NOT IN ('solved', 'closed')) AS is_busy,
       l.agent_id,
       coalesce(left(coalesce(c.language, t.language), 2) = 'fa', false) AS is_persian, c.preferred_hours,
       (SELECT max(e.sent_at) FROM ticket o JOIN survey e ON e.ticket_id = o.id WHERE o.contact_id = t.contact_id) AS asked_at
FROM unnest($1::bigint[]) AS who(id) JOIN contact c ON c.id = who.id JOIN ticket t ON t.contact_id = c.id
JOIN survey s ON s.ticket_id = t.id AND s.state = 'planned' AND s.next_at <= $2
LEFT JOIN LATERAL leg_to_thank(s.ticket_id, s.episode) l ON true
ORDER BY t.contact_id, s.due_at, s.id

-- name: postpone
-- Not now; it is looked at again then.
UPDATE survey SET next_at = $2 WHERE id = $1 AND state = 'planned'

-- name: skip
-- Never, and why.
UPDATE survey SET state = 'skipped', reason = $2, changed_at = $3 WHERE id = $1 AND state = 'planned'

-- name: sent
-- It is on the timeline and in the outbox.
UPDATE survey SET state = 'sent', channel = $2, entry_point_id = $3, identity_id = $4, interaction_id = $5, language = $6, sent_at = $7,
  changed_at = $7, expires_at = $8
WHERE id = $1 AND state = 'planned'

-- name: expire
-- Open for too long.
UPDATE survey SET state = 'expired', changed_at = $1
WHERE id IN (SELECT s.id FROM survey s WHERE s.state = 'sent' AND s.expires_at <= $1 ORDER BY s.expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING id
