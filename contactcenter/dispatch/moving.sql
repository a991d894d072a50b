-- name: policy
-- Which policy of a segment sent it: rules of policies have its id below zero.
SELECT key FROM segment_policy WHERE id = -$1::bigint

-- name: rule_number
-- Where a rule stands in the entry table, counted from 1; 0 where it is gone.
SELECT count(*) FROM entry_rule r JOIN entry_rule s ON s.position <= r.position WHERE r.id = $1
