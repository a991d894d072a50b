-- name: raise
-- Those who are vital now.
INSERT INTO event (at, kind, contact_id, actor, data)
SELECT $1::timestamptz, 'vital_contact_displeased', c.id, 'system', jsonb_build_object('reason', $3::text, 'ticket_id', $4::bigint)
FROM unnest($2::bigint[]) AS c(id)
WHERE EXISTS (SELECT FROM effective_segments(contact_survivor(c.id), $1) s WHERE s.kind = 'vital' AND s.value = 'yes')

-- name: of_broken_promises
-- The ledger of promises has just told of these; one alarm a ticket.
INSERT INTO event (at, kind, contact_id, actor, data)
SELECT DISTINCT $1::timestamptz, 'vital_contact_displeased', b.contact_id, 'system',
       jsonb_build_object('reason', 'missed_promise', 'ticket_id', b.ticket_id)
FROM event b
WHERE b.kind = 'sla_breached' AND b.at = $1 AND b.xid = pg_current_xact_id()
  AND EXISTS (SELECT FROM effective_segments(b.contact_id, $1) s WHERE s.kind = 'vital' AND s.value = 'yes')

-- name: of_complaints
-- Told just now, and not long ago when they happened.
INSERT INTO event (at, kind, contact_id, actor, data)
SELECT DISTINCT $1::timestamptz, 'vital_contact_displeased', contact_survivor(e.contact_id), 'system',
       jsonb_build_object('reason', 'complaint', 'ticket_id', NULL)
FROM behaviour_event e
WHERE e.kind = 'complaint' AND e.received_at = $1 AND e.occurred_at > $2
  AND EXISTS (SELECT FROM effective_segments(contact_survivor(e.contact_id), $1) s WHERE s.kind = 'vital' AND s.value = 'yes')

-- name: of_feedback
-- Said just now, and not long ago when it was given.
INSERT INTO event (at, kind, contact_id, actor, data)
SELECT DISTINCT $1::timestamptz, 'vital_contact_displeased', contact_survivor(f.contact_id), 'system',
       jsonb_build_object('reason', 'dissatisfaction', 'ticket_id', f.ticket_id)
FROM feedback f
WHERE f.id = ANY ($2::bigint[]) AND f.polarity = 'dislike' AND f.given_at > $3
  AND EXISTS (SELECT FROM effective_segments(contact_survivor(f.contact_id), $1) s WHERE s.kind = 'vital' AND s.value = 'yes')
