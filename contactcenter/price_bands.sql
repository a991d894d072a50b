-- name: lock_all
-- Two who write bands do so one after the other, so that no two of a product hold at once.
LOCK TABLE price_band IN SHARE ROW EXCLUSIVE MODE

-- name: overlaps
-- Whether another band of the product holds at some time of this one.
SELECT EXISTS (
  SELECT FROM price_band b
  WHERE fa_fold(b.product) = fa_fold($1) AND b.currency = $2 AND b.id <> $5
    AND tstzrange(b.valid_from, b.valid_until) && tstzrange($3, $4)) AS overlaps

-- name: list_all
-- Those that hold at an instant, or with NULL all there ever were; by product.
SELECT id, product, currency, list_minor, opening_minor, cost_minor, margin_minor, floor_minor, floor_seen_by, refusal_en,
       refusal_fa, valid_from, valid_until, version
FROM price_band
WHERE $1::timestamptz IS NULL OR (valid_from <= $1 AND (valid_until IS NULL OR valid_until > $1))
ORDER BY product, currency, valid_from LIMIT 1000

-- name: find
-- One band.
SELECT id, product, currency, list_minor, opening_minor, cost_minor, margin_minor, floor_minor, floor_seen_by, refusal_en,
       refusal_fa, valid_from, valid_until, version
FROM price_band WHERE id = $1

-- name: of_product
-- What holds for a product now; nobody changes it until the commit.
SELECT id, product, currency, list_minor, opening_minor, cost_minor, margin_minor, floor_minor, floor_seen_by, refusal_en,
       refusal_fa, valid_from, valid_until, version
FROM price_band
WHERE fa_fold(product) = fa_fold($1) AND currency = $2 AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
FOR SHARE

-- name: create
-- A new band.
INSERT INTO price_band (product, currency, list_minor, opening_minor, cost_minor, margin_minor, floor_seen_by, refusal_en,
                        refusal_fa, valid_from, valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id

-- name: change
-- All are locked and the version compared before.
UPDATE price_band SET list_minor = $2, opening_minor = $3, cost_minor = $4, margin_minor = $5, floor_seen_by = $6,
  refusal_en = $7, refusal_fa = $8, valid_until = $9, version = version + 1
WHERE id = $1
