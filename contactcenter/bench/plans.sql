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

-- name: facts
-- What reports know of each problem, of a hundred agents: it was opened, lay in two hands, and one of them is busy with it.
INSERT INTO report_fact (ticket_id, contact_id, kind, episode, from_at, at, agent_id, temperament, value, outcome, is_first)
SELECT CASE WHEN f.kind IN ('presence', 'busy') THEN NULL ELSE n + 1 END, n + 1, f.kind, 1, now() - n * interval '1 second',
       now() - n * interval '1 second' + interval '1 minute', CASE WHEN f.kind <> 'opened' THEN n % 100 END, 'unknown', 'unknown',
       f.outcome, true
FROM generate_series($1::int, $2::int) AS n,
     (VALUES ('opened', 'customer'), ('stay', 'held'), ('stay', 'pending'), ('presence', 'handling'), ('busy', 'handling')) AS f(kind, outcome)

-- name: promises
-- What was promised of each problem, due one after the other.
INSERT INTO sla_clock (ticket_id, episode, metric, policy, target_s, warn_share, configuration_version, started_at, due_at)
SELECT t.id, 1, 'resolution', 'Standard', 3600, 0.8, 1, now(), now() + t.id * interval '1 second' FROM ticket t

-- name: spans
-- Ten years of days that are over.
INSERT INTO report_span (kind, from_at, to_at, zone)
SELECT 'day', d.day, d.day + interval '1 day', 'UTC' FROM generate_series(timestamptz '2016-01-01 UTC', '2025-12-31 UTC', '1 day') AS d(day)

-- name: roll_ups
-- What is rolled up of them, so many rows and more.
INSERT INTO report_roll_up (metric, clock, dimension, span_id, value, n, hits, misses, total, buckets, counts)
SELECT 'solved', 'calendar', 'agent', s.id, n, 1, 0, 0, 0, '{}', '{}'
FROM report_span s CROSS JOIN generate_series(0, 1 + $1::int / 3653) AS n

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

-- name: somebody
-- Who answers, with a telephone.
WITH person AS (
  INSERT INTO user_account (email, name, role) VALUES ('somebody@example.com', 'Somebody', 'supervisor') RETURNING id
)
INSERT INTO agent (id, presence, phone_address) SELECT id, 'offline', 'client:somebody' FROM person

-- name: calls
-- As if everybody had called, too; one call in a thousand goes on.
INSERT INTO call (entry_point_id, direction, address_kind, address, contact_id, ticket_id, interaction_id, state, outcome,
                  conference, began_at, ended_at)
SELECT t.entry_point_id, 'inbound', 'phone', '+' || 15000000000 + t.id, t.contact_id, t.id,
       (SELECT min(i.id) FROM interaction i WHERE i.ticket_id = t.id), CASE WHEN t.id % 1000 > 0 THEN 'ended' ELSE 'talking' END,
       CASE WHEN t.id % 1000 > 0 THEN 'answered' END, 'CF' || t.id, now(), CASE WHEN t.id % 1000 > 0 THEN now() END
FROM ticket t

-- name: offers
-- They were offered to somebody; what goes on is his.
INSERT INTO offer (ticket_id, agent_id, queue_id, weight, state, offered_at, ended_at, why)
SELECT c.ticket_id, a.id, t.queue_id, 3, CASE WHEN c.ended_at IS NULL THEN 'accepted' ELSE 'ended' END, now(), c.ended_at, '{}'
FROM call c JOIN ticket t ON t.id = c.ticket_id CROSS JOIN (SELECT min(id) AS id FROM agent) AS a

-- name: call_notices
-- They were told that they are recorded.
INSERT INTO call_recording_notice (call_id, said) SELECT c.id, '[{"say": "x"}]' FROM call c

-- name: call_legs
-- Each by his telephone, and somebody's.
INSERT INTO call_leg (call_id, party, user_id, offer_id, address, purpose, external_id, state, end_reason, began_at, joined_at, ended_at)
SELECT c.id, p.party, p.user_id, CASE WHEN p.user_id IS NOT NULL THEN (SELECT o.id FROM offer o WHERE o.ticket_id = c.ticket_id) END,
       c.address, p.purpose, p.mark || c.id, CASE WHEN c.ended_at IS NULL THEN 'joined' ELSE 'ended' END,
       CASE WHEN c.ended_at IS NOT NULL THEN 'completed' END, now(), now(), c.ended_at
FROM call c CROSS JOIN (
  SELECT 'customer' AS party, NULL::bigint AS user_id, 'customer' AS purpose, 'CA' AS mark
  UNION ALL SELECT 'agent', (SELECT min(id) FROM agent), 'offer', 'CB') AS p

-- name: call_hooks
-- Of which something was told, of one in a thousand before anybody knew them.
INSERT INTO call_hook (key, call_id, leg_external_id, conference, name, told, received_at)
SELECT 'CA' || c.id || ':completed', CASE WHEN c.id % 1000 <> 1 THEN c.id END, 'CA' || c.id, c.conference, 'call_status', '[]', now()
FROM call c

-- name: call_commands
-- The provider was asked for something; of those that go on it is about to be.
INSERT INTO call_command (call_id, leg_id, verb, state, due_at, created_at, done_at)
SELECT c.id, (SELECT min(l.id) FROM call_leg l WHERE l.call_id = c.id), 'connect', CASE WHEN c.ended_at IS NULL THEN 'queued' ELSE 'done' END,
       now(), now(), c.ended_at
FROM call c

-- name: call_transfers
-- They were handed on.
INSERT INTO call_transfer (call_id, ticket_id, is_warm, from_agent_id, to_number, state, began_at, ended_at)
SELECT c.id, c.ticket_id, false, (SELECT min(id) FROM agent), '+15005550100', 'completed', now(), now() FROM call c

-- name: call_supervisions
-- And listened to.
INSERT INTO call_supervision (call_id, leg_id, supervisor_id, mode, is_told, began_at, ended_at)
SELECT l.call_id, l.id, l.user_id, 'listen', true, now(), l.ended_at FROM call_leg l WHERE l.party = 'agent'

-- name: call_diallings
-- As many were called by us, over ten days.
INSERT INTO call_dialling (call_id, user_id, address, at)
SELECT c.id, (SELECT min(id) FROM agent), c.address, now() - (c.id % 14400) * interval '1 minute' FROM call c

-- name: callbacks
-- Or were promised that; one promise in a thousand is to be kept yet.
INSERT INTO callback (ticket_id, entry_point_id, address, asked_in_call_id, state, asked_at, due_at, ended_at)
SELECT c.ticket_id, c.entry_point_id, c.address, c.id, CASE WHEN c.ended_at IS NULL THEN 'waiting' ELSE 'kept' END, now(), now(), c.ended_at
FROM call c

-- name: recordings
-- All of it was recorded; one in a thousand is to be fetched yet, one is nobody's, one's time is over.
INSERT INTO call_recording (external_id, account, kind, call_id, entry_point_id, leg_external_id, conference, state, erase_at, filed_at,
                            provider_state, next_fetch_at, next_file_at, next_provider_at, created_at)
SELECT 'RE' || c.id, 'AC1', 'call', CASE WHEN c.id % 1000 <> 1 THEN c.id END, c.entry_point_id, 'CA' || c.id, c.conference,
       CASE WHEN c.id % 1000 = 2 THEN 'completed' ELSE 'absent' END, now() + (c.id % 1000 - 1) * interval '1 hour',
       CASE WHEN c.id % 1000 <> 3 THEN now() END, CASE WHEN c.id % 1000 = 4 THEN 'erasing' ELSE 'erased' END,
       CASE WHEN c.id % 1000 = 2 THEN now() END, CASE WHEN c.id % 1000 = 3 THEN now() END,
       CASE WHEN c.id % 1000 = 4 THEN now() END, now()
FROM call c

-- name: recording_files
-- And stands on the timeline.
INSERT INTO attachment (interaction_id, content_type, source_url, recording_id)
SELECT c.interaction_id, 'audio/wav', 'https://example.com', r.id FROM call_recording r JOIN call c ON c.id = r.call_id

-- name: recording_accesses
-- Each was heard.
INSERT INTO recording_access (recording_id, user_id, actor, purpose, began_at, last_at, bytes_asked, heard)
SELECT r.id, (SELECT min(id) FROM agent), 'user:1', 'listen', now(), now(), 1, '{[0,1)}' FROM call_recording r

-- name: recording_pauses
-- And paused.
INSERT INTO recording_pause (call_id, state, asked_by_id, asked_at, ended_at)
SELECT c.id, 'over', (SELECT min(id) FROM agent), now(), now() FROM call c

-- name: large_tables
-- The tables in which a scan from end to end would be felt.
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.reltuples >= $1::float8
