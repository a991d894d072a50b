-- migrate:up
-- What follows a problem: feedback, follow-ups, notices, prices.
SELECT;
