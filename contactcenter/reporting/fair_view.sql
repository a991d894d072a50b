-- name: handled
-- What each agent let go of or solved in a time, $1 to $2, half-open, by temperament, channel and category as last known then:
-- an episode of a ticket counts once for each who had it in hand. Solved are those that he solved and that did not come back.
-- Seconds of handling are those in the time, an episode's at most the p99 of all (cap_s).
WITH work AS MATERIALIZED (
  SELECT f.agent_id, f.ticket_id, f.episode,
         (array_agg(f.temperament ORDER BY f.at DESC, f.id DESC))[1] AS temperament,
         (array_agg(f.channel ORDER BY f.at DESC, f.id DESC))[1] AS channel,
         (array_agg(f.category_id ORDER BY f.at DESC, f.id DESC))[1] AS category_id,
         bool_or(f.kind = 'solved' AND f.came_back_s IS NULL) AS is_solved,
         coalesce(sum(f.calendar_s) FILTER (WHERE f.kind = 'handled'), 0) AS handle_s
  FROM report_fact f
  WHERE f.kind IN ('handled', 'solved') AND f.at >= $1 AND f.at < $2 AND f.agent_id IS NOT NULL AND f.ticket_id IS NOT NULL
  GROUP BY f.agent_id, f.ticket_id, f.episode
), longest AS (
  SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY handle_s) AS cap_s FROM work
)
SELECT w.agent_id, w.temperament, w.channel, w.category_id, count(*)::int AS n, (count(*) FILTER (WHERE w.is_solved))::int AS solved,
       sum(least(w.handle_s, l.cap_s))::float8 AS handle_s, sum(least(w.handle_s, l.cap_s) ^ 2)::float8 AS handle_s2, l.cap_s
FROM work w CROSS JOIN longest l
GROUP BY w.agent_id, w.temperament, w.channel, w.category_id, l.cap_s

-- name: assisted
-- In how many solutions of others each agent had a hand in a time, $1 to $2, half-open.
SELECT f.agent_id, count(*)::int AS n
FROM report_fact f
WHERE f.kind = 'assisted' AND f.at >= $1 AND f.at < $2 AND f.agent_id IS NOT NULL
GROUP BY f.agent_id

-- name: seen
-- Of these agents those whom this person sees: an administrator all, a supervisor those of his teams, everybody himself. $1 asks
-- (NULL: the operator, who sees all).
SELECT u.id AS agent_id, u.name
FROM user_account u
WHERE u.id = ANY ($2::bigint[]) AND (u.id = $1 OR $1::bigint IS NULL OR EXISTS (
  SELECT FROM user_account a, viewer(a.id) v
  WHERE a.id = $1 AND (v.is_admin OR a.role = 'supervisor' AND EXISTS (
    SELECT FROM team_member m WHERE m.user_id = u.id AND m.team_id = ANY (v.teams)))))

-- name: categories
-- What categories are called.
SELECT id, name_en, name_fa FROM category WHERE id = ANY ($1::bigint[])
