-- name: lock
-- One decision about it at a time; what came of it is read after that.
SELECT id FROM feedback WHERE id = $1 FOR UPDATE

-- name: find
-- One that this person may read: of a ticket as its readers do; of none as supervisors do; and what is his to see to.
SELECT f.id, f.topic, f.attribute, f.polarity, f.score::int AS score, f.words, contact_survivor(f.contact_id) AS contact_id,
       f.ticket_id, f.interaction_id, f.source, f.external_id, f.given_at, f.received_at, f.owner_id, u.name AS owner_name,
       f.outcome, f.closed_at, f.state, f.version
FROM user_account me CROSS JOIN viewer(me.id) v, feedback f LEFT JOIN ticket t ON t.id = f.ticket_id LEFT JOIN user_account u ON u.id = f.owner_id
WHERE me.id = $1 AND f.id = $2 AND (f.owner_id = me.id OR CASE WHEN t.id IS NULL THEN me.role <> 'agent'
  ELSE may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id) END)

-- name: page
-- What supervisors may read, the newest first; NULL filters let everything pass.
SELECT f.id, f.topic, f.attribute, f.polarity, f.score::int AS score, f.words, contact_survivor(f.contact_id) AS contact_id,
       f.ticket_id, f.interaction_id, f.source, f.external_id, f.given_at, f.received_at, f.owner_id, u.name AS owner_name,
       f.outcome, f.closed_at, f.state, f.version
FROM viewer($1) v, feedback f LEFT JOIN ticket t ON t.id = f.ticket_id LEFT JOIN user_account u ON u.id = f.owner_id
WHERE f.id < $2 AND (t.id IS NULL OR f.owner_id = $1
                     OR may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id))
  AND ($4::text IS NULL OR f.state = $4) AND ($5::bigint IS NULL OR f.owner_id = $5)
  AND ($6::text IS NULL OR fa_fold(f.topic) = fa_fold($6))
  AND ($7::bigint IS NULL OR f.contact_id IN (SELECT m.contact_id FROM contact_with_merged($7) AS m))
ORDER BY f.id DESC LIMIT $3

-- name: of_ticket
-- What was said in a ticket, in the order in which it was noted.
SELECT f.id, f.topic, f.attribute, f.polarity, f.score::int AS score, f.words, contact_survivor(f.contact_id) AS contact_id,
       f.ticket_id, f.interaction_id, f.source, f.external_id, f.given_at, f.received_at, f.owner_id, u.name AS owner_name,
       f.outcome, f.closed_at, f.state, f.version
FROM feedback f LEFT JOIN user_account u ON u.id = f.owner_id WHERE f.ticket_id = $1 ORDER BY f.id LIMIT 200

-- name: unhandled
-- What nobody has brought to an end, the oldest first, as far as this supervisor may read.
SELECT f.id, f.topic, f.attribute, f.polarity, f.score::int AS score, contact_survivor(f.contact_id) AS contact_id,
       f.ticket_id, f.source, f.given_at, f.owner_id, u.name AS owner_name,
       floor(extract(epoch FROM $2::timestamptz - f.given_at))::bigint AS age_s
FROM viewer($1) v, feedback f LEFT JOIN ticket t ON t.id = f.ticket_id LEFT JOIN user_account u ON u.id = f.owner_id
WHERE f.closed_at IS NULL AND (f.given_at, f.id) > ($3, $4) AND (t.id IS NULL OR f.owner_id = $1
        OR may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id))
ORDER BY f.given_at, f.id LIMIT $5

-- name: count_unhandled
-- The same, counted.
SELECT count(f.id)::int AS total, (count(f.id) FILTER (WHERE f.owner_id IS NULL))::int AS without_owner,
       floor(extract(epoch FROM $2::timestamptz - min(f.given_at)))::bigint AS oldest_s
FROM viewer($1) v, feedback f LEFT JOIN ticket t ON t.id = f.ticket_id
WHERE f.closed_at IS NULL AND (t.id IS NULL OR f.owner_id = $1
        OR may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id))

-- name: assign
-- Whose it is from now on.
UPDATE feedback SET owner_id = $2, version = version + 1 WHERE id = $1

-- name: close
-- What came of it.
UPDATE feedback SET outcome = $2, closed_at = $3, version = version + 1 WHERE id = $1

-- name: is_employed
-- Whether somebody may be given work.
SELECT EXISTS (SELECT FROM user_account WHERE id = $1 AND disabled_at IS NULL) AS is_employed

-- name: team_ids
-- Who may know of the ticket.
SELECT id, team_ids FROM ticket WHERE id = ANY ($1::bigint[])
