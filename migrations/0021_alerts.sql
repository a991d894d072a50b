-- migrate:up
-- Thresholds of the live board: who is told when one is crossed, and when it is quiet again.

-- A rule of one queue, or of all together (NULL). It is raised when its measure was beyond the threshold for `for_s`, and cleared
-- when it is back at `clears_at`, which lies on the quiet side: between the two nothing changes, so nothing flaps.
CREATE TABLE alert_rule (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT alert_rule_name_is_used_once UNIQUE CONSTRAINT alert_rule_name_is_not_empty CHECK (name <> ''),
  measure text NOT NULL CONSTRAINT alert_rule_measure_is_known CHECK (measure IN
    ('waiting', 'longest_wait_s', 'agents', 'available', 'abandoned_today', 'service_level_today', 'at_risk')),
  queue_id bigint REFERENCES queue (id),
  direction text NOT NULL CONSTRAINT alert_rule_direction_is_known CHECK (direction IN ('above', 'below')),
  threshold float8 NOT NULL,
  clears_at float8 NOT NULL,
  for_s int NOT NULL CONSTRAINT alert_rule_is_raised_within_a_day CHECK (for_s BETWEEN 0 AND 86400),
  emails text[] NOT NULL,
  webhook_url text,
  language text NOT NULL CONSTRAINT alert_rule_language_is_known CHECK (language IN ('en', 'fa')),
  is_on boolean NOT NULL,
  -- Since when its measure has been beyond the threshold; NULL while it is not, or while the rule is raised.
  beyond_since timestamptz,
  created_at timestamptz NOT NULL,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT alert_rule_clears_on_the_quiet_side CHECK (
    CASE direction WHEN 'above' THEN clears_at <= threshold ELSE clears_at >= threshold END)
);

-- What a rule raised. It keeps what the rule said then, as the rule may be another one or gone by now.
CREATE TABLE alert (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_id bigint REFERENCES alert_rule (id) ON DELETE SET NULL,
  name text NOT NULL,
  measure text NOT NULL,
  queue_id bigint REFERENCES queue (id),
  direction text NOT NULL,
  threshold float8 NOT NULL,
  value float8 NOT NULL,
  raised_at timestamptz NOT NULL,
  cleared_at timestamptz,
  cleared_value float8,
  cleared_because text CONSTRAINT alert_is_cleared_for_a_reason CHECK (cleared_because IN ('quiet', 'changed', 'switched_off', 'removed')),
  CONSTRAINT alert_cleared_says_why CHECK ((cleared_at IS NULL) = (cleared_because IS NULL))
);
CREATE UNIQUE INDEX alert_is_raised_once_a_rule ON alert (rule_id) WHERE cleared_at IS NULL AND rule_id IS NOT NULL;

-- Who is told of it outside: each once, tried again until it is taken or given up.
CREATE TABLE alert_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id bigint NOT NULL REFERENCES alert (id),
  what text NOT NULL CONSTRAINT alert_delivery_tells_of CHECK (what IN ('raised', 'cleared')),
  kind text NOT NULL CONSTRAINT alert_delivery_kind_is_known CHECK (kind IN ('email', 'webhook')),
  target text NOT NULL,
  language text NOT NULL,
  -- By which rule a webhook is signed, also when that is gone.
  signed_for bigint NOT NULL,
  state text NOT NULL DEFAULT 'queued' CONSTRAINT alert_delivery_state_is_known CHECK (state IN ('queued', 'sent', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  last_error text,
  ended_at timestamptz,
  CONSTRAINT alert_delivery_is_made_once UNIQUE (alert_id, what, kind, target)
);
CREATE INDEX alert_delivery_due ON alert_delivery (next_at) WHERE state = 'queued';
