-- name: facts
-- A command's call, the telephone it is about and the other one that it names.
SELECT e.address AS entry_point, c.conference, c.parked_in, c.ended_at IS NOT NULL AS call_is_over, l.external_id, l.address,
       CASE WHEN l.party = 'customer' THEN 'customer' WHEN l.party = 'number' THEN 'number:' || l.id
            ELSE l.party || ':' || l.user_id END AS label,
       l.state, coalesce(coalesce(lo.ended_at, ao.ended_at) IS NOT NULL, false) AS offer_is_over,
       coalesce(l.party = 'customer' AND l.purpose = 'callback', false) AS is_called_back,
       c.parked_in IS NULL AND EXISTS (SELECT FROM call_recording_notice n WHERE n.call_id = c.id) AS is_being_told,
       a.id AS agent_leg_id, a.external_id AS agent_external_id
FROM call c JOIN entry_point e ON e.id = c.entry_point_id
LEFT JOIN call_leg l ON l.id = $2 LEFT JOIN offer lo ON lo.id = l.offer_id
LEFT JOIN call_leg a ON a.id = $3::bigint LEFT JOIN offer ao ON ao.id = a.offer_id
WHERE c.id = $1
