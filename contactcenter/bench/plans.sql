-- name: events
-- What a history leaves in the log of events, two facts a person.
INSERT INTO event (at, kind, ticket_id, version, contact_id, actor, team_ids, data)
SELECT now(), (ARRAY['interaction_received', 'ticket_queued'])[1 + n % 2], 1 + n / 2, 1, 1 + n / 2, 'customer', '{1}', '{}'
FROM generate_series(2 * $1::int, 2 * $2::int + 1) AS n

-- name: keys
-- Every message that was taken once.
INSERT INTO inbound_key (entry_point_id, external_id, received_at)
SELECT 1, decode(md5(n::text), 'hex'), now() FROM generate_series($1::int, $2::int) AS n

-- name: mails
-- As if everything that came had been a mail.
INSERT INTO mail (interaction_id, message_id, message_key, subject, whole_text, kind)
SELECT i.id, 'm' || i.id || '@customer.test', substring(sha256(('m' || i.id || '@customer.test')::bytea) FOR 16), 'Before',
       i.body, 'person'
FROM interaction i WHERE i.contact_id BETWEEN $1::int + 1 AND $2::int + 1

-- name: held
-- Mails of strangers, as many as there are people: more than anybody would let wait.
INSERT INTO quarantine (channel, purpose, reason, detail, content_type, body, body_sha256, external_id, entry_point_id,
                        ticket_id, received_at)
SELECT 'email', 'message', 'stranger_in_thread', 'Before', 'message/rfc822', 'x', sha256(n::text::bytea), 'm' || n, e.id,
       n + 1, now()
FROM generate_series($1::int, $2::int) AS n, (SELECT min(id) AS id FROM entry_point) AS e

-- name: segments
-- Everybody's category, and somebody's manner, for one person in ten.
INSERT INTO segment (contact_id, kind, value, source, confidence, actor, from_at)
SELECT n + 1, k.kind, k.value, k.source, 0.9, 'system', now()
FROM generate_series($1::int, $2::int) AS n,
  (VALUES ('customer_category', 'home', 'import', 1), ('temperament', 'haggler', 'cues', 10)) AS k(kind, value, source, nth)
WHERE n % k.nth = 0

-- name: credits
-- What that is worth, for every problem.
WITH rule AS (INSERT INTO credit_rule (kind, value, credit_s) VALUES ('customer_category', 'home', 30), ('repeat_contact', '', 60))
INSERT INTO credit (ticket_id, reason, credit_s)
SELECT n + 1, 'customer_category:home', 30 FROM generate_series($1::int, $2::int) AS n

-- name: evidence
-- What one message of everybody showed.
INSERT INTO temperament_evidence (interaction_id, contact_id, ticket_id, channel, at, log_ratios, is_explicit, cues)
SELECT i.id, i.contact_id, i.ticket_id, i.channel, i.occurred_at, ARRAY[0, 0, 0, 0, 1, -1]::real[], false,
       '[{"cue": "asks_for_discount", "span": [3, 9], "weight": 1, "points_to": "haggler"}]'
FROM generate_series($1::int, $2::int) AS n CROSS JOIN LATERAL (
  SELECT x.id, x.contact_id, x.ticket_id, x.channel, x.occurred_at FROM interaction x
  WHERE x.ticket_id = n + 1 AND x.direction = 'inbound' ORDER BY x.id LIMIT 1) AS i

-- name: temperaments
-- And what follows: a label for one in ten, that fades.
INSERT INTO contact_temperament (contact_id, label, since, changes_at, evaluated_at)
SELECT n + 1, CASE WHEN n % 10 = 0 THEN 'haggler' ELSE 'unknown' END, CASE WHEN n % 10 = 0 THEN now() END,
       CASE WHEN n % 10 = 0 THEN now() + n * interval '1 minute' END, now()
FROM generate_series($1::int, $2::int) AS n

-- name: visitors
-- As if everybody had chatted.
INSERT INTO chat_visitor (entry_point_id, token_sha256, address, ticket_id, last_sequence, created_at, seen_at)
SELECT t.entry_point_id, sha256(t.id::text::bytea), 'visitor-' || t.id, t.id, 1, now(), now() FROM ticket t

-- name: lines
-- And had seen what he wrote.
INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, client_id, at)
SELECT v.id, row_number() OVER (PARTITION BY v.id ORDER BY i.id), 'message', i.id, i.id::text, now()
FROM chat_visitor v JOIN interaction i ON i.ticket_id = v.ticket_id

-- name: ratings
-- And had said what he thinks.
INSERT INTO chat_rating (ticket_id, episode, visitor_id, score, given_at) SELECT ticket_id, 1, id, 5, now() FROM chat_visitor

-- name: calls
-- As if everybody had called, too, and somebody else had told of one call in a thousand.
INSERT INTO call (entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, state, outcome,
                  conference, began_at, ended_at)
SELECT t.entry_point_id, 'inbound', 'phone', '+' || 15000000000 + t.id, t.contact_id, t.id,
       (SELECT min(i.id) FROM interaction i WHERE i.ticket_id = t.id), 'ended', 'answered', 'CF' || t.id, now(), now()
FROM ticket t

-- name: call_legs
-- Each by one telephone.
INSERT INTO call_leg (call_id, party, address, purpose, external_id, state, end_reason, began_at, ended_at)
SELECT c.id, 'customer', c.address, 'customer', 'CA' || c.id, 'ended', 'completed', now(), now() FROM call c

-- name: call_hooks
-- Of which its end was told.
INSERT INTO call_hook (key, call_id, leg_external_id, conference, name, told, received_at)
SELECT 'CA' || c.id || ':completed', CASE WHEN c.id % 1000 > 0 THEN c.id END, 'CA' || c.id, c.conference, 'call_status', '[]', now()
FROM call c

-- name: large_tables
-- The tables in which a scan from end to end would be felt.
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.reltuples >= $1::float8
