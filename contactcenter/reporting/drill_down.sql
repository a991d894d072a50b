-- name: behind
-- The facts that a figure is made of, in the order in which they happened; those that go on are last. $1 asks (NULL: the
-- operator, who sees all); $2 to $3 is half-open; $4 are the selections of the metric, each for its side (of what, hit, miss), $5
-- their kinds; $6 chooses what is averaged; $7 is which facts are told of, at $8 where that is an instant; $9 is until when it is
-- known what happened (NULL: for good); all as `answers.answer` says. $10 are the values that are kept, by dimension, as text
-- (an empty text is none at all); $11 the outcome or the tier by which the figure is apart from what it is of; with $12 it is a
-- portion of that. $13 and $14 are the last fact of the page before (0: there is none), $15 is how many. Facts are put in order before
-- they are looked at: a page looks at no more of them than it needs.
WITH asking AS MATERIALIZED (
  SELECT $1::bigint AS user_id, $1::bigint IS NULL OR v.is_admin AS sees_all, u.role = 'supervisor' AS sees_teams,
         v.teams, v.hidden, (SELECT read_at FROM report_position) AS read_at
  FROM (VALUES (1)) AS one(n) LEFT JOIN user_account u ON u.id = $1 LEFT JOIN LATERAL viewer(u.id) v ON true
), chosen AS MATERIALIZED (
  SELECT side, kind, outcomes, only_first, score_from, score_to, at_most_s, above_s, at_least_s, contacts_max, escalations_max,
         back_within_s, lasted_s, mature_s
  FROM jsonb_to_recordset($4::text::jsonb) AS s(
    side text, kind text, outcomes text[], only_first boolean, score_from int, score_to int, at_most_s float8, above_s float8,
    at_least_s float8, contacts_max int, escalations_max int, back_within_s float8, lasted_s float8, mature_s float8)
), told AS MATERIALIZED (
  SELECT f.*, CASE WHEN $6 = 'business' THEN f.business_s ELSE f.calendar_s END AS lasted_s,
         CASE WHEN $7 = 'instant' THEN extract(epoch FROM $8::timestamptz - coalesce(f.since_at, f.from_at))::float8 END AS age_s
  FROM report_fact f
  WHERE f.kind = ANY ($5::text[])
    AND CASE $7 WHEN 'instant' THEN during(f.from_at, f.at) @> $8::timestamptz AND f.from_at <= $8 AND (f.at <= $8) IS NOT TRUE
                WHEN 'stretches' THEN during(f.from_at, f.at) && during($2, $3) AND f.from_at < $3 AND (f.at <= $2) IS NOT TRUE
                ELSE f.at >= $2 AND f.at < $3 END
    AND (coalesce(f.at, 'infinity'), f.id) >
        (coalesce($13::timestamptz, CASE WHEN $14::bigint = 0 THEN '-infinity' ELSE 'infinity' END::timestamptz), $14)
    AND ($10::text::jsonb -> 'agent' IS NULL OR $10::text::jsonb -> 'agent' ? coalesce(f.agent_id::text, ''))
    AND ($10::text::jsonb -> 'team' IS NULL OR $10::text::jsonb -> 'team' ? coalesce(f.team_id::text, ''))
    AND ($10::text::jsonb -> 'queue' IS NULL OR $10::text::jsonb -> 'queue' ? coalesce(f.queue_id::text, ''))
    AND ($10::text::jsonb -> 'tier' IS NULL OR $10::text::jsonb -> 'tier' ? coalesce(f.tier::text, ''))
    AND ($10::text::jsonb -> 'channel' IS NULL OR $10::text::jsonb -> 'channel' ? coalesce(f.channel, ''))
    AND ($10::text::jsonb -> 'entry_point' IS NULL OR $10::text::jsonb -> 'entry_point' ? coalesce(f.entry_point_id::text, ''))
    AND ($10::text::jsonb -> 'category' IS NULL OR $10::text::jsonb -> 'category' ? coalesce(f.category_id::text, ''))
    AND ($10::text::jsonb -> 'temperament' IS NULL OR $10::text::jsonb -> 'temperament' ? coalesce(f.temperament, ''))
    AND ($10::text::jsonb -> 'value' IS NULL OR $10::text::jsonb -> 'value' ? coalesce(f.value, ''))
    AND ($10::text::jsonb -> 'outcome' IS NULL OR $10::text::jsonb -> 'outcome' ? coalesce(f.outcome, ''))
    AND ($10::text::jsonb -> 'to_tier' IS NULL OR $10::text::jsonb -> 'to_tier' ? coalesce(f.to_tier::text, ''))
    AND ($10::text::jsonb -> 'promise' IS NULL OR $10::text::jsonb -> 'promise' ? coalesce(f.promise, ''))
  ORDER BY f.at NULLS LAST, f.id
), aged AS (
  SELECT t.*, CASE WHEN t.age_s < 86400 THEN '[0,1)' WHEN t.age_s < 259200 THEN '[1,3)' WHEN t.age_s < 604800 THEN '[3,7)'
                   WHEN t.age_s < 1209600 THEN '[7,14)' WHEN t.age_s IS NOT NULL THEN '[14,inf)' END AS age
  FROM told t
), seen AS (
  SELECT t.*, x.is_of, x.is_hit, x.is_miss, ($11::text::jsonb -> 'outcome' IS NULL OR $11::text::jsonb ->> 'outcome' = coalesce(t.outcome, ''))
           AND ($11::text::jsonb -> 'tier' IS NULL OR $11::text::jsonb ->> 'tier' = coalesce(t.tier::text, '')) AS is_in_group,
         greatest(extract(epoch FROM least(coalesce(t.at, $9, a.read_at, $3), $3) - greatest(t.from_at, $2)), 0)::float8 AS within_s
  FROM aged t CROSS JOIN asking a
  CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(s.side = 'of'), false) AS is_of, coalesce(bool_or(s.side = 'hit'), false) AS is_hit,
           coalesce(bool_or(s.side = 'miss'), false) AS is_miss
    FROM chosen s WHERE s.kind = t.kind
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
        SELECT FROM report_fact o
        WHERE o.contact_id = t.contact_id AND o.kind = 'opened' AND o.at > t.at
          AND o.at <= t.at + s.lasted_s * interval '1 second' AND o.ticket_id <> t.ticket_id AND o.outcome <> 'us'
          AND (o.category_id IS NULL OR t.category_id IS NULL OR o.category_id = t.category_id)))) AS x
  WHERE (x.is_of OR x.is_hit OR x.is_miss)
    AND ($10::text::jsonb -> 'age' IS NULL OR $10::text::jsonb -> 'age' ? coalesce(t.age, ''))
    AND (a.sees_all OR t.agent_id = a.user_id OR a.sees_teams AND CASE WHEN t.ticket_id IS NULL
      THEN EXISTS (SELECT FROM team_member m WHERE m.user_id = t.agent_id AND m.team_id = ANY (a.teams))
      ELSE EXISTS (SELECT FROM ticket k WHERE k.id = t.ticket_id
        AND may_read(false, a.teams, a.hidden, '{}', k.team_ids, k.contact_id)) END)
), page AS (
  SELECT s.*, s.is_in_group AND CASE WHEN $12::boolean THEN s.is_of ELSE s.is_hit END AS is_hit_here
  FROM seen s WHERE s.is_of OR s.is_in_group
  ORDER BY s.at NULLS LAST, s.id LIMIT $15
)
SELECT p.id, p.kind, p.ticket_id, p.contact_id, p.from_at, p.at, p.agent_id, u.name AS agent_name, p.team_id, p.queue_id,
       p.tier::int AS tier, p.channel, p.entry_point_id, p.category_id, p.temperament, p.value AS worth, p.outcome,
       p.to_tier::int AS to_tier, p.promise, p.age, p.is_of, p.is_hit_here AS is_hit, p.is_miss,
       CASE WHEN $7 = 'instant' THEN p.age_s WHEN $7 = 'stretches' THEN p.within_s WHEN $6 = 'score' THEN p.score::float8
            WHEN $6 = 'transfers' THEN p.transfers::float8 ELSE p.lasted_s END AS amount,
       p.load::int AS load
FROM page p LEFT JOIN user_account u ON u.id = p.agent_id
ORDER BY p.at NULLS LAST, p.id
