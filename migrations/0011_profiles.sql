-- migrate:up
-- What is known of a person besides how to reach him, and what would be worth knowing.

-- Only what people say of themselves stands here: nothing is concluded from a name, an age or a gender.
-- `known_at` tells of each fact when it was last said, by the key of `contact_attribute`; `declined` are
-- the facts that he would rather not tell.
ALTER TABLE contact
  ADD COLUMN gender text CONSTRAINT contact_gender_is_known CHECK (gender IN ('female', 'male', 'other', 'undisclosed')),
  ADD COLUMN occupation text CONSTRAINT contact_occupation_says_something CHECK (occupation ~ '\S'),
  ADD COLUMN organisational_position text CONSTRAINT contact_position_says_something CHECK (organisational_position ~ '\S'),
  ADD COLUMN workplace text CONSTRAINT contact_workplace_says_something CHECK (workplace ~ '\S'),
  ADD COLUMN needs text[] NOT NULL DEFAULT '{}',
  ADD COLUMN expectations text[] NOT NULL DEFAULT '{}',
  ADD COLUMN birth_date date CONSTRAINT contact_was_born_in_our_time CHECK (birth_date BETWEEN '1900-01-01' AND '2200-01-01'),
  ADD COLUMN interests text[] NOT NULL DEFAULT '{}',
  ADD COLUMN likes text[] NOT NULL DEFAULT '{}',
  ADD COLUMN dislikes text[] NOT NULL DEFAULT '{}',
  ADD COLUMN preferred_channel text CONSTRAINT contact_channel_is_a_word CHECK (preferred_channel ~ '^[a-z][a-z_]{1,30}$'),
  ADD COLUMN preferred_hours jsonb CONSTRAINT contact_hours_say_when
    CHECK (preferred_hours ?& ARRAY['from', 'until', 'days', 'time_zone']),
  ADD COLUMN tone_note text CONSTRAINT contact_tone_says_something CHECK (tone_note ~ '\S'),
  ADD COLUMN please_do text[] NOT NULL DEFAULT '{}',
  ADD COLUMN please_avoid text[] NOT NULL DEFAULT '{}',
  ADD COLUMN known_at jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN declined text[] NOT NULL DEFAULT '{}';

-- Every fact that may be known of a contact. The built-in ones have columns of their own, or are segments;
-- the house's own lie in `contact.attributes`. `worth` is the share of a fact in how complete a profile is,
-- and the order in which missing ones are asked for: those that are `sensitive` after all others. After
-- `fresh_days` what was said counts half as fresh; NULL where it never grows old.
CREATE TABLE contact_attribute (
  key text PRIMARY KEY CONSTRAINT contact_attribute_key_is_a_word CHECK (key ~ '^[a-z][a-z0-9_]{0,59}$'),
  name_en text NOT NULL CONSTRAINT contact_attribute_has_an_english_name CHECK (name_en ~ '\S'),
  name_fa text NOT NULL CONSTRAINT contact_attribute_has_a_persian_name CHECK (name_fa ~ '\S'),
  type text NOT NULL
    CONSTRAINT contact_attribute_type_is_known CHECK (type IN ('text', 'number', 'date', 'boolean', 'choice', 'list', 'hours')),
  choices jsonb NOT NULL DEFAULT '[]',
  minimum float8,
  maximum float8,
  earliest date,
  latest date,
  built_in boolean NOT NULL DEFAULT false,
  sensitive boolean NOT NULL DEFAULT false,
  asked boolean NOT NULL DEFAULT false,
  worth int NOT NULL DEFAULT 10 CONSTRAINT contact_attribute_worth_is_a_share CHECK (worth BETWEEN 0 AND 100),
  fresh_days int CONSTRAINT contact_attribute_grows_old_in_days CHECK (fresh_days BETWEEN 1 AND 36500),
  question_en text CONSTRAINT contact_attribute_asks_in_english CHECK (question_en ~ '\S'),
  question_fa text CONSTRAINT contact_attribute_asks_in_persian CHECK (question_fa ~ '\S'),
  version int NOT NULL DEFAULT 1,
  archived_at timestamptz,
  CONSTRAINT contact_attribute_is_asked_for_in_both_languages
    CHECK ((question_en IS NULL) = (question_fa IS NULL) AND NOT (asked AND question_en IS NULL)),
  CONSTRAINT contact_attribute_built_in_stays CHECK (NOT (built_in AND archived_at IS NOT NULL)),
  CONSTRAINT contact_attribute_sensitive_stays CHECK (sensitive OR key NOT IN ('gender', 'birth_date')),
  CONSTRAINT contact_attribute_hours_are_built_in CHECK (built_in OR type <> 'hours'),
  CONSTRAINT contact_attribute_range_fits_its_type
    CHECK ((coalesce(minimum, maximum) IS NULL OR type = 'number') AND (coalesce(earliest, latest) IS NULL OR type = 'date')),
  CONSTRAINT contact_attribute_range_is_no_contradiction
    CHECK (coalesce(minimum <= maximum, true) AND coalesce(earliest <= latest, true))
);
INSERT INTO contact_attribute (key, name_en, name_fa, type, built_in, sensitive, asked, worth, fresh_days, question_en, question_fa)
VALUES
  ('name', 'Name', 'نام', 'text', true, false, true, 100, NULL,
   'May I ask your name?', 'ممکن است نامتان را بفرمایید؟'),
  ('needs', 'Needs', 'نیازها', 'list', true, false, true, 90, 180,
   'What do you need it for?', 'آن را برای چه کاری لازم دارید؟'),
  ('expectations', 'Expectations of the product', 'انتظارات از محصول', 'list', true, false, true, 80, 180,
   'What matters most to you in the product?', 'از این محصول بیشتر از همه چه انتظاری دارید؟'),
  ('customer_category', 'Customer category', 'نوع مشتری', 'choice', true, false, true, 70, NULL,
   'Is this for yourself or for an organisation?', 'این را برای خودتان می‌خواهید یا برای سازمانی؟'),
  ('preferred_channel', 'Preferred channel', 'راه ارتباطی دلخواه', 'choice', true, false, true, 65, 365,
   'How would you like us to reach you?', 'دوست دارید از چه راهی با شما تماس بگیریم؟'),
  ('preferred_hours', 'Preferred hours', 'ساعت‌های مناسب', 'hours', true, false, true, 60, 365,
   'At what time do we disturb you least?', 'چه ساعتی کمتر مزاحمتان می‌شویم؟'),
  ('language', 'Preferred language', 'زبان دلخواه', 'choice', true, false, true, 55, NULL,
   'Which language would you rather speak with us?', 'ترجیح می‌دهید به چه زبانی با ما صحبت کنید؟'),
  ('interests', 'Interests', 'علاقه‌مندی‌ها', 'list', true, false, true, 50, 365,
   'What else would you like to hear about?', 'مایلید درباره‌ی چه چیزهای دیگری به شما خبر بدهیم؟'),
  ('occupation', 'Occupation', 'شغل', 'text', true, false, true, 45, 730,
   'May I ask what you do for a living?', 'ممکن است بپرسم شغلتان چیست؟'),
  ('workplace', 'Workplace', 'محل کار', 'text', true, false, true, 40, 730,
   'Which company do you work for?', 'در کدام شرکت یا سازمان کار می‌کنید؟'),
  ('organisational_position', 'Position in the organisation', 'سمت سازمانی', 'text', true, false, true, 35, 730,
   'What is your position there?', 'سمت شما در آنجا چیست؟'),
  ('likes', 'Likes', 'خوشایندها', 'list', true, false, true, 30, 365,
   'What did you like best about our service?', 'از چه چیز خدمات ما بیشتر خوشتان آمد؟'),
  ('dislikes', 'Dislikes', 'ناخوشایندها', 'list', true, false, true, 30, 365,
   'What should we do otherwise next time?', 'دفعه‌ی بعد چه کاری را جور دیگری انجام بدهیم؟'),
  ('please_do', 'Please do', 'لطفاً انجام دهید', 'list', true, false, false, 10, 365, NULL, NULL),
  ('please_avoid', 'Please avoid', 'لطفاً پرهیز کنید', 'list', true, false, false, 10, 365, NULL, NULL),
  ('tone_note', 'Tone', 'لحن', 'text', true, false, false, 10, 365, NULL, NULL),
  ('birth_date', 'Birth date', 'تاریخ تولد', 'date', true, true, true, 20, NULL,
   'May we congratulate you on your birthday? When is it?', 'دوست دارید تولدتان را تبریک بگوییم؟ چه روزی است؟'),
  ('gender', 'Gender', 'جنسیت', 'choice', true, true, false, 5, NULL, NULL, NULL);
UPDATE contact_attribute SET choices = '[
    {"value": "female", "name_en": "Female", "name_fa": "زن"},
    {"value": "male", "name_en": "Male", "name_fa": "مرد"},
    {"value": "other", "name_en": "Other", "name_fa": "دیگر"},
    {"value": "undisclosed", "name_en": "Not told", "name_fa": "نگفته"}]'
WHERE key = 'gender';

-- A day as it is written in JSON; NULL for what is none.
CREATE FUNCTION day_of(written text) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF written !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN
    RETURN NULL;
  END IF;
  RETURN make_date(left(written, 4)::int, substr(written, 6, 2)::int, right(written, 2)::int);
EXCEPTION WHEN datetime_field_overflow THEN
  RETURN NULL;
END
$$;
