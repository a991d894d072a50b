-- name: entry_point
-- Our number, at the first tier's queue.
INSERT INTO entry_point (channel, address, queue_id)
SELECT 'sms', $1, id FROM queue ORDER BY tier, id LIMIT 1
RETURNING id AS entry_point_id, queue_id

-- name: contacts
-- People, the n-th with the number that the load writes from.
INSERT INTO contact (id, name)
SELECT n + 1, 'Customer ' || n FROM generate_series($1::int, $2::int) AS n

-- name: identities
-- Each has one telephone number.
INSERT INTO identity (id, contact_id, kind, value)
SELECT n + 1, n + 1, 'phone', '+98912' || lpad(n::text, 7, '0') FROM generate_series($1::int, $2::int) AS n

-- name: tickets
-- Each has one problem that waits in the queue, in the language he writes.
INSERT INTO ticket (id, contact_id, channel, entry_point_id, intake_queue_id, subject, state, queue_id, tier, language,
                    opened_at, enqueued_at, last_customer_message_at, team_ids)
SELECT n + 1, n + 1, 'sms', $3::bigint, q.id, 'Before', 'waiting', q.id, q.tier,
       ($4::text[])[1 + n % cardinality($4::text[])], now() - interval '1 hour', now() - interval '1 hour',
       now() - interval '1 hour', ARRAY[q.team_id]
FROM generate_series($1::int, $2::int) AS n, queue q WHERE q.id = (SELECT queue_id FROM entry_point WHERE id = $3)

-- name: legs
-- The time each has waited so far.
INSERT INTO leg (ticket_id, episode, tier, queue_id, from_at)
SELECT t.id, 1, t.tier, t.queue_id, t.enqueued_at FROM ticket t WHERE t.id BETWEEN $1::int + 1 AND $2::int + 1

-- name: timers
-- The end of the time the first tier has.
INSERT INTO timer (due_at, kind, key, ticket_id)
SELECT now() + interval '4 hours' + t.id * interval '10 milliseconds', 'escalation', t.id::text, t.id
FROM ticket t WHERE t.id BETWEEN $1::int + 1 AND $2::int + 1

-- name: interactions
-- What each wrote when he opened it; somebody has looked at it.
INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, body, state,
                         occurred_at, received_at, triaged_at)
SELECT n + 1, n + 1, $3::bigint, n + 1, 'sms', 'inbound', 'message', ($4::text[])[1 + n % cardinality($4::text[])] || ' ' || n,
       'received', now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour'
FROM generate_series($1::int, $2::int) AS n

-- name: sequences
-- The next ids come after those that were given here.
SELECT setval('contact_id_seq', $1::bigint), setval('identity_id_seq', $1::bigint), setval('ticket_id_seq', $1::bigint)
