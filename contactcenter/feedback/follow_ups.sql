-- name: put
-- What somebody is to do by when.
INSERT INTO follow_up (kind, what, due_at, contact_id, ticket_id, agent_id, team_id, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id, kind, due_at, contact_id, ticket_id, agent_id, team_id

-- name: put_undecided
-- Of the tickets just solved those whose ending and manner have a rule; one that is followed up is not twice.
INSERT INTO follow_up (kind, what, what_fa, due_at, contact_id, ticket_id, agent_id, team_id, created_by, created_at)
SELECT 'undecided', r.what_en, r.what_fa, $2::timestamptz + r.due_after_s * interval '1 second', t.contact_id, t.id,
       t.solved_by_id, q.team_id, 'system', $2
FROM ticket t JOIN follow_up_rule r ON r.disposition = t.disposition AND r.temperament = t.temperament
LEFT JOIN queue q ON q.id = t.queue_id
WHERE t.id = ANY ($1::bigint[]) AND t.state = 'solved'
ORDER BY t.id
ON CONFLICT (ticket_id) WHERE kind = 'undecided' AND state = 'open' DO NOTHING
RETURNING id, kind, due_at, contact_id, ticket_id, agent_id, team_id

-- name: lock
-- One decision about it at a time; what came of it is read after that.
SELECT id FROM follow_up WHERE id = $1 FOR UPDATE

-- name: find
-- One that this person may read.
SELECT f.id, f.kind, f.what, f.what_fa, f.due_at, contact_survivor(f.contact_id) AS contact_id, c.name AS contact_name, f.ticket_id,
       f.agent_id, u.name AS agent_name, f.team_id, f.state, f.outcome, f.created_by, f.created_at, f.overdue_at,
       f.closed_by, f.closed_at, f.version
FROM viewer($1) v, follow_up f JOIN contact c ON c.id = contact_survivor(f.contact_id) LEFT JOIN ticket t ON t.id = f.ticket_id
LEFT JOIN user_account u ON u.id = f.agent_id
WHERE f.id = $2 AND (t.id IS NULL OR f.agent_id = $1
                     OR may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id))

-- name: page
-- What this person may read, what is due first on top; NULL filters let everything pass.
SELECT f.id, f.kind, f.what, f.what_fa, f.due_at, contact_survivor(f.contact_id) AS contact_id, c.name AS contact_name, f.ticket_id,
       f.agent_id, u.name AS agent_name, f.team_id, f.state, f.outcome, f.created_by, f.created_at, f.overdue_at,
       f.closed_by, f.closed_at, f.version
FROM viewer($1) v, follow_up f JOIN contact c ON c.id = contact_survivor(f.contact_id) LEFT JOIN ticket t ON t.id = f.ticket_id
LEFT JOIN user_account u ON u.id = f.agent_id
WHERE (f.due_at, f.id) > ($2, $3) AND (t.id IS NULL OR f.agent_id = $1
        OR may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id))
  AND ($5::text IS NULL OR f.state = $5) AND ($6::bigint IS NULL OR f.agent_id = $6)
  AND ($7::bigint IS NULL OR f.team_id = $7) AND ($8::bigint IS NULL OR f.ticket_id = $8)
  AND ($9::bigint IS NULL OR f.contact_id IN (SELECT m.contact_id FROM contact_with_merged($9) AS m))
  AND ($10::timestamptz IS NULL OR (f.state = 'open' AND f.due_at <= $10))
ORDER BY f.due_at, f.id LIMIT $4

-- name: close
-- What came of it.
UPDATE follow_up SET state = $2, outcome = $3, closed_by = $4, closed_at = $5, version = version + 1 WHERE id = $1

-- name: come_due
-- Nothing came of it in time; told once.
UPDATE follow_up SET overdue_at = $2, version = version + 1
WHERE id = $1 AND state = 'open' AND overdue_at IS NULL AND due_at <= $2
RETURNING id, kind, due_at, contact_id, ticket_id, agent_id, team_id

-- name: teams_of_tickets
-- Who may know of the tickets.
SELECT id, team_ids FROM ticket WHERE id = ANY ($1::bigint[])

-- name: is_employed
-- Whether somebody may be given work.
SELECT EXISTS (SELECT FROM user_account WHERE id = $1 AND disabled_at IS NULL) AS is_employed

-- name: is_team
-- Whether there is such a team.
SELECT EXISTS (SELECT FROM team WHERE id = $1) AS is_team
