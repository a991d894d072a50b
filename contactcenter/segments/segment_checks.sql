-- name: ask
-- A row each, while there is any rule. Whoever adds the first rule waits for those who are asking.
INSERT INTO segment_check (contact_id, asked_at)
SELECT c.id, $1 FROM unnest($2::bigint[]) AS c(id)
WHERE EXISTS (SELECT FROM segment_rule WHERE archived_at IS NULL)
