-- name: find
-- What one agent knows, by kind and name.
SELECT a.id AS agent_id, a.version, coalesce((
  SELECT jsonb_object_agg(k.kind, k.levels) FROM (
    SELECT s.kind, jsonb_object_agg(s.name, s.level ORDER BY s.name) AS levels
    FROM agent_skill s WHERE s.agent_id = a.id GROUP BY s.kind) AS k), '{}') AS levels
FROM agent a WHERE a.id = $1

-- name: remove_others
-- What he is not said to know any more.
DELETE FROM agent_skill s WHERE s.agent_id = $1 AND NOT EXISTS (
  SELECT FROM unnest($2::text[], $3::text[]) AS n (kind, name) WHERE n.kind = s.kind AND n.name = s.name)

-- name: put
-- What is new, or known better or worse.
INSERT INTO agent_skill (agent_id, kind, name, level)
SELECT $1, n.kind, n.name, n.level FROM unnest($2::text[], $3::text[], $4::smallint[]) AS n (kind, name, level)
ON CONFLICT (agent_id, kind, name) DO UPDATE SET level = EXCLUDED.level

-- name: touch
-- Another version of the agent.
UPDATE agent SET version = version + 1 WHERE id = $1
