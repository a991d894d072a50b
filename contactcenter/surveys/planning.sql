-- name: plan
-- A question about the episode that just ended, if a person had it.
INSERT INTO survey (ticket_id, episode, due_at, next_at, changed_at)
SELECT t.id, t.episode, $2::timestamptz + p.after_s * interval '1 second', $2::timestamptz + p.after_s * interval '1 second', $2
FROM survey_policy p JOIN ticket t ON t.id = ANY ($1::bigint[]) AND t.channel = ANY (p.channels)
WHERE p.is_on AND EXISTS (SELECT FROM leg_to_thank(t.id, t.episode))
ON CONFLICT ON CONSTRAINT survey_is_asked_once_an_episode DO NOTHING
