"""``contactcenter simulate``: what it prints, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from contactcenter.cli import main

SCENARIO = {
    "agents": [
        {"id": "ann", "members": [{"queue": "a", "band": 2}]},
        {"id": "bob", "members": [{"queue": "a"}]},
        {"id": "cyd", "members": [{"queue": "a", "level": 2, "delay": 30}]},
        {"id": "dan", "members": [{"queue": "a", "level": 2}]},
    ],
    "events": [
        *(
            {"at": 0, "do": "presence", "agent": a, "to": "available"}
            for a in ("ann", "bob", "cyd")
        ),
        {"at": 10.5, "do": "ticket", "id": 1, "queue": "a", "credit": 60},
    ],
}
WHY = {
    "at": 10.5,
    "decision": "ticket_looked_for_agent",
    "ticket": 1,
    "agent": "ann",
    "queue": "a",
    "waited": 0,
    "credits": [["given", 60]],
    "handicap": 0,
    "score": 60,
    "sticky": False,
    "level": 1,
    "band": 2,
    "load": 0,
    "capacity": 1,
    "idle": 10.5,
    "rank": 1,
    "tickets": 1,
    "next_ticket": None,
    "next_score": None,
    "agents": 2,
    "next_agent": "bob",
    "behind_because": "band",
    "passed_over": [
        {"agent": "cyd", "clause": "too_early", "until": 40.5},
        {"agent": "dan", "clause": "not_available", "until": None},
    ],
}


def simulate(scenario, *options):
    given = scenario if isinstance(scenario, str) else json.dumps(scenario)
    return CliRunner().invoke(main, ["simulate", "-", *options], input=given)


def test_everything_is_printed_as_json():
    done = simulate(SCENARIO, "--json")

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "offers": [[10.5, 1, "ann"]],
        "legs": {"1": []},
        "final": {
            "1": "offered:ann",
            "ann": "available",
            "bob": "available",
            "cyd": "available",
            "dan": "offline",
        },
        "why": [WHY],
    }


def test_an_offer_is_explained_in_english():
    done = simulate(SCENARIO)

    assert done.stdout.splitlines()[0] == (
        "10.5: ticket 1 was offered to ann. It had waited 0 s + 60 s (credit) = 60 s."
        " ann: level 1, band 2, load 0 of 1, idle for 10.5 s, the first of 2. Behind: bob (a lower band)."
        " Not eligible: cyd (is asked later, until 40.5), dan (is not available)."
    )
    assert "  ticket 1: offered to ann" in done.stdout.splitlines()


def test_an_offer_is_explained_in_persian():
    done = simulate(SCENARIO, "--language", "fa")

    said = done.stdout.replace("\u2068", "").replace("\u2069", "").splitlines()
    assert said[0] == (
        "۱۰٫۵: درخواست ۱ به ann پیشنهاد شد. ۰ ثانیه در انتظار بود + ۶۰ ثانیه (اعتبار) = ۶۰ ثانیه."
        " ann: سطح ۱، رستهٔ ۲، بار ۰ از ۱، بیکار ۱۰٫۵ ثانیه، نخست از ۲. پس از او: bob (رستهٔ پایین‌تر)."
        " واجد شرایط نبودند: cyd (دیرتر پرسیده می‌شود، تا ۴۰٫۵)، dan (حاضر نیست)."
    )
    assert "  درخواست ۱: پیشنهادشده به ann" in said
    assert "  \u2068ann\u2069: آماده" in done.stdout.splitlines()


def test_without_explanations_the_decisions_are_the_same():
    told = json.loads(simulate(SCENARIO, "--json").stdout)

    untold = json.loads(simulate(SCENARIO, "--json", "--no-why").stdout)

    assert untold == told | {"why": []}
    assert simulate(SCENARIO, "--no-why").stdout.startswith("10.5: ticket 1 was offered to ann.\n")


def test_a_queue_that_nobody_serves_is_pointed_out_and_played():
    scenario = SCENARIO | {"events": [{"at": 0, "do": "ticket", "id": 1, "queue": "b"}]}

    done = simulate(scenario, "--json")

    assert done.exit_code == 0
    assert done.stderr == 'Note: events[0].queue: nobody serves queue "b"\n'
    assert json.loads(done.stdout)["final"]["1"] == "waiting"


def event(**fields):
    return {
        "agents": SCENARIO["agents"],
        "events": [{"at": 5, "do": "ticket", "id": 1, "queue": "a"}, fields],
    }


REFUSED = [
    ("[]", "the file is list, not an object"),
    ("{", "the file is not JSON: Input data was truncated"),
    ({"agent": []}, "the file: Object contains unknown field `agent`"),
    ('{"events": [{"at": 1e400, "do": "advance"}]}', "events[0].at: Number out of range"),
    ({"config": {"max_misses": 0}}, "config.max_misses: Expected `int` >= 1"),
    ({"unit": "h"}, "unit: Invalid enum value 'h'"),
    ({"config": {"offer_timeout": -1}}, "config.offer_timeout: Expected `int` >= 0"),
    ({"agents": [{"id": "x", "capacity": 0}]}, "agents[0].capacity: Expected `int` >= 1"),
    ({"agents": [{"id": "x"}, {"id": "x"}]}, 'agents[1].id: there is another agent "x"'),
    (
        {"agents": [{"id": "x", "members": [{"queue": "a"}, {"queue": "a"}]}]},
        'agents[0].members[1].queue: "a" for the second time',
    ),
    (event(at=6, do="presence", agent="eve", to="available"), 'events[1].agent: no agent "eve"'),
    (
        event(at=6, do="presence", agent="ann", to="lunch"),
        "events[1].to: Invalid enum value 'lunch'",
    ),
    (event(at=6, do="jump"), "events[1].do: Invalid value 'jump'"),
    (event(at=4, do="advance"), "events[1].at: 4 comes after 5; events are in order of time"),
    (event(at=6, do="accept", ticket=2), "events[1].ticket: no ticket 2 has come"),
    (event(at=6, do="ticket", id=1, queue="a"), "events[1].id: there is another ticket 1"),
    (
        event(at=6, do="ticket", id=2, queue="a", sticky_agent="eve"),
        'events[1].sticky_agent: no agent "eve"',
    ),
    (
        event(at=6, do="ticket", id=2, queue="a", overflow=[[9, "b"], [8, "c"]]),
        "events[1].overflow[1]: 8 comes after 9",
    ),
    (
        {"tickets": [{"id": 1, "at": 0, "queue": "a", "service": [1], "escalate": ["b"]}]},
        "tickets[0].service: 1 times for 2 legs",
    ),
    (
        {
            "tickets": [{"id": 1, "at": 5, "queue": "a", "service": [1]}],
            "events": [{"at": 5, "do": "accept", "ticket": 1}],
        },
        "events[0].ticket: 1 comes at 5, and after this",
    ),
    (
        {"unit": "ticks", "config": {"wrap_up": 1.5}},
        "config.wrap_up: 1.5 is no whole number of ticks",
    ),
]


@pytest.mark.parametrize(("scenario", "said"), REFUSED)
def test_what_cannot_be_played_is_named_with_its_place(scenario, said):
    done = simulate(scenario, "--json")

    assert done.exit_code == 2
    assert done.stdout == ""
    assert said in done.stderr.splitlines()


def test_everything_that_is_wrong_is_told_at_once():
    wrong = event(at=4, do="presence", agent="eve", to="away")
    misshapen = {
        "agents": [{"id": 1}],
        "events": [{"at": "x", "do": "advance"}, {"do": "x"}],
        "unit": 7,
    }

    assert len(simulate(wrong).stderr.splitlines()) == 2
    assert len(simulate(misshapen).stderr.splitlines()) == 4
