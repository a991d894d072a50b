-- name: find
-- One merge, locked.
SELECT id, kept_id, merged_id, moved, actor, merged_at, undone_at
FROM contact_merge WHERE id = $1 FOR UPDATE

-- name: return_identities
-- An address that was given to a third contact meanwhile stays there.
UPDATE identity SET contact_id = $2 WHERE contact_id = $1 AND id = ANY($3::bigint[]) RETURNING id

-- name: return_tickets
-- Those that were his, and those opened since in which only his addresses were used.
UPDATE ticket SET contact_id = $2, version = version + 1
WHERE contact_id = $1 AND (id = ANY($3::bigint[]) OR (
  id > $4
  AND EXISTS (SELECT FROM interaction i WHERE i.ticket_id = ticket.id AND i.identity_id = ANY($5::bigint[]))
  AND NOT EXISTS (SELECT FROM interaction i WHERE i.ticket_id = ticket.id AND i.identity_id <> ALL($5::bigint[])
                    AND NOT i.details ? 'participant')))
RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids

-- name: return_interactions
-- Those that were his; of the later ones, what went by his addresses, and on his tickets the notes and what
-- others wrote who take part.
UPDATE interaction SET contact_id = $2
WHERE contact_id = $1 AND (id = ANY($3::bigint[]) OR (
  id > $4 AND (identity_id = ANY($5::bigint[]) OR ((identity_id IS NULL OR details ? 'participant')
                                                             AND ticket_id = ANY($6::bigint[])))))

-- name: return_calls
-- Whose they are is told by the timeline.
UPDATE call SET contact_id = i.contact_id FROM interaction i
WHERE call.contact_id = $1 AND i.id = call.interaction_id AND i.contact_id = $2

-- name: return_segments
-- What was asserted of him.
UPDATE segment SET contact_id = $2 WHERE contact_id = $1 AND id = ANY($3::bigint[])

-- name: reopen_segments
-- What was asserted of him before is so again.
UPDATE segment SET to_at = w.to_at FROM unnest($2::bigint[], $3::timestamptz[]) AS w(id, to_at)
WHERE segment.contact_id = $1 AND segment.id = w.id

-- name: return_visitors
-- Whoever chats about a ticket that is the other's now chats about the last one that is his: he neither ends nor rates what is not his.
UPDATE chat_visitor SET ticket_id = his.ticket_id,
  ended_at = CASE WHEN his.state IN ('solved', 'closed') THEN coalesce(chat_visitor.ended_at, $3) END
FROM (SELECT v.id FROM identity d JOIN chat_visitor v ON d.kind = 'chat' AND d.value = v.address JOIN ticket t ON t.id = v.ticket_id
      WHERE d.contact_id IN ($1, $2) AND t.contact_id IN ($1, $2) AND t.contact_id <> d.contact_id
      ORDER BY v.id FOR NO KEY UPDATE OF v) lost
LEFT JOIN LATERAL (
  SELECT i.ticket_id, t.state FROM chat_visitor v JOIN identity d ON d.kind = 'chat' AND d.value = v.address
  JOIN chat_line l ON l.visitor_id = v.id JOIN interaction i ON i.id = l.interaction_id
  JOIN ticket t ON t.id = i.ticket_id AND t.contact_id = d.contact_id
  WHERE v.id = lost.id ORDER BY l.sequence DESC LIMIT 1) his ON true
WHERE chat_visitor.id = lost.id

-- name: restore_key
-- Where nothing else stands for the entry queue now.
UPDATE ticket SET intake_queue_id = $2, version = version + 1
WHERE id = $1 AND intake_queue_id IS NULL AND (state IN ('solved', 'closed') OR NOT EXISTS (
  SELECT FROM ticket o WHERE o.contact_id = ticket.contact_id AND o.intake_queue_id = $2
    AND o.state NOT IN ('solved', 'closed') AND o.id <> ticket.id))
RETURNING id, version, contact_id, agent_id, state, queue_id, tier, team_ids

-- name: stand_alone
-- Its own contact again.
UPDATE contact SET merged_into_id = NULL, updated_at = $2, version = version + 1 WHERE id = $1

-- name: end
-- The record stays.
UPDATE contact_merge SET undone_at = $2 WHERE id = $1
RETURNING id, kept_id, merged_id, moved, actor, merged_at, undone_at
