-- name: of_interactions
-- Entries of a timeline that came by telephone, or were made by one of ours, with their calls.
SELECT i.id AS of_interaction_id, c.id, c.direction, c.state, c.outcome, c.language, c.choices, c.service_tag, c.began_at,
       c.answered_at, c.ended_at, c.account,
       (SELECT count(*)::int FROM call_transfer x WHERE x.call_id = c.id AND x.state = 'completed') AS transfers,
       (SELECT count(*)::int FROM call_recording r WHERE r.call_id = c.id AND r.state IN ('completed', 'fetched')) AS recordings
FROM interaction i JOIN call c ON c.id = (i.details->>'call_id')::bigint
WHERE i.id = ANY ($1::bigint[]) AND i.kind IN ('call', 'voicemail')
