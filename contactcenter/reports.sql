-- name: performance
-- Every fact of a period with the agent, tier and temperament it is attributed to, summed by the chosen
-- dimensions and over all. $1 asks (NULL: the operator, who sees all); $2 to $3 is half-open; $4 to $7 choose.
WITH asking AS (
  SELECT $1::bigint AS user_id, $1::bigint IS NULL OR v.is_admin AS sees_all, u.role = 'supervisor' AS sees_teams,
         v.teams, v.hidden
  FROM (VALUES (1)) AS one(n) LEFT JOIN user_account u ON u.id = $1 LEFT JOIN LATERAL viewer(u.id) v ON true
), opening AS (  -- triage follows within moments; where it did not, the ticket's own history is asked
  SELECT ticket_id, min(at) FILTER (WHERE kind = 'ticket_opened') AS at,
         min(data ->> 'tier') FILTER (WHERE kind = 'ticket_queued')::smallint AS tier,
         min(data ->> 'temperament') FILTER (WHERE kind = 'ticket_queued') AS temperament
  FROM event
  WHERE kind IN ('ticket_opened', 'ticket_queued') AND at >= $2 AND at < $3::timestamptz + interval '1 hour'
  GROUP BY ticket_id HAVING bool_or(kind = 'ticket_opened' AND at < $3)
), opened AS (  -- the first leg with an agent tells who held it first
  SELECT DISTINCT ON (o.ticket_id) o.ticket_id, h.agent_id,
         coalesce(o.tier, (SELECT l.tier FROM leg l WHERE l.ticket_id = o.ticket_id ORDER BY l.id LIMIT 1)) AS tier,
         coalesce(o.temperament, (
           SELECT f.data ->> 'temperament' FROM event f
           WHERE f.ticket_id = o.ticket_id AND f.kind IN ('ticket_queued', 'ticket_assigned') AND f.at >= o.at
           ORDER BY f.id LIMIT 1), 'unknown') AS temperament
  FROM opening o LEFT JOIN leg h ON h.ticket_id = o.ticket_id AND h.episode = 1 AND h.agent_id IS NOT NULL
  ORDER BY o.ticket_id, h.id
), solved AS (
  SELECT e.ticket_id, last.agent_id, last.tier, e.data ->> 'temperament' AS temperament,
         extract(epoch FROM e.at - (
           SELECT min(l.from_at) FROM leg l WHERE l.ticket_id = last.ticket_id AND l.episode = last.episode)) AS took_s
  FROM event e
  JOIN leg last ON last.ticket_id = e.ticket_id AND last.to_at = e.at AND last.ended_by = 'solved'
  WHERE e.kind = 'ticket_solved' AND e.at >= $2 AND e.at < $3
), reply AS (  -- what people wrote or said, and when the customer was first heard: at once, unless we opened the ticket
  SELECT e.id, coalesce((e.data ->> 'answered_at')::timestamptz, e.at) AS at, e.ticket_id, (e.data ->> 'episode')::int AS episode, e.agent_id,
         (e.data ->> 'tier')::smallint AS tier, e.data ->> 'temperament' AS temperament,
         CASE WHEN CASE
             WHEN t.opened_at >= $2 THEN t.id IN (
               SELECT o.ticket_id FROM event o
               WHERE o.kind = 'ticket_opened' AND o.at >= $2 AND o.at < $3 AND o.actor <> 'customer')
             ELSE EXISTS (
               SELECT FROM event o WHERE o.ticket_id = t.id AND o.at = t.opened_at AND o.kind = 'ticket_opened'
                 AND o.actor <> 'customer') END
           THEN (
             SELECT min(m.at) FROM event m
             WHERE m.ticket_id = t.id AND m.kind = 'interaction_received' AND m.at >= t.opened_at
               AND coalesce(m.data ->> 'class', 'person') = 'person')
           ELSE '-infinity' END AS heard_at
  FROM event e JOIN ticket t ON t.id = e.ticket_id
  WHERE e.kind IN ('reply_written', 'call_answered') AND e.at >= $2 AND e.at < $3
    AND e.agent_id IS NOT NULL AND e.actor NOT IN ('system', 'customer')
), earliest AS (
  SELECT DISTINCT ON (ticket_id, episode) ticket_id, episode, agent_id, tier, temperament, at, heard_at
  FROM reply WHERE at >= heard_at ORDER BY ticket_id, episode, at, id
), first_reply AS (
  SELECT r.ticket_id, r.agent_id, r.tier, r.temperament, began.at AS from_at,
         extract(epoch FROM r.at - began.at) AS took_s
  FROM earliest r CROSS JOIN LATERAL (
    SELECT greatest(min(l.from_at), r.heard_at) AS at FROM leg l
    WHERE l.ticket_id = r.ticket_id AND l.episode = r.episode HAVING count(*) > 0) began
), fact AS (
  SELECT 'opened' AS metric, ticket_id, agent_id, tier, temperament, NULL::numeric AS took_s FROM opened
  UNION ALL
  SELECT 'solved', ticket_id, agent_id, tier, temperament, took_s FROM solved
  UNION ALL
  SELECT 'escalated', e.ticket_id, e.agent_id, (e.data ->> 'from_tier')::smallint, e.data ->> 'temperament', NULL
  FROM event e WHERE e.kind = 'ticket_escalated' AND e.at >= $2 AND e.at < $3
  UNION ALL
  SELECT 'reopened', e.ticket_id, e.agent_id, (e.data ->> 'tier')::smallint, e.data ->> 'temperament', NULL
  FROM event e WHERE e.kind = 'ticket_reopened' AND e.at >= $2 AND e.at < $3
  UNION ALL
  SELECT 'first_reply', f.ticket_id, f.agent_id, f.tier, f.temperament, f.took_s
  FROM first_reply f
  WHERE f.from_at >= $2 OR NOT EXISTS (
    SELECT FROM event b
    WHERE b.ticket_id = f.ticket_id AND b.kind IN ('reply_written', 'call_answered') AND b.at >= f.from_at AND b.at < $2
      AND b.agent_id IS NOT NULL AND b.actor NOT IN ('system', 'customer'))
), seen AS (
  SELECT f.metric, f.took_s,
         CASE WHEN $4::boolean THEN f.agent_id END AS agent_id,
         CASE WHEN $5::boolean THEN f.tier END AS tier,
         CASE WHEN $6::boolean THEN t.channel END AS channel,
         CASE WHEN $7::boolean THEN coalesce(f.temperament, t.temperament) END AS temperament
  FROM fact f JOIN ticket t ON t.id = f.ticket_id CROSS JOIN asking a
  WHERE NOT t.spam
    AND (a.sees_all OR f.agent_id = a.user_id
         OR a.sees_teams AND may_read(false, a.teams, a.hidden, '{}', t.team_ids, t.contact_id))
), summed AS (
  SELECT grouping(s.agent_id) = 1 AS is_total, s.agent_id, s.tier, s.channel, s.temperament,
         count(*) FILTER (WHERE s.metric = 'opened') AS opened,
         count(*) FILTER (WHERE s.metric = 'solved') AS solved,
         count(*) FILTER (WHERE s.metric = 'escalated') AS escalated,
         count(*) FILTER (WHERE s.metric = 'reopened') AS reopened,
         count(*) FILTER (WHERE s.metric = 'first_reply') AS first_reply_n,
         avg(s.took_s) FILTER (WHERE s.metric = 'first_reply') AS first_reply_mean_s,
         percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY s.took_s::float8)
           FILTER (WHERE s.metric = 'first_reply') AS first_reply_s,
         avg(s.took_s) FILTER (WHERE s.metric = 'solved') AS time_to_solve_mean_s,
         percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY s.took_s::float8)
           FILTER (WHERE s.metric = 'solved') AS time_to_solve_s
  FROM seen s
  GROUP BY GROUPING SETS ((s.agent_id, s.tier, s.channel, s.temperament), ())
)
SELECT s.is_total, s.agent_id, u.name AS agent, s.tier::int AS tier, s.channel, s.temperament,
       s.opened, s.solved, s.escalated, s.reopened, s.first_reply_n,
       round(s.first_reply_mean_s, 3)::float8 AS first_reply_mean_s,
       round(s.first_reply_s[1]::numeric, 3)::float8 AS first_reply_median_s,
       round(s.first_reply_s[2]::numeric, 3)::float8 AS first_reply_p90_s,
       round(s.time_to_solve_mean_s, 3)::float8 AS time_to_solve_mean_s,
       round(s.time_to_solve_s[1]::numeric, 3)::float8 AS time_to_solve_median_s,
       round(s.time_to_solve_s[2]::numeric, 3)::float8 AS time_to_solve_p90_s
FROM summed s LEFT JOIN user_account u ON u.id = s.agent_id
