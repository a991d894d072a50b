-- name: position
-- How far the events have been read, by which epoch of transaction ids.
SELECT p.xid::text::bigint AS xid, p.event_id, f.epoch = p.epoch AS is_of_today
FROM report_position p CROSS JOIN feed_epoch f FOR UPDATE OF p

-- name: changed
-- The next events that no older writer can still precede, of which tickets they tell, and when somebody said that he is there.
SELECT e.xid::text::bigint AS xid, e.id, e.ticket_id, CASE WHEN e.kind = 'presence_changed' THEN e.at END AS present_at, e.agent_id
FROM event e
WHERE (e.xid, e.id) > ($1::text::xid8, $2::bigint) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id LIMIT $3

-- name: advance
-- What comes after this is read next.
INSERT INTO report_position AS p (epoch, xid, event_id, read_at)
SELECT f.epoch, $1::text::xid8, $2, $3 FROM feed_epoch f
ON CONFLICT (is_only_row) DO UPDATE SET epoch = EXCLUDED.epoch, xid = EXCLUDED.xid, event_id = EXCLUDED.event_id, read_at = EXCLUDED.read_at

-- name: forget_all
-- Everything is told anew.
TRUNCATE report_fact, report_position, report_span, report_pending, report_roll_up
