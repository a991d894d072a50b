-- name: sees_all
-- Whether somebody may see every ticket.
SELECT is_admin FROM viewer($1)

-- name: n_facts
-- How many facts of these kinds a period has, counted no further than to a limit.
SELECT count(*) FROM (
  SELECT FROM report_fact WHERE kind = ANY ($1::text[]) AND at >= $2 AND at < $3 LIMIT $4) AS counted
