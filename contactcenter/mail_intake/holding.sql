-- name: give_back_keys
-- What is held is not on a timeline: it may come again, and be let in.
DELETE FROM inbound_key k USING unnest($1::bigint[], $2::bytea[]) AS h(entry_point_id, key)
WHERE k.entry_point_id = h.entry_point_id AND k.external_id = h.key
