-- name: answer
-- Every fact of a period that a metric is made of, summed by the chosen dimensions. $1 asks (NULL: the operator, who sees all);
-- $2 to $3 is half-open; $4 to $7 are the facts it counts (of a share, those it is a share of), $8 to $11 those it is about;
-- $12 chooses the clock, $13 to $22 what is told apart. $23: of what goes on at $3, not of what happened.
-- $24 to $33 leave out what is none of these, as text; an empty text is none at all.
WITH asking AS (
  SELECT $1::bigint AS user_id, $1::bigint IS NULL OR v.is_admin AS sees_all, u.role = 'supervisor' AS sees_teams,
         v.teams, v.hidden
  FROM (VALUES (1)) AS one(n) LEFT JOIN user_account u ON u.id = $1 LEFT JOIN LATERAL viewer(u.id) v ON true
), told AS (
  SELECT f.*, f.kind = $4 AND ($5::text[] IS NULL OR f.outcome = ANY ($5)) AND (f.is_first OR NOT $6::boolean)
           AND ($7::int IS NULL OR f.score >= $7) AS is_of,
         f.kind = $8 AND ($9::text[] IS NULL OR f.outcome = ANY ($9)) AND (f.is_first OR NOT $10::boolean)
           AND ($11::int IS NULL OR f.score >= $11) AS is_hit
  FROM report_fact f
  WHERE f.kind IN ($4, $8)
    AND CASE WHEN $23::boolean THEN f.from_at <= $3 AND (f.at IS NULL OR f.at > $3) ELSE f.at >= $2 AND f.at < $3 END
    AND ($24::text[] IS NULL OR coalesce(f.agent_id::text, '') = ANY ($24))
    AND ($25::text[] IS NULL OR coalesce(f.team_id::text, '') = ANY ($25))
    AND ($26::text[] IS NULL OR coalesce(f.queue_id::text, '') = ANY ($26))
    AND ($27::text[] IS NULL OR coalesce(f.tier::text, '') = ANY ($27))
    AND ($28::text[] IS NULL OR coalesce(f.channel::text, '') = ANY ($28))
    AND ($29::text[] IS NULL OR coalesce(f.entry_point_id::text, '') = ANY ($29))
    AND ($30::text[] IS NULL OR coalesce(f.category_id::text, '') = ANY ($30))
    AND ($31::text[] IS NULL OR coalesce(f.temperament::text, '') = ANY ($31))
    AND ($32::text[] IS NULL OR coalesce(f.value::text, '') = ANY ($32))
    AND ($33::text[] IS NULL OR coalesce(f.outcome::text, '') = ANY ($33))
), seen AS (
  SELECT t.is_of, t.is_hit,
         CASE WHEN $23 THEN extract(epoch FROM $3::timestamptz - t.from_at)::float8
              WHEN $12 = 'score' THEN t.score::float8
              WHEN $12 = 'business' THEN t.business_s ELSE t.calendar_s END AS value,
         CASE WHEN $13::boolean THEN t.agent_id END AS agent,
         CASE WHEN $14::boolean THEN t.team_id END AS team,
         CASE WHEN $15::boolean THEN t.queue_id END AS queue,
         CASE WHEN $16::boolean THEN t.tier END AS tier,
         CASE WHEN $17::boolean THEN t.channel END AS channel,
         CASE WHEN $18::boolean THEN t.entry_point_id END AS entry_point,
         CASE WHEN $19::boolean THEN t.category_id END AS category,
         CASE WHEN $20::boolean THEN t.temperament END AS temperament,
         CASE WHEN $21::boolean THEN t.value END AS worth,
         CASE WHEN $22::boolean THEN t.outcome END AS outcome
  FROM told t CROSS JOIN asking a
  WHERE (t.is_of OR t.is_hit)
    AND (a.sees_all OR t.agent_id = a.user_id OR a.sees_teams AND EXISTS (
      SELECT FROM ticket k WHERE k.id = t.ticket_id
        AND may_read(false, a.teams, a.hidden, '{}', k.team_ids, k.contact_id)))
)
SELECT agent, team, queue, tier::int AS tier, channel, entry_point, category, temperament, worth, outcome,
       count(*) FILTER (WHERE is_of) AS n, count(*) FILTER (WHERE is_hit) AS hits,
       avg(value) FILTER (WHERE is_of) AS mean,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY value) FILTER (WHERE is_of) AS percentiles
FROM seen
GROUP BY GROUPING SETS ((agent, team, queue, tier, channel, entry_point, category, temperament, worth, outcome))
