-- name: find
-- What a number of ours says of recordings, if anything.
SELECT entry_point_id, mode, announcement, keep_days, erases_at_provider, resumes_after_s, transcribes, version
FROM recording_policy WHERE entry_point_id = $1

-- name: lock_entry_point
-- One edit at a time, and only of numbers.
SELECT channel FROM entry_point WHERE id = $1 FOR NO KEY UPDATE

-- name: put
-- Said for the first time or anew.
INSERT INTO recording_policy (entry_point_id, mode, announcement, keep_days, erases_at_provider, resumes_after_s, transcribes)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (entry_point_id) DO UPDATE SET mode = EXCLUDED.mode, announcement = EXCLUDED.announcement,
  keep_days = EXCLUDED.keep_days, erases_at_provider = EXCLUDED.erases_at_provider,
  resumes_after_s = EXCLUDED.resumes_after_s, transcribes = EXCLUDED.transcribes, version = recording_policy.version + 1
RETURNING version

-- name: of_call
-- Whether a call is recorded, and in which words its people hear that.
SELECT c.entry_point_id, c.direction, coalesce(c.language, e.language) AS language, n.said, coalesce(p.mode, 'off') <> 'off' AS is_wanted
FROM call c JOIN entry_point e ON e.id = c.entry_point_id LEFT JOIN call_recording_notice n ON n.call_id = c.id
LEFT JOIN recording_policy p ON p.entry_point_id = c.entry_point_id
WHERE c.id = $1

-- name: plan
-- Decided once: who asks at the same time gets the same words.
INSERT INTO call_recording_notice (call_id, said) VALUES ($1, $2) ON CONFLICT (call_id) DO NOTHING

-- name: note_told
-- The customer was told; the first time counts.
UPDATE call_recording_notice SET told_at = $2 WHERE call_id = $1 AND told_at IS NULL
