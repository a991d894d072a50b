-- name: rule_number
-- Where a rule stands in the entry table, counted from 1; 0 where it is gone.
SELECT count(*) FROM entry_rule r JOIN entry_rule s ON s.position <= r.position WHERE r.id = $1
