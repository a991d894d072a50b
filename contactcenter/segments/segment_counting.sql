-- name: lock
-- In order: who changes one of them, or computes the same, waits. Messages are stored meanwhile.
SELECT id FROM contact WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: rules
-- The definitions in force.
SELECT key, condition FROM segment_rule WHERE archived_at IS NULL ORDER BY key

-- name: standing
-- What these contacts belong to as it is written.
SELECT contact_id, value FROM segment
WHERE contact_id = ANY ($1::bigint[]) AND kind = 'group' AND source = 'rule' AND to_at IS NULL AND ticket_id IS NULL

-- name: end
-- They belong no more.
UPDATE segment s SET to_at = greatest(s.from_at, $3)
FROM unnest($1::bigint[], $2::text[]) AS n(contact_id, value)
WHERE s.contact_id = ANY ($1) AND s.contact_id = n.contact_id AND s.kind = 'group' AND s.value = n.value
  AND s.source = 'rule' AND s.to_at IS NULL AND s.ticket_id IS NULL

-- name: begin
-- They belong from now on, and why.
INSERT INTO segment (contact_id, kind, slot, value, source, confidence, evidence, actor, from_at)
SELECT n.contact_id, 'group', n.key, n.key, 'rule', 1, n.evidence::jsonb, 'system', $1
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n(contact_id, key, evidence)

-- name: note_due
-- When time may change the answer; written only where it is another instant than before.
WITH wanted AS (
  SELECT d.contact_id, d.due_at FROM unnest($2::bigint[], $3::timestamptz[]) AS d(contact_id, due_at)
), gone AS (
  DELETE FROM segment_due WHERE contact_id = ANY ($1::bigint[]) AND contact_id <> ALL ($2)
)
INSERT INTO segment_due (contact_id, due_at) SELECT contact_id, due_at FROM wanted
ON CONFLICT (contact_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE segment_due.due_at <> EXCLUDED.due_at

-- name: ask_credits
-- Unsolved tickets gain or lose what that is worth, under the routing lock: a timer a transaction and ticket.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT $1, 'credit_check', t.id || ':' || pg_current_xact_id(), t.id FROM ticket t
WHERE t.contact_id = ANY ($2::bigint[]) AND t.state NOT IN ('new', 'solved', 'closed')
ORDER BY t.id
ON CONFLICT (kind, key) DO NOTHING
