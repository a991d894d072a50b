-- name: counted
-- How many were called since then, by this person and by all.
SELECT count(*) FILTER (WHERE user_id = $2) AS by_agent, count(*) AS by_house FROM call_dialling WHERE at > $1

-- name: note
-- One more.
INSERT INTO call_dialling (call_id, user_id, address, at) VALUES ($1, $2, $3, $4)
