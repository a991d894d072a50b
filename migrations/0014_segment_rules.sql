-- migrate:up
-- Segments that follow from rules, what is decided by segments, and audiences.

-- Who belongs is computed: a row of `segment` of the kind `group` for each rule, with the source `rule`.
-- Its name in both languages is the one of its value.
INSERT INTO segment_kind (kind, name_en, name_fa, several, free, set_by, built_in) VALUES
  ('group', 'Group', 'گروه', true, false, 'nobody', true);
CREATE TABLE segment_rule (
  key text PRIMARY KEY CONSTRAINT segment_rule_key_is_a_word CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  condition jsonb NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  archived_at timestamptz
);
CREATE INDEX segment_of_group ON segment (value, contact_id) WHERE kind = 'group' AND to_at IS NULL;

-- Something about a contact has changed in the transaction that wrote this: the rules look again.
CREATE TABLE segment_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contact_id bigint NOT NULL,
  asked_at timestamptz NOT NULL
);

-- When rules look at a contact again though nothing was changed, since time alone may change the answer.
CREATE TABLE segment_due (
  contact_id bigint PRIMARY KEY REFERENCES contact (id) ON DELETE CASCADE,
  due_at timestamptz NOT NULL
);
CREATE INDEX segment_due_in_order ON segment_due (due_at, contact_id);

-- Rules have changed: everybody is looked at again, a part of the contacts a row, and how far that is.
CREATE TABLE segment_sweep (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  after_id bigint NOT NULL,
  to_id bigint NOT NULL,
  asked_at timestamptz NOT NULL,
  CONSTRAINT segment_sweep_goes_forward CHECK (to_id > after_id)
);

ALTER TABLE timer
  DROP CONSTRAINT timer_kind_is_known, ADD CONSTRAINT timer_kind_is_known CHECK (kind IN
    ('offer_expiry', 'delay_step', 'exclusion_end', 'sticky_end', 'overflow', 'wrap_up_end', 'return_due', 'queue_hours',
     'escalation', 'escalation_check', 'sla_warning', 'sla_due', 'sla_share', 'sla_recount', 'sla_unsent', 'wake_up',
     'reopen_end', 'credit_check'));

-- What could be known of anybody when everybody was looked at last: where it is otherwise, they are looked at again.
CREATE TABLE segment_ground (
  is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT segment_ground_is_only_one CHECK (is_only),
  ground text NOT NULL
);

-- Who belonged to a rule segment at an instant and could be reached by a channel: what comes later changes nothing of it.
CREATE TABLE segment_audience (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_key text NOT NULL REFERENCES segment_rule (key),
  rule_version int NOT NULL,
  condition jsonb NOT NULL,
  name text NOT NULL CONSTRAINT segment_audience_has_a_name CHECK (name ~ '\S'),
  channel text NOT NULL,
  size int NOT NULL CONSTRAINT segment_audience_size_is_a_count CHECK (size >= 0),
  opted_out int NOT NULL,   -- members who want no messages there
  unreachable int NOT NULL, -- members without an address there
  taken_at timestamptz NOT NULL,
  actor text NOT NULL
);
CREATE INDEX segment_audience_of_rule ON segment_audience (rule_key, id);
CREATE TABLE segment_audience_member (
  audience_id bigint NOT NULL REFERENCES segment_audience (id),
  contact_id bigint NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  identity_id bigint NOT NULL REFERENCES identity (id) ON DELETE CASCADE, -- where to reach him
  PRIMARY KEY (audience_id, contact_id)
);
CREATE INDEX segment_audience_member_of_contact ON segment_audience_member (contact_id);
CREATE INDEX segment_audience_member_by_address ON segment_audience_member (identity_id);

-- What follows for customers of a segment; without a kind it is for everybody. Nobody's manner decides more than
-- how to talk with him.
CREATE TABLE segment_policy (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL CONSTRAINT segment_policy_key_is_a_word CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$')
    CONSTRAINT segment_policy_key_is_unique UNIQUE,
  position int NOT NULL CONSTRAINT segment_policy_position_is_unique UNIQUE DEFERRABLE INITIALLY DEFERRED,
  kind text REFERENCES segment_kind (kind),
  value text,
  guidance_en text CONSTRAINT segment_policy_says_something_in_english CHECK (guidance_en ~ '\S'),
  guidance_fa text CONSTRAINT segment_policy_says_something_in_persian CHECK (guidance_fa ~ '\S'),
  sla_policy text,
  queue_id bigint REFERENCES queue (id),
  credit_s int CONSTRAINT segment_policy_credit_is_within_a_day CHECK (credit_s BETWEEN 1 AND 86400),
  CONSTRAINT segment_policy_is_for_a_value_or_everybody CHECK ((kind IS NULL) = (value IS NULL)),
  CONSTRAINT segment_policy_guides_in_both_languages CHECK ((guidance_en IS NULL) = (guidance_fa IS NULL)),
  CONSTRAINT segment_policy_has_an_effect CHECK (num_nonnulls(guidance_en, sla_policy, queue_id, credit_s) > 0),
  CONSTRAINT segment_policy_of_manner_only_guides
    CHECK (kind <> 'temperament' OR num_nonnulls(sla_policy, queue_id, credit_s) = 0)
);

-- The policies for a contact at an instant, in the order in which they count: those for everybody come last.
CREATE FUNCTION policies_of(of_contact bigint, at timestamptz) RETURNS SETOF segment_policy
LANGUAGE sql STABLE ROWS 2
BEGIN ATOMIC
  SELECT p.* FROM segment_policy p
  WHERE p.kind IS NULL
     OR EXISTS (SELECT FROM effective_segments(of_contact, policies_of.at) AS e WHERE e.kind = p.kind AND e.value = p.value)
  ORDER BY p.kind IS NULL, p.position;
END;

-- What is asserted of a contact is worth, by the rules for credits and then by the first policy that grants one.
-- Nobody waits longer or less for his manner.
CREATE OR REPLACE FUNCTION segment_credits(of_contact bigint, at timestamptz) RETURNS TABLE (reason text, credit_s int)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT e.kind || ':' || e.value, r.credit_s
  FROM effective_segments(of_contact, segment_credits.at) AS e JOIN credit_rule r ON r.kind = e.kind AND r.value = e.value
  WHERE r.credit_s > 0 AND e.kind <> 'temperament'
  UNION ALL
  (SELECT 'policy:' || p.key, p.credit_s FROM policies_of(of_contact, segment_credits.at) AS p
   WHERE p.credit_s > 0 ORDER BY p.kind IS NULL, p.position LIMIT 1);
END;
