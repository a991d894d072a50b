-- name: list_all
-- Our own addresses, kept in memory by the intake.
SELECT id, channel, address, queue_id FROM entry_point

-- name: discover
-- A provider vouches that this address is ours although nobody set it up; the first queue takes it.
WITH made AS (
  INSERT INTO entry_point (channel, address, queue_id, discovered)
  SELECT $1, $2, id, true FROM queue WHERE archived_at IS NULL ORDER BY tier, id LIMIT 1
  ON CONFLICT DO NOTHING
  RETURNING id, channel
), noted AS (
  INSERT INTO event (at, kind, actor, data)
  SELECT clock_timestamp(), 'entry_point_discovered', 'system',
         jsonb_build_object('entry_point_id', id, 'channel', channel)
  FROM made
)
SELECT id FROM made
