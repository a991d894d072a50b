-- name: is_known
-- Whether this account was signed in to from this place in the last $2.
SELECT EXISTS (SELECT FROM sign_in_place WHERE key_sha256 = $1 AND seen_at > clock_timestamp() - $2::interval)
  AS is_known

-- name: lock
-- In one order for everybody; many attempts at once are counted one after the other. The time is
-- that after the lock.
INSERT INTO sign_in_attempt AS a (key_sha256, failures, failed_at, free_at)
SELECT k.key_sha256, 0, clock_timestamp(), clock_timestamp() FROM unnest($1::bytea[]) AS k(key_sha256) ORDER BY k.key_sha256
ON CONFLICT (key_sha256) DO UPDATE SET failures = a.failures
RETURNING a.key_sha256, a.failures, a.failed_at, a.free_at, clock_timestamp() AS locked_at

-- name: count
-- The row is locked.
UPDATE sign_in_attempt SET failures = $2, failed_at = $3, free_at = $4 WHERE key_sha256 = $1

-- name: forget
-- A success, or a new password.
DELETE FROM sign_in_attempt WHERE key_sha256 = ANY ($1::bytea[])

-- name: give_back
-- This one was no failure; those before it stay.
UPDATE sign_in_attempt SET failures = failures - 1, free_at = failed_at
WHERE key_sha256 = $1 AND failures > 0

-- name: know
-- Strangers elsewhere cannot hold up who signs in here.
INSERT INTO sign_in_place (key_sha256, seen_at) VALUES ($1, $2)
ON CONFLICT (key_sha256) DO UPDATE SET seen_at = EXCLUDED.seen_at
