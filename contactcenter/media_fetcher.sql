-- name: claim
-- Files that only the provider has and whose time has come; whoever is faster takes them, for as long as a
-- fetch may take. Who is never heard of again leaves them to be claimed anew.
WITH mine AS (
  SELECT id FROM attachment
  WHERE sha256 IS NULL AND fetch_error IS NULL AND next_fetch_at <= clock_timestamp()
  ORDER BY next_fetch_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
  UPDATE attachment SET fetch_attempts = fetch_attempts + 1,
    next_fetch_at = clock_timestamp() + $2::int * interval '1 second'
  FROM mine WHERE attachment.id = mine.id
  RETURNING attachment.id, attachment.interaction_id, attachment.source_url, attachment.content_type,
            attachment.fetch_attempts
)
SELECT c.id, c.interaction_id, c.source_url, c.content_type, c.fetch_attempts::int AS attempts, i.channel, i.ticket_id,
       i.contact_id
FROM claimed c JOIN interaction i ON i.id = c.interaction_id ORDER BY c.id

-- name: store
-- Written after its bytes, in their transaction; a slower fetch of the same file changes nothing.
UPDATE attachment SET sha256 = $2, size_bytes = $3, content_type = $4, name = CASE WHEN name = '' THEN $5 ELSE name END
WHERE id = $1 AND sha256 IS NULL

-- name: give_up
-- It will not be fetched any more, and why.
UPDATE attachment SET fetch_error = $2 WHERE id = $1 AND sha256 IS NULL AND fetch_error IS NULL

-- name: put_off
-- Once more, later.
UPDATE attachment SET next_fetch_at = clock_timestamp() + $2::float8 * interval '1 second'
WHERE id = $1 AND sha256 IS NULL
