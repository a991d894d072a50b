-- name: under_way
-- What has changed since these messages were written.
SELECT d.interaction_id, n.state, n.calendar_id, c.preferred_hours,
       EXISTS (SELECT FROM identity x JOIN opt_out o ON o.identity_id = x.id
               WHERE x.contact_id = c.id AND o.channel = n.channel AND o.lifted_at IS NULL) AS is_opted_out
FROM notice_delivery d JOIN notice n ON n.id = d.notice_id JOIN interaction i ON i.id = d.interaction_id JOIN contact c ON c.id = i.contact_id
WHERE d.interaction_id = ANY ($1::bigint[])
