-- name: measured
-- What happened in a period to people of each temperament, as it was known then, and to all others: $1 asks (NULL: the
-- operator, who sees all), $2 to $3 is half-open. Spam is nobody's problem.
WITH asking AS (
  SELECT $1::bigint IS NULL OR v.is_admin AS sees_all, v.teams, v.hidden
  FROM (VALUES (1)) AS one(n) LEFT JOIN user_account u ON u.id = $1 LEFT JOIN LATERAL viewer(u.id) v ON true
), waited AS (  -- until somebody took it for the first time in its episode, or the customer left
  SELECT e.ticket_id, e.data ->> 'temperament' AS temperament, (e.data ->> 'waited_s')::float8 AS took_s
  FROM event e
  WHERE e.kind = 'ticket_abandoned' AND e.at >= $2 AND e.at < $3
  UNION ALL
  SELECT e.ticket_id, e.data ->> 'temperament', extract(epoch FROM e.at - (
           SELECT min(b.from_at) FROM leg b WHERE b.ticket_id = h.ticket_id AND b.episode = h.episode))::float8
  FROM event e JOIN leg h ON h.ticket_id = e.ticket_id AND h.from_at = e.at AND h.agent_id IS NOT NULL
  WHERE e.kind = 'ticket_assigned' AND e.at >= $2 AND e.at < $3
    AND NOT EXISTS (SELECT FROM leg p WHERE p.ticket_id = h.ticket_id AND p.episode = h.episode AND p.agent_id IS NOT NULL
                      AND p.id < h.id)
), answer AS (  -- the latest score of each ticket, and how the replies before it were written
  SELECT DISTINCT ON (f.ticket_id) f.ticket_id, f.score, f.given_at FROM feedback f
  WHERE f.score IS NOT NULL AND f.ticket_id IS NOT NULL AND f.given_at >= $2 AND f.given_at < $3
  ORDER BY f.ticket_id, f.given_at DESC, f.id DESC
), fact AS (
  SELECT 'waiting_time' AS measure, ticket_id, temperament, took_s, NULL::boolean AS is_so, NULL::boolean AS kept_to FROM waited
  UNION ALL
  SELECT 'time_to_solve', e.ticket_id, e.data ->> 'temperament', (e.data ->> 'took_s')::float8, NULL, NULL
  FROM event e WHERE e.kind = 'ticket_solved' AND e.at >= $2 AND e.at < $3
  UNION ALL
  SELECT 'escalation', e.ticket_id, e.data ->> 'temperament', NULL, EXISTS (
           SELECT FROM event r WHERE r.ticket_id = e.ticket_id AND r.kind = 'ticket_escalated' AND r.at < $3), NULL
  FROM event e WHERE e.kind = 'ticket_queued' AND e.at >= $2 AND e.at < $3
  UNION ALL
  SELECT 'satisfaction', a.ticket_id, coalesce((
           SELECT k.data ->> 'temperament' FROM event k
           WHERE k.ticket_id = a.ticket_id AND k.data ? 'temperament' AND k.at <= a.given_at ORDER BY k.id DESC LIMIT 1), 'unknown'),
         NULL, a.score >= 4,
         (SELECT bool_and(r.rules = '{}') FROM reply_tone r WHERE r.ticket_id = a.ticket_id AND r.written_at <= a.given_at)
  FROM answer a
), seen AS (
  SELECT f.measure, f.temperament, f.took_s, f.is_so, f.kept_to
  FROM fact f JOIN ticket t ON t.id = f.ticket_id CROSS JOIN asking a
  WHERE NOT t.spam AND f.temperament IS NOT NULL
    AND (a.sees_all OR may_read(false, a.teams, a.hidden, '{}', t.team_ids, t.contact_id))
)
SELECT l.temperament, s.measure, s.temperament = l.temperament AS is_theirs, count(*)::int AS n,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.took_s) AS median_s,
       avg(ln(1 + greatest(s.took_s, 0))) AS log_mean, coalesce(var_samp(ln(1 + greatest(s.took_s, 0))), 0) AS log_variance,
       (count(*) FILTER (WHERE s.is_so))::int AS so_many,
       (count(*) FILTER (WHERE s.kept_to))::int AS n_kept, (count(*) FILTER (WHERE s.kept_to AND s.is_so))::int AS kept_so,
       (count(*) FILTER (WHERE NOT s.kept_to))::int AS n_not_kept,
       (count(*) FILTER (WHERE NOT s.kept_to AND s.is_so))::int AS not_kept_so
FROM unnest($4::text[]) AS l(temperament) CROSS JOIN seen s
GROUP BY l.temperament, s.measure, s.temperament = l.temperament

-- name: looked_at
-- When gaps were last looked for.
SELECT max(ended_at) AS at FROM fairness_look

-- name: note_look
-- Only one look a day; what it found is kept with it.
INSERT INTO fairness_look (ended_at, found) VALUES ($1, $2)

-- name: put
-- A gap that nobody was told of since the instant; NULL where somebody was.
INSERT INTO fairness_gap (measure, temperament, theirs, others, n, n_others, from_at, to_at, found_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8
WHERE NOT EXISTS (SELECT FROM fairness_gap g WHERE g.measure = $1 AND g.temperament = $2 AND g.found_at > $9)
RETURNING id
