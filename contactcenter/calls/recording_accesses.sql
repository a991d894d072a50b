-- name: go_on
-- One more piece in the same sitting.
UPDATE recording_access SET last_at = $5, requests = requests + 1, bytes_asked = bytes_asked + ($8::bigint - $7::bigint + 1),
  heard = heard + int8multirange(int8range($7, $8, '[]'))
WHERE id = (
  SELECT id FROM recording_access WHERE recording_id = $1 AND user_id = $2 AND actor = $3 AND purpose = $4
    AND last_at > $5::timestamptz - $6::int * interval '1 second' ORDER BY id DESC LIMIT 1)
RETURNING id

-- name: begin
-- He sits down.
INSERT INTO recording_access (recording_id, user_id, actor, purpose, began_at, last_at, bytes_asked, heard)
VALUES ($1, $2, $3, $4, $5, $5, $7::bigint - $6::bigint + 1, int8multirange(int8range($6, $7, '[]')))

-- name: page
-- Newest first.
SELECT a.id, a.user_id, u.name AS user_name, a.actor, a.purpose, a.began_at, a.last_at, a.requests, a.bytes_asked,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(lower(h), upper(h) - 1) ORDER BY h), '[]') FROM unnest(a.heard) AS h)
         AS ranges,
       coalesce(a.heard @> int8range(0, r.size_bytes), false) AS whole
FROM recording_access a JOIN user_account u ON u.id = a.user_id JOIN call_recording r ON r.id = a.recording_id
WHERE a.recording_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3
