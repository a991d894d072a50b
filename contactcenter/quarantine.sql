-- name: hold
-- The same payload delivered again is the same row, with today's reason while it waits; xmax is 0 only for the first.
INSERT INTO quarantine AS q (channel, purpose, reason, detail, content_type, headers, body, body_sha256, external_id,
                             entry_point_id, ticket_id, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp())
ON CONFLICT (channel, purpose, body_sha256, coalesce(entry_point_id, 0)) DO UPDATE SET
  times_received = q.times_received + 1,
  reason = CASE WHEN q.released_at IS NULL THEN EXCLUDED.reason ELSE q.reason END,
  detail = CASE WHEN q.released_at IS NULL THEN EXCLUDED.detail ELSE q.detail END,
  external_id = CASE WHEN q.released_at IS NULL THEN EXCLUDED.external_id ELSE q.external_id END,
  ticket_id = CASE WHEN q.released_at IS NULL THEN EXCLUDED.ticket_id ELSE q.ticket_id END
RETURNING id, times_received, received_at

-- name: came_otherwise
-- A mail that waits already and came by another way: its bytes differ, what it says does not.
UPDATE quarantine SET times_received = times_received + 1
WHERE id = (SELECT id FROM quarantine WHERE entry_point_id = $1 AND external_id = $2 AND purpose = $3
              AND body_sha256 <> $4 AND released_at IS NULL ORDER BY id LIMIT 1)
RETURNING id, times_received, received_at

-- name: page
-- Newest first, before the given id.
SELECT id, channel, purpose, reason, detail, content_type, external_id, length(body) AS size_bytes,
       times_received, received_at, retried_at, released_at, interaction_id, entry_point_id, ticket_id
FROM quarantine
WHERE id < $1 AND ($2::boolean IS NULL OR (released_at IS NULL) = $2) AND ($3::text IS NULL OR channel = $3)
ORDER BY id DESC LIMIT $4

-- name: find
-- One held payload, without its bytes.
SELECT id, channel, purpose, reason, detail, content_type, external_id, length(body) AS size_bytes,
       times_received, received_at, retried_at, released_at, interaction_id, entry_point_id, ticket_id
FROM quarantine WHERE id = $1

-- name: for_ticket
-- What waits for a decision about a ticket, the oldest first, behind the given id.
SELECT id, channel, purpose, reason, detail, content_type, external_id, length(body) AS size_bytes,
       times_received, received_at, retried_at, released_at, interaction_id, entry_point_id, ticket_id
FROM quarantine WHERE ticket_id = $1 AND released_at IS NULL AND id > $2 ORDER BY id LIMIT $3

-- name: team_ids
-- Who may see the ticket that a payload names.
SELECT team_ids, contact_id FROM ticket WHERE id = $1

-- name: raw
-- The bytes as they came.
SELECT content_type, headers, body FROM quarantine WHERE id = $1

-- name: tried
-- A retry that failed says why, in today's words; where it was held anew, it has said so already.
UPDATE quarantine SET retried_at = $2, reason = coalesce($3, reason), detail = coalesce($4, detail)
WHERE id = $1 AND released_at IS NULL

-- name: interaction_of
-- What the message became, now or when it was delivered again; a mail may be on another's timeline.
SELECT found.id FROM (
  SELECT i.id FROM identity d JOIN interaction i ON i.contact_id = d.contact_id
  WHERE d.kind = $1 AND d.value = $2 AND i.identity_id = d.id AND i.direction = 'inbound' AND i.external_id = $3
  UNION ALL
  SELECT i.id FROM mail m JOIN interaction i ON i.id = m.interaction_id
  WHERE m.message_key = $4 AND i.direction = 'inbound' AND i.external_id = $3) AS found
ORDER BY found.id DESC LIMIT 1

-- name: release
-- Understood at last.
UPDATE quarantine SET retried_at = $2, released_at = $2, interaction_id = $3 WHERE id = $1 AND released_at IS NULL
