-- name: lock
-- Two who rewrite them do it one after the other; whoever goes by them reads on.
LOCK TABLE segment_policy IN SHARE ROW EXCLUSIVE MODE

-- name: list_all
-- All of them, in the order in which they count.
SELECT key, kind, value, guidance_en, guidance_fa, sla_policy, queue_id, credit_s FROM segment_policy ORDER BY position

-- name: sla_names
-- What is promised, by name.
SELECT coalesce(array_agg(name), '{}') AS names FROM sla_policy

-- name: remove_others
-- All but those that stay.
DELETE FROM segment_policy WHERE key <> ALL ($1::text[])

-- name: put
-- One that is new, or stays, at its place.
INSERT INTO segment_policy (position, key, kind, value, guidance_en, guidance_fa, sla_policy, queue_id, credit_s)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
ON CONFLICT (key) DO UPDATE SET position = EXCLUDED.position, kind = EXCLUDED.kind, value = EXCLUDED.value,
  guidance_en = EXCLUDED.guidance_en, guidance_fa = EXCLUDED.guidance_fa, sla_policy = EXCLUDED.sla_policy,
  queue_id = EXCLUDED.queue_id, credit_s = EXCLUDED.credit_s
