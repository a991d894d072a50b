-- name: page
-- What every reader of the feed asks: events that no older writer can still precede, in their order.
-- An event about a ticket comes with the ticket as it is now: who may see it is judged as of today.
SELECT e.xid, e.id, e.at, e.kind, e.ticket_id, e.version, e.contact_id, e.agent_id, e.actor, e.data,
       coalesce(t.team_ids, mates.team_ids, e.team_ids) AS team_ids,
       coalesce(t.contact_id, e.contact_id) AS of_contact_id, t.agent_id AS holder_id
FROM (
  SELECT xid, id, at, kind, ticket_id, version, contact_id, agent_id, actor, team_ids, data
  FROM event
  WHERE (xid, id) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, id LIMIT $3) AS e
LEFT JOIN LATERAL (  -- one by one: whatever the plan takes the page's size for
  SELECT ticket.team_ids, ticket.contact_id, ticket.agent_id FROM ticket
  WHERE ticket.id = e.ticket_id LIMIT 1) AS t ON true
LEFT JOIN LATERAL (
  SELECT array_agg(m.team_id) AS team_ids FROM team_member AS m
  WHERE e.kind = 'presence_changed' AND m.user_id = e.agent_id) AS mates ON e.ticket_id IS NULL
ORDER BY e.xid, e.id

-- name: look
-- The time, and since when the oldest committed event waits for an older writer to end.
SELECT clock_timestamp() AS at,
  (SELECT extract(epoch FROM clock_timestamp() - e.at)::float8
   FROM event AS e WHERE e.xid >= pg_snapshot_xmin(pg_current_snapshot())
   ORDER BY e.xid, e.id LIMIT 1) AS held_back_s

-- name: look_after
-- The same for whoever has read up to a position: an event that may be read meanwhile waits, too.
SELECT clock_timestamp() AS at,
  (SELECT extract(epoch FROM clock_timestamp() - e.at)::float8
   FROM event AS e WHERE (e.xid, e.id) > ($1::xid8, $2::bigint)
   ORDER BY e.xid, e.id LIMIT 1) AS held_back_s

-- name: present
-- Where the order of events stands now: nothing below xmin can still appear, and xmax comes next.
SELECT epoch, clock_timestamp() AS at, pg_snapshot_xmin(pg_current_snapshot()) AS xmin,
       pg_snapshot_xmax(pg_current_snapshot()) AS xmax
FROM feed_epoch

-- name: is_kept
-- Whether every event since this time is still there: no partition that held one was dropped. The
-- hour covers that times do not follow the order of events exactly.
SELECT coalesce(bool_or(month.begin IS NULL
    OR month.begin::timestamptz <= $1::timestamptz - interval '1 hour'), false) AS is_kept
FROM (
  SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \(''([^'']+)''\)') AS begin
  FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'event'::regclass
  OFFSET 0) AS month  -- each bound is read once, not once a comparison
