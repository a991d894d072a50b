-- name: untriaged
-- How many messages nobody has looked at yet.
SELECT count(*)::int AS untriaged FROM interaction WHERE direction = 'inbound' AND triaged_at IS NULL

-- name: stored
-- The provider's ids of everything that was stored since the load began.
SELECT external_id FROM interaction WHERE id > $1 AND direction = 'inbound' ORDER BY id

-- name: last_interaction
-- Where the load begins.
SELECT coalesce(max(id), 0) AS id FROM interaction

-- name: triage_lag
-- How long 95 of 100 messages waited to be looked at.
SELECT coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM triaged_at - received_at)), 0)::float8
       AS lag_s
FROM interaction WHERE id > $1 AND direction = 'inbound'
