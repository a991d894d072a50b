-- name: may_read_call
-- Who may read its ticket; a call without one is for administrators.
SELECT coalesce(may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id), false) AS may_read
FROM viewer($1) v, call c LEFT JOIN ticket t ON t.id = c.ticket_id WHERE c.id = $2

-- name: ticket_of_call
-- What it is about.
SELECT ticket_id FROM call WHERE id = $1 AND ticket_id IS NOT NULL

-- name: is_on_call
-- Who is there hears it himself.
SELECT EXISTS (SELECT FROM call_leg WHERE call_id = $2 AND user_id = $1 AND party = 'agent'
               AND state IN ('answered', 'joined')) AS is_on_call

-- name: of_call
-- In the order in which they were made.
SELECT r.id, r.kind, r.state, r.call_id, coalesce(i.ticket_id, c.ticket_id) AS ticket_id, r.interaction_id, r.started_at,
       r.duration_s, r.content_type, r.size_bytes, r.error, r.transcription_state, r.transcription,
       r.transcription_language, r.provider_state AS at_provider, r.erase_at, r.erased_at
FROM call_recording r JOIN call c ON c.id = r.call_id LEFT JOIN interaction i ON i.id = r.interaction_id
WHERE r.call_id = $1 ORDER BY r.id

-- name: find
-- One, for who may read its ticket.
SELECT r.id, r.kind, r.state, r.call_id, t.id AS ticket_id, r.interaction_id, r.started_at, r.duration_s, r.content_type,
       r.size_bytes, r.error, r.transcription_state, r.transcription, r.transcription_language,
       r.provider_state AS at_provider, r.erase_at, r.erased_at
FROM viewer($1) v, call_recording r LEFT JOIN call c ON c.id = r.call_id LEFT JOIN interaction i ON i.id = r.interaction_id
LEFT JOIN ticket t ON t.id = coalesce(i.ticket_id, c.ticket_id)
WHERE r.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)

-- name: audio
-- The same for its bytes.
SELECT r.id, r.kind, r.state, r.sha256, r.size_bytes, r.content_type
FROM viewer($1) v, call_recording r LEFT JOIN call c ON c.id = r.call_id LEFT JOIN interaction i ON i.id = r.interaction_id
LEFT JOIN ticket t ON t.id = coalesce(i.ticket_id, c.ticket_id)
WHERE r.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
