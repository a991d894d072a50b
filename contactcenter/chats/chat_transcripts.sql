-- name: visitor
-- Who asks, about which problem, and at which hours his widget is.
SELECT v.id, v.entry_point_id, v.language, v.ticket_id, d.id AS identity_id, d.contact_id, e.language AS widget_language,
       coalesce(h.time_zone, 'UTC') AS time_zone
FROM chat_visitor v JOIN identity d ON d.kind = 'chat' AND d.value = v.address
JOIN entry_point e ON e.id = v.entry_point_id LEFT JOIN calendar c ON c.id = e.calendar_id
LEFT JOIN calendar_version h ON h.calendar_id = c.id AND h.version = c.version
WHERE v.id = $1

-- name: spoken
-- His conversation about one problem, the newest first: what it was before, others may not read here.
SELECT i.received_at AS at,
       CASE WHEN i.direction = 'inbound' THEN 'visitor' WHEN i.author_id IS NOT NULL THEN 'agent' ELSE 'centre' END AS by,
       author.name, i.body AS text,
       ARRAY(SELECT a.name FROM attachment a WHERE a.interaction_id = i.id ORDER BY a.position, a.id) AS files
FROM chat_line l JOIN interaction i ON i.id = l.interaction_id LEFT JOIN user_account author ON author.id = i.author_id
WHERE l.visitor_id = $1 AND i.ticket_id = $2 ORDER BY l.sequence DESC LIMIT $3

-- name: lock
-- One process at a time writes transcripts from one of our addresses, so that each counts what the others wrote.
SELECT pg_advisory_xact_lock(hashtextextended('transcripts ' || $1::bigint, 20261124))

-- name: counted
-- What was written lately: to this address, for this visitor, for him to other addresses, and to everybody.
SELECT (SELECT count(*) FROM chat_transcript t WHERE t.identity_id = $2 AND t.at > $4)::int AS to_address,
       (SELECT count(*) FROM chat_transcript t WHERE t.visitor_id = $1 AND t.at > $4)::int AS for_visitor,
       (SELECT count(*) FROM chat_transcript t WHERE t.visitor_id = $1 AND t.at > $4
        AND t.identity_id IS DISTINCT FROM $2)::int AS elsewhere,
       (SELECT count(*) FROM (SELECT FROM chat_transcript t WHERE t.entry_point_id = $3 AND t.at > $5 LIMIT $6) AS lately)::int
         AS from_us

-- name: is_ours
-- Whether it is an address of ours, where a mail would come back.
SELECT EXISTS (SELECT FROM entry_point WHERE channel = 'email' AND address = $1) AS is_ours

-- name: remember
-- What counts for the next.
INSERT INTO chat_transcript (interaction_id, visitor_id, entry_point_id, identity_id, at) VALUES ($1, $2, $3, $4, $5)
