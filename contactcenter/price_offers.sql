-- name: last
-- What was last asked for a product in a ticket, by whichever band.
SELECT o.amount_minor FROM price_offer o JOIN price_band b ON b.id = o.price_band_id
WHERE o.ticket_id = $1 AND fa_fold(b.product) = fa_fold($2) AND b.currency = $3 ORDER BY o.id DESC LIMIT 1

-- name: put
-- One more.
INSERT INTO price_offer (ticket_id, price_band_id, amount_minor, note, author_id, actor, offered_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id

-- name: of_ticket
-- What was asked of the customer, the newest last.
SELECT o.id, o.ticket_id, o.price_band_id, b.product, b.currency, b.list_minor, b.opening_minor, o.amount_minor, o.note,
       o.author_id, o.offered_at
FROM price_offer o JOIN price_band b ON b.id = o.price_band_id WHERE o.ticket_id = $1 ORDER BY o.id LIMIT 500
