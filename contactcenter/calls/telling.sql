-- name: teams
-- Who may know of a call: whoever may read its ticket.
SELECT team_ids FROM ticket WHERE id = $1
