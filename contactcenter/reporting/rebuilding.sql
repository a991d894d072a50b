-- name: alone
-- Neither the keeper of facts nor another rebuilding, until our transaction ends; reports are read meanwhile.
LOCK TABLE report_position IN EXCLUSIVE MODE

-- name: next_tickets
-- The next tickets that there are, or are facts of.
SELECT id FROM (
  (SELECT id FROM ticket WHERE id > $1 ORDER BY id LIMIT $2)
  UNION (SELECT DISTINCT ticket_id FROM report_fact WHERE ticket_id > $1 ORDER BY ticket_id LIMIT $2)) AS told
ORDER BY id LIMIT $2
