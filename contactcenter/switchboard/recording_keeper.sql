-- name: claim
-- Recordings that only the provider has and whose time has come; whoever is faster takes them, for as long as a fetch
-- may take.
WITH mine AS (
  SELECT id FROM call_recording WHERE state = 'completed' AND next_fetch_at <= $3
  ORDER BY next_fetch_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE call_recording r SET fetch_attempts = fetch_attempts + 1, next_fetch_at = $3::timestamptz + $2::int * interval '1 second'
FROM mine WHERE r.id = mine.id
RETURNING r.id, r.source_url, r.fetch_attempts::int AS attempts

-- name: put_off
-- Once more, later.
UPDATE call_recording SET next_fetch_at = $3::timestamptz + $2::float8 * interval '1 second'
WHERE id = $1 AND state = 'completed'

-- name: to_file
-- Messages that are on no timeline yet; each is looked at again under its lock.
SELECT id FROM call_recording WHERE filed_at IS NULL AND next_file_at <= $2 ORDER BY next_file_at, id LIMIT $1
