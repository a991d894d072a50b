-- name: offered
-- Every offer, in order.
SELECT offered_at AS at, ticket_id, agent_id FROM offer ORDER BY id

-- name: legs
-- Who has held which ticket since when, in order.
SELECT from_at AS at, ticket_id, agent_id FROM leg WHERE agent_id IS NOT NULL ORDER BY id

-- name: became
-- Where each ticket is in the end, in the words of a scenario.
SELECT t.id AS ticket_id, coalesce(t.agent_id, o.agent_id) AS agent_id, t.abandoned_at AS left_at,
       CASE WHEN t.abandoned_at IS NOT NULL THEN 'left' WHEN t.state IN ('solved', 'closed') THEN 'done' ELSE t.state END AS state
FROM ticket t LEFT JOIN offer o ON o.ticket_id = t.id AND o.state = 'pending'

-- name: present
-- Where each agent is in the end.
SELECT id AS agent_id, presence FROM agent
