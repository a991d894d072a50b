-- name: last_closed
-- Until when days have been closed, and by which zone.
SELECT to_at AS at, zone FROM report_span WHERE kind = 'day' ORDER BY from_at DESC LIMIT 1

-- name: first_fact
-- When the first thing happened, of any of these kinds.
SELECT min(f.at) FROM unnest($1::text[]) AS k(kind) CROSS JOIN LATERAL (
  SELECT min(o.at) AS at FROM report_fact o WHERE o.kind = k.kind) AS f

-- name: close
-- A span is over: each metric of which there is anything in it is to be rolled up. $5 and $6 are metrics with kinds of their facts.
WITH closed AS (
  INSERT INTO report_span (kind, from_at, to_at, zone) VALUES ($1, $2, $3, $4)
  ON CONFLICT (kind, from_at) DO NOTHING RETURNING id
)
INSERT INTO report_pending (span_id, metric, is_again)
SELECT DISTINCT c.id, m.metric, false FROM closed c CROSS JOIN unnest($5::text[], $6::text[]) AS m(metric, kind)
WHERE EXISTS (SELECT FROM report_fact f WHERE f.kind = m.kind AND f.at >= $2 AND f.at < $3)

-- name: forget
-- Another zone has other days.
DELETE FROM report_span

-- name: mark
-- Closed spans in which something changed after all, one instant and metric each.
INSERT INTO report_pending (span_id, metric, is_again)
SELECT DISTINCT s.id, c.metric, true FROM unnest($1::timestamptz[], $2::text[]) AS c(at, metric)
JOIN report_span s ON s.from_at <= c.at AND s.to_at > c.at
ON CONFLICT (span_id, metric) DO NOTHING

-- name: next_pending
-- What of which span is to be rolled up next, days before the months that are made of them, and how many facts of the kinds $1 it
-- has, counted no further than to $2. Of `again` there were roll-ups before.
WITH next AS (
  SELECT s.id, s.kind, s.from_at, s.to_at FROM report_span s WHERE EXISTS (SELECT FROM report_pending p WHERE p.span_id = s.id)
  ORDER BY s.kind, s.from_at LIMIT 1
)
SELECT n.id AS span_id, n.kind, n.from_at, n.to_at,
       ARRAY(SELECT p.metric FROM report_pending p WHERE p.span_id = n.id ORDER BY p.metric) AS metrics,
       ARRAY(SELECT p.metric FROM report_pending p WHERE p.span_id = n.id AND p.is_again ORDER BY p.metric) AS again,
       CASE n.kind WHEN 'day' THEN (SELECT count(*) FROM (
         SELECT FROM report_fact f WHERE f.kind = ANY ($1::text[]) AND f.at >= n.from_at AND f.at < n.to_at LIMIT $2) AS c) ELSE 0 END AS n_facts
FROM next n

-- name: done
-- It is rolled up.
DELETE FROM report_pending WHERE span_id = $1 AND metric = ANY ($2::text[])

-- name: roll_up_day
-- The facts of a day, summed for the questions $5, each of a metric by a clock, of what is chosen by $4 from kinds $6. Of metrics that
-- were rolled up before ($8 of all of them, $7) what differs is kept beside what it was.
WITH asked AS MATERIALIZED (
  SELECT question, metric, clock FROM jsonb_to_recordset($5::text::jsonb) AS q(question int, metric text, clock text)
), made AS MATERIALIZED (
  SELECT q.metric, q.clock, r.* FROM report_rolled($2, $3, $4::text::jsonb, $5::text::jsonb, $6::text[]) r JOIN asked q USING (question)
), kept AS MATERIALIZED (
  SELECT metric, clock, dimension, value, n, hits, total FROM report_roll_up WHERE span_id = $1 AND metric = ANY ($7::text[])
), corrected AS (
  INSERT INTO report_correction (at, from_at, to_at, metric, clock, dimension, value, n_before, n_after, hits_before, hits_after,
    total_before, total_after)
  SELECT $9, $2, $3, metric, clock, dimension, value, coalesce(k.n, 0), coalesce(m.n, 0), coalesce(k.hits, 0), coalesce(m.hits, 0),
         coalesce(k.total, 0), coalesce(m.total, 0)
  FROM made m FULL JOIN kept k USING (metric, clock, dimension, value)
  WHERE metric = ANY ($8::text[])
    AND (coalesce(k.n, 0), coalesce(k.hits, 0), coalesce(k.total, 0)) <> (coalesce(m.n, 0), coalesce(m.hits, 0), coalesce(m.total, 0))
), gone AS (
  DELETE FROM report_roll_up r USING kept k
  WHERE r.span_id = $1 AND (r.metric, r.clock, r.dimension, r.value) = (k.metric, k.clock, k.dimension, k.value)
    AND NOT EXISTS (SELECT FROM made m
      WHERE (m.metric, m.clock, m.dimension, m.value) = (k.metric, k.clock, k.dimension, k.value))
)
INSERT INTO report_roll_up (metric, clock, dimension, span_id, value, n, hits, misses, total, buckets, counts)
SELECT metric, clock, dimension, $1, value, n, hits, misses, total, buckets, counts FROM made
ON CONFLICT (metric, clock, dimension, span_id, value) DO UPDATE SET n = EXCLUDED.n, hits = EXCLUDED.hits,
  misses = EXCLUDED.misses, total = EXCLUDED.total, buckets = EXCLUDED.buckets, counts = EXCLUDED.counts

-- name: forget_month
-- A month is made of its days anew.
DELETE FROM report_roll_up WHERE span_id = $1 AND metric = ANY ($2::text[])

-- name: roll_up_month
-- The days of a month, added, of these metrics ($2).
WITH days AS MATERIALIZED (
  SELECT r.* FROM report_span s JOIN report_roll_up r ON r.span_id = s.id AND r.metric = ANY ($2::text[])
  WHERE s.kind = 'day' AND s.from_at >= $3 AND s.from_at < $4 AND s.to_at <= $4
), sketched AS (
  SELECT metric, clock, dimension, value, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n ORDER BY bucket) AS counts
  FROM (SELECT d.metric, d.clock, d.dimension, d.value, b.bucket, sum(b.n)::int AS n
        FROM days d CROSS JOIN LATERAL unnest(d.buckets, d.counts) AS b(bucket, n) GROUP BY 1, 2, 3, 4, 5) AS counted
  GROUP BY 1, 2, 3, 4
), summed AS (
  SELECT metric, clock, dimension, value, sum(n)::bigint AS n, sum(hits)::bigint AS hits, sum(misses)::bigint AS misses,
         sum(total) AS total
  FROM days GROUP BY 1, 2, 3, 4
)
INSERT INTO report_roll_up (metric, clock, dimension, span_id, value, n, hits, misses, total, buckets, counts)
SELECT s.metric, s.clock, s.dimension, $1, s.value, s.n, s.hits, s.misses, s.total, coalesce(k.buckets, '{}'), coalesce(k.counts, '{}')
FROM summed s LEFT JOIN sketched k USING (metric, clock, dimension, value)
