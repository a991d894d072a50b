-- migrate:up
-- What follows a problem: feedback, follow-ups, notices, prices.
SELECT;

-- Guidance: how replies were written, what helps with whom, and whether all are treated alike ------------

-- Whether a reply kept to the guidance for the temperament the ticket carried then: `rules` names what it
-- went against, and is empty where it kept to all. Never the words.
CREATE TABLE reply_tone (
  interaction_id bigint PRIMARY KEY REFERENCES interaction (id) ON DELETE CASCADE,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  temperament text NOT NULL CONSTRAINT reply_tone_temperament_is_known CHECK (temperament IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler', 'unknown')),
  rules text[] NOT NULL DEFAULT '{}',
  written_at timestamptz NOT NULL
);
CREATE INDEX reply_tone_of_ticket ON reply_tone (ticket_id, written_at);

-- Which temperament a reply is meant for, and the objection it answers, as a customer might say it.
ALTER TABLE saved_reply
  ADD COLUMN temperament text CONSTRAINT saved_reply_temperament_is_known CHECK (temperament IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler', 'unknown')),
  ADD COLUMN objection text CONSTRAINT saved_reply_objection_is_not_empty CHECK (objection <> '');

INSERT INTO saved_reply (title, language, temperament, objection, body) VALUES
  ('Cheaper elsewhere', 'en', 'haggler', 'I can get it cheaper elsewhere, is that your last price?',
   'The price covers delivery, setup and the guarantee. What I can look at is a better price for more pieces or for collecting it yourself; would either suit you?'),
  ('Asks for a discount', 'en', 'haggler', 'Can you give me a discount, what is your best price?',
   'Thank you for asking openly. The price stands because of what is in it; for a larger order or a yearly contract there is room. Shall I work that out for you?'),
  ('جای دیگر ارزان‌تر است', 'fa', 'haggler', 'جای دیگه ارزون‌تره، آخرش چند میدی؟',
   'در این قیمت ارسال، نصب و ضمانت هم هست. اگر تعداد بیشتری بخواهید یا خودتان تحویل بگیرید، می‌توانم شرایط بهتری حساب کنم؛ کدام به کارتان می‌آید؟'),
  ('تخفیف می‌خواهد', 'fa', 'haggler', 'تخفیف بدید، یه کم راه بیاید، کمتر حساب کنید',
   'ممنون که راحت گفتید. دلیل قیمت همین خدماتی است که در آن هست؛ برای سفارش بیشتر یا قرارداد سالانه جا داریم. حسابش کنم؟'),
  ('Finds several faults', 'en', 'fault_finding', 'There is something wrong with everything: crooked, scratched, too loud',
   'Thank you for naming each point. I have written down what needs repair and will tell you by tomorrow what happens to it. What works in your favour: the guarantee covers all of it.'),
  ('چند ایراد با هم', 'fa', 'fault_finding', 'همه جاش ایراد داره، کجه، خط داره، صداش زیاده',
   'ممنون که یکی‌یکی گفتید. آنچه باید درست شود ثبت شد و تا فردا می‌گویم چه می‌کنیم. خوبی‌اش این است که همه‌اش در ضمانت است.'),
  ('Cannot decide', 'en', 'hesitant', 'I am not sure which one, what if I regret it or it does not fit?',
   'I would take the one we spoke of first, because it fits what you told me. You can return it if it does not suit you, and I will put that in writing. Shall I call you on a day of your choice?'),
  ('مطمئن نیست', 'fa', 'hesitant', 'مطمئن نیستم کدومو بردارم، اگه پشیمون شدم چی؟',
   'من همان اولی را پیشنهاد می‌کنم، چون به آنچه گفتید می‌خورد. اگر به کارتان نیامد می‌توانید پس بدهید و این را کتبی می‌فرستم. چه روزی زنگ بزنم؟'),
  ('Where things stand', 'en', 'serious', NULL,
   'Status of ticket {ticket_id}: received and assigned to {agent_name}. The next step and its date follow in writing.'),
  ('وضعیت کار', 'fa', 'serious', NULL,
   'وضعیت درخواست {ticket_id}: دریافت و به {agent_name} سپرده شد. قدم بعدی و تاریخ آن کتبی اعلام می‌شود.'),
  ('Glad to hear from you', 'en', 'warm', NULL,
   'How nice to hear from you, {contact_name}! I am looking at it myself and will write as soon as I know more. How did the last matter turn out?'),
  ('خوشحال شدم', 'fa', 'warm', NULL,
   'سلام {contact_name}، خوشحال شدم که نوشتید! خودم نگاهش می‌کنم و تا بفهمم خبر می‌دهم. راستی کار قبلی به کجا رسید؟');

-- A gap between people of one temperament and all others that supervisors were told of.
CREATE TABLE fairness_gap (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  measure text NOT NULL CONSTRAINT fairness_gap_measure_is_known CHECK (measure IN
    ('waiting_time', 'time_to_solve', 'satisfaction', 'escalation')),
  temperament text NOT NULL,
  theirs float8 NOT NULL,
  others float8 NOT NULL,
  n int NOT NULL,
  n_others int NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL,
  found_at timestamptz NOT NULL
);
-- When gaps were looked for, and how many there were.
CREATE TABLE fairness_look (
  ended_at timestamptz PRIMARY KEY,
  found int NOT NULL
);
CREATE INDEX fairness_gap_latest ON fairness_gap (measure, temperament, found_at);

-- Temperament is a note on tone: nothing is promised by it, and nobody is served earlier or later for it.
-- NOT VALID: what a house has from before counts for nothing (`routing.entry.blind`), and goes when it is next edited.
ALTER TABLE sla_policy ADD CONSTRAINT sla_policy_does_not_ask_for_temperament
  CHECK (NOT condition ?| ARRAY['temperament', 'segment.temperament']) NOT VALID;
ALTER TABLE credit_rule ADD CONSTRAINT credit_rule_is_not_for_temperament CHECK (kind <> 'temperament') NOT VALID;

-- Care -----------------------------------------------------------------------------------------------------

-- What somebody liked or did not like, of what. It stays with the contact it was told of; what has become of
-- him by a merge is looked up when it is read (`contact_with_merged`). Of one that another system tells, its
-- `external_id` says which it is: it is taken once.
CREATE TABLE feedback (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL CONSTRAINT feedback_topic_says_something CHECK (topic ~ '\S'),
  attribute text CONSTRAINT feedback_attribute_says_something CHECK (attribute ~ '\S'),
  polarity text NOT NULL CONSTRAINT feedback_polarity_is_known CHECK (polarity IN ('like', 'dislike', 'neutral')),
  score smallint CONSTRAINT feedback_score_is_one_to_five CHECK (score BETWEEN 1 AND 5),
  words text CONSTRAINT feedback_words_say_something CHECK (words ~ '\S'),
  contact_id bigint REFERENCES contact (id),
  ticket_id bigint REFERENCES ticket (id),
  interaction_id bigint REFERENCES interaction (id),
  source text NOT NULL CONSTRAINT feedback_source_is_a_word CHECK (source ~ '^[a-z0-9][a-z0-9_.-]{0,59}$'),
  external_id text CONSTRAINT feedback_external_id_is_not_empty CHECK (external_id <> ''),
  given_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  owner_id bigint REFERENCES user_account (id),
  outcome text CONSTRAINT feedback_outcome_says_something CHECK (outcome ~ '\S'),
  closed_at timestamptz,
  state text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN owner_id IS NOT NULL THEN 'assigned' ELSE 'new' END) STORED,
  actor text NOT NULL,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT feedback_is_taken_once UNIQUE (source, external_id),
  CONSTRAINT feedback_closes_with_owner_and_outcome
    CHECK ((closed_at IS NOT NULL) = (outcome IS NOT NULL) AND (closed_at IS NULL OR owner_id IS NOT NULL))
);
CREATE INDEX feedback_open ON feedback (given_at, id) WHERE closed_at IS NULL;
CREATE INDEX feedback_of_contact ON feedback (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX feedback_of_ticket ON feedback (ticket_id, id) WHERE ticket_id IS NOT NULL;

-- What somebody has to do by when: a promise to a customer, or whoever has not decided yet.
-- `overdue_at` is when it was told of that nothing had come of it in time.
CREATE TABLE follow_up (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CONSTRAINT follow_up_kind_is_known CHECK (kind IN ('promise', 'undecided', 'task')),
  what text NOT NULL CONSTRAINT follow_up_says_something CHECK (what ~ '\S'),
  what_fa text CONSTRAINT follow_up_says_something_in_persian CHECK (what_fa ~ '\S'), -- where nobody wrote it
  due_at timestamptz NOT NULL,
  contact_id bigint NOT NULL REFERENCES contact (id),
  ticket_id bigint REFERENCES ticket (id),
  agent_id bigint REFERENCES user_account (id),
  team_id bigint REFERENCES team (id),
  state text NOT NULL DEFAULT 'open' CONSTRAINT follow_up_state_is_known CHECK (state IN ('open', 'done', 'dropped')),
  outcome text CONSTRAINT follow_up_outcome_says_something CHECK (outcome ~ '\S'),
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  overdue_at timestamptz,
  closed_by text,
  closed_at timestamptz,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT follow_up_is_somebodys CHECK (coalesce(agent_id, team_id) IS NOT NULL),
  CONSTRAINT follow_up_is_closed_by_somebody
    CHECK ((state <> 'open') = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (closed_by IS NULL)),
  CONSTRAINT follow_up_is_dropped_for_a_reason CHECK (state <> 'dropped' OR outcome IS NOT NULL)
);
CREATE INDEX follow_up_of_agent ON follow_up (agent_id, due_at) WHERE state = 'open';
CREATE INDEX follow_up_of_team ON follow_up (team_id, due_at) WHERE state = 'open';
CREATE INDEX follow_up_of_contact ON follow_up (contact_id, due_at) WHERE state = 'open';
CREATE INDEX follow_up_of_ticket ON follow_up (ticket_id, id) WHERE ticket_id IS NOT NULL;
-- A ticket that is solved twice without a decision is followed up once.
CREATE UNIQUE INDEX follow_up_undecided_once ON follow_up (ticket_id) WHERE kind = 'undecided' AND state = 'open';

-- After which ending of a problem somebody is asked again by himself, and what is to be done then.
CREATE TABLE follow_up_rule (
  disposition text NOT NULL REFERENCES disposition (code),
  temperament text NOT NULL CONSTRAINT follow_up_rule_temperament_is_known CHECK (temperament IN
    ('warm', 'serious', 'fault_finding', 'hesitant', 'haggler', 'unknown')),
  due_after_s int NOT NULL CONSTRAINT follow_up_rule_is_within_a_year CHECK (due_after_s BETWEEN 60 AND 31536000),
  what_en text NOT NULL CONSTRAINT follow_up_rule_says_something CHECK (what_en ~ '\S'),
  what_fa text NOT NULL CONSTRAINT follow_up_rule_says_something_in_persian CHECK (what_fa ~ '\S'),
  version int NOT NULL DEFAULT 1,
  PRIMARY KEY (disposition, temperament)
);
INSERT INTO disposition (code, name_en, name_fa) VALUES ('undecided', 'Has not decided yet', 'هنوز تصمیم نگرفته است')
ON CONFLICT DO NOTHING;
INSERT INTO follow_up_rule (disposition, temperament, due_after_s, what_en, what_fa) VALUES
  ('undecided', 'hesitant', 3 * 86400,
   'Ask what is still unclear, and offer one recommendation with its guarantee.',
   'بپرس چه چیزی هنوز روشن نیست و یک پیشنهاد مشخص همراه با ضمانتش بده.');

ALTER TABLE timer
  DROP CONSTRAINT timer_kind_is_known, ADD CONSTRAINT timer_kind_is_known CHECK (kind IN
    ('offer_expiry', 'delay_step', 'exclusion_end', 'sticky_end', 'overflow', 'wrap_up_end', 'return_due', 'queue_hours',
     'escalation', 'escalation_check', 'sla_warning', 'sla_due', 'sla_share', 'sla_recount', 'sla_unsent', 'wake_up',
     'reopen_end', 'credit_check', 'follow_up_due'));

-- For how much something is sold, to everybody who asks: no person, segment or temperament stands here.
CREATE TABLE price_band (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product text NOT NULL CONSTRAINT price_band_product_says_something CHECK (product ~ '\S'),
  currency text NOT NULL CONSTRAINT price_band_currency_is_three_letters CHECK (currency ~ '^[A-Z]{3}$'),
  list_minor bigint NOT NULL,
  opening_minor bigint NOT NULL,
  cost_minor bigint NOT NULL CONSTRAINT price_band_cost_is_not_negative CHECK (cost_minor >= 0),
  margin_minor bigint NOT NULL CONSTRAINT price_band_margin_is_not_negative CHECK (margin_minor >= 0),
  floor_minor bigint NOT NULL GENERATED ALWAYS AS (cost_minor + margin_minor) STORED,
  floor_seen_by text NOT NULL DEFAULT 'supervisor'
    CONSTRAINT price_band_floor_is_seen_by_somebody_known CHECK (floor_seen_by IN ('agent', 'supervisor', 'admin')),
  refusal_en text NOT NULL CONSTRAINT price_band_refuses_in_english CHECK (refusal_en ~ '\S'),
  refusal_fa text NOT NULL CONSTRAINT price_band_refuses_in_persian CHECK (refusal_fa ~ '\S'),
  valid_from timestamptz NOT NULL,
  valid_until timestamptz,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT price_band_comes_down_to_its_floor
    CHECK (list_minor >= opening_minor AND opening_minor >= cost_minor + margin_minor),
  CONSTRAINT price_band_does_not_run_backwards CHECK (valid_until > valid_from)
);
CREATE INDEX price_band_of_product ON price_band (fa_fold(product), currency, valid_from);

-- What was asked of a customer for it, the newest last. None is below the floor of its band.
CREATE TABLE price_offer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  price_band_id bigint NOT NULL REFERENCES price_band (id),
  amount_minor bigint NOT NULL,
  note text,
  author_id bigint REFERENCES user_account (id),
  actor text NOT NULL,
  offered_at timestamptz NOT NULL
);
CREATE INDEX price_offer_of_ticket ON price_offer (ticket_id, id);

-- Texts to everybody of a segment, at several times. `audience_kind` and `audience_value` are a segment's.
CREATE TABLE notice (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT notice_has_a_name CHECK (name ~ '\S'),
  audience_kind text NOT NULL REFERENCES segment_kind (kind),
  audience_value text NOT NULL CONSTRAINT notice_audience_is_not_empty CHECK (audience_value <> ''),
  channel text NOT NULL,
  entry_point_id bigint NOT NULL REFERENCES entry_point (id),
  calendar_id bigint REFERENCES calendar (id),  -- sent only while it is open; NULL: the hours of notice_limit
  starts_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'draft'
    CONSTRAINT notice_state_is_known CHECK (state IN ('draft', 'running', 'paused', 'stopped', 'done')),
  author_id bigint REFERENCES user_account (id),
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  version int NOT NULL DEFAULT 1
);
CREATE INDEX notice_running ON notice (starts_at) WHERE state = 'running';

-- One of its texts, due `after_s` from its start. Who has it coming is found then, a part of the contacts at a
-- time: `planned_to` is how far.
CREATE TABLE notice_text (
  notice_id bigint NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
  position int NOT NULL CONSTRAINT notice_text_position_is_not_negative CHECK (position >= 0),
  after_s int NOT NULL CONSTRAINT notice_text_is_within_three_years CHECK (after_s BETWEEN 0 AND 94608000),
  subject_en text NOT NULL DEFAULT '',
  subject_fa text NOT NULL DEFAULT '',
  text_en text NOT NULL CONSTRAINT notice_text_says_something CHECK (text_en ~ '\S'),
  text_fa text NOT NULL CONSTRAINT notice_text_says_something_in_persian CHECK (text_fa ~ '\S'),
  planned_to bigint NOT NULL DEFAULT 0,
  planned_at timestamptz,
  PRIMARY KEY (notice_id, position)
);

-- One text to one person, once: it becomes `written` in the transaction that writes the message, or is
-- `skipped` for a reason.
CREATE TABLE notice_delivery (
  notice_id bigint NOT NULL,
  position int NOT NULL,
  contact_id bigint NOT NULL REFERENCES contact (id),
  state text NOT NULL DEFAULT 'planned'
    CONSTRAINT notice_delivery_state_is_known CHECK (state IN ('planned', 'written', 'skipped')),
  reason text CONSTRAINT notice_delivery_reason_is_known CHECK (reason IN
    ('merged', 'left_segment', 'unreachable', 'opted_out', 'too_late', 'stopped')),
  due_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  interaction_id bigint REFERENCES interaction (id),
  decided_at timestamptz,
  PRIMARY KEY (notice_id, position, contact_id),
  FOREIGN KEY (notice_id, position) REFERENCES notice_text (notice_id, position),
  CONSTRAINT notice_delivery_is_a_message_when_written CHECK ((state = 'written') = (interaction_id IS NOT NULL)),
  CONSTRAINT notice_delivery_is_skipped_for_a_reason CHECK ((state = 'skipped') = (reason IS NOT NULL)),
  CONSTRAINT notice_delivery_is_decided_once CHECK ((state = 'planned') = (decided_at IS NULL))
);
CREATE INDEX notice_delivery_due ON notice_delivery (notice_id, next_at, contact_id) WHERE state = 'planned';
CREATE INDEX notice_delivery_planned_of_contact ON notice_delivery (contact_id, due_at) WHERE state = 'planned';
CREATE INDEX notice_delivery_of_contact ON notice_delivery (contact_id, decided_at) WHERE state = 'written';
CREATE UNIQUE INDEX notice_delivery_of_interaction ON notice_delivery (interaction_id) WHERE interaction_id IS NOT NULL;

-- Who is of a segment, in the order of the contacts.
CREATE INDEX segment_of_value ON segment (kind, value, contact_id) WHERE ticket_id IS NULL;

-- Whom a segment means at an instant, in the order of the contacts: of several sources a person's word counts first.
CREATE FUNCTION notice_audience(of_kind text, of_value text, at timestamptz, after_id bigint)
RETURNS TABLE (contact_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT DISTINCT s.contact_id FROM segment s
  WHERE s.kind = of_kind AND s.value = of_value AND s.ticket_id IS NULL AND s.contact_id > after_id
    AND greatest(s.from_at, s.told_at) <= at AND (s.to_at IS NULL OR s.to_at > at)
    AND EXISTS (SELECT FROM effective_segments(s.contact_id, at) AS e WHERE e.kind = of_kind AND e.value = of_value)
  ORDER BY s.contact_id;
END;

-- How often and when anybody is written to unasked, by all notices on all channels together.
CREATE TABLE notice_limit (
  name text PRIMARY KEY DEFAULT 'all' CONSTRAINT notice_limit_is_one CHECK (name = 'all'),
  at_most int NOT NULL CONSTRAINT notice_limit_is_a_number CHECK (at_most BETWEEN 0 AND 100),
  within_days int NOT NULL CONSTRAINT notice_limit_is_within_a_year CHECK (within_days BETWEEN 1 AND 366),
  opens_min int NOT NULL CONSTRAINT notice_limit_opens_within_a_day CHECK (opens_min BETWEEN 0 AND 1439),
  closes_min int NOT NULL CONSTRAINT notice_limit_closes_within_a_day CHECK (closes_min BETWEEN 1 AND 1440),
  time_zone text NOT NULL,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT notice_limit_leaves_some_hours CHECK (closes_min > opens_min)
);
INSERT INTO notice_limit (at_most, within_days, opens_min, closes_min, time_zone) VALUES (2, 7, 540, 1200, 'UTC');

-- A notice is on the timeline, belongs to no problem, and counts as nobody's words.
ALTER TABLE interaction DROP CONSTRAINT interaction_kind_is_known;
ALTER TABLE interaction ADD CONSTRAINT interaction_kind_is_known
  CHECK (kind IN ('message', 'note', 'hand_over', 'automatic', 'autoresponse', 'notice')) NOT VALID;
ALTER TABLE interaction DROP CONSTRAINT interaction_is_written_by_someone_unless_automatic;
ALTER TABLE interaction ADD CONSTRAINT interaction_is_written_by_someone_unless_automatic
  CHECK (direction = 'inbound' OR author_id IS NOT NULL OR kind IN ('autoresponse', 'notice')) NOT VALID;
CREATE INDEX interaction_without_ticket ON interaction (contact_id, id DESC) WHERE ticket_id IS NULL;
