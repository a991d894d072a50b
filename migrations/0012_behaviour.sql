-- migrate:up
-- What customers do: purchases, returns, quotes and whatever else is brought to us.
SELECT;
