-- name: answer
-- Every fact of a period that some metrics are made of, summed by the chosen dimensions, and all together. $1 asks (NULL: the
-- operator, who sees all); $2 to $3 is half-open; $4 are the selections of the metrics, each for its metric by number, for its side (of
-- what, hit, miss) and with what is averaged of it; $5 are their kinds; $6 is the clock; $7 is which facts are told of: those that
-- happened, those that go on at $8, or stretches of time that are cut to the period. $9 is until when it is known what happened
-- (NULL: for good). $10 to $22 are what is told apart, $23 to $35 leave out what is none of these, as text; an empty text is none at
-- all. $36 is the zone whose days are told apart, too, or with $37 the hours of its week from Monday midnight on (NULL: none are).
WITH asking AS MATERIALIZED (
  SELECT $1::bigint AS user_id, $1::bigint IS NULL OR v.is_admin AS sees_all, u.role = 'supervisor' AS sees_teams,
         v.teams, v.hidden, (SELECT read_at FROM report_position) AS read_at
  FROM (VALUES (1)) AS one(n) LEFT JOIN user_account u ON u.id = $1 LEFT JOIN LATERAL viewer(u.id) v ON true
), chosen AS MATERIALIZED (
  SELECT question, averaged, side, kind, outcomes, only_first, score_from, score_to, at_most_s, above_s, at_least_s, contacts_max,
         escalations_max, back_within_s, lasted_s, mature_s
  FROM jsonb_to_recordset($4::text::jsonb) AS s(
    question int, averaged text, side text, kind text, outcomes text[], only_first boolean, score_from int, score_to int,
    at_most_s float8, above_s float8, at_least_s float8, contacts_max int, escalations_max int, back_within_s float8,
    lasted_s float8, mature_s float8)
), told AS (
  SELECT f.*, CASE WHEN $6 = 'business' THEN f.business_s ELSE f.calendar_s END AS lasted_s,
         CASE WHEN $7 = 'instant' THEN extract(epoch FROM $8::timestamptz - coalesce(f.since_at, f.from_at))::float8 END AS age_s
  FROM report_fact f
  WHERE f.kind = ANY ($5::text[])
    AND CASE $7 WHEN 'instant' THEN during(f.from_at, f.at) @> $8::timestamptz AND f.from_at <= $8 AND (f.at <= $8) IS NOT TRUE
                WHEN 'stretches' THEN during(f.from_at, f.at) && during($2, $3) AND f.from_at < $3 AND (f.at <= $2) IS NOT TRUE
                ELSE f.at >= $2 AND f.at < $3 END
), aged AS (
  SELECT t.*, CASE WHEN t.age_s < 86400 THEN '[0,1)' WHEN t.age_s < 259200 THEN '[1,3)' WHEN t.age_s < 604800 THEN '[3,7)'
                   WHEN t.age_s < 1209600 THEN '[7,14)' WHEN t.age_s IS NOT NULL THEN '[14,inf)' END AS age
  FROM told t
), seen AS (
  SELECT s.question, s.side, t.load,
         greatest(extract(epoch FROM least(coalesce(t.at, $9, a.read_at, $3), $3) - greatest(t.from_at, $2)), 0)::float8 AS within_s,
         CASE s.averaged WHEN 'duration' THEN t.lasted_s WHEN 'score' THEN t.score::float8 WHEN 'transfers' THEN t.transfers::float8
                         WHEN 'instant' THEN t.age_s END AS value,
         CASE WHEN $10::boolean THEN t.agent_id END AS agent,
         CASE WHEN $11::boolean THEN t.team_id END AS team,
         CASE WHEN $12::boolean THEN t.queue_id END AS queue,
         CASE WHEN $13::boolean THEN t.tier END AS tier,
         CASE WHEN $14::boolean THEN t.channel END AS channel,
         CASE WHEN $15::boolean THEN t.entry_point_id END AS entry_point,
         CASE WHEN $16::boolean THEN t.category_id END AS category,
         CASE WHEN $17::boolean THEN t.temperament END AS temperament,
         CASE WHEN $18::boolean THEN t.value END AS worth,
         CASE WHEN $19::boolean THEN t.outcome END AS outcome,
         CASE WHEN $20::boolean THEN t.to_tier END AS to_tier,
         CASE WHEN $21::boolean THEN t.promise END AS promise,
         CASE WHEN $22::boolean THEN t.age END AS age,
         CASE WHEN NOT $37::boolean THEN (t.at AT TIME ZONE $36::text)::date END AS day,
         CASE WHEN $37::boolean THEN (extract(isodow FROM t.at AT TIME ZONE $36::text) - 1) * 24
                                     + extract(hour FROM t.at AT TIME ZONE $36::text) END::int AS hour_of_week
  FROM aged t CROSS JOIN asking a JOIN chosen s ON s.kind = t.kind
    AND (s.outcomes IS NULL OR t.outcome = ANY (s.outcomes)) AND (t.is_first OR NOT s.only_first)
    AND (s.score_from IS NULL OR t.score >= s.score_from) AND (s.score_to IS NULL OR t.score <= s.score_to)
    AND (s.at_most_s IS NULL OR coalesce(t.lasted_s, 0) <= s.at_most_s)
    AND (s.above_s IS NULL OR coalesce(t.lasted_s, 0) > s.above_s)
    AND (s.at_least_s IS NULL OR coalesce(t.lasted_s, 0) >= s.at_least_s)
    AND (s.contacts_max IS NULL OR coalesce(t.contacts, 0) <= s.contacts_max)
    AND (s.escalations_max IS NULL OR coalesce(t.escalations, 0) <= s.escalations_max)
    AND (s.back_within_s IS NULL OR t.came_back_s <= s.back_within_s)
    AND (s.mature_s IS NULL OR $9::timestamptz IS NULL OR t.at + s.mature_s * interval '1 second' <= $9)
    AND (s.lasted_s IS NULL OR (t.came_back_s IS NULL OR t.came_back_s > s.lasted_s) AND NOT EXISTS (
      -- the same person with another ticket that is not known to be about something else
      SELECT FROM report_fact o
      WHERE o.contact_id = t.contact_id AND o.kind = 'opened' AND o.at > t.at
        AND o.at <= t.at + s.lasted_s * interval '1 second' AND o.ticket_id <> t.ticket_id AND o.outcome <> 'us'
        AND (o.category_id IS NULL OR t.category_id IS NULL OR o.category_id = t.category_id)))
  WHERE (a.sees_all OR t.agent_id = a.user_id OR a.sees_teams AND CASE WHEN t.ticket_id IS NULL
      THEN EXISTS (SELECT FROM team_member m WHERE m.user_id = t.agent_id AND m.team_id = ANY (a.teams))
      ELSE EXISTS (SELECT FROM ticket k WHERE k.id = t.ticket_id
        AND may_read(false, a.teams, a.hidden, '{}', k.team_ids, k.contact_id)) END)
    AND ($23::text[] IS NULL OR coalesce(t.agent_id::text, '') = ANY ($23))
    AND ($24::text[] IS NULL OR coalesce(t.team_id::text, '') = ANY ($24))
    AND ($25::text[] IS NULL OR coalesce(t.queue_id::text, '') = ANY ($25))
    AND ($26::text[] IS NULL OR coalesce(t.tier::text, '') = ANY ($26))
    AND ($27::text[] IS NULL OR coalesce(t.channel, '') = ANY ($27))
    AND ($28::text[] IS NULL OR coalesce(t.entry_point_id::text, '') = ANY ($28))
    AND ($29::text[] IS NULL OR coalesce(t.category_id::text, '') = ANY ($29))
    AND ($30::text[] IS NULL OR coalesce(t.temperament, '') = ANY ($30))
    AND ($31::text[] IS NULL OR coalesce(t.value, '') = ANY ($31))
    AND ($32::text[] IS NULL OR coalesce(t.outcome, '') = ANY ($32))
    AND ($33::text[] IS NULL OR coalesce(t.to_tier::text, '') = ANY ($33))
    AND ($34::text[] IS NULL OR coalesce(t.promise, '') = ANY ($34))
    AND ($35::text[] IS NULL OR coalesce(t.age, '') = ANY ($35))
)
SELECT question, GROUPING(agent) = 1 AS is_whole, agent, team, queue, tier::int AS tier, channel, entry_point, category, temperament,
       worth, outcome, to_tier::int AS to_tier, promise, age, day, hour_of_week,
       count(*) FILTER (WHERE side = 'of') AS n, count(*) FILTER (WHERE side = 'hit') AS hits,
       count(*) FILTER (WHERE side = 'miss') AS misses,
       sum(within_s) FILTER (WHERE side = 'of') AS of_s, sum(within_s) FILTER (WHERE side = 'hit') AS hit_s,
       sum(within_s * load) FILTER (WHERE side = 'of') AS load_s,
       avg(value) FILTER (WHERE side = 'of') AS mean, max(value) FILTER (WHERE side = 'of') AS largest,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY value) FILTER (WHERE side = 'of') AS percentiles
FROM seen
GROUP BY GROUPING SETS (
  (question, agent, team, queue, tier, channel, entry_point, category, temperament, worth, outcome, to_tier, promise, age, day,
   hour_of_week),
  (question))
