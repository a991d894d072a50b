-- name: read
-- All an agent needs to know of a contact before the first word, in one statement; what is talked of on tickets only as
-- far as he may read them. $1 reads, $2 is read. No row where there is no such contact, or no longer.
WITH v AS MATERIALIZED (SELECT is_admin, teams, hidden, contacts FROM viewer($1)),
clock AS MATERIALIZED (SELECT clock_timestamp() AS at),
part AS MATERIALIZED (SELECT m.contact_id AS id FROM contact_with_merged($2) AS m),
counts AS MATERIALIZED (
  SELECT e.id, e.kind, e.value FROM clock, effective_segments($2, clock.at) AS e)
SELECT c.id, c.name, c.language, c.note, c.attributes, c.version, c.merged_into_id, c.created_at, c.updated_at,
       c.gender, c.occupation, c.organisational_position, c.workplace, c.needs, c.expectations, c.birth_date, c.interests,
       c.likes, c.dislikes, c.preferred_channel, c.preferred_hours, c.tone_note, c.please_do, c.please_avoid, c.known_at,
       c.declined, clock.at AS read_at,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', i.id, 'contact_id', i.contact_id, 'kind', i.kind, 'value', i.value, 'created_at', i.created_at,
            'opted_out_at', (SELECT min(o.from_at) FROM opt_out o WHERE o.identity_id = i.id AND o.lifted_at IS NULL))
            ORDER BY i.id), '[]')
   FROM identity i WHERE i.contact_id = c.id) AS identities,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', s.id, 'kind', s.kind, 'kind_name_en', k.name_en, 'kind_name_fa', k.name_fa, 'value', s.value,
            'name_en', coalesce(w.name_en, s.value), 'name_fa', coalesce(w.name_fa, s.value), 'source', s.source,
            'confidence', s.confidence::float8, 'note', s.note, 'actor', s.actor, 'since', s.from_at, 'until', s.to_at)
            ORDER BY s.kind, w.position, s.value), '[]')
   FROM counts e JOIN segment s ON s.id = e.id JOIN segment_kind k ON k.kind = s.kind
   LEFT JOIN segment_value w ON w.kind = s.kind AND w.value = s.value) AS segments,
  (SELECT coalesce(jsonb_agg(e.value ORDER BY e.value), '[]') FROM counts e WHERE e.kind = 'entitlement') AS entitlements,
  (SELECT coalesce(jsonb_object_agg(b.feature, b.value), '{}') FROM behaviour_counts($2, clock.at) AS b) AS behaviour,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', n.id, 'ticket_id', n.ticket_id, 'channel', n.channel, 'direction', n.direction, 'state', n.state,
            'text', left(n.body, 2000), 'occurred_at', n.occurred_at, 'author_id', n.author_id, 'author_name', u.name)
            ORDER BY n.id DESC), '[]')
   FROM (
     (SELECT i.id FROM (
        SELECT n.id, n.ticket_id, n.kind, n.details FROM interaction n
        WHERE n.contact_id = $2 ORDER BY n.id DESC LIMIT 500) AS i
      CROSS JOIN LATERAL (
        SELECT FROM ticket t WHERE t.id = i.ticket_id
          AND may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v), (SELECT contacts FROM v),
                       t.team_ids, t.contact_id)) AS readable
      WHERE i.kind = 'message' AND NOT i.details ? 'participant'
      ORDER BY i.id DESC LIMIT 5)
     UNION ALL  -- who may read little of a long history: what lies beyond, on his newest tickets that may be read
     (SELECT older.id FROM (
        SELECT t.id FROM ticket t
        WHERE t.contact_id = $2
          AND may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v), (SELECT contacts FROM v),
                       t.team_ids, t.contact_id)
        ORDER BY t.id DESC LIMIT 50) AS t
      CROSS JOIN LATERAL (
        SELECT n.id FROM interaction n
        WHERE n.ticket_id = t.id AND n.contact_id = $2 AND n.kind = 'message' AND NOT n.details ? 'participant'
          AND n.id < (SELECT o.id FROM interaction o WHERE o.contact_id = $2 ORDER BY o.id DESC OFFSET 499 LIMIT 1)
        ORDER BY n.id DESC LIMIT 5) AS older
      ORDER BY older.id DESC LIMIT 5)
     LIMIT 5) AS newest
   JOIN interaction n ON n.id = newest.id LEFT JOIN user_account u ON u.id = n.author_id) AS interactions,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', t.id, 'readable', t.readable, 'subject', t.subject, 'state', t.state, 'channel', t.channel,
            'queue_name', q.name, 'agent_id', t.agent_id, 'agent_name', u.name, 'opened_at', t.opened_at,
            'last_customer_message_at', t.last_customer_message_at, 'last_reply_at', t.last_reply_at,
            'sla_metric', p.metric, 'sla_due_at', p.due_at, 'sla_state', p.state) ORDER BY t.id DESC), '[]')
   FROM (
     SELECT t.id, t.subject, t.state, t.channel, t.queue_id, t.agent_id, t.opened_at, t.last_customer_message_at,
            t.last_reply_at,
            may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v), (SELECT contacts FROM v),
                     t.team_ids, t.contact_id) AS readable
     FROM (
       SELECT t.id, t.contact_id, t.team_ids, t.subject, t.state, t.spam, t.channel, t.queue_id, t.agent_id, t.opened_at,
              t.last_customer_message_at, t.last_reply_at
       FROM ticket t WHERE t.contact_id = $2 ORDER BY t.id DESC LIMIT 1000) AS t
     WHERE t.state NOT IN ('solved', 'closed') AND NOT t.spam
       AND (may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v), (SELECT contacts FROM v),
                     t.team_ids, t.contact_id) OR t.team_ids && (SELECT hidden FROM v))
     ORDER BY t.id DESC LIMIT 20) AS t
   LEFT JOIN queue q ON q.id = t.queue_id LEFT JOIN user_account u ON u.id = t.agent_id
   LEFT JOIN LATERAL next_promise(t.id) AS p ON t.readable) AS tickets,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', a.id, 'service_tag', a.service_tag, 'model', a.model, 'product_category', a.product_category,
            'warranty_level', a.warranty_level, 'warranty_until', a.warranty_until, 'since', a.from_at)
            ORDER BY a.id DESC), '[]')
   FROM (
     SELECT a.id, a.service_tag, a.model, a.product_category, a.warranty_level, a.warranty_until, o.from_at
     FROM part JOIN asset_owner o ON o.contact_id = part.id JOIN asset a ON a.id = o.asset_id
     WHERE o.from_at <= clock.at AND (o.to_at IS NULL OR o.to_at > clock.at) AND a.retired_at IS NULL
     ORDER BY a.id DESC LIMIT 20) AS a) AS assets,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', f.id, 'kind', f.kind, 'what', f.what, 'what_fa', f.what_fa, 'due_at', f.due_at, 'ticket_id', f.ticket_id,
            'agent_id', f.agent_id, 'agent_name', u.name, 'overdue', f.due_at <= clock.at) ORDER BY f.due_at, f.id), '[]')
   FROM (
     SELECT f.id, f.kind, f.what, f.what_fa, f.due_at, f.ticket_id, f.agent_id
     FROM part JOIN follow_up f ON f.contact_id = part.id AND f.state = 'open' LEFT JOIN ticket t ON t.id = f.ticket_id
     WHERE coalesce(f.team_id <> ALL ((SELECT hidden FROM v)::bigint[]), true)
       AND (t.id IS NULL OR may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v),
                                     (SELECT contacts FROM v), t.team_ids, t.contact_id))
     ORDER BY f.due_at, f.id LIMIT 10) AS f
   LEFT JOIN user_account u ON u.id = f.agent_id) AS follow_ups,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', f.id, 'topic', f.topic, 'attribute', f.attribute, 'polarity', f.polarity, 'score', f.score,
            'words', f.words, 'given_at', f.given_at, 'ticket_id', f.ticket_id) ORDER BY f.id DESC), '[]')
   FROM (
     SELECT f.id, f.topic, f.attribute, f.polarity, f.score, f.words, f.given_at, f.ticket_id
     FROM part JOIN feedback f ON f.contact_id = part.id LEFT JOIN ticket t ON t.id = f.ticket_id
     WHERE t.id IS NULL OR may_read((SELECT is_admin FROM v), (SELECT teams FROM v), (SELECT hidden FROM v),
                                    (SELECT contacts FROM v), t.team_ids, t.contact_id)
     ORDER BY f.id DESC LIMIT 5) AS f) AS satisfaction,
  (SELECT jsonb_agg(jsonb_build_object(
            'key', a.key, 'name_en', a.name_en, 'name_fa', a.name_fa, 'question_en', a.question_en,
            'question_fa', a.question_fa, 'asked', a.asked, 'sensitive', a.sensitive, 'worth', a.worth,
            'fresh_days', a.fresh_days))
   FROM contact_attribute a WHERE a.archived_at IS NULL) AS worth_knowing
FROM contact c, clock WHERE c.id = $2 AND c.merged_into_id IS NULL
