-- name: caller_of_call
-- Who called, and where.
SELECT e.address AS entry_point, c.address_kind AS kind, c.address AS value
FROM call c JOIN entry_point e ON e.id = c.entry_point_id WHERE c.id = $1

-- name: known_number
-- A number of ours.
SELECT address FROM entry_point WHERE channel = 'phone' AND address = $1

-- name: open_ticket
-- What the call came to while its caller waited, as long as it is open.
SELECT t.id AS ticket_id, t.contact_id, t.team_ids, i.identity_id
FROM call c JOIN ticket t ON t.id = c.ticket_id JOIN interaction i ON i.id = c.interaction_id
WHERE c.id = $1 AND t.state NOT IN ('solved', 'closed')

-- name: append
-- A message of its caller, for triage to look at.
INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, body, state,
                         external_id, details, occurred_at, received_at)
VALUES ($1, $2, $3, $4, 'phone', 'inbound', 'voicemail', '', 'received', $5, $6, $7, $8)
RETURNING id

-- name: filed
-- On the timeline, or nothing that belongs there.
UPDATE call_recording SET interaction_id = $2, filed_at = $3, next_file_at = NULL WHERE id = $1

-- name: later
-- Nobody knows whose it is yet; for a day it is looked at again, then when its call becomes known.
UPDATE call_recording SET file_attempts = file_attempts + 1, next_file_at = CASE WHEN file_attempts < 30 THEN
  $2::timestamptz + least(3600, 10 * 2 ^ least(file_attempts, 10)) * interval '1 second' END
WHERE id = $1

-- name: link
-- A call that came to no ticket before is about that of its message; one that has another live call is left to that.
UPDATE call c SET contact_id = i.contact_id, ticket_id = i.ticket_id, interaction_id = i.id, version = version + 1
FROM interaction i
WHERE c.id = $1 AND i.id = $2 AND c.ticket_id IS NULL
  AND NOT EXISTS (SELECT FROM call o WHERE o.ticket_id = i.ticket_id AND o.id <> c.id AND o.ended_at IS NULL)

-- name: drop_hang_up
-- He did not only hang up, as it seemed: what stood on the timeline for that gives way to his message.
DELETE FROM interaction i USING call c
WHERE c.id = $1 AND i.contact_id = c.contact_id AND i.kind = 'call' AND i.ticket_id IS NULL
  AND i.external_id = 'call:' || c.id AND i.id <> c.interaction_id
