-- name: begin
-- The first that is heard of a recording; how long it is kept is what its number says now.
INSERT INTO call_recording (external_id, kind, call_id, entry_point_id, state, erase_at, created_at, account)
SELECT $1, $2, $3, $4, 'recording', $5::timestamptz + coalesce(
  (SELECT p.keep_days FROM recording_policy p WHERE p.entry_point_id = $4), 90) * interval '1 day', $5, $6
ON CONFLICT (external_id, account) DO NOTHING

-- name: lock_by_external
-- What is told of one recording at the same time is taken in one after the other.
SELECT r.id, r.external_id, r.kind, r.call_id, r.entry_point_id, r.leg_external_id, r.conference, r.caller, r.called,
       r.state, r.started_at, r.duration_s, r.source_url, r.sha256, r.size_bytes, r.content_type, r.interaction_id,
       r.filed_at, r.erase_at, r.provider_state, coalesce(p.erases_at_provider, true) AS erases_at_provider,
       t.id AS ticket_id, coalesce(t.contact_id, i.contact_id, c.contact_id) AS contact_id,
       coalesce(t.team_ids, '{}') AS team_ids
FROM call_recording r
LEFT JOIN call c ON c.id = r.call_id LEFT JOIN interaction i ON i.id = r.interaction_id
LEFT JOIN ticket t ON t.id = coalesce(i.ticket_id, c.ticket_id)
LEFT JOIN recording_policy p ON p.entry_point_id = r.entry_point_id
WHERE r.external_id = $1 AND r.account = $2 FOR NO KEY UPDATE OF r

-- name: lock
-- One change of a recording at a time.
SELECT r.id, r.external_id, r.kind, r.call_id, r.entry_point_id, r.leg_external_id, r.conference, r.caller, r.called,
       r.state, r.started_at, r.duration_s, r.source_url, r.sha256, r.size_bytes, r.content_type, r.interaction_id,
       r.filed_at, r.erase_at, r.provider_state, coalesce(p.erases_at_provider, true) AS erases_at_provider,
       t.id AS ticket_id, coalesce(t.contact_id, i.contact_id, c.contact_id) AS contact_id,
       coalesce(t.team_ids, '{}') AS team_ids
FROM call_recording r
LEFT JOIN call c ON c.id = r.call_id LEFT JOIN interaction i ON i.id = r.interaction_id
LEFT JOIN ticket t ON t.id = coalesce(i.ticket_id, c.ticket_id)
LEFT JOIN recording_policy p ON p.entry_point_id = r.entry_point_id
WHERE r.id = $1 FOR NO KEY UPDATE OF r

-- name: change
-- What all that was told says together. A message is filed when it is known how long it is, and within a
-- minute at the latest; what lies at the provider is fetched at once.
UPDATE call_recording SET kind = $2, call_id = $3, entry_point_id = $4, leg_external_id = $5, conference = $6, caller = $7,
  called = $8, state = $9, started_at = $10, duration_s = $11, source_url = $12,
  next_fetch_at = CASE WHEN $9 = 'completed' AND $12::text IS NOT NULL THEN coalesce(next_fetch_at, $13) END,
  next_file_at = CASE WHEN $2 = 'voicemail' AND $9 <> 'recording' AND filed_at IS NULL
    THEN coalesce(next_file_at, $13::timestamptz + interval '1 minute') END
WHERE id = $1

-- name: match
-- Recordings that were told of before their call was: by its telephone, or by its room. A message is filed now.
UPDATE call_recording r SET call_id = $1, entry_point_id = coalesce(r.entry_point_id, c.entry_point_id),
  next_file_at = CASE WHEN r.kind = 'voicemail' AND r.state <> 'recording' AND r.filed_at IS NULL THEN clock_timestamp() END
FROM call c
WHERE c.id = $1 AND r.call_id IS NULL AND r.account = $4 AND (r.leg_external_id = $2 OR r.conference = $3)
RETURNING r.id

-- name: store
-- Written after its bytes, in their transaction.
UPDATE call_recording SET state = 'fetched', sha256 = $2, size_bytes = $3, content_type = $4, error = NULL
WHERE id = $1

-- name: give_up
-- It stays with the provider until its time is over.
UPDATE call_recording SET state = 'failed', error = $2, next_fetch_at = NULL WHERE id = $1 AND state = 'completed'

-- name: attach
-- A file of the call's entry on the timeline, or of the message's own; once.
INSERT INTO attachment (interaction_id, name, content_type, size_bytes, sha256, recording_id)
SELECT coalesce(r.interaction_id, c.interaction_id), '', r.content_type, r.size_bytes, r.sha256, r.id
FROM call_recording r LEFT JOIN call c ON c.id = r.call_id
WHERE r.id = $1 AND r.state = 'fetched'
  AND CASE WHEN r.kind = 'voicemail' THEN r.interaction_id IS NOT NULL ELSE c.interaction_id IS NOT NULL END
ON CONFLICT (recording_id) WHERE recording_id IS NOT NULL DO NOTHING

-- name: transcribe
-- The first stands; nothing is written beside what was erased.
UPDATE call_recording SET transcription = $2, transcription_language = $3,
  transcription_state = CASE WHEN $2::text IS NULL THEN 'failed' ELSE 'completed' END
WHERE id = $1 AND transcription_state <> 'completed' AND state <> 'erased'

-- name: due_to_erase
-- Whose time is over; who is faster has them.
SELECT id FROM call_recording WHERE state <> 'erased' AND erase_at <= $1 ORDER BY erase_at LIMIT $2
FOR NO KEY UPDATE SKIP LOCKED

-- name: forget
-- What it said is gone; that it was, stays.
WITH shown AS (
  DELETE FROM attachment WHERE recording_id = $1
)
UPDATE call_recording SET state = 'erased', erased_at = $2, sha256 = NULL, transcription = NULL, source_url = NULL,
  next_fetch_at = NULL
WHERE id = $1

-- name: let_go
-- The provider is asked to forget it, too.
UPDATE call_recording SET provider_state = 'erasing', next_provider_at = $2 WHERE id = $1 AND provider_state = 'kept'
