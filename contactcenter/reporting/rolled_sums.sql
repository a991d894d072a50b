-- name: spans_within
-- The closed spans that lie within a period, the longest first, with which of these metrics are not rolled up of them.
SELECT s.id, s.from_at, s.to_at,
       ARRAY(SELECT p.metric FROM report_pending p WHERE p.span_id = s.id AND p.metric = ANY ($3::text[])) AS pending
FROM report_span s
WHERE s.from_at >= $1 AND s.to_at <= $2
ORDER BY s.from_at, s.to_at DESC

-- name: rolled_up
-- What is rolled up of spans, each for the question ($1) of a metric, clock and dimension.
SELECT q.place, r.value, r.n, r.hits, r.misses, r.total::float8 AS total, r.buckets, r.counts
FROM unnest($1::int[], $2::text[], $3::text[], $4::bigint[], $5::text[]) AS q(place, metric, clock, span_id, dimension)
JOIN report_roll_up r ON r.metric = q.metric AND r.clock = q.clock AND r.dimension = q.dimension AND r.span_id = q.span_id

-- name: n_in
-- Of how many facts spans tell, for each question ($1).
SELECT q.place, sum(r.n + r.hits)::bigint AS n
FROM unnest($1::int[], $2::text[], $3::text[], $4::bigint[]) AS q(place, metric, clock, span_id)
JOIN report_roll_up r ON r.metric = q.metric AND r.clock = q.clock AND r.dimension = '' AND r.span_id = q.span_id
GROUP BY q.place

-- name: rolled
-- The same of a period that is not rolled up, for some questions ($4) of what is chosen by $3 from kinds $5.
SELECT question AS place, value, n, hits, misses, total::float8 AS total, buckets, counts
FROM report_rolled($1, $2, $3::text::jsonb, $4::text::jsonb, $5::text[])
