-- name: valid
-- Which of these still open the door, and for how long; NULL is without an end.
SELECT c.place::int AS place,
  extract(epoch FROM coalesce(s.expires_at, t.expires_at) - clock_timestamp())::float8 AS left_s
FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) WITH ORDINALITY
     AS c(user_id, session_sha256, token_id, place)
JOIN user_account AS u ON u.id = c.user_id AND u.disabled_at IS NULL AND NOT u.must_change_password
LEFT JOIN session AS s ON s.token_sha256 = c.session_sha256 AND s.user_id = u.id
LEFT JOIN api_token AS t ON t.id = c.token_id AND t.user_id = u.id AND t.revoked_at IS NULL
WHERE s.expires_at > clock_timestamp()
   OR (t.id IS NOT NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp()))
