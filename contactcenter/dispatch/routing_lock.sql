-- name: windows_again
-- Windows of what waits that end after this instant; they may have fired when the clock said more.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT t.sticky_until, 'sticky_end', t.id::text, t.id FROM ticket t
WHERE t.sticky_agent_id IS NOT NULL AND t.state = 'waiting' AND t.sticky_until > $1
ON CONFLICT (kind, key) DO UPDATE SET due_at = EXCLUDED.due_at
