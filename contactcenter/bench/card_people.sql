-- name: facts
-- What the people $1 to $2 have told of themselves.
UPDATE contact SET occupation = 'nurse', workplace = 'Hospital ' || id % 100, needs = ARRAY['quiet', 'fast'],
  likes = ARRAY['short answers'], preferred_channel = 'phone', attributes = '{"club": "gold", "pets": ["cat", "dog"]}',
  known_at = '{"occupation": "2026-01-01T00:00:00Z", "needs": "2026-02-01T00:00:00Z"}'
WHERE id BETWEEN $1::int AND $2::int

-- name: segments
-- What is asserted of them now, and what was before.
INSERT INTO segment (contact_id, kind, value, source, confidence, actor, from_at, to_at, slot)
SELECT n, s.kind, s.value, 'import', 1, 'system', now() - interval '1 day' * s.began,
       CASE WHEN s.over THEN now() - interval '1 hour' END, s.slot
FROM generate_series($1::int, $2::int) AS n
CROSS JOIN (VALUES
  ('temperament', 'serious', '', 3, false), ('customer_category', 'home', '', 9, false),
  ('value_class', 'B', '', 9, false), ('language', 'fa', '', 9, false), ('contract', 'gold', 'gold', 9, false),
  ('contract', 'silver', 'silver', 99, true), ('customer_category', 'education', '', 99, true)
) AS s(kind, value, slot, began, over)

-- name: open_tickets
-- A problem of each that is not solved, in the team of his others.
INSERT INTO ticket (id, contact_id, channel, subject, state, queue_id, tier, opened_at, enqueued_at, team_ids)
SELECT (SELECT max(id) FROM ticket) + row_number() OVER (), n, 'sms', 'Now', 'waiting', t.queue_id, t.tier, now(), now(), t.team_ids
FROM generate_series($1::int, $2::int) AS n
CROSS JOIN LATERAL (SELECT t.queue_id, t.tier, t.team_ids FROM ticket t WHERE t.contact_id = n ORDER BY t.id LIMIT 1) AS t

-- name: assets
-- Two machines each.
INSERT INTO asset (service_tag, model, warranty_level, warranty_from, warranty_until, created_at, updated_at)
SELECT 'B' || lpad(n::text, 8, '0') || k, 'Bench', 'standard', now() - interval '1 year', now() + interval '1 year', now(), now()
FROM generate_series($1::int, $2::int) AS n CROSS JOIN generate_series(0, 1) AS k

-- name: owners
-- Whose they are.
INSERT INTO asset_owner (asset_id, contact_id, from_at, told_at, actor)
SELECT a.id, n, now() - interval '1 year', now() - interval '1 year', 'system'
FROM generate_series($1::int, $2::int) AS n CROSS JOIN generate_series(0, 1) AS k
JOIN asset a ON a.service_tag = 'B' || lpad(n::text, 8, '0') || k

-- name: follow_ups
-- Something each was promised by the agent $3.
INSERT INTO follow_up (kind, what, due_at, contact_id, agent_id, created_by, created_at)
SELECT 'promise', 'Call back', now() + interval '1 day', n, $3::bigint, 'system', now()
FROM generate_series($1::int, $2::int) AS n

-- name: feedback
-- What each thinks of us.
INSERT INTO feedback (topic, polarity, score, contact_id, source, given_at, received_at, actor)
SELECT 'service', 'like', 5, n, 'bench', now(), now(), 'system' FROM generate_series($1::int, $2::int) AS n

-- name: purchases
-- What each bought, $3 times over two years.
INSERT INTO behaviour_event (contact_id, kind, source, external_id, occurred_at, received_at, amount_minor, currency)
SELECT n, 'purchase', 'bench', n || '-' || k, now() - k * interval '36 days', now(), 1000 * k, 'EUR'
FROM generate_series($1::int, $2::int) AS n CROSS JOIN generate_series(1, $3::int) AS k
