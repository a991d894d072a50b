-- name: listed
-- What was corrected of the days of a period, the last first.
SELECT id, at, from_at, to_at, metric, clock, dimension, value, n_before, n_after, hits_before, hits_after,
       total_before::float8 AS total_before, total_after::float8 AS total_after
FROM report_correction WHERE from_at < $2 AND to_at > $1 AND id < $3 ORDER BY id DESC LIMIT $4

-- name: corrected_at
-- When figures of these days were corrected last.
SELECT max(at) FROM report_correction WHERE from_at < $2 AND to_at > $1 AND metric = ANY ($3::text[])
