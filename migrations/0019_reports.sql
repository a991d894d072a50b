-- migrate:up
-- What reports are made of: facts, each made of the events of one ticket, told apart by what was known when they happened.

-- What somebody was worth to us at an instant, as was known then; NULL where nobody said.
CREATE FUNCTION value_then(of_contact bigint, at timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN (
  SELECT s.value FROM segment s
  WHERE s.contact_id = of_contact AND s.kind = 'value_class' AND s.ticket_id IS NULL
    AND greatest(s.from_at, s.told_at) <= at AND (s.to_at IS NULL OR s.to_at > at)
  ORDER BY array_position(ARRAY['agent', 'import', 'rule', 'model', 'cues'], s.source), s.from_at DESC, s.id DESC LIMIT 1);

-- One fact. Its words are those of contactcenter/history/facts.py; it is a pure function of the ticket's events, so all of it
-- can be made anew. `at` is NULL for a stay that goes on, `ticket_id` where it is about an agent's time.
CREATE TABLE report_fact (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint,
  contact_id bigint,
  kind text NOT NULL,
  episode int NOT NULL,
  from_at timestamptz NOT NULL,
  at timestamptz,
  agent_id bigint,
  team_id bigint,
  queue_id bigint,
  tier smallint,
  channel text,
  entry_point_id bigint,
  category_id bigint,
  temperament text NOT NULL,
  value text NOT NULL,
  outcome text,
  is_first boolean NOT NULL,
  since_at timestamptz,
  to_tier smallint,
  promise text,
  score smallint,
  load smallint,
  contacts int,
  transfers int,
  escalations int,
  came_back_s float8,
  calendar_s float8,
  business_s float8
);
CREATE INDEX report_fact_of_ticket ON report_fact (ticket_id);
CREATE INDEX report_fact_of_contact ON report_fact (contact_id, at) WHERE kind = 'opened';
CREATE INDEX report_fact_of_kind ON report_fact (kind, at);
CREATE INDEX report_fact_going_on ON report_fact (kind, from_at) WHERE at IS NULL;

-- How far the events have been read; one row. Facts are those of every event at or before it.
CREATE TABLE report_position (
  is_only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT report_position_is_one_row CHECK (is_only_row),
  epoch int NOT NULL,
  xid xid8 NOT NULL,
  event_id bigint NOT NULL,
  read_at timestamptz NOT NULL
);
