-- name: settle
-- A widget whose page is at $2, and fifty agents who hold every conversation there will be.
WITH mates AS (
  INSERT INTO team (name) VALUES ('Bench chat') RETURNING id
), place AS (
  INSERT INTO queue (name, team_id, tier) SELECT 'Bench chat', id, 1 FROM mates RETURNING id
), person AS (
  INSERT INTO user_account (email, name, role)
  SELECT 'chat' || n || '@bench.example', 'Agent ' || n, 'agent' FROM generate_series(1, 50) AS n RETURNING id
), agents AS (
  INSERT INTO agent (id, capacity) SELECT id, 1000 FROM person
)
INSERT INTO entry_point (channel, address, queue_id, options)
SELECT 'webchat', $1::text, id, jsonb_build_object('webchat_origins', $2::text) FROM place
RETURNING id

-- name: visitors
-- One with each of these tokens and addresses, each talking with an agent; in the order of the arrays.
WITH place AS (
  SELECT e.id AS entry_point_id, q.id AS queue_id, q.team_id, ARRAY(SELECT id FROM agent ORDER BY id) AS agents
  FROM entry_point e JOIN queue q ON q.id = e.queue_id WHERE e.id = $1
), visitor AS (
  SELECT token.sha256, token.address, token.n, nextval('contact_id_seq') AS contact_id, nextval('ticket_id_seq') AS ticket_id
  FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS token(sha256, address, n)
), contacts AS (
  INSERT INTO contact (id) SELECT contact_id FROM visitor
), identities AS (
  INSERT INTO identity (contact_id, kind, value) SELECT contact_id, 'chat', address FROM visitor
), tickets AS (
  INSERT INTO ticket (id, contact_id, channel, entry_point_id, intake_queue_id, state, queue_id, tier, agent_id,
                      opened_at, enqueued_at, team_ids)
  SELECT v.ticket_id, v.contact_id, 'webchat', p.entry_point_id, p.queue_id, 'assigned', p.queue_id, 1,
         p.agents[1 + v.n % cardinality(p.agents)], now(), now(), ARRAY[p.team_id]
  FROM visitor v, place p
), legs AS (
  INSERT INTO leg (ticket_id, episode, tier, queue_id, agent_id, from_at)
  SELECT v.ticket_id, 1, 1, p.queue_id, p.agents[1 + v.n % cardinality(p.agents)], now() FROM visitor v, place p
)
INSERT INTO chat_visitor (entry_point_id, token_sha256, address, language, ticket_id, created_at, seen_at)
SELECT p.entry_point_id, v.sha256, v.address, 'fa', v.ticket_id, now(), now() FROM visitor v, place p ORDER BY v.n

-- name: visitor_ids
-- Who there is, in the order of their sockets.
SELECT id FROM chat_visitor WHERE entry_point_id = $1 ORDER BY id

-- name: say
-- An agent's message to each of these visitors, as it stands once it was handed over: in his lines, numbered
-- under the lock of his row.
WITH place AS (
  SELECT v.id, v.last_sequence, v.ticket_id, v.entry_point_id, i.id AS identity_id, t.contact_id, t.agent_id
  FROM chat_visitor v JOIN identity i ON i.kind = 'chat' AND i.value = v.address JOIN ticket t ON t.id = v.ticket_id
  WHERE v.id = ANY ($1::bigint[]) ORDER BY v.id FOR NO KEY UPDATE OF v
), numbered AS (
  SELECT place.*, nextval('interaction_id_seq') AS interaction_id FROM place
), said AS (
  INSERT INTO interaction (id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, author_id,
                           body, state, occurred_at, received_at)
  SELECT interaction_id, contact_id, ticket_id, entry_point_id, identity_id, 'webchat', 'outbound', 'message', agent_id,
         'Your parcel is on its way: بستهٔ شما در راه است', 'sent', clock_timestamp(), clock_timestamp()
  FROM numbered
), lines AS (
  INSERT INTO chat_line (visitor_id, sequence, kind, interaction_id, at)
  SELECT id, last_sequence + 1, 'message', interaction_id, clock_timestamp() FROM numbered
)
UPDATE chat_visitor SET last_sequence = chat_visitor.last_sequence + 1
FROM numbered WHERE chat_visitor.id = numbered.id
RETURNING chat_visitor.id, chat_visitor.last_sequence AS sequence

-- name: lines
-- How many lines there are for each, in the order of their sockets.
SELECT last_sequence FROM chat_visitor WHERE entry_point_id = $1 ORDER BY id
