-- name: counted
-- How many were called since then, by this person and by all. It has an end as well, beyond any clock: of what is open the
-- planner takes a third of all to be in it, and reads them all.
SELECT count(*) FILTER (WHERE user_id = $2) AS by_agent, count(*) AS by_house FROM call_dialling
WHERE at > $1 AND at < $1::timestamptz + interval '7 days'

-- name: note
-- One more.
INSERT INTO call_dialling (call_id, user_id, address, at) VALUES ($1, $2, $3, $4)
