-- migrate:up
-- The machines customers have from us, whose they are and were, and what a customer is entitled to.

-- How service tags are written: `?` stands for a letter or a digit, `@` for a letter, `#` for a digit, all else
-- for itself. A `mixed` tag has at least one of both.
CREATE TABLE service_tag_format (
  position int PRIMARY KEY CONSTRAINT service_tag_format_position_counts_from_one CHECK (position > 0),
  mask text NOT NULL CONSTRAINT service_tag_format_is_a_mask CHECK (mask ~ '^[A-Z0-9?@#]{4,24}$'),
  mixed boolean NOT NULL
);
INSERT INTO service_tag_format (position, mask, mixed) VALUES (1, '???????', true);

-- A machine. Its tag is in capitals and ASCII digits, without separators.
CREATE TABLE asset (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_tag text NOT NULL CONSTRAINT asset_service_tag_is_canonical CHECK (service_tag ~ '^[A-Z0-9]{4,24}$'),
  model text NOT NULL CONSTRAINT asset_has_a_model CHECK (model <> ''),
  product_category text CONSTRAINT asset_product_category_is_not_empty CHECK (product_category <> ''),
  configuration jsonb NOT NULL DEFAULT '{}'
    CONSTRAINT asset_configuration_is_by_name CHECK (jsonb_typeof(configuration) = 'object'),
  downloads jsonb NOT NULL DEFAULT '{}'  -- https links
    CONSTRAINT asset_downloads_are_by_name CHECK (jsonb_typeof(downloads) = 'object'),
  warranty_level text NOT NULL DEFAULT '',
  warranty_from timestamptz,
  warranty_until timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  retired_at timestamptz,
  CONSTRAINT asset_service_tag_is_unique UNIQUE (service_tag),
  CONSTRAINT asset_warranty_runs_from_an_instant_to_another
    CHECK ((warranty_from IS NULL) = (warranty_until IS NULL) AND warranty_until > warranty_from)
);

-- Whose it is and was. It belongs to the contact it was told of; who that is after a merge is looked up when
-- it is read, as with what customers do.
CREATE TABLE asset_owner (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asset_id bigint NOT NULL REFERENCES asset (id),
  contact_id bigint NOT NULL REFERENCES contact (id),
  from_at timestamptz NOT NULL,
  to_at timestamptz,
  told_at timestamptz NOT NULL,
  actor text NOT NULL,
  CONSTRAINT asset_owner_does_not_run_backwards CHECK (to_at >= from_at)
);
CREATE UNIQUE INDEX asset_owner_one_at_a_time ON asset_owner (asset_id) WHERE to_at IS NULL;
CREATE INDEX asset_owner_of_asset ON asset_owner (asset_id, id);
CREATE INDEX asset_owner_of_contact ON asset_owner (contact_id, asset_id);

-- What a problem is about: said by the customer who owns it, in words, or by whoever works on it.
CREATE TABLE ticket_asset (
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  asset_id bigint NOT NULL REFERENCES asset (id),
  source text NOT NULL CONSTRAINT ticket_asset_source_is_known CHECK (source IN ('words', 'agent')),
  interaction_id bigint,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  PRIMARY KEY (ticket_id, asset_id),
  CONSTRAINT ticket_asset_in_words_is_in_a_message CHECK (source = 'agent' OR interaction_id IS NOT NULL)
);
CREATE INDEX ticket_asset_of_asset ON ticket_asset (asset_id, ticket_id DESC);

-- A message named a tag that is not this customer's. Which one is not kept, nor whether there is such a machine.
CREATE TABLE unowned_tag (
  ticket_id bigint NOT NULL REFERENCES ticket (id),
  interaction_id bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (ticket_id, interaction_id)
);

-- What a contact, or whoever owns an asset, may expect of us, from when until when.
CREATE TABLE entitlement (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contact_id bigint REFERENCES contact (id),
  asset_id bigint REFERENCES asset (id),
  kind text NOT NULL CONSTRAINT entitlement_kind_is_not_empty CHECK (kind <> ''),
  level text NOT NULL DEFAULT '',
  source text NOT NULL CONSTRAINT entitlement_source_is_known
    CHECK (source IN ('warranty', 'contract', 'category', 'goodwill')),
  from_at timestamptz NOT NULL,
  until_at timestamptz,
  told_at timestamptz NOT NULL,
  actor text NOT NULL,
  CONSTRAINT entitlement_is_of_a_contact_or_an_asset CHECK (num_nonnulls(contact_id, asset_id) = 1),
  CONSTRAINT entitlement_does_not_run_backwards CHECK (until_at >= from_at)
);
CREATE INDEX entitlement_of_contact ON entitlement (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX entitlement_of_asset ON entitlement (asset_id, id) WHERE asset_id IS NOT NULL;

-- What everybody of a category, or with a contract, may expect. Nobody's manner entitles him to anything.
CREATE TABLE entitlement_term (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  segment_kind text NOT NULL CONSTRAINT entitlement_term_is_of_a_category_or_a_contract
    CHECK (segment_kind IN ('customer_category', 'contract')),
  segment_value text NOT NULL CONSTRAINT entitlement_term_is_of_a_value CHECK (segment_value <> ''),
  kind text NOT NULL CONSTRAINT entitlement_term_kind_is_not_empty CHECK (kind <> ''),
  level text NOT NULL DEFAULT '',
  CONSTRAINT entitlement_term_is_said_once UNIQUE (segment_kind, segment_value, kind, level)
);

INSERT INTO segment_kind (kind, name_en, name_fa, several, free, set_by, built_in) VALUES
  ('entitlement', 'Entitlement', 'حق خدمت', true, true, 'nobody', true)
ON CONFLICT (kind) DO UPDATE SET several = true, free = true, set_by = 'nobody', built_in = true, archived_at = NULL;

-- What is asserted of a contact and counts at an instant, as it was known then: of several sources a person's
-- word comes first, and the latest. Nothing is said of the temperament of who objects.
CREATE FUNCTION said_segments(of_contact bigint, at timestamptz) RETURNS TABLE (id bigint, kind text, value text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT x.id, x.kind, x.value FROM (
    SELECT s.id, s.kind, s.value, row_number() OVER (
      PARTITION BY s.kind, s.slot
      ORDER BY array_position(ARRAY['agent', 'import', 'rule', 'model', 'cues'], s.source), s.from_at DESC, s.id DESC) AS n
    FROM segment s
    WHERE s.contact_id = of_contact AND s.ticket_id IS NULL
      AND greatest(s.from_at, s.told_at) <= at AND (s.to_at IS NULL OR s.to_at > at)) AS x
  WHERE x.n = 1 AND (x.kind <> 'temperament' OR NOT is_not_judged(of_contact));
END;

-- What a contact is entitled to at an instant, besides what follows from his category and contracts: in his own
-- name, by what he owns, and by its warranty.
CREATE FUNCTION own_entitlements(of_contact bigint, at timestamptz)
RETURNS TABLE (id bigint, asset_id bigint, kind text, level text, source text, from_at timestamptz, until_at timestamptz)
LANGUAGE sql STABLE ROWS 2
BEGIN ATOMIC
  WITH part AS MATERIALIZED (
    SELECT m.contact_id AS id FROM contact_with_merged(of_contact) AS m
  ), owned AS MATERIALIZED (
    SELECT o.asset_id, o.from_at FROM part p JOIN asset_owner o ON o.contact_id = p.id JOIN asset a ON a.id = o.asset_id
    WHERE (a.retired_at IS NULL OR a.retired_at > own_entitlements.at) AND greatest(o.from_at, o.told_at) <= own_entitlements.at AND (o.to_at IS NULL OR o.to_at > own_entitlements.at)
  )
  SELECT e.id, NULL::bigint, e.kind, e.level, e.source, e.from_at, e.until_at
  FROM part p JOIN entitlement e ON e.contact_id = p.id
  WHERE greatest(e.from_at, e.told_at) <= own_entitlements.at AND (e.until_at IS NULL OR e.until_at > own_entitlements.at)
  UNION ALL
  SELECT e.id, e.asset_id, e.kind, e.level, e.source, greatest(e.from_at, o.from_at), e.until_at
  FROM owned o JOIN entitlement e ON e.asset_id = o.asset_id
  WHERE greatest(e.from_at, e.told_at) <= own_entitlements.at AND (e.until_at IS NULL OR e.until_at > own_entitlements.at)
  UNION ALL
  SELECT NULL, a.id, 'warranty', a.warranty_level, 'warranty', greatest(a.warranty_from, o.from_at), a.warranty_until
  FROM owned o JOIN asset a ON a.id = o.asset_id
  WHERE a.warranty_from <= own_entitlements.at AND a.warranty_until > own_entitlements.at;
END;

-- What counts of a contact at an instant: what is asserted, and what he is entitled to, by its kind and by its kind
-- and level. Entitlements are no rows of `segment` and have no id there. Replaced in place: whoever asks it goes on asking it.
CREATE OR REPLACE FUNCTION effective_segments(of_contact bigint, at timestamptz)
RETURNS TABLE (id bigint, kind text, value text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH said AS MATERIALIZED (
    SELECT s.id, s.kind, s.value FROM said_segments(of_contact, effective_segments.at) AS s
  ), entitled AS (
    SELECT e.kind, e.level FROM own_entitlements(of_contact, effective_segments.at) AS e
    UNION
    SELECT t.kind, t.level FROM said s JOIN entitlement_term t ON t.segment_kind = s.kind AND t.segment_value = s.value
  )
  SELECT s.id, s.kind, s.value FROM said s
  UNION ALL
  (SELECT NULL::bigint, 'entitlement', e.kind FROM entitled e
   UNION
   SELECT NULL, 'entitlement', e.kind || ':' || e.level FROM entitled e WHERE e.level <> '');
END;
