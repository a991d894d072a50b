-- name: starts
-- Where to begin to tell the time of these agents anew, each from an instant on: what he said of himself last before that, for it
-- may have gone on until then.
SELECT a.agent_id, (SELECT max(e.at) FROM event e WHERE e.agent_id = a.agent_id AND e.kind = 'presence_changed' AND e.at < a.since)
       AS from_at
FROM unnest($1::bigint[], $2::timestamptz[]) AS a(agent_id, since)

-- name: presences
-- What these agents said of themselves, each from an instant on; from the first on where it is NULL.
SELECT e.id, e.at, e.agent_id, coalesce(e.data->>'to', 'offline') AS state
FROM unnest($1::bigint[], $2::timestamptz[]) AS a(agent_id, from_at)
JOIN event e ON e.agent_id = a.agent_id AND e.kind = 'presence_changed' AND (a.from_at IS NULL OR e.at >= a.from_at)
ORDER BY e.id

-- name: work
-- What tickets say of the time of these agents, each from an instant on: what they held and what rang at them. A call counts where
-- nobody told that its ticket was in their hands.
SELECT f.id, f.ticket_id, f.contact_id, f.kind, f.episode, f.from_at, f.at, f.agent_id, f.team_id, f.queue_id, f.tier::int AS tier,
       f.channel, f.entry_point_id, f.category_id, f.temperament, f.value, f.outcome, f.is_first, f.since_at,
       f.to_tier::int AS to_tier, f.promise, f.score::int AS score, f.load::int AS load, f.contacts, f.transfers, f.escalations,
       f.came_back_s, f.calendar_s, f.business_s
FROM unnest($1::bigint[], $2::timestamptz[]) AS a(agent_id, since)
JOIN report_fact f ON f.agent_id = a.agent_id AND (a.since IS NULL OR f.at IS NULL OR f.at > a.since)
  AND (f.kind = 'stay' AND f.outcome = 'held' OR f.kind = 'offer'
       OR f.kind = 'handled' AND f.outcome = 'talked' AND NOT EXISTS (
         SELECT FROM report_fact s
         WHERE s.ticket_id = f.ticket_id AND s.kind = 'stay' AND s.outcome = 'held' AND s.agent_id = f.agent_id))

-- name: times
-- What is kept of the time of these agents, each from an instant on.
SELECT f.id, f.ticket_id, f.contact_id, f.kind, f.episode, f.from_at, f.at, f.agent_id, f.team_id, f.queue_id, f.tier::int AS tier,
       f.channel, f.entry_point_id, f.category_id, f.temperament, f.value, f.outcome, f.is_first, f.since_at,
       f.to_tier::int AS to_tier, f.promise, f.score::int AS score, f.load::int AS load, f.contacts, f.transfers, f.escalations,
       f.came_back_s, f.calendar_s, f.business_s
FROM unnest($1::bigint[], $2::timestamptz[]) AS a(agent_id, since)
JOIN report_fact f ON f.agent_id = a.agent_id AND f.kind IN ('presence', 'busy')
  AND (f.at IS NULL OR a.since IS NULL OR f.at > a.since)

-- name: of_all
-- Whose time there is to tell of, or is told of.
SELECT agent_id FROM (
  SELECT id AS agent_id FROM agent
  UNION SELECT DISTINCT agent_id FROM report_fact WHERE kind IN ('presence', 'busy')) AS told
WHERE agent_id IS NOT NULL ORDER BY agent_id
