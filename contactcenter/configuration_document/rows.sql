-- name: read
-- Everything the document is made of in one answer, so that it is of one instant; the calendars apart.
SELECT jsonb_build_object(
  'version', (SELECT coalesce(max(version), 0) FROM configuration_version),
  'settings', (SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM routing_setting),
  'teams', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'lead_id', lead_id)), '[]') FROM team),
  'people', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'email', u.email, 'capacity', a.capacity,
               'enabled', u.disabled_at IS NULL)), '[]')
             FROM agent a JOIN user_account u ON u.id = a.id),
  'team_members', (SELECT coalesce(jsonb_agg(jsonb_build_object('team_id', team_id, 'agent_id', user_id)), '[]')
                   FROM team_member JOIN agent ON agent.id = user_id WHERE source = 'own'),
  'queues', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'team_id', team_id, 'tier', tier,
               'auto_accept', auto_accept, 'offer_timeout_s', offer_timeout_s, 'offer_timeouts', offer_timeouts,
               'wrap_up_s', wrap_up_s, 'return_after_s', return_after_s, 'requirements', requirements,
               'escalate_after_s', escalate_after_s, 'escalate_to_id', escalate_to_id, 'calendar_id', calendar_id,
               'archived', archived_at IS NOT NULL)), '[]') FROM queue),
  'team_queues', (SELECT coalesce(jsonb_agg(jsonb_build_object('team_id', team_id, 'queue_id', queue_id, 'level', level,
                    'delay_s', delay_s, 'handicap_s', handicap_s, 'band', band)), '[]') FROM team_queue),
  'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', agent_id, 'queue_id', queue_id, 'level', level,
                    'delay_s', delay_s, 'handicap_s', handicap_s, 'band', band, 'source', source)), '[]') FROM membership),
  'skills', (SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', agent_id, 'kind', kind, 'name', name, 'level', level)),
               '[]') FROM agent_skill),
  'credits', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value, 'credit_s', credit_s)), '[]')
              FROM credit_rule),
  'entry', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'condition', condition, 'queue_id', queue_id)
                                      ORDER BY position), '[]') FROM entry_rule),
  'entry_points', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'channel', channel, 'address', address,
                     'queue_id', queue_id, 'calendar_id', calendar_id, 'options', options, 'discovered', discovered,
                     'menu_queue_ids', (SELECT coalesce(jsonb_agg(DISTINCT n.value->'queue_id'), '[]')
                       FROM phone_menu p CROSS JOIN jsonb_each(p.tree->'nodes') n
                       WHERE p.id = phone_menu_id AND jsonb_typeof(n.value->'queue_id') = 'number'))), '[]') FROM entry_point),
  'overflow', (SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', queue_id, 'after_s', after_s,
                 'to_queue_id', to_queue_id, 'channels', channels) ORDER BY queue_id, after_s, to_queue_id), '[]')
               FROM overflow_step),
  'escalation', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'from_queue_id', from_queue_id,
                   'condition', condition, 'to_queue_id', to_queue_id, 'moves', moves, 'notify', notify) ORDER BY position), '[]')
                 FROM escalation_rule),
  'sla', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'condition', condition, 'first_reply_s', first_reply_s,
            'next_reply_s', next_reply_s, 'resolution_s', resolution_s, 'calendar_id', calendar_id,
            'warn_share', warn_share) ORDER BY position), '[]')
          FROM sla_policy),
  'categories', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'parent_id', parent_id, 'name_en', name_en,
                   'archived', archived_at IS NOT NULL)), '[]') FROM category)
) AS rows

-- name: in_use
-- Of these queues those with unsolved tickets, which carry the tier.
SELECT DISTINCT queue_id FROM ticket WHERE queue_id = ANY($1::bigint[]) AND state NOT IN ('solved', 'closed')
