-- name: try_lock
-- One transaction at a time works on a key; nobody waits here with a connection in his hand.
SELECT pg_try_advisory_xact_lock(hashtext($1), hashint8($2)) AS locked

-- name: find
-- A statement of its own after the lock, so that it sees what the holder before has committed.
SELECT request_sha256, status, body
FROM idempotency_key
WHERE user_id = $1 AND key = $2 AND created_at > clock_timestamp() - interval '24 hours'

-- name: keep
-- An older row of the same key is past its day: it is replaced.
INSERT INTO idempotency_key (user_id, key, request_sha256, status, body, created_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp())
ON CONFLICT (user_id, key) DO UPDATE
SET request_sha256 = excluded.request_sha256, status = excluded.status, body = excluded.body,
    created_at = excluded.created_at
