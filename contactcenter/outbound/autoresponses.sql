-- name: lock
-- One process at a time answers a domain's people at one of our addresses, so that each counts what the others wrote.
SELECT pg_advisory_xact_lock(hashtextextended($1, 20261123))

-- name: may_answer
-- Not who was answered within the day, not a domain or a world that has had its share within the hour, not ourselves.
SELECT NOT EXISTS (SELECT FROM autoresponse a WHERE a.entry_point_id = $1 AND a.correspondent = $2 AND a.at > $4)
   AND (SELECT count(*) < $6::int
        FROM (SELECT FROM autoresponse a WHERE a.entry_point_id = $1 AND a.domain = $3 AND a.at > $5 LIMIT $6::int) AS lately)
   AND (SELECT count(*) < $8::int
        FROM (SELECT FROM autoresponse a WHERE a.entry_point_id = $1 AND a.at > $5 LIMIT $8::int) AS lately)
   AND NOT EXISTS (SELECT FROM entry_point e WHERE e.channel = $7 AND e.address = $2) AS may_answer

-- name: remember
-- What counts for the next.
INSERT INTO autoresponse (interaction_id, entry_point_id, correspondent, domain, at) VALUES ($1, $2, $3, $4, $5)
