"""What a document may say, and how it is refused: with the place, and what is allowed."""

import msgspec
import pytest
from command_line import command
from told import ask, at, e, rows, values, walk

from contactcenter.events import KINDS
from contactcenter.measuring import METRICS, names
from contactcenter.measuring.from_events import BadDocument, answered

ROW = ["metric", "group", "n", "value", "mean", "median", "p90", "numerator", "denominator"]


@pytest.mark.parametrize(
    ("document", "place", "told"),
    [
        ("no json", "document", "no JSON"),
        ("[]", "document", "object"),
        ('{"events": [], "asks": []}', "asks", "did you mean ask"),
        ('{"events": {}, "ask": []}', "events", "list"),
        ('{"events": [1], "ask": []}', "events[0]", "object"),
        ('{"events": [{"at": "2026-03-01"}], "ask": []}', "events[0].kind", "text"),
        ('{"events": [{"kind": "ticket_opened"}], "ask": []}', "events[0].at", "2026-03-01T09"),
        (
            '{"events": [{"at": "2026-03-01", "kind": "ticket_resolved"}], "ask": []}',
            "events[0].kind",
            "did you mean ticket_solved",
        ),
        (
            '{"events": [{"at": "2026-03-01", "kind": "ticket_opened", "ticket": []}], "ask": []}',
            "events[0].ticket",
            "number or a text",
        ),
        (
            '{"events": [{"at": "2026-03-01", "kind": "ticket_queued", "tier": "two"}], "ask": []}',
            "events[0].tier",
            "whole number",
        ),
        ('{"events": [], "ask": [{}]}', "ask[0].metric", "first_reply"),
        (
            '{"events": [], "ask": [{"metric": "first_replies"}]}',
            "ask[0].metric",
            "did you mean first_reply",
        ),
        ('{"events": [], "ask": [{"metric": "frt", "by": "moon"}]}', "ask[0].by", "temperament"),
        ('{"events": [], "ask": [{"metric": "frt", "by": 7}]}', "ask[0].by", "list of names"),
        ('{"events": [], "ask": [{"metric": "frt", "clock": "sun"}]}', "ask[0].clock", "business"),
        (
            '{"events": [], "ask": [{"metric": "frt", "from": "yesterday"}]}',
            "ask[0].from",
            "2026-03-01T09",
        ),
        (
            '{"events": [], "ask": [{"metric": "frt", "from": "2026-03-02", "to": "2026-03-01"}]}',
            "ask[0].from",
            "before it ends",
        ),
        (
            '{"events": [], "ask": [{"metric": "frt", "within_s": 5}]}',
            "ask[0].within_s",
            "interval",
        ),
        (
            '{"events": [], "ask": [{"metric": "sl", "variant": "best"}]}',
            "ask[0].variant",
            "answered_only",
        ),
        ('{"events": [], "ask": [{"metric": "sl", "within_s": "x"}]}', "ask[0].within_s", "number"),
        ('{"zone": "Moon", "events": [], "ask": []}', "zone", "Asia/Tehran"),
        ('{"as_of": 7, "events": [], "ask": []}', "as_of", "2026-03-01T09"),
        ('{"calendar": [], "events": [], "ask": []}', "calendar", "always open"),
        ('{"calendar": {"mon": []}, "events": [], "ask": []}', "calendar.mon", "monday"),
        ('{"calendar": {"monday": ["9-17"]}, "events": [], "ask": []}', "calendar.monday", "09:00"),
        ('{"calendar": {}, "events": [], "ask": []}', "calendar.week", "never open"),
        (
            '{"calendar": {"monday": [["09:00", "17:00"]], "exceptions": {"x": []}}, "events": [], "ask": []}',
            "calendar.exceptions.x",
            "2026-03-21",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused_with_its_place(document, place, told) -> None:
    with pytest.raises(BadDocument) as refused:
        answered(document.encode(), KINDS)

    assert refused.value.place == place
    assert told in str(refused.value)


def test_ids_are_numbers_or_texts_and_dimensions_a_text_or_a_list() -> None:
    events = [{**event, "ticket": "T-1"} for event in walk(agent="بهار")]
    events = [
        {**{k: v for k, v in event.items() if k != "queue"}, "queue_id": 3}
        if "queue" in event
        else event
        for event in events
    ]

    assert values(events, "solved", ["agent"]) == values(events, "solved", "agents") == {"بهار": 1}
    assert values(events, "handled", "agent, queue") == {("بهار", 3): 1}


def test_a_date_is_its_midnight_where_the_document_is() -> None:
    events = [
        {"at": "2026-03-01T23:00:00", "kind": "ticket_opened", "ticket": 1},
        {"at": "2026-03-02T00:00:00", "kind": "ticket_opened", "ticket": 2},
        {"at": "2026-03-02T20:29:59Z", "kind": "ticket_opened", "ticket": 3},
        {"at": "2026-03-02T20:30:00Z", "kind": "ticket_opened", "ticket": 4},
    ]
    day = {"from": "2026-03-02", "to": "2026-03-03"}

    assert ask(events, "opened", zone="Asia/Tehran", **day)[None].n == 2


def test_what_happens_later_is_not_known_yet() -> None:
    assert ask(walk(), "solved", as_of=at("09:59"))[None].n == 0
    assert ask(walk(), "backlog", as_of=at("09:59"))[None].n == 1
    assert ask(walk(), "backlog", as_of=None, to=at("09:59"))[None].n == 1


def test_a_ticket_nobody_opened_is_open_from_its_first_event_on() -> None:
    events = [
        e("09:00", "ticket_queued", queue=1, tier=1),
        e("09:00:20", "ticket_assigned", agent=7),
    ]

    assert ask(events, "asa")[None].value == 20


def test_every_usual_name_means_a_metric_that_there_is() -> None:
    assert {names.metric(name)[0] for name in names._METRICS} == set(METRICS)
    assert not set(names._METRICS) & set(METRICS)


def test_every_metric_answers_nothing_and_everything_in_both_clocks() -> None:
    asks = [
        {"metric": name, "clock": clock, "by": by}
        for name in METRICS
        for clock in ("calendar", "business")
        for by in ("", "agent")
    ]

    assert [row.n for row in rows([], *asks)] == [0] * len(asks)
    assert {row.metric for row in rows(walk(), *asks)} == set(METRICS)


async def test_the_command_answers_a_file_or_what_it_is_told(tmp_path) -> None:
    document = msgspec.json.encode(
        {"events": walk(), "ask": [{"metric": "frt", "by": ["agent"]}]}
    ).decode()
    file = tmp_path / "events.json"
    file.write_text(document)

    said = await command("report", "--from-events", "-", "--json", said=document)
    [row] = msgspec.json.decode(said.stdout)
    assert list(row) == ROW
    assert (row["metric"], row["group"], row["n"], row["value"]) == ("frt", {"agent": 7}, 1, 1800)
    table = await command("report", "--from-events", str(file))
    assert ["frt", "agent", "7", "1", "1800", "1800", "1800", "1800"] in [
        line.split() for line in table.stdout.splitlines()
    ]
    assert "First reply. From the opening of a ticket" in " ".join(table.stdout.split())
    refused = await command("report", "--from-events", "-", "--json", said="{}")
    assert refused.exit_code == 1
    assert "events: it is a list" in refused.output
    mixed = await command("report", "--from-events", "-", "--by", "agent", said=document)
    assert mixed.exit_code == 2
