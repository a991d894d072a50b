-- name: hold
-- The same payload delivered again is the same row; xmax is 0 only for the first.
INSERT INTO quarantine (channel, purpose, reason, detail, content_type, headers, body, body_sha256, external_id, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())
ON CONFLICT (channel, purpose, body_sha256) DO UPDATE SET times_received = quarantine.times_received + 1
RETURNING id, times_received, received_at

-- name: page
-- Newest first, before the given id.
SELECT id, channel, purpose, reason, detail, content_type, external_id, length(body) AS size_bytes,
       times_received, received_at, retried_at, released_at, interaction_id
FROM quarantine
WHERE id < $1 AND ($2::boolean IS NULL OR (released_at IS NULL) = $2) AND ($3::text IS NULL OR channel = $3)
ORDER BY id DESC LIMIT $4

-- name: find
-- One held payload, without its bytes.
SELECT id, channel, purpose, reason, detail, content_type, external_id, length(body) AS size_bytes,
       times_received, received_at, retried_at, released_at, interaction_id
FROM quarantine WHERE id = $1

-- name: raw
-- The bytes as they came.
SELECT content_type, headers, body FROM quarantine WHERE id = $1

-- name: tried
-- A retry that failed says why, in today's words.
UPDATE quarantine SET retried_at = $2, reason = $3, detail = $4 WHERE id = $1 AND released_at IS NULL

-- name: interaction_of
-- What the message became, now or when it was delivered again; on its sender's timeline.
SELECT i.id FROM identity d JOIN interaction i ON i.contact_id = d.contact_id
WHERE d.kind = $1 AND d.value = $2 AND i.identity_id = d.id AND i.direction = 'inbound' AND i.external_id = $3
ORDER BY i.id DESC LIMIT 1

-- name: release
-- Understood at last.
UPDATE quarantine SET retried_at = $2, released_at = $2, interaction_id = $3 WHERE id = $1 AND released_at IS NULL
