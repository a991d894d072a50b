-- name: find
-- How far a channel is known to be stored.
SELECT channel, stored_until, swept_at FROM checkpoint WHERE channel = $1

-- name: has_messages
-- Whether anything came by this channel before: one of its entry points has taken something.
SELECT EXISTS (SELECT FROM entry_point e JOIN ticket t ON t.entry_point_id = e.id WHERE e.channel = $1) AS has_messages

-- name: advance
-- It never goes back, and only for who holds the lease now: who was stopped for too long knows nothing.
INSERT INTO checkpoint AS c (channel, stored_until, swept_at)
SELECT $1, $2, clock_timestamp() FROM lease l
WHERE l.name = $3 AND l.fence = $4 AND l.until_at > clock_timestamp()
FOR SHARE
ON CONFLICT (channel) DO UPDATE SET
  stored_until = greatest(c.stored_until, EXCLUDED.stored_until), swept_at = EXCLUDED.swept_at

-- name: late
-- Channels that nobody has looked after.
SELECT u.channel FROM unnest($1::text[]) AS u(channel) LEFT JOIN checkpoint c ON c.channel = u.channel
WHERE coalesce(c.swept_at, '-infinity') < clock_timestamp() - $2::int * interval '1 second' ORDER BY u.channel
