-- migrate:up
-- What is known of a person besides how to reach him.
SELECT;
