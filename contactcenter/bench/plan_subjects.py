"""The statements whose plans are looked at: those on the way of a message, and of a call."""

from typing import Final, NamedTuple

from contactcenter import (
    contact_cards,
    events,
    offers,
    quarantine,
    temperament_keeper,
    ticket_facts,
    timeline,
    timers,
    triage,
    turns,
)
from contactcenter.alerting import deliveries, raising
from contactcenter.call_control import holding as holding_calls
from contactcenter.call_control import ringing as ringing_people
from contactcenter.calls import (
    accounts,
    call_hooks,
    call_legs,
    call_summaries,
    call_supervisions,
    call_transfers,
    call_views,
    callback_views,
    callbacks,
    calls,
    commands,
    dial_guard,
    hang_ups,
    matching,
    recording_accesses,
    recording_pauses,
    recording_policies,
    recording_views,
    recordings,
    ringing,
    standing_in_line,
    telling,
)
from contactcenter.chats import (
    chat_addresses,
    chat_attention,
    chat_endings,
    chat_lines,
    chat_ratings,
    chat_receipts,
    chat_standing,
    chat_views,
    chat_visitors,
    chat_ways,
)
from contactcenter.dispatch import (
    answering,
    arriving,
    calling,
    calling_back,
    entering,
    seek,
    wrapping,
)
from contactcenter.feed import reader
from contactcenter.inbound import inbound_storing
from contactcenter.mail_intake import holding, storing, threads
from contactcenter.mail_intake import intake as mail_intake
from contactcenter.outbound import outbox
from contactcenter.reporting import (
    agent_times,
    answers,
    backlog_ageing,
    corrections,
    drill_down,
    exports,
    forecast,
    kept_facts,
    live,
    making,
    roll_ups,
    rolled_sums,
    sla_burn_down,
    sources,
)
from contactcenter.segmentation import segment_setting
from contactcenter.segments import segment_views, segments
from contactcenter.sla import sla_views
from contactcenter.surveys import answering as surveys_answered
from contactcenter.surveys import planning, replies
from contactcenter.surveys import sending as asking
from contactcenter.switchboard import arriving as arriving_calls
from contactcenter.switchboard import (
    beginning,
    carrying_out,
    leaving_steps,
    lost_calls,
    recording_erasing,
    recording_keeper,
    voicemails,
)
from contactcenter.temperaments import temperament_evidence, temperament_judging
from contactcenter.tickets import legs, ticket_credits, tickets

#: The modules whose statements a message meets: intake, triage, dispatch, sending, feed, timeline;
#: what is known of contacts, which rules ask for and credits follow; the look-ups of mails; the
#: card; visitors who chat; hooks of calls; facts of reports that are told anew; surveys; alerts.
WAY: Final = (
    *(
        one.__name__
        for one in (inbound_storing, triage, segments, events, entering, arriving, seek)
    ),
    *(one.__name__ for one in (tickets, turns, legs, offers, timers, outbox)),
    *(one.__name__ for one in (reader, timeline)),
    *(one.__name__ for one in (ticket_facts, ticket_credits, segment_setting, segment_views)),
    *(one.__name__ for one in (mail_intake, threads, storing, holding, quarantine)),
    *(one.__name__ for one in (temperament_evidence, temperament_judging, temperament_keeper)),
    contact_cards.__name__,
    *(one.__name__ for one in (chat_visitors, chat_lines, chat_receipts, chat_attention)),
    *(one.__name__ for one in (chat_standing, chat_endings, chat_ratings)),
    *(one.__name__ for one in (chat_addresses, chat_views, chat_ways)),
    *(one.__name__ for one in (calls, call_legs, call_hooks, matching, accounts, telling)),
    *(one.__name__ for one in (hang_ups, call_summaries, commands, ringing, standing_in_line)),
    *(one.__name__ for one in (beginning, arriving_calls, leaving_steps, carrying_out, lost_calls)),
    *(one.__name__ for one in (calling, calling_back, answering, wrapping)),
    *(one.__name__ for one in (holding_calls, ringing_people, dial_guard, callbacks)),
    *(one.__name__ for one in (call_transfers, call_supervisions, call_views, callback_views)),
    *(one.__name__ for one in (recordings, recording_views, recording_accesses)),
    *(one.__name__ for one in (recording_pauses, recording_policies)),
    *(one.__name__ for one in (recording_keeper, recording_erasing, voicemails)),
    *(one.__name__ for one in (kept_facts, agent_times, roll_ups)),
    *(one.__name__ for one in (live, sla_views, sources, rolled_sums, making, corrections)),
    *(one.__name__ for one in (backlog_ageing, forecast, sla_burn_down, exports)),
    *(one.__name__ for one in (planning, asking, surveys_answered, replies)),
    *(one.__name__ for one in (raising, deliveries)),
)


class List(NamedTuple):
    """What is planned anew for what is asked for, and the index that has to serve it."""

    what: str
    module: str
    values: str
    served_by: str
    statement: str = "page"


_SELECTION: Final = '[{"question": 0, "averaged": "duration", "side": "of", "kind": "%s"}]'
#: An hour of all that happens, by agent, of which everything is kept.
_HOUR: Final = "now() - interval '1 hour', now()"
_BY_AGENT: Final = ", ".join(["true", *["false"] * 12, *["NULL"] * 13, "NULL, false"])


def _answer(kind: str, told: str) -> str:
    selected = f"'{_SELECTION % kind}', '{{{kind}}}'"
    return f"1, {_HOUR}, {selected}, 'calendar', '{told}', now(), NULL, {_BY_AGENT}"


def _behind(kind: str, told: str) -> str:
    selected = f"'{_SELECTION % kind}', '{{{kind}}}'"
    page = "'{}', '{}', false, NULL, 0, 50"
    return f"1, {_HOUR}, {selected}, 'calendar', '{told}', now(), NULL, {page}"


#: What is never carried out by a plan for any values, and so is in ``LISTS`` alone.
ANEW: Final = frozenset({(live.__name__, "waiting")})

LISTS: Final = (
    List(
        "who waits on the board",
        live.__name__,
        "'{2}', now(), '{0, 60}'",
        "ticket_waiting_in_order",
        "waiting",
    ),
    *(
        List(f"{name} of an hour", module, values(kind, told), served_by, statement)
        for name, module, values, statement in (
            ("a report", answers.__name__, _answer, "answer"),
            ("what is behind a figure", drill_down.__name__, _behind, "behind"),
        )
        for kind, told, served_by in (
            ("opened", "happened", "report_fact_of_kind"),
            ("stay", "instant", "report_fact_during"),
            ("presence", "stretches", "report_fact_during"),
        )
    ),
    List(
        "live calls",
        call_views.__name__,
        "1, 1e9::bigint, 50, true, NULL, NULL, NULL, false",
        "call_live",
    ),
    List(
        "all calls",
        call_views.__name__,
        "1, 1e9::bigint, 50, false, NULL, NULL, NULL, false",
        "call_pkey",
    ),
    List(
        "calls of a ticket",
        call_views.__name__,
        "1, 1e9::bigint, 50, false, NULL, 7, NULL, false",
        "call_of_ticket",
    ),
    List(
        "a call", call_views.__name__, "1, 1e9::bigint, 1, false, NULL, NULL, 7, false", "call_pkey"
    ),
    List(
        "callbacks to be kept",
        callback_views.__name__,
        "1, 0, 50, true, NULL, NULL",
        "callback_open",
    ),
    List("all callbacks", callback_views.__name__, "1, 0, 50, false, NULL, NULL", "callback_pkey"),
)
