-- name: phones
-- Where agents' telephones are.
SELECT u.email, a.phone_address AS address FROM agent a JOIN user_account u ON u.id = a.id AND u.disabled_at IS NULL
WHERE a.phone_address IS NOT NULL ORDER BY u.email

-- name: staff
-- Who serves these queues and could be called there, and who has no telephone.
SELECT q.name AS queue, count(a.phone_address)::int AS with_phone,
       coalesce(array_agg(u.email ORDER BY u.email) FILTER (WHERE u.id IS NOT NULL AND a.phone_address IS NULL), '{}') AS without
FROM queue q LEFT JOIN (membership m JOIN agent a ON a.id = m.agent_id JOIN user_account u ON u.id = a.id AND u.disabled_at IS NULL)
  ON m.queue_id = q.id
WHERE q.id = ANY ($1::bigint[]) AND q.archived_at IS NULL GROUP BY q.id ORDER BY q.tier, q.id
