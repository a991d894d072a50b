-- migrate:up
-- Alerts of queues that are archived end, and what is long over is found to be thrown away.
ALTER TABLE alert DROP CONSTRAINT alert_is_cleared_for_a_reason, ADD CONSTRAINT alert_is_cleared_for_a_reason
  CHECK (cleared_because IN ('quiet', 'changed', 'switched_off', 'removed', 'queue_archived'));

CREATE INDEX alert_delivery_over ON alert_delivery (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX alert_over ON alert (cleared_at) WHERE cleared_at IS NOT NULL;
