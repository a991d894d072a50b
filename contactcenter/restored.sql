-- name: serving
-- Every serving process listens for the bell on a connection of that name.
SELECT count(*)::int AS serving FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'contactcenter bell'

-- name: move_events
-- A restored dump keeps the transaction ids of the server it was taken from, while its new server counts anew:
-- such events would be told once more when the count comes by. 3 is the first id there is; ids keep them in order.
UPDATE event SET xid = '3'::xid8 WHERE (id, at) IN (
  SELECT id, at FROM event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id LIMIT $1)

-- name: raise_epoch
-- Minutes since 1970, and more than before: one backup restored twice is two histories.
UPDATE feed_epoch SET epoch = greatest(epoch + 1, (extract(epoch FROM clock_timestamp()) / 60)::int)
RETURNING epoch

-- name: end_sessions
-- Whoever signed out since the backup would be signed in again.
DELETE FROM session

-- name: end_links
-- A link that was used since the backup would open once more.
DELETE FROM user_ticket

-- name: end_leases
-- Their holders are gone.
DELETE FROM lease

-- name: hold_timers
-- What has become due since the backup waits until everybody is signed off: it would give tickets to who is not there.
UPDATE timer SET due_at = clock_timestamp() + interval '1 minute'
WHERE due_at < clock_timestamp() + interval '1 minute'

-- name: there
-- Agents that the backup has as signed on.
SELECT id FROM agent WHERE presence <> 'offline' ORDER BY id

-- name: tokens_alive
-- Tokens that open something; one revoked since the backup is among them.
SELECT count(*)::int AS tokens_alive FROM api_token
WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
