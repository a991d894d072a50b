-- name: hold
-- Two files of one visitor are counted one after the other.
SELECT id FROM chat_visitor WHERE id = $1 FOR NO KEY UPDATE

-- name: kept
-- How many of his files wait to be sent, and how much he uploaded lately.
SELECT count(*) FILTER (WHERE interaction_id IS NULL) AS waiting, coalesce(sum(size_bytes), 0)::bigint AS size_bytes
FROM attachment WHERE visitor_id = $1 AND created_at > $2

-- name: add
-- Written after its bytes; it belongs to no message yet.
INSERT INTO attachment (name, content_type, size_bytes, sha256, token, visitor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: bind
-- What a visitor uploaded belongs to the message he sends it with; a file is sent once, and by nobody else.
UPDATE attachment SET interaction_id = said.interaction_id, position = said.place
FROM (SELECT DISTINCT ON (token) token, interaction_id, address, place
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[]) AS s(interaction_id, address, token, place)
      ORDER BY token, interaction_id, place) said
JOIN chat_visitor v ON v.address = said.address
WHERE attachment.token = said.token AND attachment.visitor_id = v.id AND attachment.interaction_id IS NULL

-- name: of_interactions
-- The files of these messages, as far as they are with us.
SELECT interaction_id, token, name, content_type, size_bytes FROM attachment
WHERE interaction_id = ANY ($1::bigint[]) AND token IS NOT NULL AND sha256 IS NOT NULL AND size_bytes IS NOT NULL
ORDER BY interaction_id, position, id

-- name: find
-- What a visitor uploaded, or was shown in his conversation: files of other channels are not served here.
SELECT a.token, a.name, a.content_type, a.size_bytes, a.sha256 FROM attachment a
WHERE a.token = $1 AND a.sha256 IS NOT NULL AND a.size_bytes IS NOT NULL
  AND (a.visitor_id IS NOT NULL OR EXISTS (SELECT FROM chat_line l WHERE l.interaction_id = a.interaction_id))

-- name: prune
-- Uploads that were never sent, with their bytes, which are nobody else's.
WITH gone AS (
  DELETE FROM attachment WHERE id = ANY (ARRAY(
    SELECT id FROM attachment WHERE visitor_id IS NOT NULL AND interaction_id IS NULL AND created_at < $1 LIMIT 100))
    AND interaction_id IS NULL
  RETURNING sha256
), chunk AS (
  DELETE FROM blob_chunk WHERE sha256 IN (SELECT sha256 FROM gone)
)
DELETE FROM blob WHERE sha256 IN (SELECT sha256 FROM gone)
