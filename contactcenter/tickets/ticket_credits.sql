-- name: begin
-- An episode begins with what it is granted now and with nothing else: for the contact, for coming again, for what is named.
WITH wanted AS (
  SELECT w.reason, w.credit_s FROM segment_credits($2, $4) AS w
  UNION ALL SELECT r.kind, r.credit_s FROM credit_rule r
  WHERE r.kind = 'repeat_contact' AND r.value = '' AND r.credit_s > 0 AND comes_again($1, $2, $3, $5)
  UNION ALL SELECT e.key, e.value::int FROM jsonb_each_text($6) AS e WHERE e.value::int <> 0
), gone AS (
  DELETE FROM credit WHERE ticket_id = $1 AND reason NOT IN (SELECT reason FROM wanted)
), put AS (
  INSERT INTO credit (ticket_id, reason, credit_s) SELECT $1, reason, credit_s FROM wanted
  ON CONFLICT (ticket_id, reason) DO UPDATE SET credit_s = EXCLUDED.credit_s
)
SELECT coalesce(jsonb_object_agg(reason, credit_s), '{}') AS credits FROM wanted

-- name: stale
-- Unsolved tickets of these contacts with what the contact is worth now, and what of it they were granted.
SELECT t.id AS ticket_id, worth.credits AS worth, has.credits AS granted
FROM ticket t
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_object_agg(w.reason, w.credit_s), '{}') AS credits FROM segment_credits(t.contact_id, $2) AS w) AS worth
CROSS JOIN LATERAL (
  SELECT coalesce(jsonb_object_agg(c.reason, c.credit_s), '{}') AS credits
  FROM credit c WHERE c.ticket_id = t.id AND strpos(c.reason, ':') > 0) AS has
WHERE t.contact_id = ANY ($1::bigint[]) AND t.state NOT IN ('new', 'solved', 'closed') AND worth.credits <> has.credits
ORDER BY t.id

-- name: put
-- Reasons of many tickets, to be exactly what they are worth.
INSERT INTO credit (ticket_id, reason, credit_s)
SELECT n.ticket_id, n.reason, n.credit_s FROM unnest($1::bigint[], $2::text[], $3::int[]) AS n(ticket_id, reason, credit_s)
ORDER BY n.ticket_id, n.reason
ON CONFLICT (ticket_id, reason) DO UPDATE SET credit_s = EXCLUDED.credit_s

-- name: take_back
-- Reasons that hold no more.
DELETE FROM credit c USING unnest($1::bigint[], $2::text[]) AS n(ticket_id, reason)
WHERE c.ticket_id = ANY ($1) AND c.ticket_id = n.ticket_id AND c.reason = n.reason

-- name: total
-- The sum of the named reasons is the ticket's credit; each ticket is a version further.
UPDATE ticket t SET version = t.version + 1,
  credit_s = coalesce((SELECT sum(c.credit_s) FROM credit c WHERE c.ticket_id = t.id), 0)
WHERE t.id = ANY ($1::bigint[])
RETURNING t.id AS ticket_id, t.credit_s, t.version

-- name: of_ticket
-- Every reason of a ticket, by name.
SELECT reason, credit_s FROM credit WHERE ticket_id = $1 ORDER BY reason
