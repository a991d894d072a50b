-- name: reached
-- How far a mailbox is stored.
SELECT c.uid_validity, c.last_uid FROM mailbox_checkpoint c JOIN entry_point e ON e.id = c.entry_point_id
WHERE e.channel = $1 AND e.address = $2 AND c.mailbox = $3

-- name: advance
-- Only for who holds the lease now, and never back under the same UIDVALIDITY.
INSERT INTO mailbox_checkpoint AS c (entry_point_id, mailbox, uid_validity, last_uid, read_at)
SELECT e.id, $3, $4, $5, clock_timestamp()
FROM lease l, entry_point e
WHERE l.name = $6 AND l.fence = $7 AND l.until_at > clock_timestamp() AND e.channel = $1 AND e.address = $2
FOR SHARE OF l
ON CONFLICT (entry_point_id, mailbox) DO UPDATE SET
  last_uid = CASE WHEN c.uid_validity = EXCLUDED.uid_validity THEN greatest(c.last_uid, EXCLUDED.last_uid)
                  ELSE EXCLUDED.last_uid END,
  uid_validity = EXCLUDED.uid_validity, read_at = EXCLUDED.read_at

-- name: works
-- Whatever was wrong is over.
INSERT INTO way_in AS w (entry_point_id, way, worked_at)
SELECT id, $3, clock_timestamp() FROM entry_point WHERE channel = $1 AND address = $2
ON CONFLICT (entry_point_id, way) DO UPDATE SET failures = 0, error = NULL, worked_at = EXCLUDED.worked_at

-- name: fails
-- Once more in a row.
INSERT INTO way_in AS w (entry_point_id, way, failures, error, failed_at)
SELECT id, $3, 1, $4, clock_timestamp() FROM entry_point WHERE channel = $1 AND address = $2
ON CONFLICT (entry_point_id, way) DO UPDATE SET
  failures = w.failures + 1, error = EXCLUDED.error, failed_at = EXCLUDED.failed_at
RETURNING failures

-- name: ways_in
-- All there are: a few.
SELECT w.entry_point_id, e.address, w.way, w.failures, w.error, w.failed_at, w.worked_at
FROM way_in w JOIN entry_point e ON e.id = w.entry_point_id ORDER BY e.address, w.way
