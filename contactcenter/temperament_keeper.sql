-- name: due
-- Whose label is another by now, or may be: a message of his is gone, was read late, or a word of a person is over.
SELECT p.contact_id FROM contact_temperament p
WHERE p.changes_at <= clock_timestamp() ORDER BY p.changes_at LIMIT $1

-- name: claim_unread
-- Messages that nobody has read, of people who do not object; who else reads some is not waited for.
SELECT u.interaction_id, i.contact_id, i.ticket_id
FROM temperament_unread u JOIN interaction i ON i.id = u.interaction_id
JOIN contact c ON c.id = i.contact_id
WHERE NOT is_not_judged(i.contact_id)
ORDER BY u.interaction_id LIMIT $1 FOR NO KEY UPDATE OF u, c SKIP LOCKED

-- name: turns
-- What was said in these tickets up to the unread messages.
SELECT m.ticket_id, m.id, m.direction, m.channel, m.body, m.occurred_at
FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS n(ticket_id, last_id, size) CROSS JOIN LATERAL (
  SELECT i.ticket_id, i.id, i.direction, i.kind, i.channel, i.body, i.occurred_at, i.details FROM interaction i
  WHERE i.ticket_id = n.ticket_id AND i.id <= n.last_id ORDER BY i.id DESC LIMIT n.size) AS m
WHERE m.direction IN ('inbound', 'outbound') AND m.kind = 'message' AND NOT m.details ? 'participant'
ORDER BY m.ticket_id, m.occurred_at, m.id

-- name: is_read
-- Once is enough.
DELETE FROM temperament_unread WHERE interaction_id = ANY ($1::bigint[])

-- name: make_due
-- To be judged at once.
INSERT INTO contact_temperament AS p (contact_id, changes_at)
SELECT c.id, clock_timestamp() FROM unnest($1::bigint[]) AS c(id) ORDER BY c.id
ON CONFLICT (contact_id) DO UPDATE SET changes_at = EXCLUDED.changes_at WHERE p.opted_out_at IS NULL

-- name: postpone
-- Who was judged and is due all the same is part of another, or nothing changes of him.
UPDATE contact_temperament SET changes_at = NULL WHERE contact_id = ANY ($1::bigint[]) AND changes_at <= $2
