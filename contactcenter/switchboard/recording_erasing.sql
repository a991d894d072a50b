-- name: claim
-- What the provider is to forget; whoever is faster asks, for as long as a request may take.
WITH mine AS (
  SELECT id FROM call_recording WHERE provider_state = 'erasing' AND next_provider_at <= $3
  ORDER BY next_provider_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE call_recording r SET provider_attempts = provider_attempts + 1,
  next_provider_at = $3::timestamptz + $2::int * interval '1 second'
FROM mine WHERE r.id = mine.id
RETURNING r.id, r.external_id, r.provider_attempts::int AS attempts,
  coalesce((SELECT e.address FROM entry_point e WHERE e.id = r.entry_point_id), r.called,
           (SELECT e.address FROM entry_point e WHERE e.channel = 'phone' ORDER BY e.id LIMIT 1)) AS entry_point

-- name: done
-- Forgotten there, or refused for good.
UPDATE call_recording SET provider_state = $2, next_provider_at = NULL WHERE id = $1 AND provider_state = 'erasing'

-- name: put_off
-- Once more, later.
UPDATE call_recording SET next_provider_at = $3::timestamptz + $2::float8 * interval '1 second'
WHERE id = $1 AND provider_state = 'erasing'
