-- name: receive
-- Stores a whole batch in one round trip: key, identity, contact, ticket, delivery, interaction,
-- attachments, events. Whoever loses a race against another batch is rolled back and run again.
-- The planner takes each step for one row and loops: a step joins one other step at most.
-- One alone may belong to no ticket that is there: its new one does not stand for the person at that queue.
WITH item AS (
  SELECT * FROM unnest(
    $1::int[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::timestamptz[], $12::smallint[], $13::text[], $14::text[], $15::text[],
    $16::bytea[], $17::bytea[], $18::text[], $19::bigint[])
  AS item(n, key, entry_point_id, queue_id, channel, kind, value, sender_name, body, external_id, occurred_at,
          segments, details, content_type, headers, raw, raw_sha256, what, kept_as)
), fresh AS (
  INSERT INTO inbound_key (entry_point_id, external_id, received_at)
  SELECT entry_point_id, key, statement_timestamp() FROM item ORDER BY entry_point_id, key
  ON CONFLICT DO NOTHING
  RETURNING entry_point_id, external_id
), taken AS (
  SELECT item.*, nextval('interaction_id_seq') AS interaction_id,
         coalesce(item.kept_as, nextval('delivery_id_seq')) AS delivery_id
  FROM item JOIN fresh ON fresh.entry_point_id = item.entry_point_id AND fresh.external_id = item.key
), sender AS (
  SELECT DISTINCT ON (kind, value) kind, value, sender_name FROM taken ORDER BY kind, value, n
), stranger AS (
  INSERT INTO identity (contact_id, kind, value)
  SELECT nextval('contact_id_seq'), s.kind, s.value FROM sender s
  WHERE NOT EXISTS (SELECT FROM identity i WHERE i.kind = s.kind AND i.value = s.value)
  ORDER BY s.kind, s.value
  ON CONFLICT DO NOTHING
  RETURNING kind, value, id AS identity_id, contact_id
), new_contact AS (
  INSERT INTO contact (id, name)
  SELECT stranger.contact_id, s.sender_name
  FROM stranger JOIN sender s ON s.kind = stranger.kind AND s.value = stranger.value
  RETURNING id
), person AS (
  SELECT taken.*, coalesce(i.id, s.identity_id) AS identity_id, coalesce(i.contact_id, s.contact_id) AS contact_id
  FROM taken LEFT JOIN identity i ON i.kind = taken.kind AND i.value = taken.value
  LEFT JOIN stranger s ON s.kind = taken.kind AND s.value = taken.value
), problem AS (
  SELECT p.contact_id, p.queue_id, p.channel, p.entry_point_id, p.identity_id, t.id AS unsolved_id, t.team_ids
  FROM (SELECT DISTINCT ON (contact_id, queue_id) contact_id, queue_id, channel, entry_point_id, identity_id FROM person
        WHERE contact_id IS NOT NULL ORDER BY contact_id, queue_id, n) p
  LEFT JOIN ticket t ON t.contact_id = p.contact_id AND t.intake_queue_id = p.queue_id
   AND t.intake_queue_id IS NOT NULL AND t.state NOT IN ('solved', 'closed') AND NOT $26::boolean
), continued AS (
  SELECT p.contact_id, p.queue_id, t.ticket_id, t.team_ids
  FROM problem p CROSS JOIN LATERAL (
    SELECT t.id AS ticket_id, t.team_ids FROM chat_continuation c JOIN ticket t ON t.id = c.ticket_id
    WHERE c.identity_id = p.identity_id AND c.entry_point_id = p.entry_point_id AND NOT t.spam
      AND (t.state NOT IN ('solved', 'closed')
           OR (t.state = 'solved' AND t.solved_at > coalesce($25::timestamptz, statement_timestamp()) - $20::int * interval '1 second'))) t
  WHERE p.unsolved_id IS NULL AND NOT $26
), solved AS (
  SELECT p.contact_id, p.queue_id, t.ticket_id, t.team_ids
  FROM problem p CROSS JOIN LATERAL (
    SELECT t.id AS ticket_id, t.team_ids FROM ticket t
    WHERE t.contact_id = p.contact_id AND t.intake_queue_id = p.queue_id AND t.state = 'solved'
      AND t.solved_at > coalesce($25, statement_timestamp()) - $20::int * interval '1 second' AND NOT t.spam
    ORDER BY t.solved_at DESC LIMIT 1) t
  WHERE p.unsolved_id IS NULL AND NOT $26
    AND NOT EXISTS (SELECT FROM continued c WHERE c.contact_id = p.contact_id AND c.queue_id = p.queue_id)
), opened AS (
  INSERT INTO ticket (contact_id, channel, entry_point_id, intake_queue_id, opened_at, enqueued_at,
                      team_ids, follows_id)
  SELECT p.contact_id, p.channel, p.entry_point_id, CASE WHEN NOT $26 THEN p.queue_id END, coalesce($25, statement_timestamp()), coalesce($25, statement_timestamp()),
         ARRAY[q.team_id], before.id
  FROM problem p JOIN queue q ON q.id = p.queue_id
  LEFT JOIN LATERAL (
    SELECT t.id FROM ticket t WHERE t.contact_id = p.contact_id AND NOT t.spam ORDER BY t.id DESC LIMIT 1
  ) before ON true
  WHERE p.unsolved_id IS NULL
    AND NOT EXISTS (SELECT FROM solved s WHERE s.contact_id = p.contact_id AND s.queue_id = p.queue_id)
    AND NOT EXISTS (SELECT FROM continued c WHERE c.contact_id = p.contact_id AND c.queue_id = p.queue_id)
  ORDER BY p.contact_id, p.queue_id
  ON CONFLICT DO NOTHING
  RETURNING contact_id, intake_queue_id AS queue_id, id AS ticket_id, team_ids, channel, entry_point_id
), belongs AS (
  SELECT contact_id, queue_id, unsolved_id AS ticket_id, team_ids FROM problem WHERE unsolved_id IS NOT NULL
  UNION ALL SELECT contact_id, queue_id, ticket_id, team_ids FROM continued
  UNION ALL SELECT contact_id, queue_id, ticket_id, team_ids FROM solved
  UNION ALL SELECT contact_id, coalesce(queue_id, (SELECT min(queue_id) FROM problem)), ticket_id, team_ids FROM opened
), message AS (
  SELECT person.*, belongs.ticket_id, belongs.team_ids
  FROM person JOIN belongs ON belongs.contact_id = person.contact_id AND belongs.queue_id = person.queue_id
), kept AS (
  INSERT INTO delivery (id, received_at, channel, entry_point_id, content_type, headers, body, body_sha256)
  SELECT delivery_id, statement_timestamp(), channel, entry_point_id, content_type, headers::jsonb, raw, raw_sha256
  FROM message WHERE kept_as IS NULL
), stored AS (
  INSERT INTO interaction (id, contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind,
                           body, state, external_id, segments, details, delivery_id, occurred_at, received_at)
  SELECT interaction_id, contact_id, ticket_id, entry_point_id, identity_id, channel, 'inbound', what,
         body, 'received', external_id, segments, details::jsonb, delivery_id,
         coalesce(occurred_at, $25, statement_timestamp()), coalesce($25, statement_timestamp())
  FROM message ORDER BY n
), attached AS (
  INSERT INTO attachment (interaction_id, position, content_type, source_url)
  SELECT m.interaction_id, a.position, a.content_type, a.url
  FROM unnest($21::int[], $22::smallint[], $23::text[], $24::text[]) AS a(n, position, content_type, url)
  JOIN message m ON m.n = a.n
), noted AS (
  INSERT INTO event (at, kind, ticket_id, version, contact_id, actor, team_ids, data)
  SELECT at, kind, ticket_id, version, contact_id, 'customer', team_ids, data FROM (
    SELECT 1 AS step, 0 AS n, coalesce($25, statement_timestamp()) AS at, 'contact_created' AS kind, NULL::bigint AS ticket_id,
           NULL::int AS version, s.contact_id, '{}'::bigint[] AS team_ids, '{}'::jsonb AS data
    FROM stranger s
    UNION ALL
    SELECT 2, 0, coalesce($25, statement_timestamp()), 'ticket_opened', o.ticket_id, 1, o.contact_id, o.team_ids,
           jsonb_build_object('channel', o.channel, 'entry_point_id', o.entry_point_id)
    FROM opened o
    UNION ALL
    SELECT 3, m.n, coalesce($25, statement_timestamp()), 'interaction_received', m.ticket_id, NULL, m.contact_id, m.team_ids,
           jsonb_build_object('interaction_id', m.interaction_id, 'channel', m.channel)
    FROM message m
  ) AS happened
  ORDER BY step, n
)
SELECT person.n, coalesce(message.interaction_id, 0) AS interaction_id, coalesce(message.contact_id, 0) AS contact_id,
       coalesce(message.ticket_id, 0) AS ticket_id
FROM person LEFT JOIN message ON message.n = person.n
WHERE message.interaction_id IS NOT NULL OR lost_race()
