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
MAIL_INTAKE = "tests/contactcenter/test_mail_intake.py"
AUTORESPONSES = "tests/contactcenter/test_autoresponses.py"
LOOPS = "tests/contactcenter/test_mail_loops.py"
MAIL_TRIAGE = "tests/contactcenter/test_mail_triage.py"
REPORTS = "tests/contactcenter/test_mail_reports.py"
PLACING = "tests/contactcenter/test_mail_placing.py"
THREADS = "tests/contactcenter/test_mail_threads.py"
MAIL_RACES = "tests/races/test_mail_races.py"
DISPATCH = "tests/contactcenter/test_dispatch.py"
ESCALATING = "tests/contactcenter/test_escalating.py"
DISPATCHER = "tests/contactcenter/test_dispatcher.py"
SENDER = "tests/contactcenter/test_sender.py"
FEED = "tests/contactcenter/feed/test_feed.py"
CHATROOM = "tests/contactcenter/test_chatroom.py"
CHAT_DOOR = "tests/channels/test_webchat_door.py"
CHAT_VISITS = "tests/channels/test_webchat_visits.py"
CHAT_ABUSE = "tests/channels/test_webchat_abuse.py"
CHAT_CONTRACT = "tests/channels/test_webchat_contract.py"
CHAT_UPLOADS = "tests/channels/test_webchat_uploads.py"
CHAT_FORWARDING = "tests/contactcenter/test_chat_forwarding.py"
CHAT_TRANSCRIPTS = "tests/contactcenter/test_chat_transcripts.py"
FEED_CHATS = "tests/api/test_feed_chats.py"
SIGNED = "tests/channels/test_webchat_identity.py"
USERS = "tests/contactcenter/test_chat_users.py"
IDENTIFYING = "tests/contactcenter/test_chat_identifying.py"
CHAT_FILES = "tests/contactcenter/test_chat_files.py"
CHAT_STANDING = "tests/contactcenter/test_chat_standing.py"
CHAT_ENDINGS = "tests/contactcenter/test_chat_endings.py"
CHAT_RATINGS = "tests/contactcenter/test_chat_ratings.py"
SURVEYS = "tests/contactcenter/test_surveys.py"
ALERTS = "tests/contactcenter/test_alerts.py"
ALERTS_API = "tests/api/test_alerts_api.py"
FEED_BOARD = "tests/api/test_feed_board.py"
FEED_ENDINGS = "tests/contactcenter/feed/test_feed_endings.py"
LIVE_BOARD = "tests/api/test_live_board_api.py"
ROLL_UPS = "tests/contactcenter/test_report_roll_ups.py"
REPORT_KEEPER = "tests/contactcenter/test_report_keeper.py"
ANSWERS_AGREE = "tests/contactcenter/measuring/test_answers_agree.py"
CASE_MIX = "tests/contactcenter/statistics/test_casemix.py"
FORECAST = "tests/contactcenter/statistics/test_forecast.py"
TOLD_REPLIES = "tests/contactcenter/measuring/test_replies_and_resolutions.py"
TOLD_WAITS = "tests/contactcenter/measuring/test_waits_and_work.py"
TOLD_TIERS = "tests/contactcenter/measuring/test_tiers_and_promises.py"
ANY_EVENTS = "tests/contactcenter/measuring/test_any_events.py"
WALLS = "tests/races/test_last_walls.py"
ORDERS = "tests/races/test_status_orders.py"
SMS = "tests/journeys/test_sms_journey.py"
MAIL_HOOK = "tests/journeys/test_mail_hook_journey.py"
MAIL_HOOKS = "tests/channels/test_email_hooks.py"
BOARD = "tests/contactcenter/test_call_switchboard.py"
CALL_ACCOUNTS = "tests/contactcenter/test_call_accounts.py"
LOST_CALLS = "tests/contactcenter/test_call_lost.py"
CALL_TIMELINE = "tests/contactcenter/test_call_timeline.py"
PHONE = "tests/channels/test_phone.py"
RECORDINGS = "tests/contactcenter/test_call_recordings.py"
RECORDINGS_API = "tests/api/test_recordings_api.py"
ACCOUNT = "tests/routing/test_call_account.py"
OUTBOUND = "tests/contactcenter/test_outbound_calls.py"
WAITING = "tests/contactcenter/test_phone_waiting_steps.py"
VOICEMAILS = "tests/contactcenter/test_call_voicemails.py"
PHONE_CALLS = "tests/channels/test_phone_calls.py"
PHONE_BACKFILL = "tests/channels/test_phone_backfill.py"
DOCUMENTS = "tests/channels/test_phone_documents.py"
CALLS_API = "tests/api/test_calls_api.py"
HANDED_ON = "tests/api/test_call_transfers_api.py"
SUPERVISED = "tests/api/test_supervision_api.py"
TELEPHONES = "tests/api/test_phone_addresses_api.py"
MAIL_SNS = "tests/channels/test_email_hooks_ses.py"
FAIRNESS_KEPT = "tests/contactcenter/test_fairness_kept.py"
MEETINGS = "tests/races/test_interleavings.py"
JUMPS = "tests/races/test_clock_jumps.py"
SEEN = "tests/contactcenter/feed/test_feed_visibility.py"
SIGN_IN = "tests/api/test_sign_in_throttle.py"
FETCH = "tests/channels/test_fetch.py"
SETTING = "tests/contactcenter/test_segment_setting.py"
FACTS = "tests/contactcenter/test_ticket_facts.py"
CREDITS = "tests/contactcenter/test_ticket_credits.py"
CARDS = "tests/api/test_contact_cards_api.py"
SEGMENTATION = "tests/routing/test_segmentation.py"
SEGMENT_CHECKS = "tests/contactcenter/test_segment_checks.py"
SEGMENTS_KEPT = "tests/contactcenter/test_segment_keeper.py"
KEEPERS = "tests/contactcenter/test_segment_keepers_together.py"
SEGMENTS_ASKED = "tests/api/test_segment_rules_api.py"
POLICIES = "tests/contactcenter/test_segment_policies.py"
SCORES = "tests/contactcenter/test_contact_cards.py"
PROFILES = "tests/api/test_contact_profile_api.py"
ASSETS = "tests/api/test_assets_api.py"
TICKET_ASSETS = "tests/contactcenter/test_ticket_assets.py"
SERVICE_TAGS = "tests/routing/test_service_tags.py"
TOLD = "tests/api/test_behaviour_api.py"
VALUE = "tests/contactcenter/test_value_classes.py"
VITAL = "tests/contactcenter/test_vital_alerts.py"
SCHEMA = "migrations/0001_initial.sql"
BEHAVIOUR_SCHEMA = "migrations/0012_behaviour.sql"
EMAIL_SCHEMA = "migrations/0010_email.sql"
TEMPERAMENT_SCHEMA = "migrations/0013_temperament.sql"
ASSETS_SCHEMA = "migrations/0015_assets.sql"
ACTIVATION = "tests/contactcenter/test_activation.py"
STAFFING = "tests/contactcenter/test_dispatch_staffing.py"
OPENING = "tests/contactcenter/test_dispatch_opening.py"
REASONS = "tests/contactcenter/test_reasons_kept.py"
WHY_NOT = "tests/contactcenter/test_why_not.py"
BANDS = "tests/contactcenter/test_bands_kept.py"
PROMISES = "tests/contactcenter/test_sla_ledger.py"
CALLS_ROUTED = "tests/contactcenter/test_calls_routed.py"
CALL_HISTORIES = "tests/contactcenter/test_call_histories.py"
CALLBACKS = "tests/contactcenter/test_callbacks_kept.py"
OPERATOR = "tests/contactcenter/test_operator.py"
MAIL_PAGES = "tests/api/test_mails_api.py"
MERGING = "tests/api/test_merges_api.py"
ADDRESSES = "tests/api/test_entry_points_api.py"
LISTENER = "tests/channels/test_email_listener.py"
MAILS_OUT = "tests/contactcenter/test_mails_sent.py"

MAILBOXES = "tests/channels/test_email_imap.py"
MAILBOX_FAULTS = "tests/channels/test_email_imap_faults.py"
MAILBOX_RULES = "tests/channels/test_email_imap_rules.py"
MAILROOM = "tests/contactcenter/test_mailroom.py"


def decided(scenario: str) -> str:
    """The test that plays a scenario in the database."""
    return (
        "tests/routing/test_database_engine.py::"
        f"test_both_engines_print_what_is_written[{scenario}]"
    )


FAULTS = (
    # Settings ------------------------------------------------------------------------------------
    Fault(
        name="what_a_channels_setting_may_be_is_looked_at_only_when_it_is_used",
        file="contactcenter/settings/loading.py",
        old="        check_setting(setting, value)\n",
        new="        pass\n",
        tests=("tests/contactcenter/test_settings.py",),
    ),
    # Mailboxes -----------------------------------------------------------------------------------
    Fault(
        "news_of_a_mail_is_heard_once_and_forgotten",
        "channels/_email/imap/session.py",
        "return self._is_told() or self._has_more()",
        "return self._has_more()",
        (f"{MAILBOX_FAULTS}::test_news_that_comes_with_the_answer_to_idle_is_heard",),
    ),
    Fault(
        "a_mailbox_numbered_anew_is_read_from_the_old_number",
        "channels/_email/imap/mailbox.py",
        "self._uid_validity, self._last_uid = found.uid_validity, 0",
        "self._uid_validity = found.uid_validity",
        (f"{MAILBOXES}::test_a_mailbox_that_is_numbered_anew_is_read_again_without_doubles",),
    ),
    Fault(
        "an_own_mailbox_takes_the_general_password",
        "channels/_email/imap/account.py",
        "return read(own)",
        "return read({**env.settings, **own})",
        (
            f"{MAILBOX_RULES}::test_what_an_address_has_of_its_own_is_never_filled_up_from_the_settings",
        ),
    ),
    Fault(
        "a_bad_network_is_the_mails_fault",
        "channels/_email/imap/fetching.py",
        "        if self._is_sound:\n",
        "        if True:\n",
        (f"{MAILBOX_RULES}::test_only_a_sound_connection_speaks_against_a_mail",),
    ),
    Fault(
        "a_mailbox_that_works_hides_one_that_does_not",
        "channels/_email/imap/keeper.py",
        "if self._failing or is_told:",
        "if is_told:",
        (f"{MAILBOXES}::test_a_mailbox_that_is_not_there_is_told_and_the_others_are_read",),
    ),
    Fault(
        "a_mail_is_marked_before_it_is_stored",
        "channels/_email/imap/mailbox.py",
        "                await self._storing.store(taken, self._uid_validity)\n"
        "                await self._mark([one.uid for one in taken if one.is_whole])\n",
        "                await self._mark([one.uid for one in taken if one.is_whole])\n"
        "                await self._storing.store(taken, self._uid_validity)\n",
        (f"{MAILBOXES}::test_a_mail_is_marked_as_seen_when_it_is_stored_and_not_before",),
    ),
    Fault(
        "the_keys_of_old_mails_are_forgotten",
        "contactcenter/upkeep.sql",
        "e.id = k.entry_point_id AND e.channel IN ('email', 'webchat')",
        "false",
        (f"{MAILROOM}::test_the_keys_of_mails_stay_and_those_of_other_messages_go",),
    ),
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
        "key = (entry.id, inbound_columns.inbound_key(item))",
        'key = (entry.id, b"%16d" % len(groups))',
        (f"{INTAKE}::test_fifty_equal_deliveries_at_once_are_one_interaction",),
    ),
    Fault(
        "a_lost_race_is_not_run_again",
        "contactcenter/inbound/inbound_storing.sql",
        "WHERE message.interaction_id IS NOT NULL OR lost_race()",
        "WHERE message.interaction_id IS NOT NULL OR true",
        (f"{INTAKE}::test_two_first_messages_of_a_new_contact_are_one_contact_and_one_ticket",),
    ),
    # Hooks of calls ------------------------------------------------------------------------------
    Fault(
        "a_copy_of_a_hook_is_news",
        "contactcenter/switchboard/switchboard.py",
        "is_new=delivery_id is not None",
        "is_new=True",
        (f"{BOARD}::test_a_copy_changes_nothing_and_gets_the_same_answer",),
    ),
    Fault(
        "what_came_before_its_call_is_nobodys",
        "contactcenter/calls/matching.py",
        "adopted += await _adopt_leg.run(conn, call_id, leg, account)",
        "adopted += 0",
        (f"{BOARD}::test_what_is_told_before_a_call_appears_is_kept_and_becomes_the_calls",),
    ),
    Fault(
        "a_hook_is_about_whatever_call_it_names",
        "contactcenter/switchboard/switchboard.py",
        "        self._check_account(hook, place.entry_point)\n",
        "",
        (f"{CALL_ACCOUNTS}::test_another_accounts_hook_is_refused_and_leaves_no_row",),
    ),
    Fault(
        "music_is_for_whoever_asks",
        "contactcenter/switchboard/switchboard.py",
        "            self._check_account(hook, found.entry_point)\n",
        "",
        (f"{CALL_ACCOUNTS}::test_music_is_for_who_waits_and_nobody_else",),
    ),
    Fault(
        "a_hook_speaks_for_another_telephone",
        "contactcenter/switchboard/switchboard.py",
        "        if not place.is_one:\n            raise ForeignHook\n",
        "",
        (
            f"{CALL_ACCOUNTS}::test_hook_that_names_one_telephone_and_comes_from_another_is_refused",
            f"{CALL_ACCOUNTS}::test_telephone_that_was_not_dialled_yet_is_not_the_customers",
        ),
    ),
    Fault(
        "what_another_account_told_becomes_the_calls",
        "contactcenter/calls/matching.sql",
        "WHERE leg_external_id = $2 AND account = $3 AND",
        "WHERE leg_external_id = $2 AND $3 <> '' AND",
        (
            f"{CALL_ACCOUNTS}::test_what_was_told_before_a_call_becomes_the_calls_of_its_own_account",
        ),
    ),
    Fault(
        "a_call_and_its_end_miss_one_another",
        "contactcenter/calls/matching.py",
        "    await _lock.run(conn, hook.leg, hook.conference, _WAITS_AT_MOST)\n    return",
        "    return",
        (f"{BOARD}::test_a_call_and_its_end_that_are_told_at_once_find_one_another",),
    ),
    Fault(
        "a_hook_counts_a_call_that_another_is_changing",
        "contactcenter/calls/matching.sql",
        "  FOR NO KEY UPDATE\n",
        "",
        (f"{BOARD}::test_a_hook_counts_what_was_told_while_it_waited_for_its_call",),
    ),
    Fault(
        "nobody_remembers_what_is_to_be_settled",
        "contactcenter/calls/accounts.py",
        "unsettled_at=call.unsettled_at or now",
        "unsettled_at=None",
        (f"{BOARD}::test_what_a_process_could_not_settle_any_other_does",),
    ),
    Fault(
        "a_telephone_the_provider_has_forgotten_talks_on",
        "contactcenter/switchboard/lost_calls.py",
        'return LegLook(status="failed") if said is None else said',
        'return "unknown" if said is None else said',
        (f"{LOST_CALLS}::test_the_hook_that_comes_after_all_changes_the_time_alone",),
    ),
    Fault(
        "a_telephone_is_dialled_and_given_up_at_once",
        "contactcenter/switchboard/lost_calls.py",
        'return "unknown" if one.is_asked_for else LegLook(status="failed")',
        'return LegLook(status="failed")',
        (
            f"{LOST_CALLS}::test_a_telephone_that_nobody_dialled_ends_by_itself_unless_it_is_still_to_be_dialled",
        ),
    ),
    Fault(
        "a_company_has_one_call_at_a_time",
        "contactcenter/switchboard/arriving.py",
        "kept_as=asked.delivery_id, apart=door.is_taken",
        "kept_as=asked.delivery_id, apart=False",
        (f"{BOARD}::test_who_waits_is_on_the_timeline_with_a_ticket_of_his_own",),
    ),
    Fault(
        "who_hangs_up_in_the_menu_never_called",
        "contactcenter/calls/accounts.py",
        "counted = await hang_ups.note(conn, counted)",
        "pass",
        (f"{CALL_TIMELINE}::test_who_hangs_up_in_the_menu_is_on_the_timeline_without_a_ticket",),
    ),
    Fault(
        "calls_stay_with_a_contact_that_is_no_more",
        "contactcenter/merges.py",
        "    await _move_calls.run(conn, *way)\n",
        "",
        (
            f"{CALL_TIMELINE}::test_calls_go_with_a_contact_that_is_merged_and_come_back_when_it_is_undone",
        ),
    ),
    # Routed under one lock ---------------------------------------------------------------------
    Fault(
        "routing_lock_removed",
        "contactcenter/dispatch/routing_lock.py",
        'await conn.execute("SELECT pg_advisory_xact_lock($1)", ROUTING_LOCK)',
        'await conn.execute("SELECT $1::bigint", ROUTING_LOCK)',
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
        "        await seek.tickets_for(conn, now, freed.agent_id)\n"
        "    return [one.ticket for one in turned]\n",
        "        assert freed\n    return [one.ticket for one in turned]\n",
        (f"{DISPATCH}::test_solving_frees_the_agent_for_the_next_ticket",),
    ),
    Fault(
        "a_hold_ends_before_the_free_have_looked",
        "contactcenter/dispatch/dispatcher.py",
        "    await _look_at_last(conn, now)\n    return results",
        "    return results",
        (f"{DISPATCHER}::test_many_are_solved_in_one_go_and_everybody_gets_what_waited_longest",),
    ),
    Fault(
        "a_timer_fires_twice",
        "contactcenter/timers.sql",
        "DELETE FROM timer WHERE id = $1",
        "SELECT FROM timer WHERE id = $1",
        (f"{JUMPS}::test_a_timer_that_was_fired_is_not_there_any_more",),
    ),
    Fault(
        "a_ticket_is_read_without_its_lock",
        "contactcenter/tickets/tickets.sql",
        "FROM ticket WHERE id = $1 FOR NO KEY UPDATE",
        "FROM ticket WHERE id = $1",
        (f"{MEETINGS}::test_a_reply_and_a_solution_are_in_one_order_or_the_reply_is_refused",),
    ),
    Fault(
        "a_merge_does_not_hold_the_timeline",
        "contactcenter/merges.sql",
        "LOCK TABLE interaction IN SHARE ROW EXCLUSIVE MODE",
        "SELECT 1",
        (f"{MEETINGS}::test_a_message_that_meets_a_merge_ends_with_the_contact_that_is_left",),
    ),
    # What a stranger wrote, as agents see it ----------------------------------------------------
    Fault(
        "mails_are_read_by_everybody",
        "contactcenter/mails/mail_views.sql",
        "WHERE i.id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)"
        "\n\n-- name: original",
        "WHERE i.id = $2\n\n-- name: original",
        (f"{MAIL_PAGES}::test_who_may_not_read_the_ticket_is_told_that_there_is_no_mail",),
    ),
    Fault(
        "a_stored_letter_is_trusted",
        "channels/_mail/showing.py",
        "markup.safe(_IMAGE.sub(placed, html), with_remote_images=with_remote_images)",
        "_IMAGE.sub(placed, html)",
        (f"{MAIL_PAGES}::test_what_was_stored_as_safe_is_made_safe_once_more",),
    ),
    Fault(
        "the_page_of_a_mail_may_run_scripts",
        "contactcenter/mails/mail_page.py",
        "sandbox allow-popups ",
        "sandbox allow-scripts allow-popups ",
        (f"{MAIL_PAGES}::test_the_page_holds_what_the_mail_shows_and_loads_nothing",),
    ),
    Fault(
        "any_domain_verifies_a_sender",
        "contactcenter/mails/mail_views.py",
        "bool(found.domain) and found.domain == domain_of(author.address)",
        "True",
        (
            f"{MAIL_PAGES}::test_a_sender_is_verified_by_our_own_border_and_for_the_domain_one_reads",
        ),
    ),
    Fault(
        "a_merge_asks_nobody_who_wrote",
        "contactcenter/merges.py",
        "if unverified and not accept_unverified:",
        "if False:",
        (f"{MERGING}::test_who_was_never_verified_is_merged_only_if_somebody_answers_for_it",),
    ),
    Fault(
        "an_option_is_not_looked_at",
        "contactcenter/administration/entry_points.py",
        "        if before.get(key) != value:\n            try:",
        "        if False:\n            try:",
        (f"{ADDRESSES}::test_what_cannot_be_an_option_is_refused",),
    ),
    # Sent at most once, in order ---------------------------------------------------------------
    Fault(
        "two_senders_take_one_message",
        "contactcenter/outbound/outbox.sql",
        "LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED",
        "LIMIT $1",
        (f"{SENDER}::test_two_senders_never_take_the_same_message",),
    ),
    Fault(
        "a_lost_sender_is_sent_again",
        "contactcenter/outbound/outbox.sql",
        "UPDATE outbox SET state = 'unknown', claimed_until = NULL, last_error = 'the sender was lost'",
        "UPDATE outbox SET state = 'queued', claimed_until = NULL, last_error = 'the sender was lost'",
        (f"{SENDER}::test_a_sender_that_died_leaves_an_unknown_outcome_not_a_second_message",),
    ),
    Fault(
        "replies_overtake_one_another",
        "contactcenter/outbound/outbox.sql",
        "WHERE before.conversation = o.conversation AND before.id < o.id",
        "WHERE before.conversation = o.conversation AND before.id < 0",
        (f"{SENDER}::test_the_next_message_waits_for_the_one_before",),
    ),
    Fault(
        "a_state_may_fall",
        "contactcenter/outbound/deliveries.py",
        "return STATUS_RANK[then] > STATUS_RANK.get(now, _RANK_BEFORE_ALL)",
        "return then != now",
        (f"{ORDERS}::test_whatever_the_order_the_state_ends_at_the_highest_rank_and_never_falls",),
    ),
    Fault(
        "a_lost_answer_overrules_a_report",
        "contactcenter/outbound/deliveries.sql",
        "UPDATE outbox SET state = 'sent', claimed_until = NULL, last_error = NULL FROM",
        "UPDATE outbox SET last_error = NULL FROM",
        (f"{ORDERS}::test_reports_in_every_order_add_up_to_the_same_state",),
    ),
    Fault(
        "who_said_stop_may_be_written_to",
        "contactcenter/outbound/opt_outs.py",
        "            raise OptedOut(NOT_SENT, identity_id=identity_id, opt_out_id=found.id)\n",
        "            return\n",
        (f"{SMS}::test_whoever_said_stop_is_not_written_to_until_he_says_start",),
    ),
    Fault(
        "who_said_stop_meanwhile_is_sent_to",
        "contactcenter/outbound/opt_outs.py",
        "            stopped.append(job)\n",
        "            pass\n",
        (f"{MEETINGS}::test_nothing_is_claimed_for_whoever_had_said_stop_before",),
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
        (f"{SEEN}::test_a_ticket_is_told_to_its_teams_and_to_administrators",),
    ),
    # Asked by whoever may ----------------------------------------------------------------------
    Fault(
        "signatures_not_checked",
        "channels/_signature.py",
        "if not signature or digest is None:\n            return False\n",
        "if signature or digest is None:\n            return True\n",
        (f"{SMS}::test_a_forged_hook_is_refused_and_leaves_no_row",),
    ),
    Fault(
        "what_a_visitor_does_is_told_to_everybody",
        "contactcenter/feed/signals.py",
        "            seen = [t.frame for t in told if may_read(viewer, t.team_ids, t.contact_id)]\n",
        "            seen = [t.frame for t in told]\n",
        (FEED_CHATS,),
    ),
    Fault(
        "whoever_may_read_a_chat_types_to_its_visitor",
        "contactcenter/api/feed_commands.py",
        "    if not found.may_answer:\n",
        "    if not found.name:\n",
        (FEED_CHATS,),
    ),
    Fault(
        "a_token_that_may_only_read_types_to_visitors",
        "contactcenter/api/feed_commands.py",
        "    _check_may_write(subscriber)\n    found",
        "    found",
        (FEED_CHATS,),
    ),
    Fault(
        "what_was_read_of_a_chat_goes_back",
        "contactcenter/chats/chat_attention.sql",
        "AND c.read_sequence < l.sequence",
        "AND c.read_sequence <> l.sequence",
        (FEED_CHATS,),
    ),
    Fault(
        "whoever_tells_an_address_is_who_has_it",
        "contactcenter/chats/chat_addresses.py",
        "    added = await _add.first(conn, stranger.id, kind, value, now)\n",
        "    added = await _add.first(conn, told_by, kind, value, now)\n",
        ("tests/contactcenter/test_chat_addresses.py", CHAT_FORWARDING),
    ),
    Fault(
        "an_answer_by_text_message_is_a_problem_of_its_own",
        "contactcenter/chats/chat_ways.py",
        "        await _continue_by.run(conn, to.id, ours.id, ticket.id, now)\n",
        "        pass\n",
        (CHAT_FORWARDING,),
    ),
    Fault(
        "a_left_message_is_answered_where_nobody_is",
        "contactcenter/chats/chat_ways.py",
        "    if is_free and await answers_elsewhere(conn, heard):\n",
        "    if False:\n",
        (CHAT_FORWARDING,),
    ),
    Fault(
        "strangers_get_all_the_transcripts_there_are",
        "contactcenter/chats/chat_transcripts.py",
        "counted.to_address >= (TO_HIS_OWN if is_his else TO_UNKNOWN)",
        "counted.to_address >= FROM_US",
        (CHAT_TRANSCRIPTS,),
    ),
    Fault(
        "a_transcript_leads_strangers_to_a_visitors_links",
        "contactcenter/chats/chat_transcript_text.py",
        '    trusted = is_his or one.by != "visitor"\n',
        "    trusted = True\n",
        (CHAT_TRANSCRIPTS,),
    ),
    Fault(
        "a_chat_takes_what_a_call_does",
        "contactcenter/rules.py",
        '{"phone": 3, "webchat": 1}',
        '{"phone": 3, "webchat": 3}',
        ("tests/contactcenter/test_chat_capacity.py",),
    ),
    Fault(
        "a_host_need_not_sign",
        "channels/_webchat/identity.py",
        'options={"enforce_minimum_key_length": True}',
        'options={"verify_signature": False}',
        (SIGNED,),
    ),
    Fault(
        "a_token_is_good_at_every_widget",
        "channels/_webchat/identity.py",
        ".aud != audience",
        '.aud == ""',
        (SIGNED,),
    ),
    Fault(
        "a_token_is_good_for_ever",
        "channels/_webchat/identity.py",
        "    if claims.exp - claims.iat > MAX_LIFETIME_S:\n",
        "    if claims.exp < claims.iat:\n",
        (SIGNED,),
    ),
    Fault(
        "an_address_that_no_host_verified_joins_people",
        "channels/_webchat/identity.py",
        "_filled(claims.email) if claims.email_verified else None",
        "_filled(claims.email)",
        (SIGNED,),
    ),
    Fault(
        "two_users_of_a_host_become_one",
        "contactcenter/chats/chat_users.py",
        "    return bool(one.users) and user.value not in one.users\n",
        "    return not user.value\n",
        (USERS,),
    ),
    Fault(
        "whom_a_person_parted_a_host_joins",
        "contactcenter/chatroom/chat_identifying.sql",
        "AND k.now_id <> o.now_id",
        "AND k.now_id <> o.now_id AND false",
        (IDENTIFYING,),
    ),
    Fault(
        "who_told_an_address_becomes_its_owner",
        "contactcenter/chats/chat_users.py",
        "        if one.is_only_told:\n            take",
        '        if one.value == "":\n            take',
        (
            USERS,
            IDENTIFYING,
        ),
    ),
    Fault(
        "a_browser_changes_hands_with_its_conversation",
        "contactcenter/chatroom/chat_identifying.sql",
        " AND (user_id IS NULL OR user_id = $2)",
        "",
        (IDENTIFYING,),
    ),
    Fault(
        "anybody_says_whose_user_he_is",
        "contactcenter/contacts/identities.py",
        "    if written.kind is not None and written.kind in _NOT_WRITTEN:\n",
        '    if written.kind == "withheld":\n',
        (IDENTIFYING,),
    ),
    Fault(
        "visitors_send_one_anothers_files",
        "contactcenter/chats/chat_files.sql",
        " AND attachment.visitor_id = v.id",
        "",
        (CHAT_FILES,),
    ),
    Fault(
        "a_chat_serves_files_of_other_channels",
        "contactcenter/chats/chat_files.sql",
        "  AND (a.visitor_id IS NOT NULL OR EXISTS (SELECT FROM chat_line l WHERE l.interaction_id = a.interaction_id))",
        "",
        (CHAT_FILES,),
    ),
    Fault(
        "a_file_that_was_sent_is_deleted",
        "contactcenter/chats/chat_files.sql",
        "    AND interaction_id IS NULL\n  RETURNING",
        "  RETURNING",
        (CHAT_FILES,),
    ),
    Fault(
        "mails_of_a_hook_need_no_key",
        "channels/_email/hooks/door.py",
        "            if some and await self._provider.is_authentic(posted, payload, some):\n",
        "            if some:\n",
        (
            f"{MAIL_HOOK}::test_forged_mail_leaves_no_row_and_is_counted",
            f"{MAIL_HOOKS}::test_wrong_signature_is_answered_so_that_the_provider_tries_again",
        ),
    ),
    Fault(
        "one_address_signs_for_another",
        "channels/_email/hooks/door.py",
        "        return own or self._general_keys()\n",
        "        return (*own, *self._every_key())\n",
        (
            MAIL_HOOKS
            + "::test_own_key_replaces_the_one_of_the_settings_and_speaks_for_no_other_address",
        ),
    ),
    Fault(
        "a_provider_is_sent_away_for_good",
        "channels/_email/hooks/sendgrid.py",
        "    forged = HTTPStatus.SERVICE_UNAVAILABLE\n",
        "    forged = HTTPStatus.FORBIDDEN\n",
        (f"{MAIL_HOOKS}::test_wrong_signature_is_answered_so_that_the_provider_tries_again",),
    ),
    Fault(
        "a_certificate_comes_from_anywhere",
        "channels/_email/hooks/sns.py",
        " or named[1] != host or",
        " or",
        (f"{MAIL_SNS}::test_certificate_from_anywhere_else_is_not_even_asked_for",),
    ),
    Fault(
        "one_account_speaks_of_anothers_calls",
        "channels/_phone/hooks.py",
        "            if not self._is_of_its_account(payload.form):\n",
        "            if not self._env.settings:\n",
        (f"{PHONE}::test_number_belongs_to_its_account",),
    ),
    Fault(
        "a_telephone_waits_as_long_as_the_database",
        "channels/_phone/hooks.py",
        "        done, _ = await asyncio.wait({taking}, timeout=self._answer_within_s)\n",
        "        done, _ = await asyncio.wait({taking}, timeout=15)\n",
        (PHONE,),
    ),
    Fault(
        "what_has_begun_is_called_off",
        "channels/_phone/hooks.py",
        '            raise NotStored("It takes too long.")\n',
        "            taking.cancel()\n            await asyncio.wait({taking}, timeout=15)\n            raise NotStored\n",
        (f"{PHONE}::test_app_that_cannot_even_be_called_off_is_not_waited_for",),
    ),
    Fault(
        "what_was_pressed_is_asked_again",
        "channels/_phone/repeats.py",
        "    return replace(payload, form={**payload.form, **was}, query=ours)\n",
        "    return replace(payload, form=payload.form, query=ours)\n",
        (
            PHONE
            + "::test_telephone_asks_again_until_it_is_answered_and_what_was_pressed_is_not_lost",
            f"{PHONE_CALLS}::test_key_that_was_pressed_while_nothing_could_be_stored_counts",
        ),
    ),
    Fault(
        "a_telephone_asks_for_ever",
        "channels/_phone/hooks.py",
        '        if name == "fallback" or asked >= len(repeats.PAUSES_S):\n',
        '        if name == "fallback":\n',
        (f"{PHONE}::test_who_has_asked_often_enough_hears_an_apology_and_leaves_a_message",),
    ),
    Fault(
        "what_is_told_is_acknowledged_unstored",
        "channels/_phone/hooks.py",
        "        try:\n            await self._take(hook)\n        except NotStored as error:\n",
        "        try:\n            await self._take(hook)\n        except RuntimeError as error:\n",
        (PHONE,),
    ),
    Fault(
        "control_characters_break_the_document",
        "channels/_phone/documents.py",
        '    return _NOT_XML.sub("", text)\n',
        "    return text\n",
        (
            f"{DOCUMENTS}::test_what_xml_cannot_carry_is_left_out",
            f"{DOCUMENTS}::test_no_text_becomes_a_step",
        ),
    ),
    Fault(
        "persian_is_spoken_by_an_english_voice",
        "channels/_phone/documents.py",
        "        elif speaking := voice(step.language):\n",
        '        elif speaking := voice(step.language) or voice("en"):\n',
        (f"{DOCUMENTS}::test_language_without_a_voice_is_never_spoken_by_another",),
    ),
    Fault(
        "an_agent_who_leaves_ends_the_call",
        "channels/_phone/documents.py",
        "            end_conference_on_exit=step.ends_room,\n",
        "            end_conference_on_exit=True,\n",
        (f"{DOCUMENTS}::test_customer_ends_the_room_and_an_agent_does_not",),
    ),
    Fault(
        "a_rooms_reports_depend_on_who_came_first",
        "channels/_phone/documents.py",
        "    return Addresses(public_url=addresses.public_url).of(name, call=call_id)\n",
        "    return addresses.of(name, call=call_id)\n",
        (f"{DOCUMENTS}::test_first_one_in_a_room_has_its_reports_sent_where_all_have",),
    ),
    Fault(
        "silence_is_never_told",
        "channels/_phone/documents.py",
        "            action_on_empty_result=True,\n",
        "",
        (f"{DOCUMENTS}::test_question_comes_back_with_silence_too",),
    ),
    Fault(
        "connecting_again_tears_the_room_apart",
        "channels/_phone/telephony.py",
        "        if not await rest.is_in_room(room(call_id), leg):\n            await",
        "        if leg:\n            await",
        (f"{PHONE_CALLS}::test_connecting_again_does_not_tear_the_room_apart",),
    ),
    Fault(
        "who_hung_up_is_a_provider_that_failed",
        "channels/_phone/rest.py",
        "    if not of_nobody and (status == HTTPStatus.NOT_FOUND or _number(code) in GONE):\n",
        "    if not of_nobody and status == HTTPStatus.NOT_FOUND:\n",
        (f"{PHONE_CALLS}::test_customer_who_hung_up_meanwhile_is_gone",),
    ),
    Fault(
        "calls_that_others_serve_are_brought_in",
        "channels/_phone/backfill.py",
        "        hook = _over(call) if is_ours(str(call.to)) else None\n",
        "        hook = _over(call)\n",
        (f"{PHONE_BACKFILL}::test_numbers_that_others_serve_are_left_alone",),
    ),
    Fault(
        "an_idempotency_key_is_not_looked_up",
        "contactcenter/api/idempotency.py",
        "    if before is not None:\n        if before.request_sha256",
        "    if before is not None and before.status == 0:\n        if before.request_sha256",
        ("tests/api/test_idempotency.py::test_the_same_request_is_done_once_and_answered_again",),
    ),
    Fault(
        "a_link_may_lead_into_our_pages",
        "channels/_mail/markup.py",
        """        if attribute == "href" and not _LINK.match(value.strip()):
            return None
""",
        "",
        (
            "tests/channels/test_mail_markup.py::test_an_attack_comes_out_harmless_and_a_second_time_the_same",
        ),
    ),
    Fault(
        "html_is_made_safe_once",
        "channels/_mail/markup.py",
        "        html = cleaned\n",
        "        return cleaned\n",
        (
            "tests/channels/test_mail_markup.py::test_lines_before_the_first_word_go_at_once_and_nothing_else",
        ),
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
        "        if origin.lower() not in origins(settings):\n",
        "        if not origins(settings):\n",
        ("tests/api/test_guard.py::test_a_change_from_a_foreign_page_is_refused",),
    ),
    Fault(
        "passwords_may_be_guessed",
        "contactcenter/access/throttle.py",
        "        if failures < self.free:\n",
        "        if failures >= 0:\n",
        (f"{SIGN_IN}::test_after_five_failures_in_a_row_one_has_to_wait_longer_each_time",),
    ),
    # Asked of others -----------------------------------------------------------------------------
    Fault(
        "every_address_is_public",
        "channels/_public_address.py",
        "    return ip.is_global and not any(\n",
        "    return True or not any(\n",
        ("tests/channels/test_public_address.py::test_address_of_anything_else_is_not",),
    ),
    Fault(
        "names_that_lead_inwards_are_asked",
        "channels/_public_connector.py",
        '        if not all(self._is_allowed(one["host"]) for one in found):\n',
        "        if not found:\n",
        (f"{FETCH}::TestForbidden::test_name_that_leads_elsewhere_is_not_asked",),
    ),
    Fault(
        "our_key_is_given_to_strangers",
        "channels/_fetch.py",
        "                key = None  # and not given again, should the way lead back\n",
        "                key = authorization\n",
        (f"{FETCH}::TestWay::test_key_is_never_given_to_a_foreign_host",),
    ),
    # One process at a time ---------------------------------------------------------------------
    Fault(
        "a_lease_is_for_everybody",
        "contactcenter/leases.sql",
        "WHERE lease.until_at < clock_timestamp() OR lease.holder = EXCLUDED.holder",
        "WHERE true",
        ("tests/races/test_leases.py",),
    ),
    Fault(
        "a_lost_lease_ends_that_of_the_next",
        "contactcenter/leases.sql",
        "UPDATE lease SET until_at = clock_timestamp() WHERE name = $1 AND fence = $2",
        "UPDATE lease SET until_at = clock_timestamp() WHERE name = $1 AND $2::bigint = $2",
        ("tests/races/test_leases.py::test_whoever_lost_a_lease_cannot_end_that_of_the_next",),
    ),
    # What customers are to us --------------------------------------------------------------------
    Fault(
        "what_is_over_goes_on_counting",
        ASSETS_SCHEMA,
        " AND (s.to_at IS NULL OR s.to_at > at)) AS x",
        ") AS x",
        (f"{SETTING}::test_a_dated_end_comes_by_itself_and_leaves_the_credit_of_who_waits",),
    ),
    Fault(
        "what_we_were_told_later_was_known_before",
        ASSETS_SCHEMA,
        "greatest(s.from_at, s.told_at) <= at",
        "s.from_at <= at",
        (f"{FACTS}::test_the_past_is_told_as_it_was_known_then", SETTING),
    ),
    Fault(
        "a_manner_is_worth_waiting_time",
        "migrations/0014_segment_rules.sql",
        "WHERE r.credit_s > 0 AND e.kind <> 'temperament'",
        "WHERE r.credit_s > 0",
        (f"{CREDITS}::test_a_problem_is_granted_what_its_contact_is_worth_alone_or_with_others",),
    ),
    Fault(
        "who_enters_with_others_is_granted_nothing",
        "contactcenter/dispatch/entering.sql",
        "WHERE EXISTS (SELECT FROM credit_rule)",
        "WHERE false",
        (CREDITS,),
    ),
    Fault(
        "what_is_said_of_who_waits_is_worth_nothing",
        "contactcenter/segmentation/segment_setting.py",
        "    await ticket_credits.refresh(conn, now, contact_ids, actor=actor)\n",
        "",
        ("tests/contactcenter/test_segments_and_triage.py",),
    ),
    Fault(
        "anybody_says_what_a_customer_is_worth",
        "contactcenter/segmentation/segment_setting.py",
        "    if not by.is_at_least(Role.named(kind.set_by)):\n",
        "    if kind.archived_at is not None:\n",
        ("tests/api/test_segments_api.py::test_value_is_said_by_supervisors",),
    ),
    Fault(
        "an_undone_merge_forgets_dates",
        "contactcenter/merge_undoing.py",
        " + moved.segment_ends",
        "",
        ("tests/contactcenter/test_merges.py",),
    ),
    # What customers do ---------------------------------------------------------------------------
    Fault(
        "what_nobody_knows_counts_as_zero",
        BEHAVIOUR_SCHEMA,
        " AND (SELECT min(e.occurred_at) FROM behaviour_event e WHERE e.kind = c.kind) <= at",
        "",
        ("tests/contactcenter/test_behaviour_counts.py",),
    ),
    Fault(
        "what_is_switched_off_is_kept",
        "contactcenter/behaviour/behaviour_kinds.py",
        "        if not self.captured:\n            return False\n",
        "",
        (TOLD,),
    ),
    Fault(
        "something_else_passes_for_what_is_known",
        "contactcenter/behaviour/behaviour_reading.py",
        "    if told != line.content:\n",
        "    if told[0] != line.kind:\n",
        (TOLD,),
    ),
    Fault(
        "a_shops_hook_needs_no_signature",
        "contactcenter/api/behaviour_hooks.py",
        "    _check_signature(call, source, body)\n",
        "",
        ("tests/api/test_behaviour_hooks.py",),
    ),
    Fault(
        "referrals_lead_in_a_circle",
        "contactcenter/behaviour/behaviour.sql",
        "FROM up u WHERE u.at_id = u.start_id",
        "FROM up u WHERE false",
        (TOLD,),
    ),
    Fault(
        "an_undone_merge_keeps_what_was_told",
        "contactcenter/behaviour/behaviour.sql",
        "AND received_at >= $4",
        "AND received_at < $4",
        (TOLD,),
    ),
    Fault(
        "half_a_file_counts",
        "contactcenter/behaviour/behaviour_import.py",
        "        async with conn.transaction():\n",
        "        if True:\n",
        ("tests/contactcenter/test_behaviour_import.py",),
    ),
    Fault(
        "what_is_over_is_kept",
        "contactcenter/behaviour/behaviour_forgetting.sql",
        "k.retention_days * interval '1 day'",
        "k.retention_days * interval '2 days'",
        ("tests/contactcenter/test_behaviour_keeper.py",),
    ),
    Fault(
        "work_costs_nothing",
        "contactcenter/value_classes.sql",
        "round(sum(j.margin) - sum(j.cost))::bigint AS profit_minor",
        "round(sum(j.margin))::bigint AS profit_minor",
        (VALUE,),
    ),
    Fault(
        "a_loss_twice_is_none",
        "contactcenter/value_classes.sql",
        "bool_or(j.is_second_loss) OR ",
        "",
        (VALUE,),
    ),
    Fault(
        "the_best_bring_too_little",
        "contactcenter/value_classes.sql",
        "r.before * 5 < r.total * 4",
        "r.before * 5 < r.total * 3",
        (VALUE,),
    ),
    Fault(
        "nobody_hears_of_a_broken_promise",
        "contactcenter/sla/sla.py",
        "            await vital_alerts.of_broken_promises(self._conn, self._now)\n",
        "            pass\n",
        (VITAL,),
    ),
    Fault(
        "an_old_complaint_alarms",
        "contactcenter/vital_alerts.sql",
        "e.received_at = $1 AND e.occurred_at > $2",
        "e.received_at = $1 AND $2::timestamptz IS NOT NULL",
        (VITAL,),
    ),
    Fault(
        "any_stage_may_be_said",
        "contactcenter/tickets/stages.py",
        "        if before != after and not may_follow(before, after):\n",
        "        if before != after and after not in TRANSITIONS:\n",
        ("tests/contactcenter/test_life_cycles.py",),
    ),
    Fault(
        "a_late_purchase_comes_last",
        "routing/life_cycle.py",
        "sorted(happened, key=lambda one: (one[0], one[1] is not None))",
        "happened",
        ("tests/routing/test_life_cycle.py",),
    ),
    Fault(
        "not_means_yes",
        "routing/entry.py",
        """        return not _is_met(name, wanted["not"], problem)\n""",
        """        return _is_met(name, wanted["not"], problem)\n""",
        ("tests/routing/test_entry.py",),
    ),
    # The clauses by which tickets and agents are chosen ------------------------------------------
    Fault(
        "a_full_agent_is_asked",
        "contactcenter/dispatch/seek.sql",
        "a.capacity - a.load >= $2",
        "a.capacity - a.load >= 0",
        (decided("a_higher_credit_alone_moves_nobody"),),
    ),
    Fault(
        "no_delay_counts",
        "contactcenter/dispatch/seek.sql",
        "$3::timestamptz + m.delay_s * interval '1 second'",
        "$3::timestamptz",
        (decided("delay_steps_fire_before_overflow"),),
    ),
    Fault(
        "no_exclusion_counts",
        "contactcenter/dispatch/seek.sql",
        "x.agent_id = m.agent_id AND x.until_at > $4",
        "x.agent_id = m.agent_id AND x.until_at < $4",
        (decided("a_second_miss_in_a_row_makes_away"),),
    ),
    Fault(
        "a_window_is_closed_while_it_is_open",
        "contactcenter/dispatch/seek.sql",
        "OR $8::timestamptz <= $4",
        "OR $8::timestamptz > $4",
        (decided("a_window_stays_open_while_its_agent_wraps_up"),),
    ),
    Fault(
        "the_sticky_agent_does_not_come_first",
        "contactcenter/dispatch/seek.sql",
        "ORDER BY is_sticky DESC, m.level",
        "ORDER BY m.level",
        (decided("among_many_agents_his_own_comes_first"),),
    ),
    Fault(
        "a_lower_level_does_not_come_first",
        "contactcenter/dispatch/seek.sql",
        "is_sticky DESC, m.level, m.band",
        "is_sticky DESC, m.band",
        (decided("among_many_agents_the_lowest_level_comes_first"),),
    ),
    Fault(
        "a_higher_band_does_not_come_first",
        "contactcenter/dispatch/seek.sql",
        "m.band DESC, a.load::float8",
        "a.load::float8",
        (decided("among_many_agents_the_highest_band_comes_first"),),
    ),
    Fault(
        "a_smaller_load_does_not_come_first",
        "contactcenter/dispatch/seek.sql",
        "a.load::float8 / a.capacity, a.idle_since",
        "a.idle_since",
        (decided("among_many_agents_the_smallest_share_of_capacity_comes_first"),),
    ),
    Fault(
        "who_is_idle_longest_does_not_come_first",
        "contactcenter/dispatch/seek.sql",
        "a.idle_since, m.agent_id\n",
        "m.agent_id\n",
        (decided("among_many_agents_who_is_idle_longest_comes_first"),),
    ),
    Fault(
        "who_looks_knows_no_delay",
        "contactcenter/dispatch/seek.sql",
        "s.delay_s * interval '1 second'",
        "s.delay_s * interval '0 seconds'",
        (decided("who_signs_on_is_not_given_what_is_too_early_for_him"),),
    ),
    Fault(
        "who_looks_sees_what_is_kept",
        "contactcenter/dispatch/seek.sql",
        "OR w.sticky_until <= $2",
        "OR w.sticky_until > $2",
        (decided("who_signs_on_is_not_given_what_is_kept_for_somebody_who_wraps_up"),),
    ),
    Fault(
        "credit_does_not_count",
        "contactcenter/dispatch/seek.sql",
        "ORDER BY w.rank_us, w.id LIMIT s.room + 1",
        "ORDER BY w.enqueued_at, w.id LIMIT s.room + 1",
        (decided("of_many_that_wait_the_largest_score_comes_first"),),
    ),
    Fault(
        "handicaps_do_not_count",
        "contactcenter/dispatch/seek.sql",
        "s.queue_id, s.handicap_s, t.ticket_ids",
        "s.queue_id, 0 AS handicap_s, t.ticket_ids",
        (decided("a_handicap_lets_his_own_queue_go_first"),),
    ),
    Fault(
        "overflow_fires_before_windows_end",
        "contactcenter/timers.sql",
        "WHEN 'sticky_end' THEN 1",
        "WHEN 'sticky_end' THEN 5",
        (decided("ends_of_windows_come_before_overflow"),),
    ),
    Fault(
        "whoever_declines_is_idle_since_then",
        "contactcenter/turns.sql",
        "AND units.lets_go THEN $1",
        "THEN $1",
        (decided("a_declined_offer_leaves_idle_since_alone"),),
    ),
    # What is promised --------------------------------------------------------------------------
    Fault(
        "a_reply_at_the_last_instant_is_in_time",
        "routing/sla.py",
        "due_at > (clock.ended_at or now)",
        "due_at >= (clock.ended_at or now)",
        (f"{PROMISES}::test_a_reply_at_the_very_instant_is_late_whoever_comes_first",),
    ),
    Fault(
        "who_waits_on_hold_is_forgotten",
        "routing/sla.py",
        '"next_reply": frozenset({"pending"})',
        '"next_reply": frozenset({"pending", "on_hold"})',
        (f"{PROMISES}::test_a_message_on_a_ticket_on_hold_is_promised_an_answer",),
    ),
    Fault(
        "a_breach_is_when_it_was_noticed",
        "routing/sla.py",
        "return replace(clock, breached_at=due_at)",
        "return replace(clock, breached_at=clock.ended_at or now)",
        (f"{PROMISES}::test_what_was_due_while_nobody_looked_is_broken_at_its_true_instant",),
    ),
    Fault(
        "old_hours_break_promises",
        "contactcenter/dispatch/promises.py",
        "await known.read(conn, sla_counting.versions([row]))",
        "await known.read(conn, {r.calendar_id: 1 for r in [row] if r.calendar_id})",
        (f"{PROMISES}::test_a_timer_of_hours_that_hold_no_more_breaks_nothing",),
    ),
    Fault(
        "a_hold_ends_before_promises_are_settled",
        "contactcenter/dispatch/dispatcher.py",
        "        await promises.catch_up(conn, now)\n    except",
        "    except",
        ("tests/api/test_sla_api.py::test_the_dispatcher_settles_what_triage_hands_over",),
    ),
    Fault(
        "replies_keep_no_promise",
        "contactcenter/desk.py",
        "    await sla.replied(conn, now, ticket)\n",
        "",
        (f"{PROMISES}::test_a_reply_keeps_the_promise_and_the_next_question_begins_another",),
    ),
    Fault(
        "policies_reach_back",
        "routing/sla.py",
        'if happening.is_new and "resolution" not in running',
        'if "resolution" not in running',
        (f"{PROMISES}::test_a_new_policy_promises_nothing_of_what_is_under_way",),
    ),
    # Configuration ------------------------------------------------------------------------------
    Fault(
        "a_configuration_is_activated_unchecked",
        "contactcenter/activation/activating.py",
        "    if found.errors:\n",
        "    if found.errors and note == 'check':\n",
        (
            f"{ACTIVATION}::test_a_queue_with_unsolved_tickets_cannot_be_left_out_or_moved_to_another_tier",
        ),
    ),
    Fault(
        "an_older_version_is_overwritten",
        "contactcenter/activation/activating.py",
        "    if found_rows.version != based_on or document.version not in (None, based_on):\n",
        "    if document.version not in (None, based_on):\n",
        (f"{ACTIVATION}::test_of_two_who_activate_at_once_one_is_refused",),
    ),
    Fault(
        "a_version_begins_after_its_change",
        "contactcenter/activation/recording.py",
        "    forget_rules(conn)\n    yield\n",
        "    await configuration_versions.undo(conn, version)\n    yield\n"
        "    version = await configuration_versions.begin(\n"
        "        conn, now, reverts_to=reverts_to, actor=actor, note=note\n    )\n",
        (
            f"{ACTIVATION}::test_whoever_gains_a_queue_takes_what_waits_and_what_rings_at_a_loser_goes_on",
        ),
    ),
    Fault(
        "skills_are_not_asked_for",
        "contactcenter/configuration_document/compiling.py",
        "            if agent.skills.meet(document.queues[grant.queue].requires):\n",
        "            if True:\n",
        (f"{ACTIVATION}::test_a_document_becomes_rows_and_rows_the_same_document",),
    ),
    Fault(
        "a_new_delay_is_told_to_nobody",
        "contactcenter/administration/staffing.py",
        "    return after.delay_s > 0 and (before is None or before.delay_s != after.delay_s)\n",
        "    return False\n",
        (f"{STAFFING}::test_a_helper_who_comes_later_is_asked_about_what_waits_already",),
    ),
    Fault(
        "a_ticket_is_kept_for_one_who_left_its_queue",
        "contactcenter/dispatch/keeping.py",
        "    forgotten = await _forget.all(conn, agent_id, queue_id)\n",
        "    forgotten: list[ChangedTicket] = []\n",
        (f"{STAFFING}::test_what_is_kept_for_one_who_leaves_the_queue_looks_smallest_rank_first",),
    ),
    Fault(
        "another_time_to_answer_holds_for_new_legs_only",
        "contactcenter/administration/queue_setup.py",
        "    if after.return_after_s != before.return_after_s or",
        "    if",
        (f"{OPENING}::test_another_time_to_answer_holds_for_what_is_held_already",),
    ),
    Fault(
        "helpers_belong_to_the_team_they_help",
        "contactcenter/administration/staffing.sql",
        "SELECT DISTINCT q.team_id, n.agent_id, 'queue'",
        "SELECT DISTINCT q.team_id, n.agent_id, 'own'",
        (f"{ACTIVATION}::test_serving_a_queue_of_a_team_gives_none_of_what_the_team_serves",),
    ),
    Fault(
        "a_queue_stays_when_it_is_left_out",
        "contactcenter/activation/activating.py",
        "    await centre.archive_others(conn, now, found, document, actor=actor)\n",
        "",
        (
            f"{ACTIVATION}::test_a_queue_that_is_left_out_is_archived_and_the_same_one_when_it_is_back",
        ),
    ),
    Fault(
        "what_comes_back_goes_to_an_archived_queue",
        "contactcenter/dispatch/ending.py",
        "    if queue.archived_at is None:\n        return ticket, queue\n",
        "    if queue.id:\n        return ticket, queue\n",
        (
            f"{ACTIVATION}::test_a_queue_that_is_left_out_is_archived_and_the_same_one_when_it_is_back",
        ),
    ),
    Fault(
        "overflow_goes_in_circles",
        "contactcenter/configuration_document/reach.py",
        "    _cycles(found)\n",
        "",
        (f"{ACTIVATION}::test_an_invalid_document_changes_nothing_and_names_every_fault",),
    ),
    Fault(
        "aliases_are_followed",
        "contactcenter/configuration_document/text.py",
        "            case yaml.AliasEvent():\n",
        "            case yaml.StreamEndEvent():\n",
        (
            "tests/contactcenter/test_configuration_text.py::test_what_no_configuration_needs_is_refused",
        ),
    ),
    # Explained, and banded ---------------------------------------------------------------------
    Fault(
        "credits_are_not_kept_with_an_offer",
        "contactcenter/turns.sql",
        "turn.why || coalesce(r.why, '{}')",
        "turn.why",
        (f"{REASONS}::test_an_offer_keeps_what_the_credit_was_made_of",),
    ),
    Fault(
        "who_could_not_have_it_is_not_kept",
        "contactcenter/turns.sql",
        "|| coalesce(p.why, '{}')",
        "",
        (f"{REASONS}::test_who_was_there_and_could_not_have_it_is_kept_with_the_first_clause",),
    ),
    Fault(
        "why_not_overlooks_who_it_is_kept_for",
        "contactcenter/why_not.py",
        "is_kept_for_another=_is_kept_for_another(now, situation)",
        "is_kept_for_another=False",
        (f"{WHY_NOT}::test_a_ticket_kept_for_somebody_is_told_so_to_the_others",),
    ),
    Fault(
        "events_of_one_instant_go_by_chance",
        "contactcenter/history/ordering.py",
        "return list(_settled(ordered))",
        "return ordered",
        (ANY_EVENTS,),
    ),
    Fault(
        "a_note_is_a_first_reply",
        "contactcenter/history/entries.py",
        'or self.get("public") is False',
        "",
        (TOLD_REPLIES,),
    ),
    Fault(
        "a_program_has_solved_it",
        "contactcenter/history/resolutions.py",
        " and not entry.is_by_itself",
        "",
        (TOLD_REPLIES,),
    ),
    Fault(
        "a_new_label_rewrites_the_past",
        "contactcenter/history/stays.py",
        "standing.holder, standing.labels",
        "standing.holder, standing.labels.queue",
        (TOLD_TIERS,),
    ),
    Fault(
        "who_asks_to_be_called_back_waits_on",
        "contactcenter/history/waits.py",
        '    "callback": "flowed_out",\n',
        "",
        (TOLD_WAITS,),
    ),
    Fault(
        "a_broken_promise_is_kept_later",
        "contactcenter/history/promises.py",
        'known is None or known.entry.kind == "sla_met"',
        "True",
        (TOLD_TIERS,),
    ),
    Fault(
        "a_tier_is_left_every_time",
        "contactcenter/history/moves.py",
        "tier not in self._left",
        "True",
        (TOLD_TIERS,),
    ),
    Fault(
        "who_has_not_had_his_week_is_judged",
        "contactcenter/measuring/selections.py",
        "fact.at + timedelta(seconds=window_s) <= self.ask.as_of",
        "fact.at <= self.ask.as_of",
        (TOLD_REPLIES,),
    ),
    Fault(
        "an_interval_around_the_mean_sets_apart",
        "contactcenter/statistics/casemix.py",
        " and abs(estimate - mean) > half",
        "",
        (f"{CASE_MIX}::test_where_agents_do_not_differ_nobody_is_apart",),
    ),
    Fault(
        "one_period_is_enough_for_a_verdict",
        "contactcenter/statistics/casemix.py",
        "current.apart and previous.apart and same",
        "current.apart and same",
        (f"{CASE_MIX}::test_a_word_is_said_after_two_periods_in_the_same_direction",),
    ),
    Fault(
        "difficult_customers_are_mixed_with_easy_ones",
        "contactcenter/statistics/strata.py",
        "elif near:",
        "elif near and not shared:",
        ("tests/contactcenter/statistics/test_strata.py",),
    ),
    Fault(
        "everybody_is_expected_the_mean_of_strata",
        "contactcenter/statistics/standardised.py",
        "expected=sum(n * of.solved for n, of in mix) / own.n,",
        "expected=sum(of.solved for _, of in mix) / len(mix),",
        (f"{CASE_MIX}::test_the_worked_example",),
    ),
    Fault(
        "the_upper_limit_lets_chance_through",
        "contactcenter/statistics/funnel.py",
        "1 - _lower(1 - target, n, outside)",
        "_lower(target, n, 1 - outside)",
        ("tests/contactcenter/statistics/test_funnel.py",),
    ),
    Fault(
        "a_sketch_speaks_by_the_end_of_its_bucket",
        "contactcenter/statistics/sketches.py",
        "2 * exp(number * _LOG_GAMMA) / (_GAMMA + 1)",
        "exp(number * _LOG_GAMMA)",
        ("tests/contactcenter/statistics/test_sketches.py",),
    ),
    Fault(
        "a_time_that_was_there_twice_counts_double",
        "contactcenter/statistics/forecast.py",
        "/ there / history",
        "/ history",
        (f"{FORECAST}::test_a_time_that_was_there_twice_gives_the_mean_of_both",),
    ),
    Fault(
        "who_leaves_early_lowers_the_service_level",
        "contactcenter/statistics/queueing.py",
        "meant_to_wait = 1 - waits * max(leave, 0.0)",
        "meant_to_wait = 1.0",
        ("tests/contactcenter/statistics/test_staffing.py",),
    ),
    Fault(
        "an_arm_lasts_a_minute_too_long",
        "routing/bands.py",
        "minute < on_minutes",
        "minute <= on_minutes",
        ("tests/routing/test_bands.py::test_an_arm_changes_at_the_very_instant",),
    ),
    Fault(
        "speed_alone_makes_the_band",
        "routing/bands.py",
        "return solved * per_hour",
        "return per_hour",
        ("tests/routing/test_bands.py::test_the_slower_agent_who_solves_more_comes_first",),
    ),
    Fault(
        "bands_count_while_they_are_off",
        "contactcenter/dispatch/seek.py",
        'arm.get("bands") != "on"',
        '"bands" not in arm',
        (f"{BANDS}::test_the_arms_of_the_experiment_alternate_by_the_clock",),
    ),
    # Escalation ---------------------------------------------------------------------------------
    Fault(
        "time_in_a_tier_runs_while_it_is_the_customers_turn",
        "contactcenter/dispatch/escalation_facts.py",
        "gone -= hours.business_time(calendar, max(paused_at, since), resumed_at or now)",
        "gone -= hours.business_time(calendar, since, since)",
        (f"{ESCALATING}::test_time_that_is_not_our_turn_is_no_time_in_the_tier",),
    ),
    Fault(
        "one_reason_raises_again_and_again",
        "routing/escalation/deciding.py",
        "is_again = rule.name in standing.done",
        "is_again = False",
        (
            (
                "tests/routing/test_escalation.py"
                "::test_one_reason_raises_a_ticket_once_in_an_episode_unless_it_is_of_this_stay"
            ),
        ),
    ),
    Fault(
        "words_of_a_higher_tier_count_below",
        "contactcenter/dispatch/escalation_facts.sql",
        "(stay.is_first OR i.triaged_at > stay.tier_since)",
        "(stay.is_first OR true)",
        (f"{ESCALATING}::test_words_said_in_a_higher_tier_do_not_raise_what_came_back_from_it",),
    ),
    Fault(
        "tickets_are_sent_back_for_ever",
        "contactcenter/dispatch/transferring.py",
        "    if ticket.returns >= limit:",
        "    if ticket.returns > 99 + limit:",
        (f"{ESCALATING}::test_a_ticket_is_sent_back_twice_and_no_more",),
    ),
    Fault(
        "a_check_waits_for_one_that_is_fired",
        "contactcenter/escalation_checks.sql",
        "t.id || ':' || pg_current_xact_id(), t.id FROM unnest",
        "t.id::text, t.id FROM unnest",
        (
            (
                f"{MEETINGS}"
                "::test_an_answer_that_a_rule_waits_for_is_not_lost_while_the_rules_are_asked"
            ),
        ),
    ),
    # Classes of mails ---------------------------------------------------------------------------
    Fault(
        "a_machines_words_are_the_persons",
        "contactcenter/triage_cases.py",
        "[m for m in self.messages if m.counts] or self.messages",
        "self.messages",
        (f"{MAIL_TRIAGE}::test_a_persons_words_beside_a_machines_are_the_ones_that_are_read",),
    ),
    Fault(
        "a_robot_is_promised_an_answer",
        "contactcenter/dispatch/entering.py",
        "if finding.ticket_id in moved and finding.counts:",
        "if finding.ticket_id in moved:",
        (
            (
                f"{MAIL_TRIAGE}"
                "::test_a_machines_mail_is_routed_but_nothing_is_read_from_it_or_promised_for_it"
            ),
        ),
    ),
    Fault(
        "a_machine_that_wrote_last_waits_for_an_answer",
        "contactcenter/dispatch/escalation_facts.sql",
        "i.direction = 'inbound' AND i.kind = 'message'\n     AND i.id",
        "i.direction = 'inbound'\n     AND i.id",
        (f"{MAIL_TRIAGE}::test_a_machine_that_wrote_last_does_not_wait_for_an_answer",),
    ),
    Fault(
        "an_autoresponse_answers_the_customer",
        "contactcenter/sla/sla_clocks.sql",
        " AND r.kind = 'message'",
        "",
        (f"{MAIL_TRIAGE}::test_an_autoresponse_that_fails_leaves_nobody_unanswered",),
    ),
    Fault(
        "a_robot_is_answered",
        "contactcenter/mail_intake/effects.py",
        "not mail_classes.of(item).counts or ",
        "",
        (f"{AUTORESPONSES}::test_what_is_never_answered_by_itself",),
    ),
    Fault(
        "a_correspondent_is_answered_without_end",
        "contactcenter/outbound/autoresponses.sql",
        "AND a.correspondent = $2 AND a.at > $4",
        "AND a.correspondent = $2 AND a.at > $4 + interval '100 years'",
        (f"{LOOPS}::test_a_helpdesk_that_answers_everything_without_any_header_is_answered_once",),
    ),
    Fault(
        "a_domain_is_answered_without_end",
        "contactcenter/outbound/autoresponses.sql",
        "count(*) < $6::int",
        "count(*) < $6::int + 1000",
        (
            (
                f"{LOOPS}"
                "::test_a_helpdesk_with_an_address_for_each_case_gets_no_more_than_its_domains_share"
            ),
        ),
    ),
    Fault(
        "processes_answer_side_by_side",
        "contactcenter/outbound/autoresponses.py",
        '        await _lock.run(conn, f"{entry_point_id} {domain}")\n',
        "        pass\n",
        (
            (
                "tests/races/test_autoresponse_races.py"
                "::test_people_of_one_domain_at_one_instant_get_no_more_than_their_share"
            ),
        ),
    ),
    Fault(
        "what_an_agent_writes_waits_for_a_machine",
        "contactcenter/outbound/autoresponses.py",
        ":automatic",
        "",
        (f"{AUTORESPONSES}::test_what_an_agent_writes_does_not_wait_for_it",),
    ),
    Fault(
        "a_copy_that_bounced_is_the_mail",
        "contactcenter/mail_intake/reports.py",
        "if status is None or told.is_of_copy:",
        "if status is None:",
        (f"{REPORTS}::test_a_report_on_a_copy_is_shown_and_says_nothing_of_the_mail",),
    ),
    Fault(
        "a_mail_that_is_still_tried_is_given_up",
        "contactcenter/mail_intake/reports.py",
        "mail.bounce is not None and mail.bounce.gave_up",
        "mail.bounce is not None",
        (f"{REPORTS}::test_a_report_of_a_mail_server_sets_the_state_of_our_mail",),
    ),
    Fault(
        "all_mail_of_this_software_is_our_own",
        "channels/_email/receiving.py",
        "if mail.loop is not None and any(map(self.entry_point_of, mail.loop.senders)):",
        "if mail.loop is not None:",
        (
            (
                "tests/channels/test_email_loops.py"
                "::test_only_a_mail_of_one_of_our_addresses_is_our_own"
            ),
        ),
    ),
    # Mails -------------------------------------------------------------------------------------
    Fault(
        "a_stranger_may_write_into_a_thread",
        "contactcenter/mail_intake/placing.py",
        "author.contact_id == named.contact_id or (mail.n, ticket_id) in self._participants",
        "True",
        (f"{THREADS}::test_a_stranger_who_names_a_ticket_waits_for_a_person",),
    ),
    Fault(
        "whoever_hides_is_known",
        "contactcenter/mail_intake/placing.py",
        '        if author.address.kind != "email":\n            return False\n',
        "",
        (f"{PLACING}::test_nobody_gets_into_a_ticket_who_is_not_known_there",),
    ),
    Fault(
        "whom_a_customer_copied_may_write",
        "contactcenter/mail_intake/threads.sql",
        "(i.direction = 'outbound' AND (\n      (d.kind",
        "(i.direction <> 'internal' AND (\n      (d.kind",
        (f"{THREADS}::test_who_was_only_named_by_a_stranger_is_no_participant",),
    ),
    Fault(
        "whom_we_copied_may_not_write",
        "contactcenter/mail_intake/threads.sql",
        "      OR m.cc @> jsonb_build_array(jsonb_build_object('address', a.value))",
        "",
        (f"{THREADS}::test_whoever_we_wrote_to_in_a_ticket_may_answer_there",),
    ),
    Fault(
        "a_copied_id_hides_our_mail",
        "contactcenter/mail_intake/threads.sql",
        "ORDER BY m.interaction_id LIMIT 1)",
        "ORDER BY m.interaction_id DESC LIMIT 1)",
        (f"{THREADS}::test_a_copy_of_our_id_does_not_hide_our_mail",),
    ),
    Fault(
        "a_number_comes_before_a_mail",
        "contactcenter/mail_intake/threads.sql",
        "SELECT a.n, 4, 0, t.id",
        "SELECT a.n, 0, 0, t.id",
        (f"{THREADS}::test_a_proven_address_comes_before_a_mail_of_ours_and_that_before_theirs",),
    ),
    Fault(
        "a_bounce_is_believed_of_any_mail",
        "contactcenter/mail_intake/placing.py",
        "if c.step in {BY_ADDRESS, BY_OURS}), None)",
        "), None)",
        (f"{THREADS}::test_a_bounce_of_nothing_of_ours_waits",),
    ),
    Fault(
        "a_closed_problem_comes_back_for_ever",
        "contactcenter/mail_intake/threads.sql",
        "(t.state = 'solved' AND t.solved_at <= $2::timestamptz)",
        "(t.state = 'solved' AND $2::timestamptz IS NULL)",
        (f"{THREADS}::test_a_solved_problem_comes_back_within_the_window",),
    ),
    Fault(
        "a_flood_opens_ticket_after_ticket",
        "contactcenter/mail_intake/placing.py",
        "        if len(opened) >= NEW_TICKETS_PER_HOUR and not mail.accepted:\n",
        "        if len(opened) > 99 + NEW_TICKETS_PER_HOUR:\n",
        (f"{THREADS}::test_one_correspondent_opens_three_tickets_an_hour_at_most",),
    ),
    Fault(
        "mails_of_a_batch_do_not_know_one_another",
        "contactcenter/mail_intake/placing.py",
        "            self._placed.setdefault(mail.message_id, ticket_id)\n",
        "            pass\n",
        (f"{THREADS}::test_mails_of_one_thread_that_come_together_stay_together",),
    ),
    Fault(
        "a_robot_brings_a_problem_back",
        "contactcenter/mail_intake/placing.py",
        "named is None or not named.is_over or not mail.treatment.counts:",
        "named is None or not named.is_over:",
        (f"{THREADS}::test_what_no_person_wrote_is_shown_and_changes_nothing",),
    ),
    Fault(
        "a_held_mail_counts_as_stored",
        "contactcenter/mail_intake/holding.sql",
        "WHERE k.entry_point_id = h.entry_point_id AND k.external_id = h.key",
        "WHERE k.entry_point_id = h.entry_point_id AND k.external_id = h.key AND false",
        (f"{THREADS}::test_whom_a_person_let_in_may_write_there_from_then_on",),
    ),
    Fault(
        "a_held_mail_is_held_for_each_way_it_comes",
        "contactcenter/quarantine.py",
        "        if again is not None:\n",
        "        if again is not None and again.id < 0:\n",
        (f"{THREADS}::test_a_held_mail_that_comes_by_two_ways_is_held_once",),
    ),
    Fault(
        "one_mail_to_two_addresses_is_held_once",
        EMAIL_SCHEMA,
        "  ON quarantine (channel, purpose, body_sha256, coalesce(entry_point_id, 0));",
        "  ON quarantine (channel, purpose, body_sha256, coalesce(entry_point_id * 0, 0));",
        (f"{THREADS}::test_the_same_bytes_at_two_of_our_addresses_are_two_mails",),
    ),
    Fault(
        "who_lost_a_mailbox_goes_on_storing",
        "contactcenter/mail_intake/intake.py",
        "                await mailroom.advance(conn, handed.checkpoint)\n",
        "                pass\n",
        (f"{MAIL_INTAKE}::test_who_lost_the_lease_stores_nothing",),
    ),
    Fault(
        "a_mail_does_not_wait_for_a_merge",
        "contactcenter/mail_intake/threads.sql",
        "SELECT id FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        "SELECT id FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id",
        (
            f"{MAIL_RACES}::test_a_new_mail_of_somebody_whose_address_changes_hands_is_the_new_owners",
        ),
    ),
    Fault(
        "a_mail_does_not_look_again_after_a_merge",
        "contactcenter/mail_intake/threads.py",
        "    if await _known(conn, items) != authors:\n        raise LostRace\n",
        "",
        (
            f"{MAIL_RACES}::test_a_new_mail_of_somebody_whose_address_changes_hands_is_the_new_owners",
        ),
    ),
    Fault(
        "a_mail_does_not_wait_for_its_tickets_end",
        "contactcenter/mail_intake/threads.sql",
        "FROM ticket t WHERE t.id = ANY($1::bigint[]) ORDER BY t.id FOR NO KEY UPDATE",
        "FROM ticket t WHERE t.id = ANY($1::bigint[]) ORDER BY t.id",
        (
            f"{MAIL_RACES}::test_an_answer_to_a_problem_that_is_closed_in_this_moment_opens_one_that_follows",
        ),
    ),
    Fault(
        "a_mail_that_lost_a_race_is_not_stored",
        "contactcenter/mail_intake/intake.py",
        "        outcomes = await db.retried(attempt, tries=_TRIES)\n",
        "        outcomes = await db.retried(attempt, tries=1)\n",
        (f"{MAIL_RACES}::test_first_mails_of_one_person_at_one_instant_are_one_person",),
    ),
    Fault(
        "two_first_mails_are_two_people",
        "contactcenter/mail_intake/storing.py",
        "    if len(added) < len(strangers):\n        raise LostRace\n",
        "",
        (f"{MAIL_RACES}::test_first_mails_of_one_person_at_one_instant_are_one_person",),
    ),
    Fault(
        "one_bad_mail_sinks_a_mailbox",
        "contactcenter/mail_intake/intake.py",
        "                    await holding.set_aside(",
        "                    raise error\n                    await holding.set_aside(",
        (
            f"{MAIL_RACES}::test_a_mail_that_the_database_refuses_is_set_aside_and_its_mailbox_goes_on",
        ),
    ),
    Fault(
        "an_agent_decides_about_tickets_of_others",
        "contactcenter/api/quarantine.py",
        "            await check_may_work_in(call, conn, held.ticket_id)\n",
        "            pass\n",
        ("tests/api/test_acceptances_api.py::test_who_may_not_work_on_the_ticket_decides_nothing",),
    ),
    Fault(
        "what_goes_on_is_a_new_problem_each_time",
        "contactcenter/mail_intake/storing.py",
        '        noted["continues"] = str(one.placement.follows_id)\n',
        "        pass\n",
        (f"{THREADS}::test_what_goes_on_after_a_closed_problem_is_one_problem",),
    ),
    Fault(
        "a_parted_person_leaves_behind_what_others_wrote_to_him",
        "contactcenter/merge_undoing.sql",
        "(identity_id IS NULL OR details ? 'participant')",
        "(identity_id IS NULL)",
        (
            f"{THREADS}::test_what_a_copied_person_wrote_stays_with_its_ticket_when_people_are_parted",
        ),
    ),
    Fault(
        "a_copied_person_keeps_a_ticket_from_going_back",
        "contactcenter/merge_undoing.sql",
        "                    AND NOT i.details ? 'participant')))",
        "                    )))",
        (
            f"{THREADS}::test_what_a_copied_person_wrote_stays_with_its_ticket_when_people_are_parted",
        ),
    ),
    Fault(
        "a_value_that_cannot_be_sent_holds_up_everybody",
        "contactcenter/mail_intake/intake.py",
        "_REFUSALS: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)",
        "_REFUSALS: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)",
        (f"{MAIL_RACES}::test_a_mail_with_a_value_that_cannot_be_sent_is_set_aside",),
    ),
    Fault(
        "the_words_of_a_copied_person_are_the_customers",
        "contactcenter/mail_intake/storing.py",
        '        noted["participant"] = "yes"\n',
        "        pass\n",
        (f"{THREADS}::test_the_words_of_somebody_else_in_a_ticket_are_marked_as_such",),
    ),
    Fault(
        "a_mail_server_is_told_yes_too_early",
        "channels/_email/listener/storing.py",
        """            log.warning("mail_not_stored", way=self.way, error=type(error).__name__)
            return False""",
        """            log.warning("mail_not_stored", way=self.way, error=type(error).__name__)
            return True""",
        (f"{LISTENER}::test_what_cannot_be_stored_is_to_be_tried_again",),
    ),
    Fault(
        "a_mail_ends_where_it_only_looks_so",
        "channels/_email/listener/data.py",
        "self._written.endswith(_LINE + _END)",
        'self._written.endswith(b"\n" + _END)',
        (f"{LISTENER}::test_only_cr_lf_dot_cr_lf_ends_a_mail",),
    ),
    Fault(
        "every_network_may_hand_over_mails",
        "channels/_email/listener/door.py",
        "if peer and not self._is_known(peer):",
        "if not peer:",
        ("tests/channels/test_email_listener_limits.py::test_only_known_networks_are_listened_to",),
    ),
    Fault(
        "what_was_said_in_clear_counts_as_encrypted",
        "channels/_email/listener/conversation.py",
        "        if self._reader._buffer:  #",
        "        if self._is_secure:  #",
        (
            (
                "tests/channels/test_email_listener_places.py"
                "::test_what_was_said_in_clear_is_not_read_as_if_it_had_been_encrypted"
            ),
        ),
    ),
    Fault(
        "a_mail_is_repeated_again_and_again",
        "contactcenter/sender.py",
        "if job.channel in self._repeating and not job.repeats:",
        "if job.channel in self._repeating:",
        (f"{MAILS_OUT}::test_a_lost_answer_is_repeated_once_as_the_same_mail",),
    ),
    Fault(
        "a_killed_sender_repeats_for_ever",
        "contactcenter/outbound/outbox.sql",
        "outbox.claimed_until < clock_timestamp() AND outbox.repeats = 0",
        "outbox.claimed_until < clock_timestamp()",
        (f"{MAILS_OUT}::test_a_claim_that_is_lost_is_repeated_once",),
    ),
    Fault(
        "one_deferred_mail_holds_up_all",
        "contactcenter/sender.py",
        "elif isinstance(result, Deferred):",
        "elif isinstance(result, Deferred) and job.deferrals:",
        (f"{MAILS_OUT}::test_a_deferred_mail_waits_alone_and_its_conversation_behind_it",),
    ),
    Fault(
        "a_slow_server_keeps_every_place",
        "contactcenter/outbound/attempts.py",
        "AT_ONCE - (len(self._all) - long)",
        "AT_ONCE - len(self._all)",
        (f"{MAILS_OUT}::test_a_server_that_takes_long_holds_up_nobody_else",),
    ),
    Fault(
        "a_claim_ends_while_a_mail_is_looked_at",
        "contactcenter/sender.py",
        "                    await self._keep_claims()\n",
        "",
        (f"{MAILS_OUT}::test_a_server_that_takes_long_holds_up_nobody_else",),
    ),
    Fault(
        "mails_go_out_in_clear",
        "channels/_email/sending/pool.py",
        'start_tls=server.security == "starttls",',
        "start_tls=False,",
        ("tests/channels/test_email_sending_secured.py::test_what_cannot_be_secured_is_not_sent",),
    ),
    Fault(
        "an_answer_that_is_lost_means_not_sent",
        "channels/_email/sending/sending.py",
        "            raise OutcomeUnknown(\n",
        "            raise Unavailable(\n",
        (
            (
                "tests/channels/test_email_sending.py"
                "::test_what_was_said_to_the_end_and_not_answered_is_unknown"
            ),
        ),
    ),
    Fault(
        "ids_are_decoded",
        "channels/_mail/written_fields.py",
        '_ID: Final = re.compile(r"(?!.*=\\?)',
        '_ID: Final = re.compile(r"',
        (
            (
                "tests/channels/test_mail_composing.py"
                "::test_ids_and_links_are_written_letter_by_letter_however_long"
            ),
        ),
    ),
    Fault(
        "names_are_not_quoted",
        "channels/_mail/written_fields.py",
        "if _SPECIAL.search(name):",
        "if not name:",
        ("tests/channels/test_mail_composing.py::test_a_name_is_one_name_whatever_is_in_it",),
    ),
    Fault(
        "anybody_unsubscribes_anybody",
        "channels/_email/sending/unsubscribing.py",
        "is_ours = any(",
        "is_ours = bool(keys) or any(",
        ("tests/channels/test_email_unsubscribing.py::test_a_link_that_is_not_ours_does_nothing",),
    ),
    Fault(
        "who_left_a_list_gets_no_answers",
        "contactcenter/answerable.py",
        "if channel is None or not channel.has_threads or ticket_id is None:",
        "if channel is not None:",
        (f"{MAILS_OUT}::test_who_left_a_list_is_answered_when_he_asks",),
    ),
    Fault(
        "a_bounce_is_answered",
        "contactcenter/timeline.sql",
        "NOT IN ('bounce', 'receipt', 'complaint', 'loop')",
        "NOT IN ('loop')",
        (f"{MAILS_OUT}::test_an_answer_goes_to_the_customer_not_to_who_told_of_a_bounce",),
    ),
    Fault(
        "two_that_look_alike_are_guessed",
        "routing/service_tags.py",
        "return best[0] if len(best) == 1 else None",
        "return best[0]",
        (f"{SERVICE_TAGS}::test_what_looks_alike_is_taken_only_where_one_tag_fits",),
    ),
    Fault(
        "a_former_owner_names_his_machine",
        "contactcenter/assets/ticket_assets.sql",
        "ON o.contact_id = p.contact_id AND o.to_at IS NULL",
        "ON o.contact_id = p.contact_id",
        (f"{TICKET_ASSETS}::test_who_has_sold_his_machine_names_it_no_more",),
    ),
    Fault(
        "whoever_writes_along_names_machines",
        "contactcenter/triage.sql",
        "NOT m.details ? 'participant' AS by_contact",
        "true AS by_contact",
        (f"{TICKET_ASSETS}::test_what_somebody_else_wrote_into_his_problem_names_nothing",),
    ),
    Fault(
        "a_new_owner_reads_former_problems",
        "contactcenter/assets/asset_views.sql",
        "WHERE a.asset_id = $2 AND t.contact_id = $3 AND",
        "WHERE a.asset_id = $2 AND $3::bigint > 0 AND",
        (f"{ASSETS}::test_a_new_owner_finds_what_was_done_and_nothing_of_whoever_had_it",),
    ),
    Fault(
        "any_machine_is_attached",
        "contactcenter/assets/ticket_assets.py",
        "if asset.owner_id != ticket.contact_id:",
        "if asset.owner_id == -1:",
        (f"{ASSETS}::test_an_agent_attaches_the_customers_machines_and_no_others",),
    ),
    Fault(
        "an_import_takes_machines_away",
        "contactcenter/assets/asset_import.py",
        "if owner_id not in (None, before.owner_id) and before.owner_id is not None:",
        "if owner_id == -1:",
        (f"{ASSETS}::test_one_wrong_line_keeps_all_out",),
    ),
    Fault(
        "a_warranty_that_is_over_entitles",
        ASSETS_SCHEMA,
        " AND a.warranty_until > own_entitlements.at;",
        ";",
        (
            (
                "tests/contactcenter/test_entitled.py"
                "::test_an_asset_entitles_its_owner_as_long_as_it_is_his"
            ),
        ),
    ),
    # Profiles and cards --------------------------------------------------------------------------
    Fault(
        "a_card_tells_what_its_reader_may_not_read",
        "contactcenter/contact_cards.sql",
        "LEFT JOIN ticket t ON t.id = f.ticket_id\n     WHERE t.id IS NULL OR",
        "LEFT JOIN ticket t ON t.id = f.ticket_id\n     WHERE true OR",
        (f"{CARDS}::test_it_tells_what_the_reader_may_read_and_that_there_is_more",),
    ),
    Fault(
        "a_card_tells_what_others_wrote_along",
        "contactcenter/contact_cards.sql",
        "WHERE i.kind = 'message' AND NOT i.details ? 'participant'",
        "WHERE i.kind = 'message'",
        (f"{CARDS}::test_nothing_of_another_of_her_household_is_on_it",),
    ),
    Fault(
        "a_card_tells_other_peoples_addresses",
        "contactcenter/contact_cards.py",
        "redaction.redacted(own_words(text) or text, own)",
        "own_words(text) or text",
        (f"{CARDS}::test_nothing_of_another_of_her_household_is_on_it",),
    ),
    Fault(
        "gender_is_asked_for_first",
        "contactcenter/completeness.py",
        "(fact.sensitive, -fact.worth, fact.key)",
        "(-fact.worth, fact.key)",
        (f"{SCORES}::test_what_is_worth_most_is_asked_first_and_what_is_sensitive_last",),
    ),
    Fault(
        "an_old_fact_makes_a_profile_less_fresh",
        "contactcenter/completeness.py",
        "freshness=round(fresh / total, 4)",
        "freshness=round(fresh / (sum(fact.worth for fact in known) or 1), 4)",
        (f"{SCORES}::test_no_fact_lowers_a_score_whenever_it_was_said",),
    ),
    Fault(
        "anything_may_be_known_under_any_name",
        "contactcenter/contacts/attribute_values.py",
        "if attribute is None or attribute.built_in or attribute.archived_at is not None:",
        "if attribute is None:\n        return value\n    if attribute.built_in:",
        (f"{PROFILES}::test_what_cannot_be_is_refused_by_its_name_and_nothing_changes",),
    ),
    Fault(
        "an_event_tells_the_gender",
        "contactcenter/contacts/contacts.py",
        "    if name in _UNTOLD:\n",
        "    if name == 0:\n",
        (f"{PROFILES}::test_an_event_tells_that_a_fact_is_known_and_never_what_it_is",),
    ),
    Fault(
        "who_is_parted_leaves_his_words_behind",
        "contactcenter/contact_facts.py",
        "lists = {n: _without(getattr(kept, n), added) for n, added in taken.words.items()}",
        "lists = {n: getattr(kept, n) for n, added in taken.words.items()}",
        (f"{PROFILES}::test_a_merge_keeps_what_both_told_and_undoing_gives_each_his_own",),
    ),
    Fault(
        "who_is_parted_takes_along_what_another_told_too",
        "contactcenter/merge_undoing.py",
        "    left = await merge_remainders.kept_of_others(conn, kept, left)\n",
        "",
        (f"{PROFILES}::test_what_two_told_stays_until_both_are_parted_in_any_order",),
    ),
    Fault(
        "what_is_missing_is_not_something_else",
        "routing/segmentation/tree.py",
        "return False if self.is_complete else None",
        "return False",
        (f"{SEGMENTATION}::test_a_condition_holds_of_what_is_known_and_of_nothing_else",),
    ),
    Fault(
        "manner_may_be_asked_for_by_a_segment",
        "contactcenter/segments/segment_kinds_asked.py",
        "        if kind.kind != MANNER\n",
        "",
        (f"{SEGMENTS_KEPT}::test_nobodys_manner_decides_where_he_belongs",),
    ),
    Fault(
        "time_changes_no_segment",
        "contactcenter/segments/segment_counting.py",
        "min(instants, default=None)",
        "None if instants else None",
        (
            f"{SEGMENTS_KEPT}::test_the_next_look_is_when_time_may_change_the_answer",
            f"{SEGMENTS_KEPT}::test_time_alone_lets_people_belong_and_not",
        ),
    ),
    Fault(
        "two_compute_one_contact_at_once",
        "contactcenter/segments/segment_counting.py",
        "    await _lock.run(conn, ids)\n",
        "",
        (f"{KEEPERS}::test_three_at_once_come_to_what_one_would",),
    ),
    Fault(
        "a_changed_rule_is_asked_of_nobody",
        "contactcenter/administration/segment_rules.py",
        "    await _sweep.run(conn, now, PART)\n",
        "",
        (f"{SEGMENTS_KEPT}::test_whatever_happens_membership_is_what_a_recomputation_says",),
    ),
    Fault(
        "an_undone_merge_is_not_looked_at",
        "contactcenter/segmentation/segment_setting.py",
        "    await segment_checks.ask(conn, now, contact_ids)\n",
        "",
        (f"{SEGMENT_CHECKS}::test_a_merge_and_its_undoing_are_followed_by_a_look",),
    ),
    Fault(
        "a_problem_that_comes_back_is_not_counted",
        "contactcenter/turns.py",
        'if turn.event.kind == "ticket_reopened"}',
        'if turn.event.kind == "nothing"}',
        (f"{SEGMENT_CHECKS}::test_a_problem_that_comes_back_is_followed_by_a_look",),
    ),
    Fault(
        "an_audience_has_those_who_opted_out",
        "contactcenter/segmentation/segment_members.sql",
        "WHERE w.contact_id = s.contact_id AND o.channel = $3 AND o.lifted_at IS NULL)",
        "WHERE w.contact_id = s.contact_id AND o.channel = $3 AND o.lifted_at IS NULL AND false)",
        (f"{SEGMENTS_ASKED}::test_an_audience_stays_as_it_was_taken_without_those_who_opted_out",),
    ),
    Fault(
        "the_last_policy_counts",
        "contactcenter/segments/segment_policies.sql",
        "sla_policy, queue_id, credit_s FROM segment_policy ORDER BY position",
        "sla_policy, queue_id, credit_s FROM segment_policy ORDER BY position DESC",
        (f"{POLICIES}::test_of_two_segments_the_first_policy_counts_for_each_effect",),
    ),
    Fault(
        "manner_keeps_somebody_from_a_policy",
        "contactcenter/administration/entry_rules.sql",
        "b.condition = '{}' OR b.condition ?| ARRAY['temperament', 'segment.temperament']",
        "b.condition = '{}'",
        (f"{POLICIES}::test_no_line_that_asks_for_manner_comes_before_a_policy",),
    ),
    Fault(
        "a_promise_is_made_by_temperament",
        "contactcenter/sla/sla.py",
        "problem = manner.blind(problems[ticket_id])",
        "problem = problems[ticket_id]",
        (f"{FAIRNESS_KEPT}::test_what_was_promised_by_temperament_before_counts_for_nothing",),
    ),
    Fault(
        "people_of_one_temperament_come_first",
        "contactcenter/dispatch/seek.sql",
        "ORDER BY w.rank_us, w.id LIMIT s.room + 1) h) t",
        "ORDER BY w.temperament, w.rank_us, w.id LIMIT s.room + 1) h) t",
        (f"{FAIRNESS_KEPT}::test_among_equals_the_order_is_the_same_whatever_their_temperaments",),
    ),
    Fault(
        "all_but_these_may_be_sent_elsewhere",
        "routing/manner.py",
        "if isinstance(wanted, Mapping) or _UNKNOWN in values_of(wanted):",
        "if _UNKNOWN in values_of(wanted):",
        ("tests/routing/test_manner.py",),
    ),
    Fault(
        "temperament_leads_to_a_lower_tier",
        "routing/manner.py",
        "if otherwise.tier > lane.tier:",
        "if otherwise.tier > 9:",
        ("tests/routing/test_manner.py",),
    ),
    Fault(
        "guidance_comes_after_the_ticket_is_taken",
        "contactcenter/feed/hub.py",
        '_BEFORE_THE_FIRST_WORD: Final = frozenset({"ticket_offered", "ticket_assigned"})',
        '_BEFORE_THE_FIRST_WORD: Final = frozenset({"ticket_assigned"})',
        (
            "tests/api/test_feed_socket.py::test_guidance_is_at_the_console_before_the_ticket_is_taken",
        ),
    ),
    Fault(
        "nobody_knows_whether_guidance_was_followed",
        "contactcenter/desk.py",
        "    await reply_tones.keep(conn, now, ticket, interaction_id, letter)\n",
        "",
        ("tests/api/test_draft_checks_api.py",),
    ),
    Fault(
        "what_is_denied_is_warned_of",
        "routing/tone/lint.py",
        "    if hit.name not in _DENIABLE:\n",
        "    if hit.name:\n",
        ("tests/routing/test_tone.py",),
    ),
    Fault(
        "a_figure_tells_of_nine_people",
        "contactcenter/fairness.py",
        "    shown = share.n >= fairness.SHOWN\n",
        "    shown = share.n > 0\n",
        ("tests/contactcenter/test_fairness_report.py",),
    ),
    Fault(
        "supervisors_are_told_of_the_same_gap_each_day",
        "contactcenter/fairness.sql",
        "AND g.found_at > $9)",
        "AND g.found_at > $9 + interval '9 days')",
        ("tests/contactcenter/test_fairness_report.py",),
    ),
    Fault(
        "any_page_may_show_a_widget",
        "channels/_webchat/door.py",
        "if origin is None or origin.lower() not in listed(allowed.lower()):",
        "if origin is not None and not allowed:",
        (f"{CHAT_DOOR}::test_page_that_is_not_on_the_list_is_sent_away",),
    ),
    Fault(
        "a_page_is_looked_at_once",
        "channels/_webchat/visit.py",
        "            self._door.check(self._guest.entry_point, self._origin)\n",
        "            pass\n",
        (f"{CHAT_DOOR}::test_page_that_is_taken_off_the_list_loses_its_socket_at_the_next_frame",),
    ),
    Fault(
        "a_visitor_is_told_before_the_commit",
        "channels/_webchat/visit.py",
        "            await self._inbox.receive([item])\n",
        "            asyncio.ensure_future(self._inbox.receive([item]))\n",
        (CHAT_CONTRACT,),
    ),
    Fault(
        "a_message_said_again_is_another",
        "channels/_webchat/messages.py",
        'external_id=f"{address}:{message.id}",',
        "external_id=None,",
        (CHAT_VISITS,),
    ),
    Fault(
        "a_browser_that_changed_hands_keeps_its_conversation",
        "channels/_webchat/greeting.py",
        "anew = await room.greet(hello.entry_point, None)",
        "anew = await room.greet(hello.entry_point, hello.token)",
        (f"{CHAT_VISITS}::test_browser_that_changed_hands_gets_a_conversation_of_its_own",),
    ),
    Fault(
        "who_does_not_read_is_waited_for",
        "channels/_webchat/visitor_socket.py",
        "if transport.get_write_buffer_size() > self._limits.backlog_bytes:",
        "if transport.get_write_buffer_size() > 1 << 40:",
        (f"{CHAT_ABUSE}::test_who_does_not_read_is_cut_once_a_megabyte_waits_for_him",),
    ),
    Fault(
        "who_sips_is_waited_for",
        "channels/_webchat/visitor_socket.py",
        "elif now_s - at_s > self._limits.backlog_s:",
        "elif now_s < at_s:",
        (f"{CHAT_ABUSE}::test_who_reads_on_is_never_cut_although_something_always_waits",),
    ),
    Fault(
        "a_visitor_writes_as_fast_as_he_likes",
        "channels/_webchat/visit.py",
        "if not self._door.may_ask(self._present.address):",
        "if not self._present.address:",
        (f"{CHAT_DOOR}::test_messages_of_a_visitor_are_bounded_over_all_his_sockets",),
    ),
    Fault(
        "a_visitor_has_read_what_he_was_not_sent",
        "channels/_webchat/visit.py",
        "sequence = min(frame.sequence, self._told)",
        "sequence = frame.sequence",
        (CHAT_VISITS,),
    ),
    Fault(
        "a_page_of_a_visitor_runs_on_our_address",
        "channels/_webchat/uploads.py",
        "is_shown = file.content_type in _SHOWN",
        "is_shown = True",
        (f"{CHAT_UPLOADS}::test_nothing_but_plain_images_is_shown_and_nothing_ever_runs",),
    ),
    Fault(
        "who_waits_is_told_a_place_without_credits",
        "contactcenter/chats/chat_standing.sql",
        "ORDER BY t.rank_us, t.id) AS ticket_ids",
        "ORDER BY t.id) AS ticket_ids",
        (CHAT_STANDING,),
    ),
    Fault(
        "time_with_an_empty_line_makes_a_queue_slow",
        "contactcenter/chats/chat_standing.sql",
        "one.to_at - greatest(one.from_at, one.before_at)",
        "one.to_at - one.before_at",
        (CHAT_STANDING,),
    ),
    Fault(
        "a_wait_is_told_although_nobody_is_there",
        "contactcenter/chats/chat_standing.sql",
        "AND a.presence IN ('available', 'wrap_up'))",
        ")",
        (CHAT_STANDING,),
    ),
    Fault(
        "who_ends_his_chat_stays_in_the_queue",
        "contactcenter/chatroom/chat_farewell.py",
        "    await ending.abandon(conn, now, ticket_id)\n",
        "",
        (CHAT_ENDINGS,),
    ),
    Fault(
        "what_was_left_for_later_is_abandoned",
        "contactcenter/chats/chat_endings.sql",
        "i.channel <> 'webchat' OR l.is_left",
        "i.channel <> 'webchat'",
        (CHAT_ENDINGS,),
    ),
    Fault(
        "last_words_bring_back_what_was_given_up",
        "contactcenter/chatroom/chat_farewell.py",
        '    if ticket.state == "new" or outlook.is_unheard:\n',
        '    if ticket.state == "new":\n',
        (CHAT_ENDINGS,),
    ),
    Fault(
        "a_solved_ticket_leaves_its_chats_open",
        "contactcenter/chats/chat_endings.py",
        '    "ticket_solved": "agent",\n',
        "",
        (CHAT_ENDINGS,),
    ),
    Fault(
        "a_chat_ends_before_its_last_words",
        "contactcenter/chats/chat_endings.sql",
        "o.state IN ('queued', 'sending')",
        "o.state IN ('unknown')",
        (CHAT_ENDINGS,),
    ),
    Fault(
        "a_chat_is_rated_again",
        "migrations/0017_webchat.sql",
        "CONSTRAINT chat_rating_is_given_once_an_episode UNIQUE (ticket_id, episode)",
        "CONSTRAINT chat_rating_is_given_once_an_episode UNIQUE (ticket_id, episode, id)",
        (CHAT_RATINGS,),
    ),
    Fault(
        "a_rating_is_not_his_who_solved_it",
        "migrations/0017_webchat.sql",
        "ORDER BY l.ended_by IS NOT DISTINCT FROM 'solved' DESC, l.id DESC LIMIT 1",
        "ORDER BY l.id LIMIT 1",
        (CHAT_RATINGS,),
    ),
    Fault(
        "a_supervisor_is_sent_everybodys_board",
        "contactcenter/api/boards.py",
        "key = (None if viewer.is_admin else viewer.user_id, watch.wish)",
        "key = (None, watch.wish)",
        (FEED_BOARD,),
    ),
    Fault(
        "an_agent_may_watch_the_board",
        "contactcenter/api/feed_commands.py",
        "if not subscriber.viewer.is_supervisor:",
        "if subscriber.viewer is None:",
        (FEED_BOARD,),
    ),
    Fault(
        "a_board_is_read_for_each_who_watches",
        "contactcenter/api/boards.py",
        "seen_alike.setdefault(key, []).append(subscriber)",
        "seen_alike[(id(subscriber), watch.wish)] = [subscriber]",
        (FEED_BOARD,),
    ),
    Fault(
        "a_slow_reader_gets_every_board",
        "contactcenter/feed/subscriber.py",
        "self._newest = (since_s, frame)",
        "self._frames.append((now_s, frame))",
        (FEED_ENDINGS,),
    ),
    Fault(
        "a_file_of_the_board_shifts_the_ages",
        "contactcenter/reporting/live_rows.py",
        "zip(ages_s, queue.waiting_by_age, strict=True)",
        "zip(ages_s, queue.waiting_by_age[::-1], strict=True)",
        (LIVE_BOARD,),
    ),
    Fault(
        "an_alert_flaps",
        "contactcenter/alerting/judging.py",
        'move: Move | None = "clear" if is_quiet(limits, value) else None',
        'move: Move | None = None if is_beyond(limits, value) else "clear"',
        (ALERTS,),
    ),
    Fault(
        "two_processes_raise_an_alert",
        "contactcenter/alerting/raising.sql",
        "FROM alert_rule ORDER BY id FOR UPDATE",
        "FROM alert_rule ORDER BY id",
        (ALERTS,),
    ),
    Fault(
        "a_webhook_reaches_our_own_network",
        "contactcenter/alerting/webhooks.py",
        'public = [one for one in found if is_public(one["host"])]',
        "public = found",
        (ALERTS,),
    ),
    Fault(
        "a_webhook_follows_redirects",
        "contactcenter/alerting/webhooks.py",
        "allow_redirects=False",
        "allow_redirects=True",
        (ALERTS,),
    ),
    Fault(
        "what_a_killed_process_was_to_tell_is_lost",
        "contactcenter/alerting/deliveries.sql",
        "UPDATE alert_delivery SET attempts = attempts + 1, next_at",
        "UPDATE alert_delivery SET attempts = attempts + 1, state = 'sent', next_at",
        (ALERTS,),
    ),
    Fault(
        "alerts_of_other_teams_are_told",
        "contactcenter/feed/visibility.py",
        '("alert_", "leaders")',
        '("alert_", "supervisors")',
        (SEEN,),
    ),
    Fault(
        "alerts_of_other_teams_are_listed",
        "contactcenter/alerting/raising.sql",
        "v.is_admin OR a.queue_id IS NULL OR q.team_id = ANY (v.teams)",
        "true",
        (ALERTS_API,),
    ),
    Fault(
        "everybody_hears_the_address_of_a_webhook",
        "contactcenter/alerting/rules.py",
        '_SIZED: Final = ("emails", "webhook_url")',
        '_SIZED: Final = ("emails",)',
        (ALERTS_API,),
    ),
    Fault(
        "a_problem_that_came_back_is_asked_about",
        "contactcenter/surveys/sending.sql",
        "t.state IN ('solved', 'closed') AND t.episode = s.episode AND NOT t.spam AS is_solved",
        "NOT t.spam AS is_solved",
        (SURVEYS,),
    ),
    Fault(
        "a_survey_is_answered_twice",
        "contactcenter/surveys/answering.py",
        'if self.state == "answered":',
        'if self.state == "never":',
        (SURVEYS,),
    ),
    Fault(
        "a_survey_takes_answers_when_its_time_is_over",
        "contactcenter/surveys/answering.py",
        "or self.expires_at <= now",
        "or self.expires_at is now",
        (SURVEYS,),
    ),
    Fault(
        "who_opted_out_is_asked_all_the_same",
        "contactcenter/surveys/sending.py",
        "except opt_outs.OptedOut:",
        "except opt_outs.OptOut:",
        (SURVEYS,),
    ),
    Fault(
        "a_digit_in_a_conversation_is_taken_for_an_answer",
        "contactcenter/surveys/replies.sql",
        "AND NOT EXISTS (SELECT FROM ticket o",
        "OR EXISTS (SELECT FROM ticket o",
        (SURVEYS,),
    ),
    Fault(
        "a_link_of_a_survey_need_not_be_signed",
        "contactcenter/surveys/links.py",
        "if len(mac) != _MAC_BYTES or not any(",
        "if len(mac) != _MAC_BYTES and not any(",
        (SURVEYS,),
    ),
    Fault(
        "lines_are_numbered_without_the_visitors_lock",
        "contactcenter/chats/chat_lines.sql",
        "WHERE address = ANY ($1::text[])\nORDER BY id FOR NO KEY UPDATE",
        "WHERE address = ANY ($1::text[])\nORDER BY id",
        (f"{CHATROOM}::test_whoever_writes_at_once_from_two_processes_is_numbered_without_a_gap",),
    ),
    Fault(
        "a_reply_is_a_line_at_each_delivery",
        "contactcenter/chats/chat_lines.py",
        "if await _is_shown.one(conn, interaction_id, visitor.id):",
        "if False:",
        (CHATROOM,),
    ),
    Fault(
        "lines_stand_in_the_order_of_their_keys",
        "contactcenter/chats/chat_intake.py",
        "return {place[id(i)]: i for i in came if id(i) in place and (i.consent or i.said)}",
        "return {n: i for n, i in enumerate(stored) if place and came}",
        (f"{CHATROOM}::test_messages_of_one_batch_are_numbered_in_the_order_they_came",),
    ),
    Fault(
        "a_tab_is_told_what_another_lacks",
        "contactcenter/chatroom/chat_seats.py",
        "lacking = [line for line in lines if line.sequence > sitting.told]",
        "lacking = list(lines)",
        (f"{CHATROOM}::test_another_tab_gets_all_lines_and_the_first_one_none_again",),
    ),
    Fault(
        "a_browser_that_has_more_than_there_is_waits",
        "contactcenter/chatroom/chat_seats.py",
        "told = after if after <= visitor.last_sequence else 0",
        "told = after",
        (f"{CHATROOM}::test_a_browser_that_has_more_than_there_is_begins_anew",),
    ),
    Fault(
        "a_visitors_secret_is_good_at_every_widget",
        "contactcenter/chatroom/chatroom.py",
        "visitor is not None and visitor.entry_point_id == ours.id:",
        "visitor is not None:",
        (f"{CHATROOM}::test_a_token_is_good_at_its_own_widget_alone",),
    ),
    Fault(
        "anybody_makes_tokens",
        "contactcenter/chats/chat_tokens.py",
        "return any(hmac.compare_digest(mac, _mac(key, entry_point, chance)) for key in keys)",
        "return True",
        (f"{CHATROOM}::test_a_token_that_is_not_ours_makes_a_stranger_with_another",),
    ),
    Fault(
        "a_chats_message_is_another_after_a_month",
        "contactcenter/upkeep.sql",
        "e.channel IN ('email', 'webchat')",
        "e.channel = 'email'",
        (f"{CHATROOM}::test_a_message_is_the_same_however_late_it_is_sent_again",),
    ),
    Fault(
        "a_call_is_offered_to_who_has_no_telephone",
        "contactcenter/dispatch/seek.sql",
        "  AND (NOT $9 OR (a.phone_address IS NOT NULL\n",
        "  AND (NOT $9 OR (true\n",
        (f"{CALLS_ROUTED}::test_a_call_rings_only_at_who_has_a_telephone",),
    ),
    Fault(
        "somebody_finds_a_call_while_he_is_on_the_telephone",
        "contactcenter/dispatch/seek.sql",
        "            AND (s.has_phone OR NOT w.needs_phone)\n",
        "",
        (f"{CALL_HISTORIES}::test_nobody_is_left_alone_and_nobody_stays_busy[0]",),
    ),
    Fault(
        "the_console_takes_a_call",
        "contactcenter/dispatch/holding.py",
        "    if ticket.needs_phone:\n        raise AnswerByPhone",
        "    if ticket.needs_phone and ticket.live_call_id is None:\n        raise AnswerByPhone",
        (f"{CALLS_ROUTED}::test_the_console_cannot_take_what_rings_at_a_telephone",),
    ),
    Fault(
        "whose_telephone_was_never_dialled_has_missed_it",
        "contactcenter/dispatch/holding.py",
        "if ticket.needs_phone and not await ringing.has_rung_in_vain(conn, offer.id):",
        "if offer.id < 0:",
        (f"{CALLS_ROUTED}::test_whose_telephone_was_never_dialled_has_missed_nothing",),
    ),
    Fault(
        "a_key_without_a_customer_makes_the_ticket_his",
        "contactcenter/dispatch/answering.py",
        "    if rung.customer_leg_id is None:\n        if offer.state",
        "    if rung.leg_id:\n        if offer.state",
        (f"{CALLS_ROUTED}::test_the_ticket_is_his_when_the_customer_is_there_and_not_before",),
    ),
    Fault(
        "who_hangs_up_leaves_the_customer_on_the_line",
        "contactcenter/dispatch/calling.py",
        "        await _hang_up_customer.run(conn, call.id, now)\n        return\n",
        "        return\n",
        (
            f"{CALLS_ROUTED}::test_when_the_agent_hangs_up_the_call_is_over_and_nobody_is_left_on_the_line",
        ),
    ),
    Fault(
        "a_ticket_of_long_ago_ends_with_its_caller",
        "contactcenter/dispatch/calling.py",
        'if ticket.state in ("waiting", "offered") and is_fresh:',
        'if ticket.state in ("waiting", "offered"):',
        (f"{CALLS_ROUTED}::test_a_ticket_that_was_there_before_stays_without_its_call",),
    ),
    Fault(
        "a_call_keeps_its_agent_after_wrapping_up",
        "contactcenter/dispatch/presence.py",
        "        if done.ticket_id is not None:\n",
        "        if done.ticket_id is not None and done.leg_id < 0:\n",
        (f"{CALLS_ROUTED}::test_at_the_end_of_wrapping_up_the_ticket_is_the_customers_turn",),
    ),
    Fault(
        "a_telephone_is_dialled_again_when_nobody_knows",
        "contactcenter/switchboard/carrying_out.py",
        "    if command.is_doubtful:\n",
        "    if command.is_doubtful and command.attempts < 0:\n",
        (f"{OPERATOR}::test_an_answer_that_was_lost_never_dials_twice",),
    ),
    Fault(
        "two_commands_of_a_call_at_a_time",
        "contactcenter/calls/commands.sql",
        "b.call_id = c.call_id AND b.id < c.id AND b.state IN ('queued', 'sending')",
        "b.call_id = c.call_id AND b.id < c.id AND b.state IN ('queued', 'sending') AND false",
        (f"{OPERATOR}::test_two_operators_share_the_work_and_keep_the_order_of_a_call",),
    ),
    Fault(
        "who_is_called_back_goes_to_the_end_of_the_line",
        "contactcenter/dispatch/calling_back.py",
        "        await _wait_without(conn, now, await on_the_line.with_call(conn, ticket, None))\n",
        "        await on_the_line.go_on_without(\n            conn, now, await on_the_line.without_call(conn, ticket)\n        )\n",
        (f"{CALLBACKS}::test_who_is_called_back_keeps_his_place_in_line",),
    ),
    Fault(
        "a_customer_is_called_back_while_he_is_on_the_line",
        "contactcenter/dispatch/calling.sql",
        "WHERE b.id = c.callback_id AND i.ended_at IS NULL)",
        "WHERE b.id = c.callback_id AND i.ended_at IS NULL AND false)",
        (f"{CALLBACKS}::test_who_is_still_on_the_line_is_not_dialled_yet",),
    ),
    Fault(
        "a_call_is_handed_to_who_has_not_answered",
        "contactcenter/call_control/consulting.py",
        'if transfer.state != "consulting" or second is None or not talks.is_in(second):',
        "if second is None:",
        (f"{HANDED_ON}::test_nobody_is_handed_over_to_who_has_not_answered",),
    ),
    Fault(
        "a_transfer_is_completed_again",
        "contactcenter/call_control/consulting.py",
        "    _check_open(transfer)\n    talk.check_talked_in()\n",
        "    talk.check_talked_in()\n",
        (f"{HANDED_ON}::test_a_warm_transfer_is_talked_over_and_completed",),
    ),
    Fault(
        "who_was_called_off_comes_in",
        "contactcenter/call_control/consulting.py",
        "if transfer is None or transfer.leg_id != leg.id:",
        "if transfer is None:\n        return True\n    if transfer.leg_id != leg.id:",
        (f"{HANDED_ON}::test_called_off_the_customer_is_back_and_the_second_one_free",),
    ),
    Fault(
        "a_customer_who_is_gone_is_handed_on",
        "contactcenter/call_control/consulting.py",
        "if talk.call.is_over or talk.customer is None:\n        await _fail",
        "if talk.call.is_over:\n        await _fail",
        (f"{HANDED_ON}::test_a_customer_who_hangs_up_ends_it_and_the_ticket_stays",),
    ),
    Fault(
        "room_kept_for_a_transfer_stays_taken",
        "contactcenter/calls/call_transfers.py",
        "    if transfer.units:\n",
        "    if transfer.units < 0:\n",
        (f"{HANDED_ON}::test_called_off_the_customer_is_back_and_the_second_one_free",),
    ),
    Fault(
        "a_whisper_is_heard_by_others_when_the_agent_leaves",
        "contactcenter/call_control/supervising.py",
        "(coached is None or not talks.is_in(coached))",
        "coached is None",
        (f"{SUPERVISED}::test_nobody_whispers_into_a_room_without_the_one_he_whispers_to",),
    ),
    Fault(
        "who_listens_is_heard",
        "contactcenter/call_control/supervising.py",
        "            return False, coached.id\n    return True, None\n",
        "            return False, coached.id\n    return False, None\n",
        (f"{SUPERVISED}::test_who_listens_is_dialled_straight_in_and_heard_by_nobody",),
    ),
    Fault(
        "agents_see_who_listens_in_secret",
        "contactcenter/calls/call_views.py",
        "if sees_secrets or not leg.is_secret:",
        "if leg is not None:",
        (f"{SUPERVISED}::test_where_agents_are_not_to_be_told_they_are_not",),
    ),
    Fault(
        "supervisors_listen_to_every_team",
        "contactcenter/calls/call_views.sql",
        "  AND may_read(v.is_admin, v.teams,",
        "  AND me.leads OR may_read(v.is_admin, v.teams,",
        (f"{CALLS_API}::test_live_calls_are_shown_to_those_who_lead_the_team",),
    ),
    Fault(
        "the_customer_is_held_twice",
        "contactcenter/call_control/holding.py",
        "        raise OnHoldAlready\n",
        "        pass\n",
        (f"{CALLS_API}::test_the_holder_puts_the_customer_on_hold_and_takes_him_off",),
    ),
    Fault(
        "any_number_is_called_into_a_call",
        "contactcenter/api/calls.py",
        "    await call.services.dial_guard.permit(",
        "    _ = lambda: call.services.dial_guard.permit(",
        (f"{CALLS_API}::test_nobody_is_called_into_a_call_where_nobody_may_be_called",),
    ),
    Fault(
        "an_agents_telephone_is_anywhere",
        "contactcenter/calls/dial_guard.py",
        "                if one == ours[-1]:\n                    raise\n",
        "                pass\n",
        (f"{TELEPHONES}::test_a_number_that_earns_is_nobodys_telephone",),
    ),
    Fault(
        "a_call_is_recorded_that_was_not_announced",
        "contactcenter/calls/recording_policies.py",
        '    return (said if party == "number" else ()), bool(said)\n',
        '    return (said if party == "number" else ()), True\n',
        (f"{RECORDINGS}::test_who_was_not_told_is_never_recorded",),
    ),
    Fault(
        "a_pause_is_true_before_the_provider_says_so",
        "contactcenter/calls/recording_pauses.sql",
        "VALUES ($1, 'asked', $2, $3, $4)",
        "VALUES ($1, 'paused', $2, $3, $4)",
        (
            f"{RECORDINGS_API}::test_a_pause_is_asked_for_once_and_is_true_when_the_provider_says_so",
        ),
    ),
    Fault(
        "a_recording_is_heard_and_nobody_knows_by_whom",
        "contactcenter/api/recordings.py",
        "    if not call.is_head:\n",
        "    if call.is_head:\n",
        (f"{RECORDINGS_API}::test_everybody_who_hears_it_is_written_down_with_what_he_heard",),
    ),
    Fault(
        "a_page_is_kept_as_a_recording",
        "contactcenter/switchboard/recording_keeper.py",
        '        if not sniffed(fetched.body).startswith("audio/"):\n',
        "        if not fetched.body:\n",
        (f"{RECORDINGS}::test_a_page_is_no_recording_whatever_it_is_called",),
    ),
    Fault(
        "who_hangs_up_at_the_tone_leaves_a_message",
        "contactcenter/switchboard/voicemails.py",
        "(recording.duration_s or 0) < LEAST_MESSAGE_S",
        "(recording.duration_s or 0) < 0",
        (f"{VOICEMAILS}::test_who_hangs_up_at_the_tone_has_left_no_message",),
    ),
    Fault(
        "a_customer_who_was_never_called_has_waited",
        "routing/calls/moments.py",
        "    if not his:\n        return None\n",
        "",
        (f"{ACCOUNT}::test_where_the_customer_was_never_called_nobody_waited",),
    ),
    Fault(
        "who_is_promised_a_callback_in_the_menu_has_waited",
        "contactcenter/calls/accounts.py",
        '("parked", "unparked", "callback_asked")',
        '("parked", "unparked")',
        (f"{WAITING}::test_a_callback_from_the_menu_is_promised_although_we_are_closed",),
    ),
    Fault(
        "timelines_do_not_say_what_came_of_our_calls",
        "contactcenter/call_control/outbound.py",
        '        details={"call_id": call.id},\n',
        "",
        (f"{OUTBOUND}::test_the_agents_telephone_rings_first_and_the_call_is_on_the_timeline",),
    ),
    Fault(
        "more_music_waits_for_whoever_counts_the_call",
        "contactcenter/switchboard/switchboard.py",
        "if hearing.is_next_turn(hook) else None",
        "if hook is None else None",
        (f"{WAITING}::test_who_asks_for_more_music_waits_for_nobody",),
    ),
    Fault(
        "music_that_is_stored_while_its_call_ends_is_not_counted",
        "contactcenter/switchboard/switchboard.py",
        "is_missed=kept.is_missed",
        "is_missed=False",
        ("tests/contactcenter/test_call_last_turn.py",),
    ),
    Fault(
        "what_comes_late_does_not_mark_its_day",
        "contactcenter/report_keeper.py",
        "        await roll_ups.mark(conn, facts)\n",
        "",
        (REPORT_KEEPER,),
    ),
    Fault(
        "what_comes_late_marks_its_day_and_not_its_month",
        "contactcenter/reporting/roll_ups.sql",
        "JOIN report_span s ON s.from_at <= c.at AND s.to_at > c.at",
        "JOIN report_span s ON s.from_at <= c.at AND s.to_at > c.at AND s.kind = 'day'",
        (f"{ROLL_UPS}::test_what_changes_in_a_closed_day_is_rolled_up_again_and_told",),
    ),
    Fault(
        "a_marked_day_is_read_from_its_roll_up",
        "contactcenter/reporting/rolled_sums.py",
        "if is_free and metric not in span.pending:",
        "if is_free:",
        (f"{ROLL_UPS}::test_what_changes_in_a_closed_day_is_rolled_up_again_and_told",),
    ),
    Fault(
        "a_correction_is_not_told",
        "contactcenter/reporting/roll_ups.sql",
        "  WHERE metric = ANY ($8::text[])\n",
        "  WHERE metric = ANY ($8::text[]) AND m.n < k.n\n",
        (f"{ROLL_UPS}::test_what_changes_in_a_closed_day_is_rolled_up_again_and_told",),
    ),
    Fault(
        "percentiles_are_those_of_the_last_day",
        "contactcenter/reporting/sources.py",
        "counts[bucket] += count",
        "counts[bucket] = count",
        (f"{ROLL_UPS}::test_roll_ups_and_edges_are_the_facts_and_percentiles_within_a_hundredth",),
    ),
    Fault(
        "totals_are_those_of_a_group",
        "contactcenter/reporting/answers.sql",
        "GROUPING(agent) = 1 AS is_whole",
        "GROUPING(agent) = 0 AS is_whole",
        (f"{ANSWERS_AGREE}::test_questions_that_are_asked_together_are_answered_as_if_alone",),
    ),
)
