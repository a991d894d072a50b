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
CREATE INDEX report_fact_of_agent ON report_fact (agent_id, (coalesce(at, 'infinity'::timestamptz)))
  WHERE kind IN ('presence', 'busy', 'stay', 'offer', 'handled');
CREATE INDEX report_fact_going_on ON report_fact (kind, from_at) WHERE at IS NULL;

-- How far the events have been read; one row. Facts are those of every event at or before it.
CREATE TABLE report_position (
  is_only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT report_position_is_one_row CHECK (is_only_row),
  epoch int NOT NULL,
  xid xid8 NOT NULL,
  event_id bigint NOT NULL,
  read_at timestamptz NOT NULL
);

-- A day or a month of the house's zone that is over: what is rolled up. Its edges are those of the zone it was closed by.
CREATE TABLE report_span (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('day', 'month')),
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  zone text NOT NULL,
  CONSTRAINT report_span_goes_forward CHECK (from_at < to_at),
  CONSTRAINT report_span_is_closed_once UNIQUE (kind, from_at)
);

-- What is still to be rolled up, or again: `is_again` where it was before.
CREATE TABLE report_pending (
  span_id bigint NOT NULL REFERENCES report_span ON DELETE CASCADE,
  metric text NOT NULL,
  is_again boolean NOT NULL,
  PRIMARY KEY (span_id, metric)
);

-- The figures of a span by one dimension at a time ('' for all of them together); a value that is none is ''.
-- `total` is of seconds or scores to the millionth; `counts` are how many fell into each of `buckets`
-- (contactcenter/statistics/sketches.py).
CREATE TABLE report_roll_up (
  metric text NOT NULL,
  clock text NOT NULL,
  dimension text NOT NULL,
  span_id bigint NOT NULL REFERENCES report_span ON DELETE CASCADE,
  value text NOT NULL,
  n bigint NOT NULL,
  hits bigint NOT NULL,
  misses bigint NOT NULL,
  total numeric NOT NULL,
  buckets int[] NOT NULL,
  counts int[] NOT NULL,
  PRIMARY KEY (metric, clock, dimension, span_id, value),
  CONSTRAINT report_roll_up_counts_each_bucket CHECK (cardinality(buckets) = cardinality(counts))
);
CREATE INDEX report_roll_up_of_span ON report_roll_up (span_id, metric);

-- What a closed day's figure was before something late changed it, and after.
CREATE TABLE report_correction (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  metric text NOT NULL,
  clock text NOT NULL,
  dimension text NOT NULL,
  value text NOT NULL,
  n_before bigint NOT NULL,
  n_after bigint NOT NULL,
  hits_before bigint NOT NULL,
  hits_after bigint NOT NULL,
  total_before numeric NOT NULL,
  total_after numeric NOT NULL
);
CREATE INDEX report_correction_of_days ON report_correction (from_at, id);

-- The facts of a period, summed by one dimension at a time for each of some questions: what roll-ups of the period are, or would be.
-- A question has a number, `dimensions`, a clock and `what` is summed, '' for nothing; `selections` are what it is made of.
CREATE FUNCTION report_rolled(since timestamptz, until timestamptz, selections jsonb, questions jsonb, kinds text[])
RETURNS TABLE (question int, dimension text, value text, n bigint, hits bigint, misses bigint, total numeric, buckets int[], counts int[])
LANGUAGE sql STABLE AS $$
WITH asked AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(questions) AS q(question int, dimensions text[], is_business boolean, what text)
), chosen AS MATERIALIZED (
  SELECT s.*, q.is_business, q.what
  FROM jsonb_to_recordset(selections) AS s(
    question int, side text, kind text, outcomes text[], only_first boolean, score_from int, score_to int, at_most_s float8,
    above_s float8, at_least_s float8, contacts_max int, escalations_max int, back_within_s float8)
  JOIN asked q USING (question)
), told AS (
  SELECT f.*, s.question, s.side, s.what, s.at_most_s, s.above_s, s.at_least_s,
         coalesce(CASE WHEN s.is_business THEN f.business_s ELSE f.calendar_s END, 0) AS lasted_s
  FROM report_fact f JOIN chosen s ON s.kind = f.kind
  WHERE f.kind = ANY (kinds) AND f.at >= since AND f.at < until
    AND (s.outcomes IS NULL OR f.outcome = ANY (s.outcomes)) AND (f.is_first OR NOT s.only_first)
    AND (s.score_from IS NULL OR f.score >= s.score_from) AND (s.score_to IS NULL OR f.score <= s.score_to)
    AND (s.contacts_max IS NULL OR coalesce(f.contacts, 0) <= s.contacts_max)
    AND (s.escalations_max IS NULL OR coalesce(f.escalations, 0) <= s.escalations_max)
    AND (s.back_within_s IS NULL OR f.came_back_s <= s.back_within_s)
), seen AS (
  SELECT t.*, CASE t.what WHEN 'score' THEN t.score::float8 WHEN 'transfers' THEN t.transfers::float8
                          WHEN 'duration' THEN t.lasted_s END AS worth
  FROM told t
  WHERE (t.at_most_s IS NULL OR t.lasted_s <= t.at_most_s) AND (t.above_s IS NULL OR t.lasted_s > t.above_s)
    AND (t.at_least_s IS NULL OR t.lasted_s >= t.at_least_s)
), bucketed AS (
  SELECT s.*, CASE WHEN s.worth < 1e-6 THEN -32768 ELSE ceil(ln(s.worth) / ln(1.01::float8 / 0.99::float8))::int END AS bucket,
         (s.worth * 1e6)::bigint AS millionths
  FROM seen s
), counted AS (
  SELECT b.question, b.bucket,
         CASE WHEN GROUPING(b.agent_id) = 0 THEN 'agent' WHEN GROUPING(b.team_id) = 0 THEN 'team'
              WHEN GROUPING(b.queue_id) = 0 THEN 'queue' WHEN GROUPING(b.tier) = 0 THEN 'tier'
              WHEN GROUPING(b.channel) = 0 THEN 'channel' WHEN GROUPING(b.entry_point_id) = 0 THEN 'entry_point'
              WHEN GROUPING(b.category_id) = 0 THEN 'category' WHEN GROUPING(b.temperament) = 0 THEN 'temperament'
              WHEN GROUPING(b.value) = 0 THEN 'value' WHEN GROUPING(b.outcome) = 0 THEN 'outcome'
              WHEN GROUPING(b.to_tier) = 0 THEN 'to_tier' WHEN GROUPING(b.promise) = 0 THEN 'promise' ELSE '' END AS dimension,
         coalesce(b.agent_id::text, b.team_id::text, b.queue_id::text, b.tier::text, b.channel, b.entry_point_id::text,
                  b.category_id::text, b.temperament, b.value, b.outcome, b.to_tier::text, b.promise, '') AS value,
         count(*) FILTER (WHERE b.side = 'of') AS n, count(*) FILTER (WHERE b.side = 'hit') AS hits,
         count(*) FILTER (WHERE b.side = 'miss') AS misses, sum(b.millionths) FILTER (WHERE b.side = 'of') AS millionths
  FROM bucketed b
  GROUP BY b.question, b.bucket, GROUPING SETS ((), (b.agent_id), (b.team_id), (b.queue_id), (b.tier), (b.channel), (b.entry_point_id),
    (b.category_id), (b.temperament), (b.value), (b.outcome), (b.to_tier), (b.promise))
)
SELECT c.question, c.dimension, c.value, sum(c.n)::bigint, sum(c.hits)::bigint, sum(c.misses)::bigint,
       coalesce(sum(c.millionths), 0) * 0.000001,
       coalesce(array_agg(c.bucket ORDER BY c.bucket) FILTER (WHERE c.n > 0 AND c.bucket IS NOT NULL), '{}'),
       coalesce(array_agg(c.n::int ORDER BY c.bucket) FILTER (WHERE c.n > 0 AND c.bucket IS NOT NULL), '{}')
FROM counted c JOIN asked q ON q.question = c.question AND c.dimension = ANY (q.dimensions)
GROUP BY c.question, c.dimension, c.value
$$;
