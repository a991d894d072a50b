-- name: sees_all
-- Whether somebody may see every ticket.
SELECT is_admin FROM viewer($1)

-- name: n_facts
-- How many facts of some kinds there are in a time, for each of some questions, none counted further than to a limit.
SELECT q.place, c.n::int AS n
FROM jsonb_to_recordset($1::text::jsonb) AS q(place int, kinds text[], from_at timestamptz, to_at timestamptz)
CROSS JOIN LATERAL (
  SELECT count(*) AS n FROM (
    SELECT FROM report_fact f WHERE f.kind = ANY (q.kinds) AND f.at >= q.from_at AND f.at < q.to_at LIMIT $2) AS counted) AS c
