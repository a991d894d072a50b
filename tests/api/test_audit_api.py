"""Every change of configuration and people leaves who did it, the old value and the new one.

The table below has a change for each operation that makes one; an operation that is in no table
fails the test, so a new one cannot be forgotten.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import factories
import pytest
import recorded_calls
from callers import PASSWORD, Caller

from contactcenter import api

#: Work on tickets: their events carry the state afterwards, and are tested with the dispatcher.
OF_TICKETS = {
    "open_ticket", "describe_ticket", "tag_ticket", "retag_ticket", "write_reply", "write_note",
    "accept_offer", "decline_offer", "claim_ticket", "transfer_ticket", "assign_ticket",
    "escalate_ticket", "tell_of_failure", "return_ticket", "release_ticket", "make_pending", "hold_ticket", "resume_ticket",
    "note_feedback", "offer_price", "promise_in_ticket", "drop_follow_up",
    "solve_ticket", "reopen_ticket", "mark_spam", "send_again", "forward_reply", "end_wrap_up",
    "attach_asset", "detach_asset",
    "call_customer", "hold_call", "resume_call", "end_call", "invite_participant", "take_out_participant",
    "transfer_call", "complete_transfer", "cancel_transfer",
    "pause_recording", "resume_recording",
    "cancel_callback",
    "begin_supervision", "change_supervision", "end_supervision",
}  # fmt: skip
#: Nothing that anybody has to answer for.
NO_CHANGE = {
    "heartbeat": "a sign of life",
    "render_saved_reply": "reads",
    "try_phone_menu": "reads",
    "try_segment_rule": "reads",
    "check_draft": "reads",
    "check_first_draft": "reads",
    "upload_attachment": "a draft of the uploader, told of by the reply it is sent with",
    "retry_quarantined": "a payload is read again, told of as payload_released",
    "accept_quarantined": "a mail is let in, told of as payload_released",
    "propose_holidays": "closes nothing, until somebody confirms it",
    "drop_proposed_holiday": "as above",
    "check_configuration": "reads",
    "try_configuration": "reads",
    "take_behaviour_hook": "told by its source, tested in test_behaviour_hooks",
    "set_password_by_link": "tested in test_choosing_a_password_by_link_is_told",
}


class World:
    """Everything the changes need."""

    def __init__(self, admin: Caller, staff: Any, table: asyncpg.Connection) -> None:
        self.admin, self.staff, self.table = admin, staff, table
        self.ids: dict[str, Any] = {}

    async def prepare(self) -> None:
        table, ids = self.table, self.ids
        await factories.prepare(table)
        ids["user"] = await self.staff.account("agent", email="them@desk.test")
        ids["team"] = await factories.team(table)
        ids["queue"] = await factories.queue(table, team_id=ids["team"])
        ids["contact"] = await factories.contact(table, name="Anna")
        await factories.identity(table, ids["contact"], kind="phone", value="+989120000079")
        ids["other"] = await factories.contact(table, name="Anna B.")
        ids["entry_point"] = await factories.entry_point(
            table, queue_id=ids["queue"], address="+989120000077"
        )

    async def etag(self, path: str) -> dict[str, str]:
        response = await self.admin.send("GET", path)
        return {"If-Match": response.headers["ETag"]}

    async def patch(self, path: str, body: Any) -> Any:
        return await self.admin("PATCH", path, body, headers=await self.etag(path), status=200)


Change = Callable[[World], Awaitable[Any]]


def posting(path: str, body: Any = None, *, keep: str = "", status: int = 201) -> Change:
    async def change(world: World) -> None:
        made = await world.admin("POST", path.format(**world.ids), body, status=status)
        if keep:
            world.ids[keep] = made["user"]["id"] if "user" in made else made.get("id")

    return change


def patching(path: str, body: Any) -> Change:
    async def change(world: World) -> None:
        await world.patch(path.format(**world.ids), body)

    return change


def putting(path: str, body: Any, *, status: int = 200) -> Change:
    async def change(world: World) -> None:
        await world.admin("PUT", path.format(**world.ids), body, status=status)

    return change


def deleting(path: str, *, status: int = 200) -> Change:
    async def change(world: World) -> None:
        await world.admin("DELETE", path.format(**world.ids), status=status)

    return change


async def replace_rules(world: World) -> None:
    rules = await world.admin.send("GET", "/entry_rules")
    body = [{"condition": {"keyword": ["refund"]}, "queue_id": world.ids["queue"]}]
    headers = {"If-Match": rules.headers["ETag"]} if "ETag" in rules.headers else {}
    await world.admin("PUT", "/entry_rules", body, headers=headers, status=200)


async def replace_alert_rule(world: World) -> None:
    body = {
        "name": "busy",
        "measure": "at_risk",
        "direction": "above",
        "threshold": 9,
        "clears_at": 1,
    }
    path = "/alert_rules/{alert_rule}".format(**world.ids)
    await world.admin("PUT", path, body, headers={"If-Match": '"1"'}, status=200)


async def create_asset(world: World) -> None:
    body = {"service_tag": "7J4KLMN", "model": "M", "owner_id": world.ids["contact"]}
    await world.admin("POST", "/assets", body, status=201)


async def import_machines(world: World) -> None:
    line = {"service_tag": "8J4KLMN", "model": "M", "owner_id": world.ids["contact"]}
    await world.admin("POST", "/asset_imports", [line], status=201)


WAV = b"RIFF\x24\0\0\0WAVEfmt canary"


async def upload_sound(world: World) -> None:
    path = "/prompt_sounds?name=hello&language=fa"
    made = await world.admin("POST", path, data=WAV, status=201)
    assert made["path"].startswith("/media/prompts/")


async def replace_sound(world: World) -> None:
    path = f"/prompts/{world.ids['prompt']}"
    headers = await world.etag(path)
    await world.admin("PUT", f"{path}/sound", data=WAV, headers=headers, status=200)


async def replace_terms(world: World) -> None:
    body = [{"segment_kind": "contract", "segment_value": "gold", "kind": "on_site"}]
    headers = await world.etag("/entitlement_terms")
    await world.admin("PUT", "/entitlement_terms", body, headers=headers, status=200)


async def replace_formats(world: World) -> None:
    headers = await world.etag("/service_tag_formats")
    body = [{"mask": "MX@####"}]
    await world.admin("PUT", "/service_tag_formats", body, headers=headers, status=200)


async def entitle(world: World) -> None:
    path = f"/contacts/{world.ids['contact']}/entitlements"
    body = {"kind": "mobility", "source": "goodwill"}
    told = await world.admin("POST", path, body, status=201)
    world.ids["entitlement"] = told["granted"][0]["id"]


async def replace_policies(world: World) -> None:
    policies = await world.admin.send("GET", "/segment_policies")
    body = [{"key": "calm", "guidance_en": "Be calm.", "guidance_fa": "آرام.", "credit_s": 60}]
    headers = {"If-Match": policies.headers["ETag"]} if "ETag" in policies.headers else {}
    await world.admin("PUT", "/segment_policies", body, headers=headers, status=200)


async def add_identity(world: World) -> None:
    path = f"/contacts/{world.ids['contact']}/identities"
    view = await world.admin("POST", path, {"kind": "email", "value": "anna@else.test"}, status=201)
    world.ids["identity"] = view["identities"][-1]["id"]


async def correct(world: World) -> None:
    path = f"/contacts/{world.ids['contact']}/temperament"
    etag = await world.etag(f"/contacts/{world.ids['contact']}")
    await world.admin("PUT", path, {"label": "serious"}, headers=etag, status=200)


async def opt_out_of_temperament(world: World) -> None:
    path = f"/contacts/{world.ids['contact']}/temperament/opt-out"
    await world.admin("PUT", path, status=200)


async def merge(world: World) -> None:
    path = f"/contacts/{world.ids['contact']}/merges"
    made = await world.admin("POST", path, {"contact_id": world.ids["other"]}, status=201)
    world.ids["merge"] = made["id"]


async def make_token(world: World) -> None:
    made = await world.admin("POST", "/tokens", {"name": "t", "scopes": ["read"]}, status=201)
    world.ids["token"] = made["id"]


async def sign_in(world: World) -> None:
    email = await world.table.fetchval(
        "SELECT email FROM user_account WHERE id = $1", world.admin.user_id
    )
    await world.admin("POST", "/session", {"email": email, "password": PASSWORD}, status=201)


async def change_password(world: World) -> None:
    body = {"current_password": PASSWORD, "new_password": "another good one"}
    await world.admin("PUT", "/session/password", body, status=204)


async def come(world: World) -> None:
    them = await world.staff.session_of(world.ids["user"])
    await them("POST", "/presence", {"presence": "available"}, status=201)


async def nothing(world: World) -> None:
    pass


async def have_phones(world: World) -> None:
    await world.table.execute("UPDATE agent SET phone_address = '+442071838750'")


async def propose(world: World) -> None:
    path = f"/calendars/{world.ids['calendar']}/holidays/proposals"
    await world.admin("POST", path, {"country": "IR", "year": 2026}, status=201)


async def replace_calendar(world: World) -> None:
    path = f"/calendars/{world.ids['calendar']}"
    body = CALENDAR | {"time_zone": "Asia/Kabul"}
    await world.admin("PUT", path, body, headers=await world.etag(path), status=200)


async def activate(world: World) -> None:
    """Another limit, in a centre where one person serves everything."""
    kept = await world.admin("GET", "/configuration", status=200)
    document = kept["document"]
    email = await world.table.fetchval(
        "SELECT email FROM user_account WHERE id = $1", world.admin.user_id
    )
    agents = document.setdefault("agents", {})
    agents[email] = {"queues": {name: {} for name in document["queues"]}}
    limits = document.setdefault("limits", {})
    limits["cooldown_s"] = limits.get("cooldown_s", 300) + 1
    headers = {"If-Match": f'"{kept["version"]}"'}
    await world.admin("PUT", "/configuration", document, headers=headers, status=200)


async def revert(world: World) -> None:
    versions = (await world.admin("GET", "/configuration/versions", status=200))["items"]
    earlier, newest = versions[1]["version"], versions[0]["version"]
    path = f"/configuration/versions/{earlier}/reversions"
    headers = {"If-Match": f'"{newest}"'}
    await world.admin("POST", path, headers=headers, status=201)


async def know(world: World) -> None:
    path = f"/agents/{world.ids['user']}/skills"
    etag = await world.etag(path)
    await world.admin("PUT", path, {"language": {"fa": 3}}, headers=etag, status=200)


async def opt_out(world: World) -> None:
    contact = world.ids["contact"]
    view = await world.admin("GET", f"/contacts/{contact}", status=200)
    body = {
        "identity_id": view["identities"][0]["id"],
        "entry_point_id": world.ids["entry_point"],
    }
    made = await world.admin("POST", f"/contacts/{contact}/opt_outs", body, status=201)
    world.ids["opt_out"] = made["id"]


async def set_segment(world: World) -> None:
    path = f"/contacts/{world.ids['contact']}/segments"
    body = {"kind": "contract", "value": "gold", "note": "canary-note"}
    told = await world.admin("POST", path, body, status=201)
    world.ids["segment"] = told["effective"][0]["id"]


async def tell_behaviour(world: World) -> None:
    line = {
        "contact_id": world.ids["contact"],
        "kind": "complaint",
        "source": "shop",
        "external_id": "canary-1",
        "occurred_at": "2026-01-01T00:00:00Z",
        "topic": "canary-topic",
    }
    await world.admin("POST", "/behaviour_events", [line], status=201)


async def bring_feedback(world: World) -> None:
    line = {
        "source": "survey",
        "external_id": "canary-2",
        "given_at": "2026-01-01T00:00:00Z",
        "topic": "canary-topic",
        "polarity": "like",
        "words": "canary-words",
    }
    await world.admin("POST", "/feedback", [line], status=201)
    world.ids["feedback"] = await world.table.fetchval("SELECT max(id) FROM feedback")


async def import_behaviour(world: World) -> None:
    text = (
        "kind,source,external_id,occurred_at,contact_id\nquote,shop,canary-2,2026-01-01T00:00:00Z,"
    )
    data = f"{text}{world.ids['contact']}\n".encode()
    await world.admin("POST", "/behaviour_events/imports", data=data, status=201)


async def make_notice(world: World) -> None:
    body = {
        "name": "canary-notice",
        "audience_kind": "temperament",
        "audience_value": "haggler",
        "channel": "sms",
        "entry_point_id": world.ids["entry_point"],
        "starts_at": "2099-01-01T00:00:00Z",
        "texts": [{"text_en": "canary-text", "text_fa": "حراج"}],
    }
    world.ids["notice"] = (await world.admin("POST", "/notices", body, status=201))["id"]


async def import_segments(world: World) -> None:
    line = {"contact_id": world.ids["contact"], "kind": "customer_category", "value": "home"}
    await world.admin("POST", "/segments", [line], status=201)


async def have_a_number(world: World) -> None:
    world.ids["number"] = await recorded_calls.number(world.table, queue_id=world.ids["queue"])


async def have_a_recording(world: World) -> None:
    now = await world.table.fetchval("SELECT clock_timestamp()")
    world.ids["recording"] = (await recorded_calls.fetched(world.table, now, None)).id


async def say_that_calls_are_recorded(world: World) -> None:
    path = f"/entry_points/{world.ids['number']}/recording"
    body = {"mode": "all", "announcement": {"en": {"say": "canary-text"}}}
    await world.admin("PUT", path, body, headers=await world.etag(path), status=200)


async def erase_recording(world: World) -> None:
    await world.admin("DELETE", f"/recordings/{world.ids['recording']}", status=204)


#: What has to be so before.
BEFORE: dict[str, Change] = {
    "change_presence_of": come,
    "change_phone": have_phones,
    "change_recording_policy": have_a_number,
    "erase_recording": have_a_recording,
    "change_phone_of": have_phones,
    "confirm_holidays": propose,
    "revert_configuration": activate,
}

CALENDAR = {
    "name_en": "Audit", "name_fa": "بازرسی", "time_zone": "Asia/Tehran", "exceptions": [],
    "week": {"monday": [{"opens": "08:00", "closes": "17:00"}]},
}  # fmt: skip
SECRET = "/entry_points/{entry_point}/secrets/twilio_auth_tokens"
#: In an order in which each finds what it needs.
CHANGES: dict[str, Change] = {
    "sign_in": sign_in,
    "invite_user": posting("/users", {"email": "new@desk.test", "name": "New"}, keep="invited"),
    "change_user": patching("/users/{user}", {"role": "supervisor", "name": "Somebody Else"}),
    "reset_password": posting("/users/{user}/password_resets"),
    "disable_user": posting("/users/{user}/disablements"),
    "enable_user": posting("/users/{user}/enablements"),
    "create_token": make_token,
    "revoke_token": deleting("/tokens/{token}", status=204),
    "create_team": posting("/teams", {"name": "Audit"}, keep="new_team"),
    "change_team": patching("/teams/{team}", {"name": "Audited"}),
    "add_team_member": putting("/teams/{team}/members/{user}", None),
    "create_queue": posting("/queues", {"name": "Q", "team_id": 1, "tier": 1}, keep="new_queue"),
    "change_queue": patching("/queues/{queue}", {"wrap_up_s": 17}),
    "put_queue_member": putting("/queues/{queue}/members/{user}", {"level": 3}),
    "replace_agent_skills": know,
    "put_team_queue": putting("/teams/{team}/queues/{new_queue}", {"level": 2}),
    "remove_team_queue": deleting("/teams/{team}/queues/{new_queue}", status=204),
    "remove_queue_member": deleting("/queues/{queue}/members/{user}", status=204),
    "remove_team_member": deleting("/teams/{team}/members/{user}"),
    "change_agent": patching("/agents/{user}", {"capacity": 7}),
    "change_phone": putting("/presence/phone", {"address": None}),
    "change_phone_of": putting("/agents/{user}/phone", {"address": None}),
    "change_presence": posting("/presence", {"presence": "available"}),
    "change_presence_of": posting("/agents/{user}/presence", {"presence": "offline"}),
    "create_entry_point": posting(
        "/entry_points", {"channel": "sms", "address": "+989120000078", "queue_id": 1}
    ),
    "change_recording_policy": say_that_calls_are_recorded,
    "erase_recording": erase_recording,
    "change_entry_point": patching("/entry_points/{entry_point}", {"name": "Shop"}),
    "set_secret": putting(SECRET, {"value": "canary-secret-value"}, status=204),
    "remove_secret": deleting(SECRET, status=204),
    "replace_entry_rules": replace_rules,
    "activate_configuration": activate,
    "revert_configuration": revert,
    "create_calendar": posting("/calendars", CALENDAR, keep="calendar"),
    "replace_calendar": replace_calendar,
    "confirm_holidays": posting(
        "/calendars/{calendar}/holidays/confirmations", {"holidays": [{"day": "2026-04-01"}]}
    ),
    "archive_calendar": deleting("/calendars/{calendar}"),
    "create_category": posting("/categories", {"name_en": "N", "name_fa": "ن"}, keep="category"),
    "change_category": patching("/categories/{category}", {"name_en": "M"}),
    "archive_category": deleting("/categories/{category}"),
    "create_disposition": posting(
        "/dispositions", {"code": "audited", "name_en": "A", "name_fa": "آ"}
    ),
    "archive_disposition": deleting("/dispositions/audited"),
    "create_saved_reply": posting(
        "/saved_replies",
        {"title": "canary-title", "language": "en", "body": "canary-body"},
        keep="reply",
    ),
    "change_saved_reply": patching("/saved_replies/{reply}", {"body": "canary-body-too"}),
    "remove_saved_reply": deleting("/saved_replies/{reply}", status=204),
    "create_phone_menu": posting(
        "/phone_menus", {"name": "Main", "tree": {"start": "agent", "nodes": {}}}, keep="menu"
    ),
    "change_phone_menu": patching("/phone_menus/{menu}", {"name": "Other"}),
    "remove_phone_menu": deleting("/phone_menus/{menu}", status=204),
    "create_prompt": posting(
        "/prompts", {"name": "hello", "language": "en", "text": "canary-text"}, keep="prompt"
    ),
    "change_prompt": patching("/prompts/{prompt}", {"text": "canary-text-too"}),
    "replace_sound": replace_sound,
    "upload_prompt": upload_sound,
    "remove_prompt": deleting("/prompts/{prompt}", status=204),
    "create_contact_attribute": posting(
        "/contact_attributes", {"key": "a", "name_en": "A", "name_fa": "آ", "type": "text"}
    ),
    "change_contact_attribute": patching("/contact_attributes/a", {"worth": 20}),
    "create_contact": posting("/contacts", {"name": "canary-name"}, keep="new_contact"),
    "change_contact": patching(
        "/contacts/{contact}",
        {"name": "canary-name-too", "note": "canary-note", "attributes": {"a": "canary-value"}},
    ),
    "add_identity": add_identity,
    "remove_identity": deleting("/contacts/{contact}/identities/{identity}"),
    "opt_out": opt_out,
    "lift_opt_out": deleting("/contacts/{contact}/opt_outs/{opt_out}"),
    "create_asset": create_asset,
    "change_asset": patching("/assets/7J4KLMN", {"configuration": {"cpu": "canary-cpu"}}),
    "transfer_asset": posting("/assets/7J4KLMN/transfers", {"contact_id": None}),
    "entitle_owner": posting(
        "/assets/7J4KLMN/entitlements", {"kind": "on_site", "source": "contract"}
    ),
    "entitle_contact": entitle,
    "end_entitlement": deleting("/entitlements/{entitlement}"),
    "retire_asset": deleting("/assets/7J4KLMN"),
    "import_assets": import_machines,
    "replace_entitlement_terms": replace_terms,
    "replace_service_tag_formats": replace_formats,
    "set_segment": set_segment,
    "take_segment_back": deleting("/contacts/{contact}/segments/{segment}"),
    "import_segments": import_segments,
    "tell_behaviour": tell_behaviour,
    "import_behaviour": import_behaviour,
    "create_behaviour_kind": posting(
        "/behaviour_kinds", {"kind": "visit", "name_en": "Visit", "name_fa": "بازدید"}
    ),
    "change_behaviour_kind": patching("/behaviour_kinds/visit", {"retention_days": 30}),
    "change_value_setting": patching("/value_setting", {"minute_rate_minor": 75}),
    "bring_feedback": bring_feedback,
    "assign_feedback": posting("/feedback/{feedback}/assignments", {"owner_id": 1}),
    "close_feedback": posting("/feedback/{feedback}/closures", {"outcome": "canary-outcome"}),
    "promise_to_contact": posting(
        "/contacts/{contact}/follow_ups",
        {"what": "canary-promise", "due_at": "2099-01-01T00:00:00Z"},
        keep="follow_up",
    ),
    "complete_follow_up": posting(
        "/follow_ups/{follow_up}/completions", {"outcome": "canary-outcome"}
    ),
    "replace_follow_up_rules": putting("/follow_up_rules", []),
    "create_price_band": posting(
        "/price_bands",
        {
            "product": "canary-product", "currency": "EUR", "list_minor": 9, "opening_minor": 8,
            "cost_minor": 5, "margin_minor": 1, "refusal_en": "canary-no", "refusal_fa": "نه",
        },
        keep="price_band",
    ),
    "change_price_band": patching("/price_bands/{price_band}", {"list_minor": 10}),
    "create_notice": make_notice,
    "move_notice": posting("/notices/{notice}/moves", {"to": "stopped"}),
    "replace_notice_limit": putting(
        "/notice_limit",
        {
            "at_most": 1, "within_days": 7, "opens_min": 540, "closes_min": 1200,
            "time_zone": "Asia/Tehran",
        },
    ),
    "replace_survey_policy": putting(
        "/survey_policy",
        {
            "is_on": True, "channels": ["sms"], "after_s": 0, "valid_s": 86_400, "quiet_s": 0,
            "text_en": "{link}", "text_fa": "{link}", "mail_en": "{link}", "mail_fa": "{link}",
            "subject_en": "?", "subject_fa": "؟",
        },
    ),
    "create_alert_rule": posting(
        "/alert_rules",
        {
            "name": "busy", "measure": "waiting", "direction": "above", "threshold": 9,
            "clears_at": 5,
        },
        keep="alert_rule",
    ),
    "replace_alert_rule": replace_alert_rule,
    "remove_alert_rule": deleting("/alert_rules/{alert_rule}", status=204),
    "create_segment_kind": posting(
        "/segment_kinds", {"kind": "region", "name_en": "R", "name_fa": "م", "free": True}
    ),
    "change_segment_kind": patching("/segment_kinds/region", {"name_en": "Area"}),
    "create_segment_rule": posting(
        "/segment_rules", {"key": "adults", "name_en": "A", "name_fa": "ب", "condition": {"age": 18}}
    ),
    "change_segment_rule": patching("/segment_rules/adults", {"condition": {"age": 21}}),
    "replace_segment_policies": replace_policies,
    "take_audience": posting(
        "/segment_rules/adults/audiences", {"name": "Spring", "channel": "sms"}
    ),
    "correct_temperament": correct,
    "take_correction_back": deleting("/contacts/{contact}/temperament"),
    "refuse_temperament": posting(
        "/contacts/{contact}/temperament/refusals", {"label": "warm"}, status=200
    ),
    "opt_out_of_temperament": opt_out_of_temperament,
    "opt_in_to_temperament": deleting("/contacts/{contact}/temperament/opt-out"),
    "merge_contacts": merge,
    "undo_merge": posting("/merges/{merge}/undoings"),
    "change_password": change_password,
    "sign_out": deleting("/session", status=204),
}  # fmt: skip
#: Beginnings and ends, which the kind of the event tells by itself.
PLAIN = {
    "session_started",
    "session_ended",
    "contact_created",
    "contact_merged",
    "contact_unmerged",
    "behaviour_told",
    "feedback_taken",
    "follow_up_made",
    "recording_erased",
}


def test_every_operation_that_changes_something_is_in_a_table():
    changing = {o.name for o in api.operations() if not o.is_safe}

    assert changing == CHANGES.keys() | OF_TICKETS | NO_CHANGE.keys()


def tells_both_values(event: asyncpg.Record) -> bool:
    data = event["data"]
    if event["kind"] in PLAIN:
        return True
    if "from" in data and "to" in data:
        return data["from"] != data["to"]
    changed = data.get("changed", {})
    return bool(changed) and all(one.keys() == {"from", "to"} for one in changed.values())


async def test_every_change_tells_who_made_it_the_old_value_and_the_new(admin, staff, table):
    world = World(admin, staff, table)
    await world.prepare()
    silent = []
    for name, change in CHANGES.items():
        await BEFORE.get(name, nothing)(world)
        last = await table.fetchval("SELECT coalesce(max(id), 0) FROM event")
        await change(world)
        told = await table.fetch(
            "SELECT kind, actor, data, xid FROM event WHERE id > $1 AND actor = $2",
            last,
            f"user:{admin.user_id}",
        )
        if not told or not all(tells_both_values(event) for event in told):
            silent.append((name, [(e["kind"], e["data"]) for e in told]))
        if len({e["xid"] for e in told}) > 1:
            silent.append((name, "more than one transaction"))
    assert silent == []
    everything = json.dumps([r["data"] for r in await table.fetch("SELECT data FROM event")])
    for canary in (
        "canary",
        "them@desk.test",
        "anna@else.test",
        "+98912",
        "207183",
        "Somebody Else",
    ):
        assert canary not in everything


TABLES = (
    "user_account", "api_token", "team", "team_member", "queue", "membership", "entry_point",
    "entry_point_secret", "entry_rule", "agent_skill", "team_queue", "routing_setting", "credit_rule",
    "overflow_step", "escalation_rule", "sla_policy", "configuration_version", "calendar", "calendar_version", "calendar_hours",
    "calendar_exception", "category", "disposition", "saved_reply", "phone_menu", "phone_prompt", "contact",
    "identity", "segment", "segment_kind", "segment_value", "segment_rule", "segment_audience", "segment_policy", "behaviour_event", "behaviour_kind", "value_setting", "contact_merge", "agent", "presence_interval", "user_ticket", "session", "opt_out",
    "asset", "asset_owner", "entitlement", "entitlement_term", "service_tag_format", "identity", "segment", "segment_kind", "segment_value", "behaviour_event", "behaviour_kind", "value_setting", "contact_merge", "agent", "presence_interval", "user_ticket", "session", "opt_out",
    "feedback", "follow_up", "follow_up_rule", "price_band", "notice", "notice_text", "notice_limit", "survey_policy", "alert_rule", "alert",
)  # fmt: skip


@pytest.mark.slow
async def test_a_change_whose_event_cannot_be_written_does_not_happen(admin, staff, table):
    world = World(admin, staff, table)
    await world.prepare()
    await table.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'no events today'; END$$"
    )

    async def state() -> list[str]:
        rows = "SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {} AS t"
        return [await table.fetchval(rows.format(name)) for name in TABLES]

    for name, change in CHANGES.items():
        await BEFORE.get(name, nothing)(world)
        before = await state()
        await table.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        with pytest.raises(AssertionError, match=r"\(500, "):
            await change(world)
        await table.execute("DROP TRIGGER refuse ON event")
        assert await state() == before, name
        await change(world)


async def test_choosing_a_password_by_link_is_told(admin, nobody, staff, table):
    user_id = await staff.account("agent")
    link = await admin("POST", f"/users/{user_id}/password_resets", status=201)

    chosen = {"token": link["token"], "password": "a password of my own"}
    await nobody("POST", "/password", chosen, status=204)

    [entry] = (await admin("GET", "/audit?kind=password_changed", status=200))["items"]
    assert entry["actor"] == f"user:{user_id}"
    assert entry["data"]["changed"] == {"password": {"from": "set", "to": "replaced"}}


async def test_the_audit_is_read_in_pages_and_filtered_by_administrators(
    admin, supervisor, agent, staff
):
    user_id = await staff.account("agent")
    for capacity in (4, 5, 6):
        path = f"/agents/{user_id}"
        etag = (await admin.send("GET", path)).headers["ETag"]
        await admin("PATCH", path, {"capacity": capacity}, headers={"If-Match": etag}, status=200)
    mine = f"/audit?actor=user:{admin.user_id}&what=agent&limit=2"

    first = await admin("GET", mine, status=200)
    second = await admin("GET", f"{mine}&cursor={first['next']}", status=200)

    told = [e["data"]["changed"]["capacity"]["to"] for e in first["items"] + second["items"]]
    assert told == [6, 5, 4]
    assert second["next"] is None
    assert (await admin("GET", f"/audit?actor=user:{user_id}", status=200))["items"] == []
    assert (await admin("GET", "/audit?what=queue", status=200))["items"] == []
    for other in (supervisor, agent):
        await other("GET", "/audit", status=403)
