"""Random centres and what happens in them, as the JSON of a scenario file; whole ticks."""

from typing import Any

from hypothesis import strategies as st

QUEUES = ("a", "b", "c")
AGENTS = ("ann", "bob", "cyd", "dan")
#: Few and small, so that many things happen at one instant.
SPANS = st.sampled_from((0, 5, 10, 20, 30, 40, 60))


@st.composite
def members(draw: Any) -> list[dict[str, Any]]:
    queues = draw(st.lists(st.sampled_from(QUEUES), unique=True, min_size=1, max_size=3))
    return [
        {
            "queue": queue,
            "level": draw(st.integers(1, 2)),
            "delay": draw(st.sampled_from((0, 0, 10, 30))),
            "handicap": draw(st.sampled_from((0, 0, 20))),
            "band": draw(st.integers(0, 1)),
        }
        for queue in queues
    ]


@st.composite
def tickets(draw: Any, ticket_id: int, at: int) -> dict[str, Any]:
    event: dict[str, Any] = {
        "at": at,
        "do": "ticket",
        "id": ticket_id,
        "queue": draw(st.sampled_from(QUEUES)),
    }
    event["credit"] = draw(st.sampled_from((0, 0, 20, 60)))
    event["weight"] = draw(st.sampled_from((1, 1, 1, 2)))
    if draw(st.integers(0, 3)) == 0:
        event["sticky_agent"] = draw(st.sampled_from(AGENTS[:2]))
        event["sticky_for"] = draw(SPANS)
    if draw(st.integers(0, 3)) == 0:
        after = sorted(draw(st.lists(SPANS, min_size=1, max_size=2)))
        event["overflow"] = [(span, draw(st.sampled_from(QUEUES))) for span in after]
    if draw(st.integers(0, 3)) == 0:
        event["patience"] = draw(SPANS)
    if draw(st.integers(0, 3)) == 0:
        event["service"] = [draw(SPANS), draw(SPANS)]
        event["escalate"] = [draw(st.sampled_from(QUEUES))] if draw(st.booleans()) else []
        event["escalation_credit"] = draw(st.sampled_from((0, 30)))
    return event


@st.composite
def histories(draw: Any, longest: int = 60) -> dict[str, Any]:
    """A scenario whose tickets may carry their course with them."""
    at, ids, events = 0, 0, []
    wanted = draw(st.integers(5, longest))
    there = [name for name in AGENTS if draw(st.integers(0, 3))]
    events += [{"at": 0, "do": "presence", "agent": name, "to": "available"} for name in there]
    while len(events) < wanted:
        at += draw(st.sampled_from((0, 0, 1, 5, 10, 20)))
        kind = draw(
            st.sampled_from(("ticket",) * 5 + ("act",) * 9 + ("presence",) * 3 + ("advance",))
        )
        if kind == "ticket" or (kind == "act" and not ids):
            ids += 1
            events.append(draw(tickets(ids, at)))
        elif kind == "act":
            do = draw(
                st.sampled_from(
                    ("accept",) * 3 + ("decline", "finish", "finish", "leave", "escalate", "credit")
                )
            )
            event = {"at": at, "do": do, "ticket": draw(st.integers(max(1, ids - 5), ids))}
            if do == "escalate":
                event |= {"queue": draw(st.sampled_from(QUEUES))}
            if do in ("escalate", "credit"):
                event |= {"credit": draw(st.sampled_from((0, 30, 60)))}
            events.append(event)
        elif kind == "presence":
            to = draw(st.sampled_from(("available", "available", "away", "offline")))
            events.append(
                {"at": at, "do": "presence", "agent": draw(st.sampled_from(AGENTS)), "to": to}
            )
        else:
            at += draw(SPANS)
            events.append({"at": at, "do": "advance"})
    return {
        "unit": "ticks",
        "config": {
            "offer_timeout": draw(st.sampled_from((10, 20))),
            "exclude_for": draw(st.sampled_from((0, 20, 30, 60))),
            "max_misses": 2,
            "auto_accept": draw(st.integers(0, 3)) == 0,
            "wrap_up": draw(st.sampled_from((0, 0, 10))),
        },
        "agents": [
            {"id": name, "capacity": draw(st.integers(1, 3)), "members": draw(members())}
            for name in AGENTS
        ],
        "events": events,
    }
