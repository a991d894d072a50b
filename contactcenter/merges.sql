-- name: of_contact
-- What became part of this contact, and whether it still is.
SELECT id, kept_id, merged_id, moved, actor, merged_at, undone_at
FROM contact_merge WHERE kept_id = $1 ORDER BY id DESC LIMIT 200

-- name: unreadable
-- How many tickets of these contacts this person may not read.
SELECT count(t.id) AS unreadable FROM viewer($1) v, ticket t
WHERE t.contact_id = ANY($2::bigint[])
  AND NOT may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)

-- name: unverified
-- Addresses that mails came from, of none of which our own border found that their domain had sent it.
SELECT d.id FROM identity d
WHERE d.contact_id = ANY($1::bigint[]) AND d.kind = 'email'
  AND EXISTS (SELECT FROM interaction i JOIN mail m ON m.interaction_id = i.id
              WHERE i.contact_id = d.contact_id AND i.identity_id = d.id AND i.direction = 'inbound')
  AND NOT EXISTS (SELECT FROM interaction i JOIN mail m ON m.interaction_id = i.id
                  WHERE i.contact_id = d.contact_id AND i.identity_id = d.id AND i.direction = 'inbound'
                    AND m.authentication->>'dmarc' = 'pass'
                    AND m.authentication->>'domain' = split_part(d.value, '@', -1))
ORDER BY d.id

-- name: lock_timeout
-- To be set again when the locks are ours.
SELECT current_setting('lock_timeout') AS lock_timeout

-- name: set_lock_timeout
-- For this transaction.
SELECT set_config('lock_timeout', $1, true)

-- name: lock_tickets
-- First the tickets: triage and replies hold one before they write to the timeline.
SELECT id FROM ticket WHERE contact_id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: lock_timeline
-- Intake waits here, before it looks at anything.
LOCK TABLE interaction IN SHARE ROW EXCLUSIVE MODE

-- name: held_tickets
-- All there are, now that intake can open none; one in other hands makes this fail.
SELECT id, contact_id, intake_queue_id, state NOT IN ('solved', 'closed') AS is_open
FROM ticket WHERE contact_id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE NOWAIT

-- name: last
-- What has a higher id came later.
SELECT coalesce((SELECT max(id) FROM ticket), 0) AS ticket_id,
       coalesce((SELECT max(id) FROM interaction), 0) AS interaction_id

-- name: free_keys
-- Two open tickets of one person: the older goes on standing for the entry queue.
UPDATE ticket SET intake_queue_id = NULL, version = version + 1 WHERE id = ANY($1::bigint[])
RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids

-- name: move_tickets
-- With all their history.
UPDATE ticket SET contact_id = $2, version = version + 1 WHERE contact_id = $1
RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids

-- name: move_identities
-- Whoever writes from one of these is the kept contact from now on.
UPDATE identity SET contact_id = $2 WHERE contact_id = $1 RETURNING id

-- name: move_interactions
-- One timeline a person.
UPDATE interaction SET contact_id = $2 WHERE contact_id = $1 RETURNING id

-- name: move_calls
-- As the timeline has them.
UPDATE call SET contact_id = $2 WHERE contact_id = $1

-- name: lasting_segments
-- What is asserted of the other now or later: to be asserted of him again if this is undone.
SELECT id, to_at FROM segment WHERE contact_id = $1 AND (to_at IS NULL OR to_at > $2) ORDER BY id

-- name: end_segments
-- Of one kind and source (and word, where there may be several) the kept contact's assertion stands.
UPDATE segment SET to_at = greatest(from_at, $3)
WHERE contact_id = $1 AND (to_at IS NULL OR to_at > $3) AND ticket_id IS NULL AND EXISTS (
  SELECT FROM segment k WHERE k.contact_id = $2 AND k.kind = segment.kind AND k.source = segment.source
    AND k.slot = segment.slot AND (k.to_at IS NULL OR k.to_at > $3) AND k.ticket_id IS NULL)

-- name: move_segments
-- The rest stands for the kept contact, too.
UPDATE segment SET contact_id = $2 WHERE contact_id = $1 RETURNING id

-- name: point_to
-- The merged contact keeps its row and says where it went.
UPDATE contact SET merged_into_id = $2, updated_at = $3, version = version + 1 WHERE id = $1

-- name: keep
-- What moved, so that it can be undone exactly.
INSERT INTO contact_merge (kept_id, merged_id, moved, actor, merged_at) VALUES ($1, $2, $3, $4, $5)
RETURNING id, kept_id, merged_id, moved, actor, merged_at, undone_at
