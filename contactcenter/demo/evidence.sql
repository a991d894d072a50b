-- name: received
-- Every customer's message on the timeline, by the provider's id.
SELECT external_id, body FROM interaction WHERE direction = 'inbound' AND channel = 'sms' ORDER BY id

-- name: mails_received
-- Every customer's mail on the timeline, by its Message-ID.
SELECT m.message_id AS external_id, i.body, d.value AS sender, i.ticket_id
FROM interaction i JOIN mail m ON m.interaction_id = i.id JOIN identity d ON d.id = i.identity_id
WHERE i.direction = 'inbound' ORDER BY i.id

-- name: written
-- Every message of ours, by the id under which the provider was handed it.
SELECT o.correlation_id, o.state, i.body FROM outbox o JOIN interaction i ON i.id = o.interaction_id
WHERE i.channel = 'sms' ORDER BY o.id

-- name: mails_written
-- Every mail of ours, by the id that its Message-ID begins with.
SELECT o.correlation_id, o.state, i.body FROM outbox o JOIN interaction i ON i.id = o.interaction_id
WHERE i.channel = 'email' ORDER BY o.id

-- name: chats_received
-- Every visitor's message on the timeline, by what his browser calls it.
SELECT l.client_id AS external_id, i.body FROM interaction i LEFT JOIN chat_line l ON l.interaction_id = i.id
WHERE i.direction = 'inbound' AND i.channel = 'webchat' ORDER BY i.id

-- name: chats_written
-- Every message of ours to a visitor.
SELECT o.correlation_id, o.state, i.body FROM outbox o JOIN interaction i ON i.id = o.interaction_id
WHERE i.channel = 'webchat' ORDER BY o.id

-- name: list_tickets
-- Every ticket.
SELECT t.id, t.state, t.tier, t.temperament, t.episode, t.escalations, t.reopens, t.opened_at, t.enqueued_at,
       t.solved_at
FROM ticket t ORDER BY t.id

-- name: list_legs
-- Every stay of every ticket, in order.
SELECT ticket_id, episode, agent_id, from_at, to_at, ended_by FROM leg ORDER BY ticket_id, id

-- name: list_offers
-- Every offer, with how long it took its agent's capacity.
SELECT ticket_id, agent_id, weight, state, offered_at, ended_at FROM offer ORDER BY id

-- name: list_agents
-- What each agent may hold, and what is written down that he holds.
SELECT a.id, u.name, a.capacity, a.load FROM agent a JOIN user_account u ON u.id = a.id ORDER BY a.id

-- name: left_waiting
-- Tickets that wait although somebody is there who may take them, seen in one snapshot. Whoever has
-- let a ticket go is not asked again until the timer of that has fired. Calls are for who has a telephone and is not on it.
SELECT t.id AS ticket_id, u.name AS agent
FROM ticket t JOIN membership m ON m.queue_id = t.queue_id
JOIN agent a ON a.id = m.agent_id JOIN user_account u ON u.id = a.id
WHERE t.state = 'waiting' AND a.presence = 'available' AND u.disabled_at IS NULL AND a.capacity - a.load >= t.weight
  AND (NOT t.needs_phone OR a.phone_address IS NOT NULL
       AND NOT EXISTS (SELECT FROM call_leg l WHERE l.user_id = a.id AND l.ended_at IS NULL))
  AND (m.delay_s = 0 OR clock_timestamp() > t.enqueued_at + (m.delay_s + 5) * interval '1 second')
  AND NOT EXISTS (SELECT FROM exclusion x WHERE x.ticket_id = t.id AND x.agent_id = a.id
                  AND x.until_at + interval '5 seconds' > clock_timestamp())
ORDER BY t.id, u.id

-- name: unaccountable
-- Unsolved tickets for which nobody can be asked at this instant.
SELECT t.id FROM ticket t LEFT JOIN entry_point e ON e.id = t.entry_point_id
LEFT JOIN queue q ON q.id = coalesce(t.queue_id, t.intake_queue_id, e.queue_id)
LEFT JOIN team m ON m.id = q.team_id
WHERE t.state NOT IN ('solved', 'closed') AND coalesce(t.agent_id, m.lead_id) IS NULL
ORDER BY t.id

-- name: list_timers
-- Every timer; how late it is, in seconds, where it is.
SELECT kind, key, ticket_id, greatest(0, extract(epoch FROM clock_timestamp() - due_at))::float8 AS late_s
FROM timer ORDER BY id

-- name: list_events
-- Every fact about a ticket, in the order in which it was written down.
SELECT id, xid::text AS xid, kind, at, ticket_id, version FROM event WHERE ticket_id IS NOT NULL ORDER BY id

-- name: list_machines
-- Every machine, whose it is, and whose tickets it is attached to.
SELECT a.service_tag, o.contact_id AS owner_id,
       ARRAY(SELECT t.contact_id FROM ticket_asset x JOIN ticket t ON t.id = x.ticket_id
             WHERE x.asset_id = a.id ORDER BY t.id) AS attached_for
FROM asset a JOIN asset_owner o ON o.asset_id = a.id AND o.to_at IS NULL ORDER BY a.id

-- name: list_calls
-- Every call from outside, what was measured of it, and how often its customer is on a timeline by phone.
SELECT l.external_id AS sid, c.state, c.outcome, c.ended_at IS NOT NULL AND c.unsettled_at IS NULL AS is_over,
       coalesce((c.account ->> 'ivr_s')::int, 0) AS ivr_s, coalesce((c.account ->> 'queue_s')::int, 0) AS queue_s,
       coalesce((c.account ->> 'talk_s')::int, 0) AS talk_s, coalesce((c.account ->> 'hold_s')::int, 0) AS hold_s,
       coalesce((c.account ->> 'call_s')::int, 0) AS call_s,
       (SELECT count(*)::int FROM interaction i JOIN identity d ON d.id = i.identity_id
        WHERE i.channel = 'phone' AND i.direction = 'inbound' AND d.value = c.address) AS entries
FROM call c JOIN call_leg l ON l.call_id = c.id AND l.party = 'customer' WHERE c.direction = 'inbound' ORDER BY c.id

-- name: held_by_calls
-- Tickets and telephones that a call keeps although it is over.
SELECT c.id AS call_id, 'ticket ' || t.id AS who FROM call c JOIN ticket t ON t.live_call_id = c.id
WHERE c.ended_at IS NOT NULL
UNION ALL
SELECT c.id, coalesce(u.name, 'the telephone of a ' || l.party)
FROM call c JOIN call_leg l ON l.call_id = c.id LEFT JOIN user_account u ON u.id = l.user_id
WHERE c.ended_at IS NOT NULL AND l.ended_at IS NULL
ORDER BY call_id, who
