-- migrate:up
-- What customers do: purchases, returns, quotes and whatever else is brought to us.

-- What may be kept of customers' behaviour. Of a kind that is not captured nothing is kept; what is older
-- than `retention_days` is deleted.
CREATE TABLE behaviour_kind (
  kind text PRIMARY KEY CONSTRAINT behaviour_kind_is_a_word CHECK (kind ~ '^[a-z][a-z_]{1,40}$'),
  name_en text NOT NULL CONSTRAINT behaviour_kind_has_an_english_name CHECK (name_en <> ''),
  name_fa text NOT NULL CONSTRAINT behaviour_kind_has_a_persian_name CHECK (name_fa <> ''),
  built_in boolean NOT NULL DEFAULT false,
  captured boolean NOT NULL DEFAULT true,
  retention_days int CONSTRAINT behaviour_retention_is_a_hundred_years_at_most CHECK (retention_days BETWEEN 1 AND 36500),
  version int NOT NULL DEFAULT 1
);
INSERT INTO behaviour_kind (kind, name_en, name_fa, built_in) VALUES
  ('purchase', 'Purchase', 'خرید', true),
  ('return', 'Return', 'مرجوعی', true),
  ('quote', 'Quote asked for', 'درخواست پیش‌فاکتور', true),
  ('cart_abandoned', 'Cart left behind', 'سبد رهاشده', true),
  ('discount_request', 'Discount asked for', 'درخواست تخفیف', true),
  ('complaint', 'Complaint', 'شکایت', true),
  ('referral', 'Referral', 'معرفی', true),
  ('interest', 'Interest', 'علاقه', true),
  ('invoice', 'Invoice', 'صورت‌حساب', true),
  ('payment', 'Payment', 'پرداخت', true);

-- Something a customer did, as another system tells it. It belongs to the contact it was told of: what has
-- become of him by a merge is looked up when it is read (`contact_with_merged`), so that undoing one needs no move.
CREATE TABLE behaviour_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contact_id bigint NOT NULL REFERENCES contact (id),
  identity_id bigint REFERENCES identity (id),
  kind text NOT NULL REFERENCES behaviour_kind (kind),
  source text NOT NULL CONSTRAINT behaviour_source_is_a_word CHECK (source ~ '^[a-z0-9][a-z0-9_.-]{0,59}$'),
  external_id text NOT NULL CONSTRAINT behaviour_external_id_is_not_empty CHECK (external_id <> ''),
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  amount_minor bigint CONSTRAINT behaviour_amount_is_not_negative CHECK (amount_minor >= 0),
  cost_minor bigint CONSTRAINT behaviour_cost_is_not_negative CHECK (cost_minor >= 0),
  currency text CONSTRAINT behaviour_currency_is_three_letters CHECK (currency ~ '^[A-Z]{3}$'),
  product text,
  topic text,
  referred_id bigint REFERENCES contact (id),
  details jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT behaviour_event_is_taken_once UNIQUE (source, external_id),
  CONSTRAINT behaviour_money_has_a_currency
    CHECK ((coalesce(amount_minor, cost_minor) IS NULL) = (currency IS NULL)),
  CONSTRAINT behaviour_kind_has_what_it_needs CHECK (CASE kind
    WHEN 'purchase' THEN amount_minor IS NOT NULL WHEN 'return' THEN amount_minor IS NOT NULL
    WHEN 'invoice' THEN amount_minor IS NOT NULL WHEN 'payment' THEN amount_minor IS NOT NULL
    WHEN 'complaint' THEN topic IS NOT NULL WHEN 'interest' THEN topic IS NOT NULL
    WHEN 'referral' THEN referred_id IS NOT NULL ELSE true END),
  CONSTRAINT behaviour_referral_is_of_somebody_else CHECK (referred_id <> contact_id),
  CONSTRAINT behaviour_only_referrals_name_somebody CHECK (referred_id IS NULL OR kind = 'referral')
);
CREATE INDEX behaviour_event_of_contact ON behaviour_event (contact_id, kind, occurred_at);
CREATE INDEX behaviour_event_of_kind ON behaviour_event (kind, occurred_at);
CREATE INDEX behaviour_event_in_time ON behaviour_event (occurred_at, id);
CREATE INDEX behaviour_event_by_arrival ON behaviour_event USING brin (received_at);
CREATE INDEX behaviour_event_of_address ON behaviour_event (identity_id, received_at) WHERE identity_id IS NOT NULL;
CREATE INDEX behaviour_event_of_referred ON behaviour_event (referred_id) WHERE referred_id IS NOT NULL;

-- A contact and everybody who has become part of him, over any number of merges.
CREATE FUNCTION contact_with_merged(of_contact bigint) RETURNS TABLE (contact_id bigint)
LANGUAGE sql STABLE ROWS 2
BEGIN ATOMIC
  WITH RECURSIVE part AS (
    SELECT of_contact AS id
    UNION
    SELECT c.id FROM part p JOIN contact c ON c.merged_into_id = p.id
  )
  SELECT p.id FROM part p;
END;

-- Who a contact is now, over any number of merges; nobody for nobody.
CREATE FUNCTION contact_survivor(of_contact bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
  WITH RECURSIVE way AS (
    SELECT c.id, c.merged_into_id FROM contact c WHERE c.id = of_contact
    UNION
    SELECT c.id, c.merged_into_id FROM way w JOIN contact c ON c.id = w.merged_into_id
  )
  SELECT w.id FROM way w WHERE w.merged_into_id IS NULL;
END;

-- What a contact did before an instant, counted; what is not known gives no row. A kind of event is known of
-- everybody from the first of its kind on, while it is captured and kept for at least as long as is counted.
-- Whoever writes on two days about one problem contacts us twice. What machines wrote counts for nothing.
CREATE FUNCTION behaviour_counts(of_contact bigint, at timestamptz) RETURNS TABLE (feature text, value float8)
LANGUAGE sql STABLE ROWS 11
BEGIN ATOMIC
  WITH part AS MATERIALIZED (
    SELECT m.contact_id AS id FROM contact_with_merged(of_contact) AS m
  ), counted (feature, kind, days) AS (
    VALUES ('purchases_12m', 'purchase', 365), ('returns_12m', 'return', 365),
           ('discount_requests_90d', 'discount_request', 90), ('complaints_90d', 'complaint', 90),
           ('quotes_requested_90d', 'quote', 90), ('carts_abandoned_30d', 'cart_abandoned', 30)
  ), known AS (
    SELECT c.feature, c.kind, c.days FROM counted c JOIN behaviour_kind k ON k.kind = c.kind
    WHERE k.captured AND (k.retention_days IS NULL OR k.retention_days >= c.days)
      AND (SELECT min(e.occurred_at) FROM behaviour_event e WHERE e.kind = c.kind) <= at  -- one probe of the index
  ), found AS (
    SELECT e.kind, e.occurred_at, e.topic FROM part p JOIN behaviour_event e ON e.contact_id = p.id
    WHERE e.kind IN ('purchase', 'return', 'discount_request', 'complaint', 'quote', 'cart_abandoned')
      AND e.occurred_at > at - interval '365 days' AND e.occurred_at <= at
  ), counts AS (
    SELECT k.feature, count(f.kind) AS n, count(DISTINCT fa_fold(f.topic)) AS topics
    FROM known k LEFT JOIN found f ON f.kind = k.kind AND f.occurred_at > at - k.days * interval '1 day'
    GROUP BY k.feature
  ), since AS (
    SELECT least(
      (SELECT min(c.created_at) FROM part p JOIN contact c ON c.id = p.id),
      (SELECT min(e.occurred_at) FROM part p JOIN behaviour_event e ON e.contact_id = p.id)) AS began_at
  ), talked AS (  -- the newest part of the timeline
    SELECT i.ticket_id, i.direction, i.occurred_at, i.id FROM (
      SELECT n.ticket_id, n.direction, n.kind, n.occurred_at, n.id FROM interaction n
      WHERE n.contact_id = of_contact ORDER BY n.id DESC LIMIT 1000) AS i
    WHERE i.kind = 'message' AND i.direction IN ('inbound', 'outbound')
      AND i.occurred_at > at - interval '90 days' AND i.occurred_at <= at
  ), turned AS (
    SELECT t.direction, t.occurred_at, lag(t.direction) OVER w AS before, lag(t.occurred_at) OVER w AS before_at
    FROM talked t WINDOW w AS (PARTITION BY t.ticket_id ORDER BY t.occurred_at, t.id)
  ), replied AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.occurred_at - t.before_at)::float8) AS s
    FROM turned t WHERE t.direction = 'inbound' AND t.before = 'outbound'
  )
  SELECT c.feature, c.n::float8 FROM counts c
  UNION ALL
  SELECT 'complaint_topics_90d', c.topics::float8 FROM counts c WHERE c.feature = 'complaints_90d'
  UNION ALL
  SELECT 'contacts_30d', count(DISTINCT (t.ticket_id, (t.occurred_at AT TIME ZONE 'UTC')::date))::float8
  FROM talked t WHERE t.direction = 'inbound' AND t.occurred_at > at - interval '30 days'
  UNION ALL
  SELECT 'reopened_30d', (
    SELECT count(e.id) FROM ticket t JOIN event e ON e.ticket_id = t.id
    WHERE t.contact_id = of_contact AND t.reopens > 0 AND e.kind = 'ticket_reopened'
      AND e.at > behaviour_counts.at - interval '30 days' AND e.at <= behaviour_counts.at)::float8
  UNION ALL
  SELECT 'tenure_months', extract(year FROM age(at, s.began_at)) * 12 + extract(month FROM age(at, s.began_at))
  FROM since s WHERE s.began_at <= at
  UNION ALL
  SELECT 'median_reply_s', r.s FROM replied r WHERE r.s IS NOT NULL;
END;

-- Value --------------------------------------------------------------------------------------------

-- How value is computed: in one currency, over so many periods up to now. `rates` has for another currency how
-- many of our minor units one of its is worth. Without a currency it is the only one in use.
CREATE TABLE value_setting (
  is_only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT value_setting_is_one_row CHECK (is_only_row),
  currency text CONSTRAINT value_currency_is_three_letters CHECK (currency ~ '^[A-Z]{3}$'),
  rates jsonb NOT NULL DEFAULT '{}',
  period_days int NOT NULL DEFAULT 90 CONSTRAINT value_period_is_a_day_to_a_year CHECK (period_days BETWEEN 1 AND 366),
  periods int NOT NULL DEFAULT 4 CONSTRAINT value_periods_are_one_to_forty CHECK (periods BETWEEN 1 AND 40),
  minute_rate_minor bigint NOT NULL DEFAULT 0 CONSTRAINT value_rate_is_not_negative CHECK (minute_rate_minor >= 0),
  vital_share float8 NOT NULL DEFAULT 0 CONSTRAINT value_vital_share_is_a_share CHECK (vital_share BETWEEN 0 AND 1),
  loyal_purchases int NOT NULL DEFAULT 4
    CONSTRAINT value_loyal_purchases_are_three_to_a_thousand CHECK (loyal_purchases BETWEEN 3 AND 1000),
  at_risk_days int NOT NULL DEFAULT 180 CONSTRAINT value_at_risk_days_are_positive CHECK (at_risk_days BETWEEN 1 AND 36500),
  lost_days int NOT NULL DEFAULT 365 CONSTRAINT value_lost_days_are_positive CHECK (lost_days BETWEEN 1 AND 36500),
  version int NOT NULL DEFAULT 1,
  stages_at timestamptz,
  computed_at timestamptz,
  computed_in text,
  left_out bigint NOT NULL DEFAULT 0
);
INSERT INTO value_setting DEFAULT VALUES;

-- What a contact was worth when it was last computed, in minor units of `value_setting.computed_in`. Whoever did
-- nothing and cost nothing in those periods has no row.
CREATE TABLE contact_value (
  contact_id bigint PRIMARY KEY REFERENCES contact (id),
  value_class text NOT NULL CONSTRAINT contact_value_class_is_known CHECK (value_class IN ('A', 'B', 'C', 'costly')),
  is_vital boolean NOT NULL,
  revenue_minor bigint NOT NULL,
  margin_minor bigint NOT NULL,
  profit_minor bigint NOT NULL,
  handling_s bigint NOT NULL CONSTRAINT contact_value_handling_is_not_negative CHECK (handling_s >= 0),
  computed_at timestamptz NOT NULL
);

-- The stage of whoever did something, by `routing.life_cycle`, and when silence alone would change it.
CREATE TABLE life_cycle (
  contact_id bigint PRIMARY KEY REFERENCES contact (id),
  stage text NOT NULL CONSTRAINT life_cycle_stage_is_known
    CHECK (stage IN ('lead', 'first_time', 'repeat', 'loyal', 'at_risk', 'lost', 'returned')),
  since timestamptz,
  next_at timestamptz,
  computed_at timestamptz NOT NULL
);
CREATE INDEX life_cycle_due ON life_cycle (next_at) WHERE next_at IS NOT NULL;

INSERT INTO segment_kind (kind, name_en, name_fa, several, free, set_by, built_in) VALUES
  ('vital', 'Vital', 'حیاتی', false, false, 'supervisor', true),
  ('life_cycle', 'Stage', 'مرحلهٔ مشتری', false, false, 'supervisor', true);
INSERT INTO segment_value (kind, value, name_en, name_fa, position) VALUES
  ('vital', 'yes', 'Always to be kept satisfied', 'همیشه باید راضی بماند', 1),
  ('vital', 'no', 'Not vital', 'حیاتی نیست', 2),
  ('life_cycle', 'lead', 'Has bought nothing yet', 'هنوز نخریده', 1),
  ('life_cycle', 'first_time', 'Bought once', 'خریدار نخستین', 2),
  ('life_cycle', 'repeat', 'Came back', 'خریدار دوباره', 3),
  ('life_cycle', 'loyal', 'Loyal', 'وفادار', 4),
  ('life_cycle', 'at_risk', 'At risk', 'در خطر رفتن', 5),
  ('life_cycle', 'lost', 'Lost', 'ازدست‌رفته', 6),
  ('life_cycle', 'returned', 'Won back', 'بازگشته', 7);

-- Lines of a file that is being read: nothing of it counts until all of it was read. Lost by a crash, and then the
-- file is brought again.
CREATE UNLOGGED TABLE behaviour_staged (
  import_id text NOT NULL,
  source text NOT NULL,
  external_id text NOT NULL,
  place text NOT NULL,
  contact_id bigint,
  address_kind text,
  address_value text,
  kind text NOT NULL,
  occurred_at timestamptz NOT NULL,
  amount_minor bigint,
  cost_minor bigint,
  currency text,
  product text,
  topic text,
  referred_place text,
  referred_id bigint,
  referred_kind text,
  referred_value text,
  details jsonb NOT NULL,
  staged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT behaviour_staged_once PRIMARY KEY (import_id, source, external_id)
);

-- What was foretold of customers on a day: the model of `routing.purchases`, as fitted then; and what came of it
-- when the time was over.
CREATE TABLE prediction_model (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  made_at timestamptz NOT NULL,
  horizon_days int NOT NULL CONSTRAINT prediction_horizon_is_positive CHECK (horizon_days > 0),
  fitted_to int NOT NULL,
  r float8 NOT NULL,
  alpha float8 NOT NULL,
  a float8 NOT NULL,
  b float8 NOT NULL,
  finished_at timestamptz,
  scored_at timestamptz
);
CREATE TABLE prediction (
  model_id bigint NOT NULL REFERENCES prediction_model (id) ON DELETE CASCADE,
  contact_id bigint NOT NULL REFERENCES contact (id),
  made_at timestamptz NOT NULL,
  expected_purchases float8 NOT NULL,
  alive float8 NOT NULL CONSTRAINT prediction_alive_is_a_probability CHECK (alive BETWEEN 0 AND 1),
  churn_risk float8 NOT NULL CONSTRAINT prediction_churn_risk_is_a_probability CHECK (churn_risk BETWEEN 0 AND 1),
  next_contact_at timestamptz,
  actual_purchases int,
  PRIMARY KEY (model_id, contact_id)
);
CREATE INDEX prediction_of_contact ON prediction (contact_id, model_id DESC);
