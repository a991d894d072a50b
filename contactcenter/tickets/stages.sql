-- name: effective
-- The stage that counts of each.
SELECT c.id AS contact_id, s.value AS stage
FROM unnest($1::bigint[]) AS c(id) CROSS JOIN LATERAL effective_segments(c.id, $2) s WHERE s.kind = 'life_cycle'
