-- migrate:up

-- When somebody is there. What a calendar says is kept by versions: an edit writes all of it anew,
-- and what is asked of the past is answered by what was in force then. Nothing is ever removed.
CREATE TABLE calendar (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name_en text NOT NULL CONSTRAINT calendar_has_an_english_name CHECK (name_en <> ''),
  name_fa text NOT NULL CONSTRAINT calendar_has_a_persian_name CHECK (name_fa <> ''),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  archived_at timestamptz
);
CREATE UNIQUE INDEX calendar_name_is_unique ON calendar (name_en) WHERE archived_at IS NULL;

-- In force from `from_at` until the next one is; the first one for all time before as well.
CREATE TABLE calendar_version (
  calendar_id bigint NOT NULL REFERENCES calendar (id),
  version int NOT NULL,
  time_zone text NOT NULL CONSTRAINT calendar_version_names_a_time_zone CHECK (time_zone ~ '^[A-Za-z]'),
  from_at timestamptz NOT NULL,
  PRIMARY KEY (calendar_id, version),
  CONSTRAINT calendar_version_begins_at_an_instant_of_its_own UNIQUE (calendar_id, from_at)
);
ALTER TABLE calendar ADD CONSTRAINT calendar_has_the_hours_of_its_version
  FOREIGN KEY (id, version) REFERENCES calendar_version (calendar_id, version) DEFERRABLE INITIALLY DEFERRED;

-- Local time in minutes since the midnight on which the weekday (1 is Monday) begins. Above 1440 is
-- the day after: 22:00 to 06:00 is 1320 to 1800.
CREATE TABLE calendar_hours (
  calendar_id bigint NOT NULL,
  version int NOT NULL,
  weekday smallint NOT NULL CONSTRAINT calendar_hours_weekday_is_one_to_seven CHECK (weekday BETWEEN 1 AND 7),
  opens_min int NOT NULL CONSTRAINT calendar_hours_open_on_their_day CHECK (opens_min BETWEEN 0 AND 1439),
  closes_min int NOT NULL,
  PRIMARY KEY (calendar_id, version, weekday, opens_min),
  FOREIGN KEY (calendar_id, version) REFERENCES calendar_version (calendar_id, version),
  CONSTRAINT calendar_hours_close_within_a_day CHECK (closes_min BETWEEN opens_min + 1 AND opens_min + 1440)
);

-- A date whose hours take the place of those of its weekday; without any it is closed.
CREATE TABLE calendar_exception (
  calendar_id bigint NOT NULL,
  version int NOT NULL,
  day date NOT NULL,
  name_en text NOT NULL CONSTRAINT calendar_exception_has_an_english_name CHECK (name_en <> ''),
  name_fa text NOT NULL CONSTRAINT calendar_exception_has_a_persian_name CHECK (name_fa <> ''),
  source text NOT NULL CONSTRAINT calendar_exception_source_is_known CHECK (source IN ('staff', 'proposal')),
  PRIMARY KEY (calendar_id, version, day),
  FOREIGN KEY (calendar_id, version) REFERENCES calendar_version (calendar_id, version)
);
CREATE TABLE calendar_exception_hours (
  calendar_id bigint NOT NULL,
  version int NOT NULL,
  day date NOT NULL,
  opens_min int NOT NULL CONSTRAINT calendar_exception_hours_open_on_their_day CHECK (opens_min BETWEEN 0 AND 1439),
  closes_min int NOT NULL,
  PRIMARY KEY (calendar_id, version, day, opens_min),
  FOREIGN KEY (calendar_id, version, day) REFERENCES calendar_exception (calendar_id, version, day),
  CONSTRAINT calendar_exception_hours_close_within_a_day
    CHECK (closes_min BETWEEN opens_min + 1 AND opens_min + 1440)
);

-- What a list of public holidays says of a country. It changes nothing until somebody confirms it.
CREATE TABLE proposed_holiday (
  calendar_id bigint NOT NULL REFERENCES calendar (id),
  day date NOT NULL,
  name_en text NOT NULL,
  name_fa text,
  country text NOT NULL CONSTRAINT proposed_holiday_country_is_a_code CHECK (country ~ '^[A-Z]{2}$'),
  certainty text NOT NULL
    CONSTRAINT proposed_holiday_certainty_is_known CHECK (certainty IN ('fixed', 'movable', 'unnamed')),
  proposed_at timestamptz NOT NULL,
  PRIMARY KEY (calendar_id, day)
);

-- Without a calendar it is always open.
ALTER TABLE queue ADD COLUMN calendar_id bigint REFERENCES calendar (id);
ALTER TABLE entry_point ADD COLUMN calendar_id bigint REFERENCES calendar (id);

-- Which calendar a queue or an entry point had, and since when: until the next row of the same one.
CREATE TABLE calendar_use (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue_id bigint REFERENCES queue (id),
  entry_point_id bigint REFERENCES entry_point (id),
  calendar_id bigint REFERENCES calendar (id),
  from_at timestamptz NOT NULL,
  CONSTRAINT calendar_use_is_by_one_queue_or_entry_point CHECK (num_nonnulls(queue_id, entry_point_id) = 1)
);
CREATE INDEX calendar_use_of_queue ON calendar_use (queue_id, id) WHERE queue_id IS NOT NULL;
CREATE INDEX calendar_use_of_entry_point ON calendar_use (entry_point_id, id) WHERE entry_point_id IS NOT NULL;
