-- name: ask
-- A check a transaction and ticket, while there is a rule that names one of the leaves, however deep.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT $1, 'escalation_check', t.id || ':' || pg_current_xact_id(), t.id FROM unnest($2::bigint[]) AS t(id)
WHERE EXISTS (SELECT FROM escalation_rule r, unnest($3::text[]) AS leaf
              WHERE r.condition @? ('$.**."' || leaf || '"')::jsonpath)
ORDER BY t.id
ON CONFLICT (kind, key) DO NOTHING

-- name: ask_of_contacts
-- The same for whatever of these people is not solved, while there is any rule.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT $1, 'escalation_check', t.id || ':' || pg_current_xact_id(), t.id FROM ticket t
WHERE t.contact_id = ANY ($2::bigint[]) AND t.state IN ('waiting', 'offered', 'assigned')
  AND EXISTS (SELECT FROM escalation_rule)
ORDER BY t.id
ON CONFLICT (kind, key) DO NOTHING
