-- name: oldest
-- What was open at $2 for longest, of what $1 may see (NULL: the operator, who sees all); $3 to $11 leave out what is none of these.
WITH asking AS MATERIALIZED (
  SELECT $1::bigint AS user_id, $1::bigint IS NULL OR v.is_admin AS sees_all, u.role = 'supervisor' AS sees_teams, v.teams, v.hidden
  FROM (VALUES (1)) AS one(n) LEFT JOIN user_account u ON u.id = $1 LEFT JOIN LATERAL viewer(u.id) v ON true
)
SELECT t.ticket_id, coalesce(t.since_at, t.from_at) AS since_at, coalesce(t.outcome = 'pending', false) AS is_pending
FROM report_fact t CROSS JOIN asking a
WHERE t.kind = 'stay' AND during(t.from_at, t.at) @> $2::timestamptz AND t.from_at <= $2 AND (t.at <= $2) IS NOT TRUE AND t.ticket_id IS NOT NULL
  AND ($3::text[] IS NULL OR coalesce(t.agent_id::text, '') = ANY ($3))
  AND ($4::text[] IS NULL OR coalesce(t.team_id::text, '') = ANY ($4))
  AND ($5::text[] IS NULL OR coalesce(t.queue_id::text, '') = ANY ($5))
  AND ($6::text[] IS NULL OR coalesce(t.tier::text, '') = ANY ($6))
  AND ($7::text[] IS NULL OR coalesce(t.channel, '') = ANY ($7))
  AND ($8::text[] IS NULL OR coalesce(t.entry_point_id::text, '') = ANY ($8))
  AND ($9::text[] IS NULL OR coalesce(t.category_id::text, '') = ANY ($9))
  AND ($10::text[] IS NULL OR coalesce(t.temperament, '') = ANY ($10))
  AND ($11::text[] IS NULL OR coalesce(t.value, '') = ANY ($11))
  AND (a.sees_all OR t.agent_id = a.user_id OR a.sees_teams AND EXISTS (
    SELECT FROM ticket k WHERE k.id = t.ticket_id AND may_read(false, a.teams, a.hidden, '{}', k.team_ids, k.contact_id)))
ORDER BY coalesce(t.since_at, t.from_at), t.ticket_id LIMIT 1
