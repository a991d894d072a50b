-- The least equivalent work of taking one message: the person by his address, or a new one; his
-- unsolved problem, or a new one; the message on his timeline. Same tables, indexes and constraints.
CREATE FUNCTION bench_take(a_number text, a_text text, a_sid text, an_entry_point_id bigint, a_queue_id bigint,
                           OUT stored_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
  person_id bigint;
  address_id bigint;
  problem_id bigint;
BEGIN
  SELECT id, contact_id INTO address_id, person_id FROM identity WHERE kind = 'phone' AND value = a_number;
  IF NOT FOUND THEN
    INSERT INTO contact DEFAULT VALUES RETURNING id INTO person_id;
    INSERT INTO identity (contact_id, kind, value) VALUES (person_id, 'phone', a_number)
    RETURNING id INTO address_id;
  END IF;
  SELECT id INTO problem_id FROM ticket
  WHERE contact_id = person_id AND intake_queue_id = a_queue_id AND state NOT IN ('solved', 'closed');
  IF NOT FOUND THEN
    INSERT INTO ticket (contact_id, channel, entry_point_id, intake_queue_id, opened_at, enqueued_at)
    VALUES (person_id, 'sms', an_entry_point_id, a_queue_id, now(), now()) RETURNING id INTO problem_id;
  END IF;
  INSERT INTO interaction (contact_id, ticket_id, entry_point_id, identity_id, channel, direction, kind, body,
                           state, external_id, occurred_at, received_at)
  VALUES (person_id, problem_id, an_entry_point_id, address_id, 'sms', 'inbound', 'message', a_text,
          'received', a_sid, now(), now()) RETURNING id INTO stored_id;
END
$$;
