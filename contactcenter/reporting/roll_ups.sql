-- name: last_closed
-- Until when days have been closed, and by which zone.
SELECT to_at AS at, zone FROM report_span WHERE kind = 'day' ORDER BY from_at DESC LIMIT 1

-- name: first_fact
-- When the first thing happened.
SELECT min(at) FROM report_fact

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
-- What is to be rolled up next: days before the months that are made of them.
SELECT p.span_id, s.kind, s.from_at, s.to_at, p.metric, p.is_again
FROM report_pending p JOIN report_span s ON s.id = p.span_id
ORDER BY s.kind, s.from_at, p.metric LIMIT 1

-- name: done
-- It is rolled up.
DELETE FROM report_pending WHERE span_id = $1 AND metric = $2

-- name: roll_up_day
-- The facts of a day, summed; of a day that was rolled up before what differs is kept beside what it was.
WITH made AS MATERIALIZED (
  SELECT * FROM report_rolled($4, $5, $6::text::jsonb, $7::text[], $8::text[], $3 = 'business', $9)
), kept AS MATERIALIZED (
  SELECT dimension, value, n, hits, total FROM report_roll_up
  WHERE span_id = $1 AND metric = $2 AND clock = $3 AND dimension = ANY ($8::text[])
), corrected AS (
  INSERT INTO report_correction (at, from_at, to_at, metric, clock, dimension, value, n_before, n_after, hits_before, hits_after,
    total_before, total_after)
  SELECT $10, $4, $5, $2, $3, dimension, value, coalesce(k.n, 0), coalesce(m.n, 0), coalesce(k.hits, 0), coalesce(m.hits, 0),
         coalesce(k.total, 0), coalesce(m.total, 0)
  FROM made m FULL JOIN kept k USING (dimension, value)
  WHERE $11::boolean
    AND (coalesce(k.n, 0), coalesce(k.hits, 0), coalesce(k.total, 0)) <> (coalesce(m.n, 0), coalesce(m.hits, 0), coalesce(m.total, 0))
), gone AS (
  DELETE FROM report_roll_up r
  WHERE r.span_id = $1 AND r.metric = $2 AND r.clock = $3 AND r.dimension = ANY ($8::text[])
    AND NOT EXISTS (SELECT FROM made m WHERE m.dimension = r.dimension AND m.value = r.value)
)
INSERT INTO report_roll_up (metric, clock, dimension, span_id, value, n, hits, misses, total, buckets, counts)
SELECT $2, $3, dimension, $1, value, n, hits, misses, total, buckets, counts FROM made
ON CONFLICT (metric, clock, dimension, span_id, value) DO UPDATE SET n = EXCLUDED.n, hits = EXCLUDED.hits,
  misses = EXCLUDED.misses, total = EXCLUDED.total, buckets = EXCLUDED.buckets, counts = EXCLUDED.counts

-- name: forget_month
-- A month is made of its days anew.
DELETE FROM report_roll_up WHERE span_id = $1 AND metric = $2

-- name: roll_up_month
-- The days of a month, added.
WITH days AS MATERIALIZED (
  SELECT r.* FROM report_span s JOIN report_roll_up r ON r.span_id = s.id AND r.metric = $2
  WHERE s.kind = 'day' AND s.from_at >= $3 AND s.to_at <= $4
), sketched AS (
  SELECT clock, dimension, value, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(n ORDER BY bucket) AS counts
  FROM (SELECT d.clock, d.dimension, d.value, b.bucket, sum(b.n)::int AS n
        FROM days d CROSS JOIN LATERAL unnest(d.buckets, d.counts) AS b(bucket, n) GROUP BY 1, 2, 3, 4) AS counted
  GROUP BY 1, 2, 3
), summed AS (
  SELECT clock, dimension, value, sum(n)::bigint AS n, sum(hits)::bigint AS hits, sum(misses)::bigint AS misses, sum(total) AS total
  FROM days GROUP BY 1, 2, 3
)
INSERT INTO report_roll_up (metric, clock, dimension, span_id, value, n, hits, misses, total, buckets, counts)
SELECT $2, s.clock, s.dimension, $1, s.value, s.n, s.hits, s.misses, s.total, coalesce(k.buckets, '{}'), coalesce(k.counts, '{}')
FROM summed s LEFT JOIN sketched k USING (clock, dimension, value)
