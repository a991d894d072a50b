-- name: version
-- The version of the configuration in force.
SELECT coalesce(max(version), 0) AS version FROM configuration_version

-- name: read
-- All of it in one answer, so that it is of one version.
SELECT jsonb_build_object(
  'version', (SELECT coalesce(max(version), 0) FROM configuration_version),
  'settings', (SELECT jsonb_object_agg(name, value) FROM routing_setting),
  'credits', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value, 'credit_s', credit_s)
                                        ORDER BY kind, value), '[]') FROM credit_rule),
  'overflow', (SELECT coalesce(jsonb_agg(jsonb_build_object('queue_id', queue_id, 'after_s', after_s,
                                         'to_queue_id', to_queue_id, 'channels', channels)
                                         ORDER BY queue_id, after_s, to_queue_id), '[]') FROM overflow_step),
  'escalation', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'from_queue_id', from_queue_id,
                                           'condition', condition, 'to_queue_id', to_queue_id,
                                           'moves', moves, 'notify', notify)
                                           ORDER BY position), '[]') FROM escalation_rule),
  'sla', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'condition', condition,
                                    'first_reply_s', first_reply_s, 'next_reply_s', next_reply_s,
                                    'resolution_s', resolution_s, 'calendar_id', calendar_id, 'warn_share', warn_share)
                                    ORDER BY position), '[]') FROM sla_policy)
) AS rules
