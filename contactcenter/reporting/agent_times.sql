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
JOIN report_fact f ON f.agent_id = a.agent_id
  AND coalesce(f.at, 'infinity'::timestamptz) > coalesce(a.since, '-infinity')
  AND f.kind IN ('stay', 'offer', 'handled') AND (f.kind = 'stay' AND f.outcome = 'held' OR f.kind = 'offer'
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
CROSS JOIN LATERAL (
  SELECT * FROM report_fact f
  WHERE f.agent_id = a.agent_id AND f.kind IN ('presence', 'busy')
    AND coalesce(f.at, 'infinity'::timestamptz) > coalesce(a.since, '-infinity') OFFSET 0) AS f -- each by the index, never all at once

-- name: of_all
-- Everybody who may ever have said that he is there, or had a ticket.
SELECT id AS agent_id FROM agent ORDER BY id
