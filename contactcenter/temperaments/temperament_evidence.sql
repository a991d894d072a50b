-- name: put
-- What messages showed; one that is read again is written anew. Whose it is and when it was written tells the message.
INSERT INTO temperament_evidence (interaction_id, contact_id, ticket_id, channel, at, log_ratios, is_explicit, cues)
SELECT i.id, i.contact_id, i.ticket_id, i.channel, least(i.occurred_at, i.received_at),
       ARRAY[n.warm, n.serious, n.fault_finding, n.hesitant, n.haggler, n.unknown], n.is_explicit, n.cues::jsonb
FROM unnest($1::bigint[], $2::real[], $3::real[], $4::real[], $5::real[], $6::real[], $7::real[], $8::boolean[], $9::text[])
  AS n(interaction_id, warm, serious, fault_finding, hesitant, haggler, unknown, is_explicit, cues)
JOIN interaction i ON i.id = n.interaction_id AND i.ticket_id IS NOT NULL
ORDER BY i.id
ON CONFLICT (interaction_id) DO UPDATE SET
  log_ratios = EXCLUDED.log_ratios, is_explicit = EXCLUDED.is_explicit, cues = EXCLUDED.cues

-- name: forget
-- A message that was read again and says nothing.
DELETE FROM temperament_evidence WHERE interaction_id = ANY ($1::bigint[])

-- name: note_behaviour
-- What the contacts had done when they wrote these, and what they wrote later.
UPDATE temperament_evidence AS e SET behaviour = (
  SELECT coalesce(jsonb_object_agg(b.feature, b.value), '{}') FROM behaviour_counts(e.contact_id, e.at) AS b)
FROM (SELECT contact_id, min(at) AS at FROM temperament_evidence
      WHERE interaction_id = ANY ($1::bigint[]) GROUP BY contact_id) AS n
WHERE e.contact_id = n.contact_id AND e.at >= n.at AND e.cues <> '[]'

-- name: of_contacts
-- The latest 200 of each contact: as many as are judged.
SELECT e.contact_id, e.interaction_id, e.ticket_id, e.channel, e.at, e.log_ratios, e.is_explicit, e.cues, e.behaviour
FROM unnest($1::bigint[]) AS c(contact_id) CROSS JOIN LATERAL (
  SELECT x.contact_id, x.interaction_id, x.ticket_id, x.channel, x.at, x.log_ratios, x.is_explicit, x.cues, x.behaviour
  FROM temperament_evidence x WHERE x.contact_id = c.contact_id ORDER BY x.at DESC LIMIT 200) AS e
ORDER BY e.contact_id, e.at, e.interaction_id

-- name: refused
-- What is kept out, or was.
SELECT contact_id, label, at, until FROM temperament_refusal WHERE contact_id = ANY ($1::bigint[]) ORDER BY id

-- name: follow
-- Evidence is of whoever the message is of.
UPDATE temperament_evidence AS e SET contact_id = i.contact_id FROM interaction i
WHERE e.contact_id = $1 AND i.id = e.interaction_id AND i.contact_id <> e.contact_id

-- name: move_refusals
-- What a person said he is not counts for the contact he is part of.
UPDATE temperament_refusal SET contact_id = $2 WHERE contact_id = $1 RETURNING id

-- name: return_refusals
-- And for him again.
UPDATE temperament_refusal SET contact_id = $2 WHERE contact_id = $1 AND id = ANY ($3::bigint[])

-- name: delete_of
-- He has objected: nothing is kept.
WITH unread AS (
  DELETE FROM temperament_unread u USING interaction i WHERE i.contact_id = $1 AND u.interaction_id = i.id
), refused AS (
  DELETE FROM temperament_refusal WHERE contact_id = $1
)
DELETE FROM temperament_evidence WHERE contact_id = $1

-- name: leave_unread
-- Nobody waits for this; the keeper finds it. Machines' mails and what others wrote show nothing of the contact.
INSERT INTO temperament_unread (interaction_id)
SELECT i.id FROM interaction i
WHERE i.id = ANY ($1::bigint[]) AND i.kind = 'message' AND NOT i.details ? 'participant' AND i.ticket_id IS NOT NULL
ORDER BY i.id ON CONFLICT (interaction_id) DO NOTHING
