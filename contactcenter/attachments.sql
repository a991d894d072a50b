-- name: add
-- Written after its bytes; it belongs to no message yet.
INSERT INTO attachment (name, content_type, size_bytes, sha256, uploaded_by_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id

-- name: size
-- How much the files of a message have together.
SELECT coalesce(sum(size_bytes), 0)::bigint AS size FROM attachment WHERE interaction_id = $1

-- name: find
-- Whoever uploaded it may read it, and whoever may read its ticket.
SELECT a.id, a.name, a.content_type, a.size_bytes, a.sha256, a.recording_id
FROM viewer($1) v, attachment a
LEFT JOIN interaction i ON i.id = a.interaction_id
LEFT JOIN ticket t ON t.id = i.ticket_id
WHERE a.id = $2 AND (a.uploaded_by_id = $1 OR (
  t.id IS NOT NULL AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)))

-- name: find_media
-- For providers, who have nothing but the token.
SELECT a.id, a.name, a.content_type, a.size_bytes, a.sha256, a.recording_id
FROM attachment a JOIN interaction i ON i.id = a.interaction_id
WHERE a.token = $1 AND a.sha256 IS NOT NULL AND i.received_at > clock_timestamp() - $2::int * interval '1 second'
