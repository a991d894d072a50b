-- name: append
-- One statement for all events of a change; team_ids travel as text because arrays do not nest.
INSERT INTO event (at, kind, ticket_id, version, contact_id, agent_id, actor, team_ids, data)
SELECT e.at, e.kind, e.ticket_id, e.version, e.contact_id, e.agent_id, e.actor,
       e.team_ids::bigint[], e.data::jsonb
FROM unnest($1::timestamptz[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[],
            $7::text[], $8::text[], $9::text[]) WITH ORDINALITY
     AS e(at, kind, ticket_id, version, contact_id, agent_id, actor, team_ids, data, n)
ORDER BY e.n
