"""The faults that ``mutations.py`` plants, one at a time, and the tests that must notice each.

A fault is one small change of one file: ``old`` stands there exactly once and becomes ``new``. It is
what a careless hand would leave behind: a key dropped, a lock forgotten, a check switched off.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """One change, and where it must be noticed. ``tests`` are names pytest understands."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


INTAKE = "tests/contactcenter/test_intake.py"
DISPATCHER = "tests/contactcenter/test_dispatcher.py"
SENDER = "tests/contactcenter/test_sender.py"
FEED = "tests/contactcenter/feed/test_feed.py"
WALLS = "tests/races/test_last_walls.py"
ORDERS = "tests/races/test_status_orders.py"
SCHEMA = "migrations/0001_initial.sql"

FAULTS = (
    # Stored exactly once -----------------------------------------------------------------------
    Fault(
        "inbound_key_dropped",
        SCHEMA,
        "CONSTRAINT inbound_key_is_taken_once PRIMARY KEY (entry_point_id, external_id)",
        "PRIMARY KEY (entry_point_id, external_id, received_at)",
        (f"{INTAKE}::test_equal_deliveries_to_two_processes_are_one_interaction",),
    ),
    Fault(
        "identity_key_dropped",
        SCHEMA,
        "CONSTRAINT identity_belongs_to_one_contact UNIQUE (kind, value)",
        "CONSTRAINT identity_belongs_to_one_contact UNIQUE (kind, value, contact_id)",
        (
            f"{INTAKE}::test_two_first_messages_of_a_new_contact_are_one_contact_and_one_ticket",
            WALLS,
        ),
    ),
    Fault(
        "one_unsolved_ticket_dropped",
        SCHEMA,
        "CREATE UNIQUE INDEX ticket_one_unsolved_per_contact_and_intake_queue",
        "CREATE INDEX ticket_one_unsolved_per_contact_and_intake_queue",
        ("tests/races/test_intake_race.py",),
    ),
    Fault(
        "acknowledged_before_the_commit",
        "contactcenter/intake.py",
        "outcomes = iter([await w.done for w in waiting])",
        'outcomes = iter(["stored" for w in waiting])',
        (f"{INTAKE}::test_without_a_database_nothing_is_acknowledged",),
    ),
    Fault(
        "equal_deliveries_not_folded",
        "contactcenter/intake.py",
        "groups.setdefault((entry.id, inbound_key(waiting.item)), []).append(waiting)",
        'groups.setdefault((entry.id, b"%16d" % len(groups)), []).append(waiting)',
        (f"{INTAKE}::test_fifty_equal_deliveries_at_once_are_one_interaction",),
    ),
    Fault(
        "a_lost_race_is_not_run_again",
        "contactcenter/intake.sql",
        "WHERE message.interaction_id IS NOT NULL OR lost_race()",
        "WHERE message.interaction_id IS NOT NULL OR true",
        (f"{INTAKE}::test_two_first_messages_of_a_new_contact_are_one_contact_and_one_ticket",),
    ),
    # Routed under one lock ---------------------------------------------------------------------
    Fault(
        "routing_lock_removed",
        "contactcenter/dispatch/dispatcher.py",
        'await conn.execute("SELECT pg_advisory_xact_lock($1)", _ROUTING_LOCK)',
        'await conn.execute("SELECT $1::bigint", _ROUTING_LOCK)',
        ("tests/races/test_dispatcher_race.py",),
    ),
    Fault(
        "clock_from_before_the_lock",
        "contactcenter/timers.sql",
        "SELECT clock_timestamp() AS now",
        "SELECT now() AS now",
        (f"{DISPATCHER}::test_the_clock_is_read_after_the_lock",),
    ),
    Fault(
        "capacity_check_dropped",
        SCHEMA,
        "CONSTRAINT agent_is_never_above_capacity CHECK (load BETWEEN 0 AND capacity)",
        "CONSTRAINT agent_is_never_above_capacity CHECK (load >= 0)",
        (WALLS,),
    ),
    Fault(
        "two_live_offers_allowed",
        SCHEMA,
        "CREATE UNIQUE INDEX offer_one_live_per_ticket",
        "CREATE INDEX offer_one_live_per_ticket",
        (WALLS,),
    ),
    Fault(
        "two_open_legs_allowed",
        SCHEMA,
        "CREATE UNIQUE INDEX leg_one_open_per_ticket",
        "CREATE INDEX leg_one_open_per_ticket",
        (WALLS,),
    ),
    Fault(
        "a_freed_agent_looks_for_nothing",
        "contactcenter/dispatch/ending.py",
        "        await wrap_up(conn, now, freed, queue_id)\n"
        "        await seek.tickets_for(conn, now, freed)\n",
        "        await wrap_up(conn, now, freed, queue_id)\n",
        ("tests/races/test_dispatcher_race.py",),
    ),
    Fault(
        "a_timer_fires_twice",
        "contactcenter/timers.sql",
        "DELETE FROM timer WHERE id = $1",
        "SELECT FROM timer WHERE id = $1",
        ("tests/contactcenter/test_dispatch.py",),
    ),
    # Sent at most once, in order ---------------------------------------------------------------
    Fault(
        "two_senders_take_one_message",
        "contactcenter/outbox.sql",
        "LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED",
        "LIMIT $1",
        (f"{SENDER}::test_two_senders_never_take_the_same_message",),
    ),
    Fault(
        "a_lost_sender_is_sent_again",
        "contactcenter/outbox.sql",
        "UPDATE outbox SET state = 'unknown', claimed_until = NULL, last_error = 'the sender was lost'",
        "UPDATE outbox SET state = 'queued', claimed_until = NULL, last_error = 'the sender was lost'",
        (f"{SENDER}::test_a_sender_that_died_leaves_an_unknown_outcome_not_a_second_message",),
    ),
    Fault(
        "replies_overtake_one_another",
        "contactcenter/outbox.sql",
        "WHERE before.conversation = o.conversation AND before.id < o.id",
        "WHERE before.conversation = o.conversation AND before.id < 0",
        (f"{SENDER}::test_the_next_message_waits_for_the_one_before",),
    ),
    Fault(
        "a_state_may_fall",
        "contactcenter/deliveries.py",
        "return STATUS_RANK[then] > STATUS_RANK.get(now, _RANK_BEFORE_ALL)",
        "return then != now",
        (ORDERS,),
    ),
    Fault(
        "a_lost_answer_overrules_a_report",
        "contactcenter/deliveries.sql",
        "UPDATE outbox SET state = 'sent', claimed_until = NULL, last_error = NULL\n"
        "  WHERE correlation_id = $2 AND state IN ('sending', 'unknown')",
        "UPDATE outbox SET last_error = NULL\n"
        "  WHERE correlation_id = $2 AND state IN ('sending', 'unknown')",
        (ORDERS,),
    ),
    # Told to whoever may know, completely and in order -----------------------------------------
    Fault(
        "the_feed_reads_past_open_writers",
        "contactcenter/feed/reader.sql",
        " AND xid < pg_snapshot_xmin(pg_current_snapshot())",
        "",
        (f"{FEED}::test_an_event_is_held_back_by_an_older_writer_and_then_told_in_order",),
    ),
    Fault(
        "everybody_reads_everything",
        SCHEMA,
        "RETURN is_admin OR ((ticket_teams && teams OR ticket_contact = ANY (contacts))"
        " AND NOT ticket_teams && hidden);",
        "RETURN true OR ((ticket_teams && teams OR ticket_contact = ANY (contacts))"
        " AND NOT ticket_teams && hidden);",
        ("tests/journeys/test_ticket_api.py::test_a_foreign_ticket_is_not_there",),
    ),
    Fault(
        "the_feed_shows_everything",
        "contactcenter/feed/visibility.py",
        "        if viewer.is_admin or viewer.user_id in subject.names:\n",
        "        if viewer.user_id >= 0 or viewer.user_id in subject.names:\n",
        ("tests/contactcenter/feed/test_feed_visibility.py",),
    ),
    # Asked by whoever may ----------------------------------------------------------------------
    Fault(
        "signatures_not_checked",
        "channels/_signature.py",
        "if not signature or digest is None:\n            return False\n",
        "if signature or digest is None:\n            return True\n",
        ("tests/journeys/test_sms_journey.py::test_a_forged_hook_is_refused_and_leaves_no_row",),
    ),
    Fault(
        "an_idempotency_key_is_not_looked_up",
        "contactcenter/api/idempotency.py",
        "    if before is not None:\n        if before.request_sha256",
        "    if before is not None and before.status == 0:\n        if before.request_sha256",
        ("tests/api/test_idempotency.py::test_the_same_request_is_done_once_and_answered_again",),
    ),
    Fault(
        "csrf_not_checked",
        "contactcenter/api/guard.py",
        "        _check_csrf(request, actor)\n",
        "",
        ("tests/api/test_guard.py::test_a_change_in_a_session_needs_its_csrf_token",),
    ),
    Fault(
        "origins_not_checked",
        "contactcenter/api/guard.py",
        "    if origin is not None and origin.lower() not in origins(settings):\n",
        "    if origin is None and not origins(settings):\n",
        ("tests/api/test_guard.py::test_a_change_from_a_foreign_page_is_refused",),
    ),
    # One process at a time ---------------------------------------------------------------------
    Fault(
        "a_lease_is_for_everybody",
        "contactcenter/leases.sql",
        "WHERE lease.until_at < clock_timestamp() OR lease.holder = EXCLUDED.holder",
        "WHERE true",
        ("tests/races/test_leases.py",),
    ),
)
