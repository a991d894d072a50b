-- name: list_page
-- One page of the tickets this person may read, newest first; every filter may be NULL.
SELECT page.id, page.subject, page.state, page.channel, page.tier, page.queue_id, page.queue_name, page.agent_id,
       page.agent_name, page.contact_id, page.contact_name, page.temperament, page.language, page.category_id,
       page.opened_at, page.enqueued_at, page.last_customer_message_at, page.last_reply_at, page.wake_at, page.solved_at,
       page.abandoned_at, page.escalations, page.reopens, sla.metric AS sla_metric, sla.due_at AS sla_due_at,
       sla.state AS sla_state, page.version
FROM (
SELECT t.id, t.subject, t.state, t.channel, t.tier, t.queue_id, q.name AS queue_name, t.agent_id, u.name AS agent_name,
       t.contact_id, c.name AS contact_name, t.temperament, t.language, t.category_id, t.opened_at, t.enqueued_at,
       t.last_customer_message_at, t.last_reply_at, t.wake_at, t.solved_at, t.abandoned_at,
       t.escalations, t.reopens, t.version
FROM viewer($1) v, ticket t
JOIN contact c ON c.id = t.contact_id
LEFT JOIN queue q ON q.id = t.queue_id
LEFT JOIN user_account u ON u.id = t.agent_id
WHERE may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
  AND t.id < $2 AND NOT t.spam
  AND ($4::bigint IS NULL OR t.queue_id = $4)
  AND ($5::text[] IS NULL OR t.state = ANY($5))
  AND ($6::bigint IS NULL OR t.agent_id = $6)
  AND ($7::bigint IS NULL OR t.contact_id = $7)
  AND ($8::text IS NULL OR EXISTS (SELECT FROM ticket_tag g WHERE g.ticket_id = t.id AND g.tag = $8))
  AND ($9::text IS NULL OR t.temperament = $9)
ORDER BY t.id DESC LIMIT $3) AS page
LEFT JOIN LATERAL next_promise(page.id) AS sla ON true
ORDER BY page.id DESC

-- name: find
-- One ticket as the person who may read it sees it, with who is accountable and what rings.
SELECT t.id, t.subject, t.state, t.channel, t.entry_point_id, t.tier, t.queue_id, q.name AS queue_name, t.agent_id,
       u.name AS agent_name, coalesce(t.agent_id, team.lead_id) AS accountable_id,
       coalesce(u.name, lead.name) AS accountable_name, team.id AS accountable_team_id, team.name AS accountable_team_name,
       h.kind AS hand_over, h.at AS handed_over_at, h.agent_id AS handed_over_by_id,
       t.contact_id, c.name AS contact_name, t.temperament, t.language, t.category_id, t.credit_s, t.episode,
       t.escalations, t.returns, t.reopens, t.opened_at, t.enqueued_at, t.first_reply_at, t.last_customer_message_at,
       t.last_reply_at, t.wake_at, t.hold_reason, t.disposition, t.solved_at, t.solved_by_id, t.closed_at, t.abandoned_at,
       t.spam, t.follows_id, t.sticky_agent_id, t.sticky_until, t.version,
       sla.metric AS sla_metric, sla.due_at AS sla_due_at, sla.state AS sla_state,
       ARRAY(SELECT g.tag FROM ticket_tag g WHERE g.ticket_id = t.id ORDER BY g.tag) AS tags,
       (SELECT coalesce(jsonb_object_agg(r.reason, r.credit_s), '{}') FROM credit r WHERE r.ticket_id = t.id) AS credits,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'kind', e.kind, 'kind_name_en', k.name_en, 'kind_name_fa', k.name_fa, 'value', e.value,
                 'name_en', coalesce(w.name_en, e.value), 'name_fa', coalesce(w.name_fa, e.value))
                 ORDER BY e.kind, w.position, e.value), '[]')
        FROM effective_segments(t.contact_id, clock_timestamp()) AS e JOIN segment_kind k ON k.kind = e.kind
        LEFT JOIN segment_value w ON w.kind = e.kind AND w.value = e.value
        WHERE e.kind <> 'temperament') AS segments,
       (SELECT jsonb_build_object('policy', p.key, 'en', p.guidance_en, 'fa', p.guidance_fa)
        FROM policies_of(t.contact_id, clock_timestamp()) AS p WHERE p.guidance_en IS NOT NULL
        ORDER BY p.kind IS NULL, p.position LIMIT 1) AS policy_guidance,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'id', f.id, 'kind', f.kind, 'what', f.what, 'what_fa', f.what_fa, 'due_at', f.due_at,
                 'is_overdue', f.due_at <= clock_timestamp(), 'agent_id', f.agent_id, 'team_id', f.team_id)
                 ORDER BY f.due_at, f.id), '[]')
        FROM follow_up f WHERE f.ticket_id = t.id AND f.state = 'open') AS follow_ups,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('service_tag', a.service_tag, 'model', a.model) ORDER BY g.at, a.id), '[]')
        FROM ticket_asset g JOIN asset a ON a.id = g.asset_id WHERE g.ticket_id = t.id) AS assets,
       EXISTS (SELECT FROM unowned_tag g WHERE g.ticket_id = t.id AND NOT EXISTS (  -- and nobody has settled it since
         SELECT FROM ticket_asset a WHERE a.ticket_id = t.id AND a.source = 'agent' AND a.at >= g.at)) AS names_unowned_tag,
       o.agent_id AS offered_to_id, o.expires_at AS offer_expires_at,
       (SELECT min(s.from_at) FROM identity i JOIN opt_out s ON s.identity_id = i.id
        WHERE i.contact_id = t.contact_id AND s.channel = t.channel AND s.lifted_at IS NULL) AS opted_out_at,
       (SELECT jsonb_build_object(
                 'id', l.id, 'direction', l.direction, 'state', l.state, 'began_at', l.began_at, 'answered_at', l.answered_at,
                 'is_held', coalesce((SELECT m.verb = 'hold' FROM call_command m WHERE m.call_id = l.id
                   AND m.verb IN ('hold', 'unhold', 'connect') AND m.state NOT IN ('refused', 'failed')
                   ORDER BY m.id DESC LIMIT 1), false),
                 'transfer', (SELECT jsonb_build_object(
                     'id', x.id, 'state', x.state, 'is_warm', x.is_warm, 'from_agent_id', f.id, 'from_agent_name', f.name,
                     'agent_id', x.agent_id, 'agent_name', a.name, 'to_number', x.to_number, 'note', n.body)
                   FROM call_transfer x JOIN user_account f ON f.id = x.from_agent_id
                   LEFT JOIN user_account a ON a.id = x.agent_id LEFT JOIN interaction n ON n.id = x.note_id
                   WHERE x.call_id = l.id AND x.ended_at IS NULL))
        FROM call l WHERE l.ticket_id = t.id AND l.ended_at IS NULL
        ORDER BY l.id IS NOT DISTINCT FROM t.live_call_id DESC, l.id DESC LIMIT 1) AS call
FROM viewer($1) v, ticket t
JOIN contact c ON c.id = t.contact_id
LEFT JOIN queue q ON q.id = coalesce(t.queue_id, t.intake_queue_id)
LEFT JOIN team ON team.id = q.team_id
LEFT JOIN user_account lead ON lead.id = team.lead_id
LEFT JOIN user_account u ON u.id = t.agent_id
LEFT JOIN offer o ON o.ticket_id = t.id AND o.state = 'pending'
LEFT JOIN LATERAL next_promise(t.id) AS sla ON true
LEFT JOIN LATERAL (  -- still in the leg that began with the step: nobody has taken it
  SELECT e.at, e.kind, e.agent_id FROM escalation e JOIN leg l ON l.ticket_id = t.id AND l.to_at IS NULL AND l.from_at = e.at
  WHERE e.ticket_id = t.id AND e.kind <> 'notified' AND l.agent_id IS NULL ORDER BY e.id DESC LIMIT 1) h ON true
WHERE t.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)

-- name: ring_of
-- What rings at this agent: the tickets he can accept or decline now; at last what a colleague wants to talk over by telephone.
SELECT id FROM (
  SELECT o.ticket_id AS id, o.expires_at FROM offer o WHERE o.agent_id = $1 AND o.state = 'pending'
  UNION ALL SELECT x.ticket_id, 'infinity' FROM call_transfer x WHERE x.agent_id = $1 AND x.state = 'ringing') AS ringing
ORDER BY expires_at

-- name: may_read_ticket
-- Whether this person may read the ticket.
SELECT EXISTS (
  SELECT FROM viewer($1) v, ticket t
  WHERE t.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)) AS may_read
