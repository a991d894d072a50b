-- name: take_keys
-- Which of these mails are new here; who comes second waits for the first. In the order in which all
-- batches lock them.
INSERT INTO inbound_key (entry_point_id, external_id, received_at)
SELECT k.entry_point_id, k.key, clock_timestamp() FROM unnest($1::bigint[], $2::bytea[]) AS k(entry_point_id, key)
ORDER BY k.entry_point_id, k.key
ON CONFLICT DO NOTHING
RETURNING entry_point_id, external_id AS key
