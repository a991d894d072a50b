-- name: find
-- One contact, merged or not.
SELECT id, name, language, note, attributes, version, merged_into_id, created_at, updated_at,
       gender, occupation, organisational_position, workplace, needs, expectations, birth_date, interests, likes, dislikes,
       preferred_channel, preferred_hours, tone_note, please_do, please_avoid, known_at, declined
FROM contact WHERE id = $1

-- name: lock
-- In order, and so that intake can still store messages of these people.
SELECT id, name, language, note, attributes, version, merged_into_id, created_at, updated_at,
       gender, occupation, organisational_position, workplace, needs, expectations, birth_date, interests, likes, dislikes,
       preferred_channel, preferred_hours, tone_note, please_do, please_avoid, known_at, declined
FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: survivor
-- Who a merged contact is now, over any number of merges.
WITH RECURSIVE way AS (
  SELECT id, merged_into_id FROM contact WHERE id = $1
  UNION ALL
  SELECT c.id, c.merged_into_id FROM way JOIN contact c ON c.id = way.merged_into_id
)
SELECT id FROM way WHERE merged_into_id IS NULL

-- name: create
-- A person whom we know before he wrote.
INSERT INTO contact (name, language, note, attributes, created_at, updated_at, gender, occupation, organisational_position,
                     workplace, needs, expectations, birth_date, interests, likes, dislikes, preferred_channel,
                     preferred_hours, tone_note, please_do, please_avoid, known_at, declined)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
RETURNING id, name, language, note, attributes, version, merged_into_id, created_at, updated_at,
       gender, occupation, organisational_position, workplace, needs, expectations, birth_date, interests, likes, dislikes,
       preferred_channel, preferred_hours, tone_note, please_do, please_avoid, known_at, declined

-- name: change
-- The row is locked and its version compared before.
UPDATE contact SET name = $2, language = $3, note = $4, attributes = $5, updated_at = $6, version = version + 1,
  gender = $7, occupation = $8, organisational_position = $9, workplace = $10, needs = $11, expectations = $12,
  birth_date = $13, interests = $14, likes = $15, dislikes = $16, preferred_channel = $17, preferred_hours = $18,
  tone_note = $19, please_do = $20, please_avoid = $21, known_at = $22, declined = $23
WHERE id = $1
RETURNING id, name, language, note, attributes, version, merged_into_id, created_at, updated_at,
       gender, occupation, organisational_position, workplace, needs, expectations, birth_date, interests, likes, dislikes,
       preferred_channel, preferred_hours, tone_note, please_do, please_avoid, known_at, declined

-- name: touch
-- What belongs to the contact changed: whoever read it before has an old version.
UPDATE contact SET updated_at = $2, version = version + 1 WHERE id = $1 RETURNING version

-- name: touch_all
-- The same for several.
UPDATE contact SET updated_at = $2, version = version + 1 WHERE id = ANY ($1::bigint[])

-- name: identities
-- The addresses of these contacts, the oldest first.
SELECT i.id, i.contact_id, i.kind, i.value, i.created_at,
       (SELECT min(o.from_at) FROM opt_out o WHERE o.identity_id = i.id AND o.lifted_at IS NULL) AS opted_out_at
FROM identity i WHERE i.contact_id = ANY($1::bigint[]) ORDER BY i.id

-- name: tickets
-- One page of a person's tickets, newest first; one of a team that keeps its own counsel is only known to exist.
SELECT t.id, t.subject, t.state, t.channel, t.tier, t.queue_id, q.name AS queue_name, t.agent_id, u.name AS agent_name,
       t.temperament, t.opened_at, t.last_customer_message_at, t.last_reply_at, t.solved_at, t.version,
       may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id) AS readable
FROM viewer($1) v, ticket t
LEFT JOIN queue q ON q.id = t.queue_id
LEFT JOIN user_account u ON u.id = t.agent_id
WHERE t.contact_id = $2 AND t.id < $3
  AND (may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id) OR t.team_ids && v.hidden)
ORDER BY t.id DESC LIMIT $4
