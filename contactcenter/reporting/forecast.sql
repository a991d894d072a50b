-- name: half_hours
-- What was opened in some times, by the half hour (counted from $4), as $1 may see it; of the queue $5 and the channel $6 alone (NULL: all).
WITH asking AS MATERIALIZED (
  SELECT v.is_admin AS sees_all, v.teams, v.hidden FROM viewer($1) v
)
SELECT date_bin('30 minutes', f.at, $4::timestamptz) AS starts_at, count(*)::int AS n
FROM unnest($2::timestamptz[], $3::timestamptz[]) AS p(from_at, to_at)
CROSS JOIN LATERAL (  -- a time after the other: joined at once all facts would be read
  SELECT o.at, o.ticket_id, o.queue_id, o.channel FROM report_fact o
  WHERE o.kind = 'opened' AND o.at >= p.from_at AND o.at < p.to_at OFFSET 0) AS f
CROSS JOIN asking a
WHERE ($5::bigint IS NULL OR f.queue_id = $5) AND ($6::text IS NULL OR f.channel = $6)
  AND (a.sees_all OR EXISTS (SELECT FROM ticket k WHERE k.id = f.ticket_id
    AND may_read(false, a.teams, a.hidden, '{}', k.team_ids, k.contact_id)))
GROUP BY 1

-- name: known_since
-- When the first problem was opened that is told of.
SELECT min(at) FROM report_fact WHERE kind = 'opened'
