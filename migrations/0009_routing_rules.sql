-- migrate:up

-- Configuration ------------------------------------------------------------------------------

-- Everything routing goes by, as one document, each time it changed. A decision stores the version;
-- 0 is what the migrations set up.
CREATE TABLE configuration_version (
  version int PRIMARY KEY CONSTRAINT configuration_version_is_positive CHECK (version > 0),
  document jsonb NOT NULL,
  reverts_to int REFERENCES configuration_version (version),
  actor text NOT NULL,
  note text,
  from_at timestamptz NOT NULL
);

-- What holds for the whole centre, by name: weights, sticky windows, limits, bands.
CREATE TABLE routing_setting (
  name text PRIMARY KEY CONSTRAINT routing_setting_is_known CHECK (name IN ('capacity', 'sticky', 'limits', 'bands')),
  value jsonb NOT NULL
);

-- How long a reason counts as waiting. `value` is empty where the kind alone is the reason.
CREATE TABLE credit_rule (
  kind text NOT NULL CONSTRAINT credit_rule_kind_is_a_word CHECK (kind ~ '^[a-z][a-z0-9_]{1,40}$'),
  value text NOT NULL DEFAULT '',
  credit_s int NOT NULL CONSTRAINT credit_rule_is_within_a_day CHECK (credit_s BETWEEN 0 AND 86400),
  PRIMARY KEY (kind, value)
);

ALTER TABLE queue
  ADD COLUMN offer_timeouts jsonb NOT NULL DEFAULT '{}', -- seconds by channel, where they are not offer_timeout_s
  ADD COLUMN return_after_s int CONSTRAINT queue_return_time_is_positive CHECK (return_after_s > 0),
  ADD COLUMN requirements jsonb NOT NULL DEFAULT '{}',   -- the least level by kind and name of a skill
  ADD COLUMN is_open boolean NOT NULL DEFAULT true,      -- kept by the dispatcher, after its calendar
  ADD COLUMN archived_at timestamptz;                    -- a configuration has left it out; nothing is in it

CREATE TABLE agent_skill (
  agent_id bigint NOT NULL REFERENCES agent (id),
  kind text NOT NULL CONSTRAINT agent_skill_kind_is_known CHECK (kind IN ('skill', 'language', 'product')),
  name text NOT NULL CONSTRAINT agent_skill_has_a_name CHECK (name <> ''),
  level smallint NOT NULL DEFAULT 1 CONSTRAINT agent_skill_level_is_one_to_nine CHECK (level BETWEEN 1 AND 9),
  PRIMARY KEY (agent_id, kind, name)
);

-- All members of a team serve the queue on these terms, if they meet what it requires.
CREATE TABLE team_queue (
  team_id bigint NOT NULL REFERENCES team (id),
  queue_id bigint NOT NULL REFERENCES queue (id),
  level smallint NOT NULL DEFAULT 1 CONSTRAINT team_queue_level_is_one_to_nine CHECK (level BETWEEN 1 AND 9),
  delay_s int NOT NULL DEFAULT 0 CONSTRAINT team_queue_delay_is_not_negative CHECK (delay_s >= 0),
  handicap_s int NOT NULL DEFAULT 0 CONSTRAINT team_queue_handicap_is_not_negative CHECK (handicap_s >= 0),
  band smallint NOT NULL DEFAULT 0 CONSTRAINT team_queue_band_is_zero_to_nine CHECK (band BETWEEN 0 AND 9),
  PRIMARY KEY (team_id, queue_id)
);
-- Who serves a queue becomes a member of its team, to read what is there: that gives him none of its queues.
ALTER TABLE team_member ADD COLUMN source text NOT NULL DEFAULT 'own'
  CONSTRAINT team_member_source_is_known CHECK (source IN ('own', 'queue'));
-- A membership is somebody's own, or follows from a team of his.
ALTER TABLE membership ADD COLUMN source text NOT NULL DEFAULT 'own'
  CONSTRAINT membership_source_is_known CHECK (source IN ('own', 'team'));

CREATE TABLE overflow_step (
  queue_id bigint NOT NULL REFERENCES queue (id),
  after_s int NOT NULL CONSTRAINT overflow_step_waits CHECK (after_s > 0),
  to_queue_id bigint NOT NULL REFERENCES queue (id)
    CONSTRAINT overflow_step_leads_elsewhere CHECK (to_queue_id <> queue_id),
  channels text[] NOT NULL DEFAULT '{}', -- none: of all channels
  PRIMARY KEY (queue_id, after_s, to_queue_id)
);

-- Who is referred higher without anybody asking; the first rule that holds, by position.
CREATE TABLE escalation_rule (
  name text PRIMARY KEY CONSTRAINT escalation_rule_name_is_a_word CHECK (name ~ '^[a-z][a-z0-9_]{0,40}$'),
  position int NOT NULL CONSTRAINT escalation_rule_position_is_unique UNIQUE DEFERRABLE INITIALLY DEFERRED,
  from_queue_id bigint REFERENCES queue (id), -- none: any
  condition jsonb NOT NULL,
  to_queue_id bigint REFERENCES queue (id),   -- none: the next tier of the queue it is in
  moves boolean NOT NULL DEFAULT true,        -- not: somebody is told, and that is all
  notify text CONSTRAINT escalation_rule_notifies_somebody_known CHECK (notify IN ('supervisor')),
  CONSTRAINT escalation_rule_does_something CHECK (moves OR (notify IS NOT NULL AND to_queue_id IS NULL))
);

CREATE TABLE sla_policy (
  name text PRIMARY KEY CONSTRAINT sla_policy_name_is_a_word CHECK (name ~ '^[a-z][a-z0-9_]{0,40}$'),
  position int NOT NULL CONSTRAINT sla_policy_position_is_unique UNIQUE DEFERRABLE INITIALLY DEFERRED,
  condition jsonb NOT NULL,
  first_reply_s int CONSTRAINT sla_policy_first_reply_is_positive CHECK (first_reply_s > 0),
  next_reply_s int CONSTRAINT sla_policy_next_reply_is_positive CHECK (next_reply_s > 0),
  resolution_s int CONSTRAINT sla_policy_resolution_is_positive CHECK (resolution_s > 0),
  calendar_id bigint REFERENCES calendar (id), -- none: the one of the queue it is in when the clock starts
  warn_share float8 NOT NULL DEFAULT 0.75      -- people are warned when so much of the time is gone
    CONSTRAINT sla_policy_warns_within_its_time CHECK (warn_share > 0 AND warn_share < 1)
);

-- Tickets --------------------------------------------------------------------------------------

ALTER TABLE ticket
  ADD COLUMN sticky_agent_id bigint REFERENCES agent (id),
  ADD COLUMN sticky_until timestamptz,
  ADD COLUMN overflow jsonb NOT NULL DEFAULT '[]', -- [seconds since enqueued_at, queue], the next step first
  ADD COLUMN returns int NOT NULL DEFAULT 0,
  ADD COLUMN abandoned_at timestamptz,
  ADD CONSTRAINT ticket_is_sticky_to_somebody_until_an_instant
    CHECK ((sticky_agent_id IS NULL) = (sticky_until IS NULL)),
  ADD CONSTRAINT ticket_that_was_abandoned_is_closed CHECK (abandoned_at IS NULL OR state = 'closed'),
  DROP CONSTRAINT ticket_is_solved_at_an_instant,
  ADD CONSTRAINT ticket_is_solved_at_an_instant -- nobody has solved what was abandoned
    CHECK ((solved_at IS NOT NULL) = (state IN ('solved', 'closed') AND abandoned_at IS NULL));
CREATE INDEX ticket_sticky_and_waiting ON ticket (sticky_agent_id, rank_us, id)
  WHERE state = 'waiting' AND sticky_agent_id IS NOT NULL;
CREATE INDEX ticket_sticky_and_unsolved ON ticket (sticky_agent_id, queue_id)
  WHERE sticky_agent_id IS NOT NULL AND state NOT IN ('solved', 'closed');

ALTER TABLE leg DROP CONSTRAINT leg_ending_is_known, ADD CONSTRAINT leg_ending_is_known CHECK (ended_by IN
  ('assigned', 'escalated', 'transferred', 'returned', 'released', 'overflowed', 'solved', 'abandoned', 'spam'));

ALTER TABLE timer
  ADD COLUMN queue_id bigint REFERENCES queue (id),
  DROP CONSTRAINT timer_kind_is_known, ADD CONSTRAINT timer_kind_is_known CHECK (kind IN
    ('offer_expiry', 'delay_step', 'exclusion_end', 'sticky_end', 'overflow', 'wrap_up_end', 'return_due',
     'queue_hours', 'escalation', 'escalation_check', 'sla_warning', 'sla_due', 'sla_share', 'sla_recount', 'sla_unsent', 'wake_up', 'reopen_end'));

-- Escalation -----------------------------------------------------------------------------------

-- How a ticket went up a tier and down again, and what rules told supervisors about it. Who took it
-- afterwards is in its legs.
CREATE TABLE escalation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  episode int NOT NULL,
  kind text NOT NULL CONSTRAINT escalation_kind_is_known CHECK (kind IN ('escalated', 'returned', 'notified')),
  at timestamptz NOT NULL,
  reason text NOT NULL,
  rule text,                             -- none: a person, or what holds without any rule
  because jsonb NOT NULL DEFAULT '[]',   -- what held: leaf, wanted, found
  from_queue_id bigint NOT NULL REFERENCES queue (id),
  from_tier smallint NOT NULL,
  to_queue_id bigint REFERENCES queue (id),
  to_tier smallint,
  agent_id bigint REFERENCES agent (id), -- who held it until then
  actor text NOT NULL,
  note_id bigint,                        -- the hand-over note on the timeline
  configuration_version int NOT NULL,
  CONSTRAINT escalation_leads_somewhere_or_tells_somebody
    CHECK ((kind = 'notified') = (to_queue_id IS NULL) AND (to_queue_id IS NULL) = (to_tier IS NULL)),
  CONSTRAINT escalation_goes_the_way_it_says
    CHECK (kind = 'notified' OR (kind = 'escalated') = (to_tier > from_tier))
);
CREATE INDEX escalation_of_ticket ON escalation (ticket_id, id);
INSERT INTO escalation (ticket_id, episode, kind, at, reason, from_queue_id, from_tier, to_queue_id, to_tier, agent_id,
                        actor, note_id, configuration_version)
SELECT l.ticket_id, l.episode, l.ended_by, l.to_at, coalesce(e.reason, 'other'), l.queue_id, l.tier, n.queue_id, n.tier,
       l.agent_id, coalesce(e.actor, 'system'), e.note_id, 0
FROM leg l
JOIN LATERAL (SELECT next.queue_id, next.tier FROM leg next
              WHERE next.ticket_id = l.ticket_id AND next.id > l.id ORDER BY next.id LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT event.actor, event.data ->> 'reason' AS reason, (event.data ->> 'hand_over_id')::bigint AS note_id
                   FROM event WHERE event.ticket_id = l.ticket_id AND event.at = l.to_at
                     AND event.kind IN ('ticket_escalated', 'ticket_transferred') ORDER BY event.id LIMIT 1) e ON true
WHERE l.ended_by IN ('escalated', 'returned') AND (l.ended_by = 'escalated') = (n.tier > l.tier) AND n.tier <> l.tier
ORDER BY l.to_at, l.id;

-- SLA ledger -----------------------------------------------------------------------------------

-- One promise to a customer on one ticket. It keeps the target, the calendar and the version of the
-- configuration it began with: a changed policy never rewrites it.
CREATE TABLE sla_clock (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  episode int NOT NULL,
  metric text NOT NULL CONSTRAINT sla_clock_metric_is_known CHECK (metric IN ('first_reply', 'next_reply', 'resolution')),
  policy text NOT NULL,
  target_s int NOT NULL CONSTRAINT sla_clock_target_is_positive CHECK (target_s > 0),
  warn_share float8 NOT NULL,
  calendar_id bigint REFERENCES calendar (id), -- none: it runs day and night
  calendar_version int,                        -- what due_at and warn_at were counted with
  configuration_version int NOT NULL,
  started_at timestamptz NOT NULL,
  due_at timestamptz,  -- none: it stands still, or its calendar never opens again
  warn_at timestamptz,
  warned_at timestamptz,
  breached_at timestamptz,
  met_at timestamptz,
  ended_at timestamptz,
  ended_by text CONSTRAINT sla_clock_ending_is_known CHECK (ended_by IN ('met', 'cancelled')),
  CONSTRAINT sla_clock_says_how_it_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  CONSTRAINT sla_clock_was_met_when_it_ended_so CHECK ((met_at IS NOT NULL) = (ended_by IS NOT DISTINCT FROM 'met')),
  CONSTRAINT sla_clock_knows_the_version_of_its_calendar CHECK ((calendar_id IS NULL) = (calendar_version IS NULL))
);
CREATE UNIQUE INDEX sla_clock_one_open_per_metric ON sla_clock (ticket_id, metric) WHERE ended_at IS NULL;
CREATE INDEX sla_clock_of_ticket ON sla_clock (ticket_id, id);
CREATE INDEX sla_clock_open_in_order ON sla_clock (due_at, id) WHERE ended_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX sla_clock_open_by_calendar ON sla_clock (calendar_id, calendar_version, id) WHERE ended_at IS NULL;

-- Of what is promised on a ticket and not kept yet what is due first; standing still comes last.
CREATE FUNCTION next_promise(the_ticket_id bigint) RETURNS TABLE (metric text, due_at timestamptz, state text)
LANGUAGE sql STABLE AS $$
  SELECT k.metric, k.due_at,
         CASE WHEN k.breached_at IS NOT NULL OR k.due_at <= statement_timestamp() THEN 'overdue'
              WHEN k.due_at IS NULL THEN 'paused' ELSE 'running' END
  FROM sla_clock k WHERE k.ticket_id = the_ticket_id AND k.ended_at IS NULL
  ORDER BY k.due_at NULLS LAST, k.id LIMIT 1
$$;

-- While it is the customer's turn, or the ticket is on hold, a clock may stand still.
CREATE TABLE sla_pause (
  clock_id bigint NOT NULL REFERENCES sla_clock (id),
  from_at timestamptz NOT NULL,
  to_at timestamptz CONSTRAINT sla_pause_does_not_run_backwards CHECK (to_at >= from_at),
  PRIMARY KEY (clock_id, from_at)
);
CREATE UNIQUE INDEX sla_pause_one_open ON sla_pause (clock_id) WHERE to_at IS NULL;

-- Bands ------------------------------------------------------------------------------------------

-- How well an agent solves one kind of problem in a queue, recomputed now and then; used only while
-- the setting `bands` says so.
CREATE TABLE agent_band (
  queue_id bigint NOT NULL REFERENCES queue (id),
  agent_id bigint NOT NULL REFERENCES agent (id),
  segment text NOT NULL,
  band smallint NOT NULL CONSTRAINT agent_band_is_zero_to_nine CHECK (band BETWEEN 0 AND 9),
  handled int NOT NULL,
  solved_share real NOT NULL CONSTRAINT agent_band_share_is_a_probability CHECK (solved_share BETWEEN 0 AND 1),
  per_hour real NOT NULL,
  computed_at timestamptz NOT NULL,
  PRIMARY KEY (queue_id, agent_id, segment)
);

-- Segments -----------------------------------------------------------------------------------------

-- What may be asserted of a contact, and who may say it besides rules and models. Of a kind with
-- `several` a contact may have several values at once; of a `free` one any word will do.
CREATE TABLE segment_kind (
  kind text PRIMARY KEY CONSTRAINT segment_kind_is_a_word CHECK (kind ~ '^[a-z][a-z_]{1,40}$'),
  name_en text NOT NULL CONSTRAINT segment_kind_has_an_english_name CHECK (name_en <> ''),
  name_fa text NOT NULL CONSTRAINT segment_kind_has_a_persian_name CHECK (name_fa <> ''),
  several boolean NOT NULL DEFAULT false,
  free boolean NOT NULL DEFAULT false,
  set_by text NOT NULL DEFAULT 'agent'
    CONSTRAINT segment_kind_is_set_by_somebody_known CHECK (set_by IN ('agent', 'supervisor', 'admin', 'nobody')),
  built_in boolean NOT NULL DEFAULT false,
  version int NOT NULL DEFAULT 1,
  archived_at timestamptz,
  CONSTRAINT segment_kind_built_in_stays CHECK (NOT (built_in AND archived_at IS NOT NULL))
);
CREATE TABLE segment_value (
  kind text NOT NULL REFERENCES segment_kind (kind),
  value text NOT NULL CONSTRAINT segment_value_is_a_word CHECK (value ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$'),
  name_en text NOT NULL CONSTRAINT segment_value_has_an_english_name CHECK (name_en <> ''),
  name_fa text NOT NULL CONSTRAINT segment_value_has_a_persian_name CHECK (name_fa <> ''),
  position int NOT NULL,
  archived_at timestamptz,
  PRIMARY KEY (kind, value)
);
INSERT INTO segment_kind (kind, name_en, name_fa, several, free, set_by, built_in) VALUES
  ('temperament', 'Temperament', 'خلق‌وخو', false, false, 'nobody', true), -- has rules of its own
  ('customer_category', 'Customer category', 'نوع مشتری', false, false, 'agent', true),
  ('contract', 'Contract', 'قرارداد', true, true, 'agent', true),
  ('value_class', 'Value', 'ارزش', false, false, 'supervisor', true),
  ('language', 'Preferred language', 'زبان دلخواه', false, false, 'agent', true);
INSERT INTO segment_value (kind, value, name_en, name_fa, position) VALUES
  ('customer_category', 'education', 'Education', 'آموزشی', 1),
  ('customer_category', 'government', 'Government', 'دولتی', 2),
  ('customer_category', 'small_business', 'Small business', 'کسب‌وکار کوچک', 3),
  ('customer_category', 'large_business', 'Large business', 'کسب‌وکار بزرگ', 4),
  ('customer_category', 'home', 'Home', 'خانگی', 5),
  ('value_class', 'A', 'A: most of the profit', 'الف: بیشترین سود', 1),
  ('value_class', 'B', 'B: good', 'ب: خوب', 2),
  ('value_class', 'C', 'C: the rest', 'ج: دیگران', 3),
  ('value_class', 'costly', 'Costly', 'پرهزینه', 4),
  ('language', 'en', 'English', 'انگلیسی', 1),
  ('language', 'fa', 'Persian', 'فارسی', 2);

-- `told_at` is when we were told, where that is not when it begins: what was known at an instant can
-- be asked for later. `slot` is the value of a kind with several, so that each stands by itself.
ALTER TABLE segment ADD COLUMN told_at timestamptz, ADD COLUMN slot text NOT NULL DEFAULT '';
DROP INDEX segment_one_open_per_source;
CREATE UNIQUE INDEX segment_one_open_per_source ON segment (contact_id, kind, source, slot)
  WHERE to_at IS NULL AND ticket_id IS NULL;

-- What counted of a contact at an instant, as it was known then: of several sources a person's word
-- comes first, and the latest.
CREATE FUNCTION effective_segments(of_contact bigint, at timestamptz) RETURNS TABLE (id bigint, kind text, value text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT x.id, x.kind, x.value FROM (
    SELECT s.id, s.kind, s.value, row_number() OVER (
      PARTITION BY s.kind, s.slot
      ORDER BY array_position(ARRAY['agent', 'import', 'rule', 'model', 'cues'], s.source), s.from_at DESC, s.id DESC) AS n
    FROM segment s
    WHERE s.contact_id = of_contact AND s.ticket_id IS NULL
      AND greatest(s.from_at, s.told_at) <= at AND (s.to_at IS NULL OR s.to_at > at)) AS x
  WHERE x.n = 1;
END;

-- What that is worth in seconds of waiting. Nobody waits longer or less for his manner.
CREATE FUNCTION segment_credits(of_contact bigint, at timestamptz) RETURNS TABLE (reason text, credit_s int)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT e.kind || ':' || e.value, r.credit_s
  FROM effective_segments(of_contact, at) AS e JOIN credit_rule r ON r.kind = e.kind AND r.value = e.value
  WHERE r.credit_s > 0 AND e.kind <> 'temperament';
END;

-- Whether a contact had a problem of the kind solved since then; one whose category nobody has named
-- yet may be of any kind.
CREATE FUNCTION comes_again(of_ticket bigint, of_contact bigint, of_category bigint, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
  SELECT FROM ticket s
  WHERE s.contact_id = of_contact AND s.id <> of_ticket AND s.state IN ('solved', 'closed') AND s.solved_at >= since
    AND NOT s.spam AND s.abandoned_at IS NULL AND coalesce(s.category_id = of_category, true));
