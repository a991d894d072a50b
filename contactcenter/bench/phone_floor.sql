-- The least equivalent work of taking one hook: the payload as it came, what it tells, once, and the call it is about
-- with its new figures. Same tables, indexes and constraints.
CREATE FUNCTION bench_hook(a_key text, a_sid text, a_name text, a_told jsonb, a_body bytea, an_entry_point_id bigint,
                           OUT hook_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
  the_call_id bigint;
  kept_id bigint;
BEGIN
  INSERT INTO delivery (received_at, channel, entry_point_id, content_type, body)
  VALUES (now(), 'phone', an_entry_point_id, 'application/x-www-form-urlencoded', a_body) RETURNING id INTO kept_id;
  SELECT call_id INTO the_call_id FROM call_leg WHERE external_id = a_sid;
  IF a_name = '/hooks/phone/voice' THEN
    INSERT INTO call (entry_point_id, direction, address_kind, address, state, began_at)
    VALUES (an_entry_point_id, 'inbound', 'phone', a_sid, 'menu', now()) RETURNING id INTO the_call_id;
    INSERT INTO call_leg (call_id, party, address, purpose, external_id, state, began_at)
    VALUES (the_call_id, 'customer', a_sid, 'customer', a_sid, 'answered', now());
  END IF;
  INSERT INTO call_hook (key, call_id, leg_external_id, name, told, received_at, delivery_id)
  VALUES (a_key, the_call_id, a_sid, a_name, a_told, now(), kept_id) RETURNING id INTO hook_id;
  PERFORM told FROM call_hook WHERE call_id = the_call_id;
  UPDATE call SET account = a_told, version = version + 1 WHERE id = the_call_id;
END
$$;
