-- name: tell
-- Facts of one call, to whoever may read its ticket.
INSERT INTO event (at, kind, ticket_id, contact_id, actor, team_ids, data)
SELECT $1, e.kind, $2, $3, e.actor, coalesce(t.team_ids, '{}'), e.data::jsonb
FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS e (kind, actor, data, n) LEFT JOIN ticket t ON t.id = $2
ORDER BY e.n
