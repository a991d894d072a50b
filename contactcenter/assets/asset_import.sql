-- name: survivors
-- Who has these addresses, or these ids where the kind is empty, after all merges.
SELECT w.kind, w.value, contact_survivor(coalesce(i.contact_id, c.id)) AS contact_id
FROM unnest($1::text[], $2::text[]) AS w(kind, value)
LEFT JOIN identity i ON i.kind = w.kind AND i.value = w.value
LEFT JOIN contact c ON w.kind = '' AND c.id = w.value::bigint
WHERE coalesce(i.contact_id, c.id) IS NOT NULL

-- name: lock_all
-- Those of these that there are, locked in one order.
SELECT service_tag FROM asset WHERE service_tag = ANY ($1::text[]) ORDER BY service_tag FOR NO KEY UPDATE
