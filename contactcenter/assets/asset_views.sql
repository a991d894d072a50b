-- name: problems
-- The present owner's tickets; one of a team that keeps its own counsel is only known to exist.
SELECT t.id, r.readable, CASE WHEN r.readable THEN t.subject ELSE '' END AS subject,
       CASE WHEN r.readable THEN t.state ELSE '' END AS state, CASE WHEN r.readable THEN t.channel ELSE '' END AS channel,
       t.opened_at, CASE WHEN r.readable THEN t.solved_at END AS solved_at
FROM viewer($1) v, ticket_asset a JOIN ticket t ON t.id = a.ticket_id
CROSS JOIN LATERAL (SELECT may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id) AS readable) AS r
WHERE a.asset_id = $2 AND t.contact_id = $3 AND (r.readable OR t.team_ids && v.hidden)
ORDER BY t.id DESC LIMIT 100

-- name: services
-- What others had done for it: when, and about what, in the house's own words.
SELECT t.opened_at, t.solved_at, c.name_en AS category_en, c.name_fa AS category_fa,
       d.name_en AS disposition_en, d.name_fa AS disposition_fa
FROM viewer($1) v, ticket_asset a JOIN ticket t ON t.id = a.ticket_id
LEFT JOIN category c ON c.id = t.category_id LEFT JOIN disposition d ON d.code = t.disposition
WHERE a.asset_id = $2 AND t.contact_id IS DISTINCT FROM $3 AND NOT t.spam AND NOT t.team_ids && v.hidden
ORDER BY t.id DESC LIMIT 100
