-- name: keep_pace
-- A sender with a rate has a row that processes take turns on.
INSERT INTO sender_pace (entry_point_id) VALUES ($1) ON CONFLICT DO NOTHING

-- name: refuse
-- Whatever was under way together and refused together counts once. $3 is left to chance, $4 what was asked
-- for, $5 how many refusals in a row are borne without a pause.
INSERT INTO sender_pace AS p (entry_point_id, refusals, refused_at, free_at)
VALUES ($1, 1, clock_timestamp(), clock_timestamp() + greatest(
  CASE WHEN 1 > $5::int THEN 2 ^ (1 - $5::int) * $3::float8 ELSE 0 END, $4::float8) * interval '1 second')
ON CONFLICT (entry_point_id) DO UPDATE SET
  refusals = CASE WHEN p.refused_at > $2::timestamptz THEN p.refusals ELSE p.refusals + 1 END,
  refused_at = clock_timestamp(),
  free_at = CASE WHEN p.refused_at > $2::timestamptz
    THEN greatest(p.free_at, clock_timestamp() + $4::float8 * interval '1 second')
    ELSE clock_timestamp() + greatest(
      CASE WHEN p.refusals + 1 > $5::int
           THEN least($6::float8, 2 ^ least(p.refusals + 1 - $5::int, 20)) * $3::float8 ELSE 0 END,
      $4::float8) * interval '1 second' END
RETURNING greatest(extract(epoch FROM p.free_at - clock_timestamp()), 0)::float8 AS wait_s

-- name: answer
-- The provider is there again: as before.
UPDATE sender_pace SET refusals = 0, refused_at = NULL, free_at = least(free_at, clock_timestamp())
WHERE entry_point_id = $1 AND refusals > 0

-- name: stop
-- A row comes back for whoever was first to see it.
INSERT INTO account_stop (channel, account, code, stopped_at, probe_at)
VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + $4::float8 * interval '1 second')
ON CONFLICT (channel, account) DO NOTHING
RETURNING channel

-- name: stay_stopped
-- Asked again, refused again; not what was under way when it was stopped.
UPDATE account_stop SET probes = probes + 1,
  probe_at = clock_timestamp() + least($5::float8, $4::float8 * 2 ^ least(probes + 1, 20)) * interval '1 second'
WHERE channel = $1 AND account = $2 AND stopped_at < $3

-- name: stopped
-- Every stopped account; as a rule there is none.
SELECT channel, account FROM account_stop ORDER BY channel, account

-- name: entry_points
-- Our addresses on these channels.
SELECT id, channel, address FROM entry_point WHERE channel = ANY ($1::text[]) ORDER BY id

-- name: probe
-- One process takes the turn to try one message; nobody else does until its claim is over.
UPDATE account_stop s SET probe_at = clock_timestamp() + $1::int * interval '1 second'
FROM (SELECT channel, account FROM account_stop WHERE probe_at <= clock_timestamp()
      ORDER BY probe_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
WHERE s.channel = due.channel AND s.account = due.account
RETURNING s.channel, s.account

-- name: resume
-- The provider took one.
DELETE FROM account_stop WHERE channel = $1 AND account = $2 RETURNING channel
