"""Who may do what: reviewed by people, line by line, and not derived from the code.

A route without a line fails the tests, and so does a line without a route: whoever adds a route
decides here who may use it. ``role`` is the least that is needed, ``scope`` what a token needs (None:
no token may), ``sight`` who may know of the thing the path names.
"""

import secrets
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

Role = Literal["nobody", "agent", "supervisor", "admin"]
Sight = Literal[
    "nothing",  # the path names no thing
    "anybody",  # whoever may call at all sees all of them
    "reader",  # members of the ticket's team, its holder, administrators; others: 404
    "worker",  # a reader who holds the ticket or supervises; other readers: 403 not_your_ticket
    "keeper",  # a reader to whom it was given, or who supervises; other readers: 403 not_yours
    "merger",  # an agent who may read every ticket of both people; else 403; supervisors may
    "owner",  # whose it is; everybody else: 404
    "mate",  # members of the reply's team, administrators; others: 404
]
Body = Callable[[Any], Any]


class Line(NamedTuple):
    """One route. ``answers`` are the statuses of a call that is let in, with a thing of its own."""

    role: Role
    scope: Literal["read", "write", "admin"] | None
    sight: Sight
    answers: tuple[int, ...]
    body: Body | None = None
    #: Open to somebody who has to choose a password first.
    newcomer: bool = False
    #: Ends the session it is called in.
    ends_session: bool = False


def _open(sight: Sight = "anybody", *answers: int, **more: Any) -> Line:
    """Read by everybody who is signed in."""
    return Line("agent", "read", sight, answers or (200,), **more)


def _work(sight: Sight, body: Body | None = None, *answers: int) -> Line:
    """Done by agents."""
    return Line("agent", "write", sight, answers or (201,), body)


def _lead(method: str, sight: Sight = "anybody", *answers: int, body: Body | None = None) -> Line:
    """For supervisors."""
    scope: Any = "read" if method == "GET" else "write"
    return Line("supervisor", scope, sight, answers or (200,), body)


def _run(sight: Sight, *answers: int, body: Body | None = None) -> Line:
    """For administrators, with tokens that may administer."""
    return Line("admin", "admin", sight, answers, body)


LATER: Final = "2099-01-01T00:00:00Z"
#: Every calendar that is made for a call has a proposal for this day.
PROPOSED_DAY: Final = "2026-03-21"
NAMES: Final = {"name_en": "Heat", "name_fa": "گرما"}

#: The least that is a menu, a prompt and a sound.
MENU: Final = {"start": "agent", "nodes": {}}
PROMPT: Final = {"name": "greeting", "language": "en", "text": "Welcome."}
WAV: Final = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"

HOURS: Final = {
    **NAMES,
    "time_zone": "Asia/Tehran",
    "week": {"saturday": [{"opens": "08:00", "closes": "17:00"}]},
}


def _alert_rule(_world: Any) -> dict[str, Any]:
    return {
        "name": secrets.token_hex(8),
        "measure": "waiting",
        "direction": "above",
        "threshold": 9,
        "clears_at": 1,
    }


TABLE: Final[dict[str, Line]] = {
    # One's own session and password
    "POST /session": Line("nobody", None, "nothing", (201,), lambda w: w.credentials),
    "GET /session": _open("nothing", newcomer=True),
    "DELETE /session": Line("agent", None, "nothing", (204,), newcomer=True, ends_session=True),
    "POST /password": Line(
        "nobody",
        None,
        "nothing",
        (404,),
        lambda w: {"token": "unknown", "password": "a" * 7 + "bcdefgh"},
    ),
    "PUT /session/password": Line(
        "agent",
        None,
        "nothing",
        (204,),
        lambda w: {"current_password": w.password, "new_password": "quite another one"},
        newcomer=True,
        ends_session=True,
    ),
    # Accounts and tokens
    "GET /audit": _run("nothing", 200),
    "GET /users": _run("nothing", 200),
    "GET /users/{user_id}": _run("anybody", 200),
    "POST /users": _run("nothing", 201, body=lambda w: {"email": w.email, "name": "New"}),
    "PATCH /users/{user_id}": _run("anybody", 200, body=lambda w: {"name": "Renamed"}),
    "POST /users/{user_id}/disablements": _run("anybody", 201),
    # The account is not disabled: 409 is past every guard.
    "POST /users/{user_id}/enablements": _run("anybody", 409),
    "POST /users/{user_id}/password_resets": _run("anybody", 201),
    "GET /tokens": _open("nothing"),
    "POST /tokens": Line(
        "agent", None, "nothing", (201,), lambda w: {"name": "p", "scopes": ["read"]}
    ),
    "DELETE /tokens/{token_id}": Line("agent", None, "owner", (204,)),
    # Tickets
    "GET /tickets": _open("nothing"),
    "GET /tickets/{ticket_id}": _open("reader"),
    "GET /tickets/{ticket_id}/why": _open("reader"),
    "GET /bands": _lead("GET", "nothing"),
    "GET /bands/comparison": _lead("GET", "nothing"),
    "GET /tickets/{ticket_id}/why-not": _lead("GET", "reader"),
    "GET /tickets/{ticket_id}/why-not/{agent_id}": _open("reader"),
    "POST /tickets": _work(
        "nothing",
        lambda w: {
            "contact_id": w.new_contact(),
            "channel": "sms",
            "text": "Hello",
            "entry_point_id": w.own_entry_point,
        },
    ),
    "PATCH /tickets/{ticket_id}": _work("reader", lambda w: {"subject": "Heat"}, 200),
    "PUT /tickets/{ticket_id}/tags": _work("reader", lambda w: {"tags": ["heat"]}, 200),
    "PUT /tickets/{ticket_id}/temperament": _work("reader", lambda w: {"label": "warm"}, 200),
    "GET /tickets/{ticket_id}/timeline": _open("reader"),
    "GET /tickets/{ticket_id}/chat": _open("reader"),
    "GET /tickets/{ticket_id}/legs": _open("reader"),
    "GET /tickets/{ticket_id}/offers": _open("reader"),
    "GET /tickets/{ticket_id}/sla": _open("reader"),
    "GET /sla/at-risk": _lead("GET", "nothing"),
    "POST /tickets/{ticket_id}/replies": _work("worker", lambda w: {"text": "Hello"}),
    "POST /tickets/{ticket_id}/notes": _work("reader", lambda w: {"text": "Hello"}),
    # It does not ring, it does not wait, and it is not pending: 409 is past every guard.
    "POST /tickets/{ticket_id}/acceptances": _work("reader", None, 409),
    "POST /tickets/{ticket_id}/declines": _work("reader", None, 409),
    "POST /tickets/{ticket_id}/claims": _work("reader", None, 409),
    "POST /tickets/{ticket_id}/resumptions": _work("worker", None, 409),
    "POST /tickets/{ticket_id}/reopenings": _work("reader", None, 409),
    "POST /tickets/{ticket_id}/transfers": _work(
        "worker", lambda w: {"queue_id": w.side_queue, "note": "Yours"}
    ),
    "POST /tickets/{ticket_id}/assignments": Line(
        "supervisor", "write", "reader", (201,), lambda w: {"agent_id": w.mate}
    ),
    "GET /tickets/{ticket_id}/escalations": _open("reader"),
    # There is no lower tier: 422 is past every guard.
    "POST /tickets/{ticket_id}/returns": _work("worker", lambda w: {"note": "Known fix"}, 422),
    "POST /tickets/{ticket_id}/failed_solutions": _work(
        "worker", lambda w: {"reason": "did_not_help", "note": "Board is dead"}
    ),
    "GET /escalation_reasons": _open("nothing"),
    "POST /tickets/{ticket_id}/escalations": _work(
        "worker", lambda w: {"queue_id": w.upper_queue, "note": "Yours"}
    ),
    "POST /tickets/{ticket_id}/releases": _work("worker", lambda w: {"reason": "Lunch"}),
    "POST /tickets/{ticket_id}/pendings": _work("worker", lambda w: {"seen_interaction_id": 2**52}),
    "POST /tickets/{ticket_id}/holds": _work(
        "worker", lambda w: {"reason": "Parts", "wake_at": LATER}
    ),
    "POST /tickets/{ticket_id}/solutions": _work(
        "worker", lambda w: {"disposition": "solved", "seen_interaction_id": 2**52}
    ),
    "POST /tickets/{ticket_id}/spam_marks": _work("reader"),
    "POST /interactions/{interaction_id}/resendings": _work("worker"),
    # It is a mail: 409 is past every guard.
    "POST /interactions/{interaction_id}/forwardings": _work("worker", lambda w: {}, 409),
    "GET /interactions/{interaction_id}/mail": _open("reader"),
    "GET /interactions/{interaction_id}/original": _open("reader"),
    "GET /interactions/{interaction_id}/page": _open("reader"),
    "POST /tickets/{ticket_id}/saved_replies/{reply_id}/rendering": _open("reader"),
    "POST /tickets/{ticket_id}/draft_checks": _open("reader", body=lambda w: {"text": "Hello"}),
    # Agents: colleagues know of one another
    "GET /agents": _open("nothing"),
    "GET /agents/{agent_id}": _open(),
    "GET /presence": _open("nothing"),
    "POST /presence": _work("nothing", lambda w: {"presence": "offline"}),
    "POST /agents/{agent_id}/presence": _lead(
        "POST", "anybody", 201, body=lambda w: {"presence": "offline"}
    ),
    "GET /presence/phone": _open("nothing"),
    "PUT /presence/phone": _work("nothing", lambda w: {"address": None}, 200),
    "GET /agents/{agent_id}/phone": _lead("GET"),
    "PUT /agents/{agent_id}/phone": _lead("PUT", body=lambda w: {"address": None}),
    "POST /presence/wrap_up_ends": _work("nothing"),
    "GET /offers": _open("nothing"),
    "POST /presence/heartbeat": _work("nothing", None, 204),
    # Calls: those of the team's tickets. This one is over: 409 is past every guard.
    "GET /calls": _open("nothing"),
    "GET /calls/{call_id}": _open("reader"),
    "GET /tickets/{ticket_id}/calls": _open("reader"),
    "POST /tickets/{ticket_id}/calls": _work("worker", lambda w: {}, 409),
    "POST /calls/{call_id}/holds": _work("worker", None, 409),
    "POST /calls/{call_id}/resumptions": _work("worker", None, 409),
    "POST /calls/{call_id}/endings": _work("worker", None, 409),
    "GET /calls/{call_id}/participants": _open("reader"),
    "POST /calls/{call_id}/participants": _work(
        "worker", lambda w: {"number": "+989121234567"}, 409
    ),
    "DELETE /calls/{call_id}/participants/{participant_id}": _work("worker", None, 409),
    "POST /calls/{call_id}/transfers": _work(
        "worker",
        lambda w: {"to": {"queue_id": w.side_queue}, "warm": True, "note": "Yours"},
        409,
    ),
    "POST /calls/{call_id}/transfers/{transfer_id}/completions": _work("worker", None, 409),
    "POST /calls/{call_id}/transfers/{transfer_id}/cancellations": _work("worker", None, 409),
    "GET /callbacks": _open("nothing"),
    "GET /callbacks/{callback_id}": _open("reader"),
    # Somebody holds its ticket, and calls: 409 is past every guard.
    "POST /callbacks/{callback_id}/cancellations": _work("reader", None, 409),
    "GET /calls/{call_id}/supervision": _lead("GET", "reader"),
    "POST /calls/{call_id}/supervision": _lead(
        "POST", "reader", 409, body=lambda w: {"mode": "listen"}
    ),
    "PATCH /calls/{call_id}/supervision": _lead(
        "PATCH", "reader", 409, body=lambda w: {"mode": "whisper"}
    ),
    "DELETE /calls/{call_id}/supervision": _lead("DELETE", "reader", 409),
    # Recordings: heard by who may read the ticket. Nothing is paused, and sms is not recorded.
    "GET /calls/{call_id}/recordings": _open("reader"),
    "POST /calls/{call_id}/recording/pause": _work("worker", None, 409),
    "POST /calls/{call_id}/recording/resume": _work("worker", None, 204),
    "GET /recordings/{recording_id}": _open("reader"),
    "GET /recordings/{recording_id}/audio": _open("reader"),
    "GET /recordings/{recording_id}/accesses": _lead("GET", "reader"),
    "DELETE /recordings/{recording_id}": _run("anybody", 204),
    "GET /entry_points/{entry_point_id}/recording": _lead("GET"),
    "PUT /entry_points/{entry_point_id}/recording": _run(
        "anybody", 409, body=lambda w: {"mode": "off"}
    ),
    # Contacts: a person is the whole house's; what was said is the team's
    "GET /contacts": _open("nothing"),
    "POST /contacts": _work("nothing", lambda w: {"name": "New"}),
    "GET /contacts/{contact_id}": _open(),
    "PATCH /contacts/{contact_id}": _work("anybody", lambda w: {"name": "Renamed"}, 200),
    "POST /contacts/{contact_id}/identities": _work(
        "anybody", lambda w: {"value": w.email, "kind": "email"}
    ),
    "DELETE /contacts/{contact_id}/identities/{identity_id}": _work("anybody", None, 200),
    "GET /contacts/{contact_id}/opt_outs": _open(),
    "POST /contacts/{contact_id}/opt_outs": _work(
        "anybody",
        lambda w: {"identity_id": w.ids.get("identity_id", 1), "entry_point_id": w.own_entry_point},
    ),
    "DELETE /contacts/{contact_id}/opt_outs/{opt_out_id}": _lead("DELETE"),
    "GET /contacts/{contact_id}/card": _open(),
    "GET /contacts/{contact_id}/timeline": _open(),
    "GET /contacts/{contact_id}/tickets": _open(),
    "GET /contacts/{contact_id}/temperament": _open(),
    "POST /contacts/{contact_id}/draft_checks": _open(body=lambda w: {"text": "Hello"}),
    "PUT /contacts/{contact_id}/temperament": _work("anybody", lambda w: {"label": "warm"}, 200),
    # Nobody has corrected it: 404 also for the contact that is there.
    "DELETE /contacts/{contact_id}/temperament": _work("anybody", None, 404),
    "POST /contacts/{contact_id}/temperament/refusals": _work(
        "anybody", lambda w: {"label": "serious"}, 200
    ),
    "PUT /contacts/{contact_id}/temperament/opt-out": _work("anybody", None, 200),
    "DELETE /contacts/{contact_id}/temperament/opt-out": _lead("DELETE"),
    "GET /contacts/{contact_id}/segments": _open(),
    "POST /contacts/{contact_id}/segments": _work(
        "anybody", lambda w: {"kind": "contract", "value": w.word}
    ),
    "DELETE /contacts/{contact_id}/segments/{segment_id}": _work("anybody", None, 200),
    "POST /segments": _run(
        "nothing",
        201,
        body=lambda w: [{"contact_id": w.new_contact(), "kind": "contract", "value": w.word}],
    ),
    "GET /contact_attributes": _open("nothing"),
    "GET /contact_attributes/{contact_attribute}": _open(),
    "POST /contact_attributes": _run(
        "nothing", 201, body=lambda w: {**NAMES, "key": w.word, "type": "text"}
    ),
    "PATCH /contact_attributes/{contact_attribute}": _run(
        "anybody", 200, body=lambda w: {"name_fa": "کد"}
    ),
    "GET /assets": _open("nothing"),
    "POST /assets": _work("nothing", lambda w: {"service_tag": w.tag, "model": "M"}),
    "GET /assets/{service_tag}": _open(),
    "PATCH /assets/{service_tag}": _work("anybody", lambda w: {"model": "N"}, 200),
    "DELETE /assets/{service_tag}": _lead("DELETE"),
    "GET /assets/{service_tag}/owners": _lead("GET"),
    "POST /assets/{service_tag}/transfers": _work(
        "anybody", lambda w: {"contact_id": w.new_contact()}
    ),
    "POST /asset_imports": _run(
        "nothing", 201, body=lambda w: [{"service_tag": w.tag, "model": "M"}]
    ),
    "GET /tickets/{ticket_id}/assets": _open("reader"),
    "POST /tickets/{ticket_id}/assets": _work(
        "reader", lambda w: {"service_tag": w.new_asset(w.ids.get("contact_id"))}
    ),
    "DELETE /tickets/{ticket_id}/assets/{service_tag}": _work("reader", None, 200),
    "GET /contacts/{contact_id}/account": _open(),
    "GET /contacts/{contact_id}/entitlements": _open(),
    "POST /contacts/{contact_id}/entitlements": _lead(
        "POST", "anybody", 201, body=lambda w: {"kind": "on_site", "source": "goodwill"}
    ),
    "POST /assets/{service_tag}/entitlements": _lead(
        "POST", "anybody", 201, body=lambda w: {"kind": "on_site", "source": "goodwill"}
    ),
    "DELETE /entitlements/{entitlement_id}": _lead("DELETE"),
    "GET /entitlement_terms": _open("nothing"),
    "PUT /entitlement_terms": _run(
        "nothing",
        200,
        body=lambda w: [{"segment_kind": "contract", "segment_value": "gold", "kind": "on_site"}],
    ),
    "GET /service_tag_formats": _open("nothing"),
    "PUT /service_tag_formats": _run(
        "nothing", 200, body=lambda w: [{"mask": "???????", "mixed": True}]
    ),
    "GET /segment_kinds": _open("nothing"),
    "GET /segment_kinds/{segment_kind}": _open(),
    "POST /segment_kinds": _run(
        "nothing", 201, body=lambda w: {**NAMES, "kind": w.word, "free": True}
    ),
    "PATCH /segment_kinds/{segment_kind}": _run("anybody", 200, body=lambda w: {"name_fa": "گرما"}),
    # Rule segments, and what follows from segments
    "GET /segment_policies": _open("nothing"),
    "PUT /segment_policies": _run(
        "nothing", 200, body=lambda w: [{"key": w.word, "guidance_en": "x", "guidance_fa": "x"}]
    ),
    "GET /segment_attributes": _lead("GET", "nothing"),
    "GET /segment_rules": _lead("GET", "nothing"),
    "GET /segment_rules/{segment_rule}": _lead("GET"),
    "POST /segment_rules": _run(
        "nothing", 201, body=lambda w: {**NAMES, "key": w.word, "condition": {"age": 18}}
    ),
    "PATCH /segment_rules/{segment_rule}": _run("anybody", 200, body=lambda w: {"name_fa": "گرما"}),
    "POST /segment_rules/dry_runs": _lead("POST", "nothing", body=lambda w: {"condition": {}}),
    "GET /segment_rules/{segment_rule}/contacts": _lead("GET"),
    "POST /segment_rules/{segment_rule}/audiences": _lead(
        "POST", "anybody", 201, body=lambda w: {"name": "Spring", "channel": "sms"}
    ),
    "GET /segment_rules/{segment_rule}/audiences": _lead("GET"),
    "GET /segment_audiences/{audience_id}": _lead("GET"),
    "GET /segment_audiences/{audience_id}/contacts": _lead("GET"),
    # What customers do
    "POST /behaviour_events": _run(
        "nothing",
        201,
        body=lambda w: [
            {
                "contact_id": w.new_contact(),
                "kind": "interest",
                "source": "shop",
                "external_id": w.word,
                "occurred_at": "2026-01-01T00:00:00Z",
                "topic": "boats",
            }
        ],
    ),
    "POST /behaviour_events/imports": _run(
        "nothing", 201, body=lambda w: b"kind,external_id,occurred_at\n"
    ),
    "GET /behaviour_events/export": _run("nothing", 200),
    # Whoever has signed it may tell it; this one has not.
    "POST /behaviour_hooks/{source}": Line("nobody", None, "nothing", (403,), lambda w: b"[]"),
    "GET /behaviour_hooks/{source}": Line("admin", None, "nothing", (200,)),
    "GET /contacts/{contact_id}/behaviour": _open(),
    "GET /contacts/{contact_id}/referrals": _open(),
    "GET /behaviour_kinds": _open("nothing"),
    "GET /behaviour_kinds/{behaviour_kind}": _open(),
    "POST /behaviour_kinds": _run("nothing", 201, body=lambda w: {**NAMES, "kind": w.word}),
    "PATCH /behaviour_kinds/{behaviour_kind}": _run(
        "anybody", 200, body=lambda w: {"captured": False}
    ),
    "GET /value_setting": _lead("GET", "nothing"),
    "PATCH /value_setting": _run("nothing", 200, body=lambda w: {"minute_rate_minor": 50}),
    "GET /reports/value_classes": _lead("GET", "nothing"),
    "GET /reports/predictions": _lead("GET", "nothing"),
    "GET /contacts/{contact_id}/predictions": _open(),
    "GET /contacts/{contact_id}/merges": _open(),
    "POST /contacts/{contact_id}/merges": _work(
        "merger", lambda w: {"contact_id": w.new_contact()}
    ),
    "POST /merges/{merge_id}/undoings": _work("merger"),
    "GET /reports/corrections": _run("nothing", 200),
    "GET /reports": _open("nothing"),
    "GET /reports/{report}": _open("nothing"),
    "GET /reports/{report}/facts": _open("nothing"),
    "GET /exports/legs": _lead("GET", "nothing"),
    "GET /exports/interactions": _lead("GET", "nothing"),
    "GET /exports/ratings": _lead("GET", "nothing"),
    "GET /exports/surveys": _lead("GET", "nothing"),
    "GET /alerts": _lead("GET", "nothing"),
    "GET /alert_rules": _lead("GET", "nothing"),
    "GET /alert_rules/{alert_rule_id}": _lead("GET", "anybody"),
    "GET /alert_rules/{alert_rule_id}/webhook_secrets": _run("anybody", 200),
    "POST /alert_rules": _run("nothing", 201, body=_alert_rule),
    "PUT /alert_rules/{alert_rule_id}": _run("anybody", 200, body=_alert_rule),
    "DELETE /alert_rules/{alert_rule_id}": _run("anybody", 204),
    "GET /reports/fair": _open("nothing"),
    "GET /reports/control_chart": _open("nothing"),
    "GET /reports/live": _lead("GET", "nothing"),
    "GET /reports/heat_map": _open("nothing"),
    "GET /reports/created_solved": _open("nothing"),
    "GET /reports/backlog_ageing": _open("nothing"),
    "GET /reports/tier_flow": _open("nothing"),
    "GET /reports/staffing": _lead("GET", "nothing"),
    "GET /reports/sla_burn_down": _open("nothing"),
    "GET /reports/forecast": _lead("GET", "nothing"),
    "GET /reports/funnel": _open("nothing"),
    "GET /reports/quadrant": _open("nothing"),
    "GET /reports/fairness": _lead("GET", "nothing"),
    "GET /reports/temperaments": _lead("GET", "nothing"),
    # What customers like, what was promised to them
    "POST /tickets/{ticket_id}/feedback": _work(
        "reader", lambda w: {"topic": "Laptop", "polarity": "like"}
    ),
    "GET /tickets/{ticket_id}/feedback": _open("reader"),
    "GET /tickets/{ticket_id}/ratings": _open("reader"),
    "GET /tickets/{ticket_id}/surveys": _open("reader"),
    "GET /survey_policy": _lead("GET", "nothing"),
    "PUT /survey_policy": _run(
        "nothing",
        200,
        body=lambda w: {
            "is_on": True,
            "channels": ["sms"],
            "after_s": 0,
            "valid_s": 86_400,
            "quiet_s": 0,
            "text_en": "{link}",
            "text_fa": "{link}",
            "mail_en": "{link}",
            "mail_fa": "{link}",
            "subject_en": "?",
            "subject_fa": "؟",
        },
    ),
    "GET /ratings": _open("nothing"),
    "POST /feedback": _lead(
        "POST",
        "nothing",
        201,
        body=lambda w: [
            {
                "source": "survey",
                "external_id": w.word,
                "given_at": "2026-01-01T00:00:00Z",
                "topic": "Laptop",
                "polarity": "like",
            }
        ],
    ),
    "GET /feedback": _lead("GET", "nothing"),
    "GET /feedback/{feedback_id}": _open("reader"),
    "POST /feedback/{feedback_id}/assignments": _lead(
        "POST", "reader", 201, body=lambda w: {"owner_id": 1}
    ),
    "POST /feedback/{feedback_id}/closures": _work("keeper", lambda w: {"outcome": "Changed."}),
    "GET /reports/unhandled_feedback": _lead("GET", "nothing"),
    "POST /tickets/{ticket_id}/follow_ups": _work(
        "reader", lambda w: {"what": "Call", "due_at": LATER}
    ),
    "POST /contacts/{contact_id}/follow_ups": _work(
        "anybody", lambda w: {"what": "Call", "due_at": LATER}
    ),
    "GET /follow_ups": _open("nothing"),
    "GET /follow_ups/{follow_up_id}": _open("reader"),
    "POST /follow_ups/{follow_up_id}/completions": _work("keeper", lambda w: {}),
    "POST /follow_ups/{follow_up_id}/drops": _work("keeper", lambda w: {"reason": "Sold out."}),
    "GET /follow_up_rules": _open("nothing"),
    "PUT /follow_up_rules": _run("nothing", 200, body=lambda w: []),
    # For how much things are sold
    "GET /price_bands": _open("nothing"),
    "GET /price_bands/{price_band_id}": _open(),
    "POST /price_bands": _run(
        "nothing",
        201,
        body=lambda w: {
            "product": w.word,
            "currency": "EUR",
            "list_minor": 9,
            "opening_minor": 8,
            "cost_minor": 5,
            "margin_minor": 1,
            "refusal_en": "No.",
            "refusal_fa": "نه.",
        },
    ),
    "PATCH /price_bands/{price_band_id}": _run(
        "anybody", 200, body=lambda w: {"floor_seen_by": "agent"}
    ),
    "POST /tickets/{ticket_id}/price_offers": _work(
        "worker", lambda w: {"product": w.product, "currency": "EUR", "amount_minor": 8}
    ),
    "GET /tickets/{ticket_id}/price_offers": _open("reader"),
    # Texts to everybody of a segment
    "POST /notices": _lead(
        "POST",
        "nothing",
        201,
        body=lambda w: {
            "name": "Spring",
            "audience_kind": "temperament",
            "audience_value": "haggler",
            "channel": "sms",
            "entry_point_id": w.own_entry_point,
            "starts_at": LATER,
            "texts": [{"text_en": "Sale", "text_fa": "حراج"}],
        },
    ),
    "GET /notices": _lead("GET", "nothing"),
    "GET /notices/{notice_id}": _lead("GET"),
    "GET /notices/{notice_id}/preview": _lead("GET"),
    "POST /notices/{notice_id}/moves": _lead(
        "POST", "anybody", 201, body=lambda w: {"to": "stopped"}
    ),
    "GET /notice_limit": _lead("GET", "nothing"),
    "PUT /notice_limit": _run(
        "nothing",
        200,
        body=lambda w: {
            "at_most": 2,
            "within_days": 7,
            "opens_min": 540,
            "closes_min": 1200,
            "time_zone": "UTC",
        },
    ),
    # How the house is set up
    "GET /teams": _lead("GET", "nothing"),
    "GET /teams/{team_id}": _lead("GET"),
    "POST /teams": _run("nothing", 201, body=lambda w: {"name": w.email}),
    "PATCH /teams/{team_id}": _run("anybody", 200, body=lambda w: {"name": w.email}),
    "PUT /teams/{team_id}/members/{user_id}": _run("anybody", 200),
    "DELETE /teams/{team_id}/members/{user_id}": _run("anybody", 200),
    "GET /teams/{team_id}/queues": _lead("GET"),
    "PUT /teams/{team_id}/queues/{queue_id}": _run("anybody", 200, body=lambda w: {}),
    "DELETE /teams/{team_id}/queues/{queue_id}": _run("anybody", 204),
    "GET /agents/{agent_id}/skills": _lead("GET"),
    "PUT /agents/{agent_id}/skills": _run("anybody", 200, body=lambda w: {"language": {"fa": 2}}),
    "GET /queues": _open("nothing"),
    "GET /queues/{queue_id}": _open(),
    "POST /queues": _run(
        "nothing", 201, body=lambda w: {"name": w.email, "team_id": w.own_team, "tier": 1}
    ),
    "PATCH /queues/{queue_id}": _run("anybody", 200, body=lambda w: {"name": w.email}),
    "GET /queues/{queue_id}/members": _lead("GET"),
    "PUT /queues/{queue_id}/members/{agent_id}": _run("anybody", 200, body=lambda w: {}),
    "DELETE /queues/{queue_id}/members/{agent_id}": _run("anybody", 204),
    "PATCH /agents/{agent_id}": _run("anybody", 200, body=lambda w: {"capacity": 9}),
    "GET /channels": _lead("GET", "nothing"),
    "GET /entry_points": _open("nothing"),
    "GET /entry_points/{entry_point_id}": _open(),
    "POST /entry_points": _run(
        "nothing",
        201,
        body=lambda w: {"channel": "sms", "address": w.phone, "queue_id": w.side_queue},
    ),
    "PATCH /entry_points/{entry_point_id}": _run("anybody", 200, body=lambda w: {"name": "Ours"}),
    "GET /entry_points/{entry_point_id}/secrets": _run("anybody", 200),
    "PUT /entry_points/{entry_point_id}/secrets/{name}": _run(
        "anybody", 204, body=lambda w: {"value": "x"}
    ),
    # It has none: 404 also for the entry point that is there.
    "DELETE /entry_points/{entry_point_id}/secrets/{name}": _run("anybody", 404),
    "GET /entry_rules": _lead("GET", "nothing"),
    "PUT /entry_rules": _run("nothing", 200, body=lambda w: []),
    "GET /configuration": _run("nothing", 200),
    # It leaves out queues that tickets are in.
    "PUT /configuration": _run("nothing", 422, body=lambda w: b"queues: {}"),
    "POST /configuration/checks": _run("nothing", 200, body=lambda w: b"queues: {}"),
    # No day is named.
    "POST /configuration/dry-runs": _run("nothing", 422, body=lambda w: b"queues: {}"),
    "GET /configuration/versions": _run("nothing", 200),
    "GET /configuration/versions/{version}": _run("anybody", 200),
    "GET /configuration/versions/{version}/differences": _run("anybody", 200),
    "POST /configuration/versions/{version}/reversions": _run("anybody", 422, body=lambda w: {}),
    "GET /calendars": _open("nothing"),
    "GET /calendars/{calendar_id}": _open(),
    "POST /calendars": _run("nothing", 201, body=lambda w: {**HOURS, "name_en": w.email}),
    "PUT /calendars/{calendar_id}": _run(
        "anybody", 200, body=lambda w: {**HOURS, "name_en": w.email}
    ),
    "DELETE /calendars/{calendar_id}": _run("anybody", 200),
    "GET /calendars/{calendar_id}/open": _open(),
    "GET /calendars/{calendar_id}/holidays/proposals": _lead("GET"),
    "POST /calendars/{calendar_id}/holidays/proposals": _run(
        "anybody", 201, body=lambda w: {"country": "IR", "year": 2026}
    ),
    "POST /calendars/{calendar_id}/holidays/confirmations": _run(
        "anybody", 201, body=lambda w: {"holidays": [{"day": PROPOSED_DAY}]}
    ),
    "DELETE /calendars/{calendar_id}/holidays/proposals/{day}": _run("anybody", 204),
    "GET /categories": _open("nothing"),
    "GET /categories/{category_id}": _open(),
    "POST /categories": _run("nothing", 201, body=lambda w: {**NAMES, "name_en": w.email}),
    "PATCH /categories/{category_id}": _run("anybody", 200, body=lambda w: {"name_fa": "گرما"}),
    "DELETE /categories/{category_id}": _run("anybody", 200),
    "GET /dispositions": _open("nothing"),
    "POST /dispositions": _run("nothing", 201, body=lambda w: {**NAMES, "code": w.word}),
    "DELETE /dispositions/{code}": _run("anybody", 200),
    "GET /saved_replies": _open("nothing"),
    "GET /saved_replies/{reply_id}": _open("mate"),
    "POST /saved_replies": _run(
        "nothing", 201, body=lambda w: {"title": "Hi", "language": "en", "body": "Hello"}
    ),
    "PATCH /saved_replies/{reply_id}": _run("anybody", 200, body=lambda w: {"title": "Ho"}),
    "DELETE /saved_replies/{reply_id}": _run("anybody", 204),
    # What callers hear
    "GET /phone_menus": _open("nothing"),
    "GET /phone_menus/{menu_id}": _open(),
    "POST /phone_menus": _run("nothing", 201, body=lambda w: {"name": w.email, "tree": MENU}),
    "PATCH /phone_menus/{menu_id}": _run("anybody", 200, body=lambda w: {"tree": MENU}),
    "DELETE /phone_menus/{menu_id}": _run("anybody", 204),
    "POST /phone_menus/{menu_id}/walks": _open(body=lambda w: {"entries": [{"digits": "1"}]}),
    "GET /prompts": _open("nothing"),
    "GET /prompts/{prompt_id}": _open(),
    "POST /prompts": _run("nothing", 201, 409, body=lambda w: PROMPT),
    "POST /prompt_sounds": _run("nothing", 422, body=lambda w: b"bytes"),
    "PATCH /prompts/{prompt_id}": _run("anybody", 200, body=lambda w: {"text": "Welcome."}),
    "GET /prompts/{prompt_id}/sound": _open(),
    "PUT /prompts/{prompt_id}/sound": _run("anybody", 200, body=lambda w: WAV),
    "DELETE /prompts/{prompt_id}": _run("anybody", 204),
    "GET /quarantine": _lead("GET", "nothing"),
    "GET /quarantine/{quarantine_id}": _lead("GET"),
    "GET /quarantine/{quarantine_id}/raw": _lead("GET"),
    "POST /quarantine/{quarantine_id}/retries": _lead("POST", "anybody", 201),
    # It is no mail that could be read: 409 is past every guard.
    "POST /quarantine/{quarantine_id}/acceptances": _work("worker", lambda w: {"as": "new"}, 409),
    # It is no mail: 409 is past every guard.
    "GET /quarantine/{quarantine_id}/page": Line("agent", "read", "worker", (409,)),
    "GET /tickets/{ticket_id}/quarantine": _open("reader"),
    "POST /attachments": _work("nothing", lambda w: b"bytes"),
    "GET /attachments/{attachment_id}": _open("reader"),
}

#: What is no operation, with what somebody gets who is not signed in and shows nothing.
OUTSIDE: Final[dict[str, int]] = {
    "GET /healthz": 200,
    "GET /readyz": 200,
    "GET /metrics": 200,  # from this machine; a stranger's 404 is in the tests of the metrics
    "GET /api/openapi.json": 200,
    "GET /api/asyncapi.json": 200,
    "GET /api/docs": 200,
    "GET /api/docs/{name}": 200,
    "GET /supervisor": 200,  # it shows nothing until one has signed in
    "GET /supervisor/{name}": 404,
    "GET /api/v1/feed": 426,  # a socket only; whoever opens one signs in first
    "GET /survey/page.css": 200,
    "GET /survey/{token}": 404,  # its signature is the guard
    "POST /survey/{token}": 404,
    "GET /media/{token}": 404,  # the secret in the address is the guard
    "GET /media/prompts/{token}": 404,  # the same
    "GET /media/sounds/waiting.wav": 200,  # music
    "POST /hooks/sms/message": 403,  # the provider's signature is the guard
    "POST /hooks/sms/status": 403,
    "POST /hooks/phone/voice": 403,
    "POST /hooks/phone/gather": 403,
    "POST /hooks/phone/wait": 403,
    "POST /hooks/phone/enqueue-action": 403,
    "POST /hooks/phone/join": 403,
    "POST /hooks/phone/offer": 403,
    "POST /hooks/phone/agent-done": 403,
    "POST /hooks/phone/status": 403,
    "POST /hooks/phone/conference": 403,
    "POST /hooks/phone/recording": 403,
    "POST /hooks/phone/voicemail": 403,
    "POST /hooks/phone/transcription": 403,
    "POST /hooks/phone/fallback": 403,
    "POST /hooks/email/mailgun": 503,  # not set up; then the signature is the guard
    "POST /hooks/email/mailgun/mime": 503,
    "POST /hooks/email/postmark": 503,
    "POST /hooks/email/sendgrid": 503,
    "POST /hooks/email/ses": 503,
    "GET /hooks/email/unsubscribe/{token}": 404,  # the mail's own token is the guard
    "POST /hooks/email/unsubscribe/{token}": 404,
    # For pages of anybody's sites: nothing of a visitor is told without his own secret.
    "GET /hooks/webchat/asyncapi.json": 200,
    "GET /hooks/webchat/widget.js": 200,
    "GET /hooks/webchat/{version}/{name}": 404,  # no such version of ours
    "GET /hooks/webchat/settings": 404,  # the widget's key and the page's origin are the guard
    "GET /hooks/webchat/socket": 426,  # a socket only; the same, then the visitor's token
    "OPTIONS /hooks/webchat/files": 404,
    "POST /hooks/webchat/files": 404,
    "GET /hooks/webchat/files/{token}": 404,  # the secret in the address is the guard
}
