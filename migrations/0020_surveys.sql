-- migrate:up
-- One question after a problem was solved: how well we did, from 1 to 5.

-- Whether, when and in which words customers are asked; one row. `{link}` in a text becomes the address of the question.
CREATE TABLE survey_policy (
  is_only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT survey_policy_is_one_row CHECK (is_only_row),
  is_on boolean NOT NULL DEFAULT false,
  channels text[] NOT NULL DEFAULT '{email,phone,sms}',
  after_s int NOT NULL DEFAULT 3600 CONSTRAINT survey_is_sent_within_a_month CHECK (after_s BETWEEN 0 AND 2592000),
  valid_s int NOT NULL DEFAULT 604800 CONSTRAINT survey_is_open_for_three_months_at_most CHECK (valid_s BETWEEN 3600 AND 7776000),
  quiet_s int NOT NULL DEFAULT 604800 CONSTRAINT survey_leaves_in_peace_for_a_year_at_most CHECK (quiet_s BETWEEN 0 AND 31622400),
  text_en text NOT NULL DEFAULT 'How well did we solve it? Answer with a digit from 1 (badly) to 5 (very well), or here: {link}',
  text_fa text NOT NULL DEFAULT 'مشکل شما را چه‌قدر خوب حل کردیم؟ با یک رقم از ۱ (بد) تا ۵ (بسیار خوب) پاسخ دهید، یا این‌جا: {link}',
  mail_en text NOT NULL DEFAULT E'How well did we solve your problem?\n\nOne question, one click:\n{link}\n\nThank you.',
  mail_fa text NOT NULL DEFAULT E'مشکل شما را چه‌قدر خوب حل کردیم؟\n\nیک پرسش، یک کلیک:\n{link}\n\nسپاسگزاریم.',
  subject_en text NOT NULL DEFAULT 'How did we do?',
  subject_fa text NOT NULL DEFAULT 'کار ما چگونه بود؟',
  version int NOT NULL DEFAULT 1,
  CONSTRAINT survey_texts_have_the_link CHECK (
    position('{link}' IN text_en) > 0 AND position('{link}' IN text_fa) > 0
    AND position('{link}' IN mail_en) > 0 AND position('{link}' IN mail_fa) > 0)
);
INSERT INTO survey_policy DEFAULT VALUES;

-- One question about one episode. Where it went is NULL until it was sent, the score until it was answered, and never again changed.
CREATE TABLE survey (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  episode int NOT NULL,
  state text NOT NULL DEFAULT 'planned'
    CONSTRAINT survey_state_is_known CHECK (state IN ('planned', 'skipped', 'sent', 'answered', 'expired')),
  reason text,
  due_at timestamptz NOT NULL,
  next_at timestamptz NOT NULL,
  channel text,
  entry_point_id bigint REFERENCES entry_point (id),
  identity_id bigint REFERENCES identity (id),
  interaction_id bigint REFERENCES interaction (id),
  language text,
  sent_at timestamptz,
  expires_at timestamptz,
  score smallint CONSTRAINT survey_score_is_one_to_five CHECK (score BETWEEN 1 AND 5),
  answered_by text CONSTRAINT survey_is_answered_by_link_or_reply CHECK (answered_by IN ('link', 'reply')),
  answered_at timestamptz,
  changed_at timestamptz NOT NULL,
  CONSTRAINT survey_is_asked_once_an_episode UNIQUE (ticket_id, episode),
  CONSTRAINT survey_skipped_says_why CHECK ((state = 'skipped') = (reason IS NOT NULL)),
  CONSTRAINT survey_sent_says_where CHECK (
    (state IN ('sent', 'answered', 'expired')) = (num_nulls(channel, entry_point_id, identity_id, interaction_id, language, sent_at, expires_at) = 0)),
  CONSTRAINT survey_answered_says_how CHECK ((state = 'answered') = (num_nulls(score, answered_by, answered_at) = 0))
);
CREATE INDEX survey_due ON survey (next_at) WHERE state = 'planned';
CREATE INDEX survey_open ON survey (expires_at) WHERE state = 'sent';
CREATE INDEX survey_asked ON survey (identity_id, id DESC) WHERE state IN ('sent', 'answered');
CREATE INDEX survey_changed ON survey (changed_at);

-- The timeline knows the question, and what was written to answer it.
ALTER TABLE interaction DROP CONSTRAINT interaction_kind_is_known;
ALTER TABLE interaction ADD CONSTRAINT interaction_kind_is_known CHECK (kind IN
  ('message', 'note', 'hand_over', 'automatic', 'autoresponse', 'notice', 'transcript', 'call', 'voicemail', 'survey', 'survey_answer')) NOT VALID;
ALTER TABLE interaction DROP CONSTRAINT interaction_is_written_by_someone_unless_automatic;
ALTER TABLE interaction ADD CONSTRAINT interaction_is_written_by_someone_unless_automatic
  CHECK (direction = 'inbound' OR author_id IS NOT NULL
         OR kind IN ('autoresponse', 'notice', 'transcript', 'note', 'survey')) NOT VALID;
