-- name: known
-- What the same names stand for already.
SELECT n.line::int AS line, e.kind, e.occurred_at, e.amount_minor, e.cost_minor, e.currency, e.product, e.topic, e.details
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n(source, external_id, line)
JOIN behaviour_event e ON e.source = n.source AND e.external_id = n.external_id
ORDER BY n.line

-- name: there
-- Which of these contacts there are; one that was merged keeps what is told of him.
SELECT id FROM contact WHERE id = ANY ($1::bigint[])

-- name: owners
-- Whose these addresses are, and shall be until the commit: the undoing of a merge moves them.
SELECT i.kind, i.value, i.id AS identity_id, i.contact_id
FROM unnest($1::text[], $2::text[]) AS w(kind, value) JOIN identity i ON i.kind = w.kind AND i.value = w.value
ORDER BY i.id FOR SHARE OF i
