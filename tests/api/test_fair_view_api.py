"""The fair view over HTTP: the worked example from facts, who sees whom, and what is refused."""

import csv
import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import factories as make
import pytest

from contactcenter.dispatch import ending, holding
from contactcenter.reporting import kept_facts
from contactcenter.tickets import tickets

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
PERIOD = "from=2026-03-01T00:00:00Z&to=2026-03-29T00:00:00Z"

# Tickets of warm customers and how many were solved, then of fault-finding ones.
FIVE = {
    "A": ((90, 81), (10, 5)),
    "B": ((20, 19), (80, 48)),
    "C": ((50, 44), (50, 27)),
    "D": ((5, 3), (5, 2)),
    "E": ((60, 36), (40, 14)),
}

# Per ticket two stretches of handling of 30 s each, and the solution where he solved it.
FACTS = """
WITH ticket AS (
  SELECT $1::bigint AS agent_id, $2::text AS temperament, $5::bigint + n AS id, n <= $4 AS is_solved
  FROM generate_series(1, $3) AS n)
INSERT INTO report_fact
  (ticket_id, kind, episode, from_at, at, agent_id, channel, temperament, value, is_first, calendar_s)
SELECT id, kind, 1, $6, $6, agent_id, 'email', temperament, 'unknown', true, 30
FROM ticket, unnest(ARRAY['handled', 'handled', 'solved']) AS kind WHERE kind <> 'solved' OR is_solved
"""

ASSIST = """
INSERT INTO report_fact (kind, episode, from_at, at, agent_id, temperament, value, is_first)
VALUES ('assisted', 1, $2, $2, $1, 'warm', 'unknown', true)
"""


@pytest.fixture
async def five(staff, table):
    """The same five agents with the same tickets in March and in February; who is who by letter."""
    agents, ticket = {}, 1_000_000
    for name, mix in FIVE.items():
        agents[name] = await staff.account("agent", name=name, email=f"{name.lower()}@desk.test")
        for temperament, (n, solved) in zip(("warm", "fault_finding"), mix, strict=True):
            for at in (MARCH, MARCH - timedelta(days=1)):
                await table.execute(FACTS, agents[name], temperament, n, solved, ticket, at)
                ticket += n
    return SimpleNamespace(**agents)


async def test_the_worked_example_comes_out_of_the_facts(admin, five):
    view = await admin("GET", f"/reports/fair?{PERIOD}&order=solved_share", status=200)

    shares = {row["agent"]: row["figures"]["solved_share"] for row in view["rows"]}
    assert {
        name: (
            one["observed"],
            *(round(one[part], 3) for part in ("expected", "difference", "estimate", "half")),
            one["verdict_words"]["en"],
        )
        for name, one in shares.items()
    } == {
        "A": (0.86, 0.784, 0.076, 0.068, 0.075, "as expected"),
        "B": (0.67, 0.578, 0.092, 0.079, 0.088, "as expected"),
        "C": (0.71, 0.666, 0.044, 0.037, 0.083, "as expected"),
        "D": (0.5, 0.666, -0.166, -0.082, 0.185, "too few tickets"),
        "E": (0.5, 0.696, -0.196, -0.176, 0.081, "below expectation"),
    }
    assert [row["agent"] for row in view["rows"]] == ["E", "C", "A", "B", "D"]
    assert shares["B"]["words"] == {
        "en": "With these customers a typical colleague solves 58 of 100; B solved 67"
        " (likely 57-74).",
        "fa": "با این مشتریان، یک همکار معمولی از هر ۱۰۰ درخواست ۵۸ تا را حل می‌کند؛ "
        "B ۶۷ تا را حل کرد (به احتمال زیاد ۵۷ تا ۷۴).",
    }
    assert shares["D"]["words"]["en"] == "D had 10 tickets; below 30 nothing is said."
    assert view["figures"]["solved_share"]["phi"] > 1  # few agents that differ much: wide limits
    assert shares["E"]["funnel"]["position"] == "below_95"


async def test_every_number_is_the_sum_of_the_strata_behind_it(admin, five):
    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)

    assert view["n"] == sum(row["n"] for row in view["rows"]) == 410
    for row in view["rows"]:
        strata, share = row["strata"], row["figures"]["solved_share"]
        assert row["n"] == share["n"] == sum(one["n"] for one in strata)
        assert row["solved"] == sum(one["solved"] for one in strata)
        assert row["handle_s"] == sum(one["handle_s"] for one in strata) == 60 * row["n"]
        expected = sum(one["n"] * one["all_solved"] / one["all_n"] for one in strata)
        assert share["expected"] == pytest.approx(expected / row["n"])
        assert row["figures"]["handle_time"]["observed"] == 60
        per_hour = row["figures"]["solved_per_hour"]
        assert per_hour["observed"] == pytest.approx(60 * share["observed"])
    assert {one["all_n"] for one in strata} == {225, 185}


async def test_a_verdict_takes_two_periods(admin, table, five):
    await table.execute("DELETE FROM report_fact WHERE at < $1", MARCH)

    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)

    verdicts = {row["agent"]: row["figures"]["solved_share"]["verdict"] for row in view["rows"]}
    assert set(verdicts.values()) == {"as_expected", "too_few_tickets"}


async def test_a_named_period_is_compared_with_the_one_before(admin, five):
    view = await admin("GET", "/reports/fair?period=2026-03&calendar=gregorian", status=200)

    begins = [view[span]["from"] for span in ("period", "previous")]
    assert begins == ["2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z"]
    assert view["previous"]["to"] == view["period"]["from"]
    assert {row["previous_n"] for row in view["rows"]} == {100, 10}


async def test_an_agent_sees_himself_beside_all_and_a_supervisor_his_teams(
    staff, supervisor, table, five
):
    bahar = await staff.session_of(five.B)
    team_id = await make.team(table)
    for user_id in (supervisor.user_id, five.C, five.E):
        await table.execute("INSERT INTO team_member VALUES ($1, $2)", team_id, user_id)
    await table.execute(FACTS, supervisor.user_id, "warm", 1, 1, 9_000_000, MARCH)

    own = await bahar("GET", f"/reports/fair?{PERIOD}", status=200)
    theirs = await supervisor("GET", f"/reports/fair?{PERIOD}", status=200)

    assert [(row["agent"], row["is_own"]) for row in own["rows"]] == [("B", True)]
    assert {one["all_n"] for one in own["rows"][0]["strata"]} == {226, 185}
    assert [row["is_own"] for row in theirs["rows"]] == [True, False, False]
    assert [row["agent"] for row in theirs["rows"]][1:] == ["E", "C"]


async def test_what_really_happened_is_counted_once_an_episode(admin, staff, table):
    await make.prepare(table)
    queue_id = await make.queue(table, team_id=await make.team(table))
    bahar, omid = [
        await staff.account("agent", name=name, email=f"{name.lower()}@desk.test")
        for name in ("Bahar", "Omid")
    ]
    ticket = await make.queued_ticket(table, MARCH, queue_id=queue_id, temperament="warm")
    await holding.give_to(table, MARCH, ticket.id, bahar, actor="system", note_id=None)
    later = MARCH + timedelta(minutes=2)
    await make.reply(table, later, ticket.id, bahar)
    await holding.give_to(table, later, ticket.id, omid, actor="system", note_id=None)
    at = MARCH + timedelta(minutes=5)
    await make.reply(table, at, ticket.id, omid)
    await ending.solve(
        table, at, ticket.id, actor=f"user:{omid}", disposition="solved", reopen_window_s=3600
    )
    await kept_facts.renew(table, [ticket.id])

    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)

    rows = {row["agent"]: (row["n"], row["solved"], row["handle_s"]) for row in view["rows"]}
    assert {name: row[:2] for name, row in rows.items()} == {"Bahar": (1, 0), "Omid": (1, 1)}
    assert rows["Bahar"][2] == 120


async def test_who_helped_stands_beside_who_solved(admin, staff, table, five):
    helper = await staff.account("agent", name="Helper", email="helper@desk.test")
    for agent_id in (five.A, helper, helper):
        await table.execute(ASSIST, agent_id, MARCH)

    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)

    rows = {row["agent"]: row for row in view["rows"]}
    assert {name: row["assists"] for name, row in rows.items()} == {
        **dict.fromkeys("BCDE", 0),
        "A": 1,
        "Helper": 2,
    }
    assert rows["A"]["words"] == {
        "en": "A solved 86 and had a hand in 1 that colleagues solved.",
        "fa": "A ۸۶ درخواست را حل کرد و در حل ۱ درخواستِ همکاران سهم داشت.",
    }
    assert view["rows"][-1]["agent"] == "Helper"
    assert (rows["Helper"]["figures"], rows["Helper"]["strata"]) == ({}, [])


async def test_what_came_back_is_not_solved(admin, staff, table):
    await make.prepare(table)
    queue_id = await make.queue(table, team_id=await make.team(table))
    bahar = await staff.account("agent", name="Bahar", email="bahar@desk.test")
    for comes_back in (True, False):
        ticket = await make.queued_ticket(table, MARCH, queue_id=queue_id, temperament="warm")
        await holding.give_to(table, MARCH, ticket.id, bahar, actor="system", note_id=None)
        await make.reply(table, MARCH, ticket.id, bahar)
        at = MARCH + timedelta(minutes=5)
        await ending.solve(
            table,
            at,
            ticket.id,
            actor=f"user:{bahar}",
            disposition="solved",
            reopen_window_s=3600,
        )
        if comes_back:
            solved = await tickets.lock(table, ticket.id)
            at = MARCH + timedelta(days=40)  # the period is over: what is known later counts
            await ending.reopen(table, at, solved, actor="customer", because="customer_wrote")
        await kept_facts.renew(table, [ticket.id])

    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)

    (row,) = view["rows"]
    assert (row["n"], row["solved"]) == (2, 1)
    assert row["figures"]["solved_share"]["observed"] == 0.5


async def test_as_a_file_it_says_the_same_and_that_is_kept(admin, five):
    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)

    answer = await admin.send("GET", f"/reports/fair?{PERIOD}&format=csv&language=fa")
    book = await admin.send("GET", f"/reports/fair?{PERIOD}&format=xlsx")

    text = (await answer.read()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["agent"] for row in rows] == [row["agent"] for row in view["rows"]]
    for row, line in zip(rows, view["rows"], strict=True):
        figure = line["figures"]["handle_time"]
        assert float(row["handle_time_expected"]) == figure["expected"]
        assert row["handle_time_verdict"] == figure["verdict_words"]["fa"]
        assert row["words"] == line["words"]["fa"]
    assert (await book.read()).startswith(b"PK")
    for plot in ("funnel", "quadrant"):
        await admin.send("GET", f"/reports/{plot}?{PERIOD}&format=csv")
        # What the page draws was only looked at.
        await admin.send("GET", f"/reports/{plot}?{PERIOD}&format=vega")
    kept = (await admin("GET", "/audit?kind=report_exported", status=200))["items"]
    assert [(one["data"]["report"], one["data"]["format"]) for one in kept] == [
        ("quadrant", "csv"),
        ("funnel", "csv"),
        ("fair", "xlsx"),
        ("fair", "csv"),
    ]
    assert {one["actor"] for one in kept} == {f"user:{admin.user_id}"}
    assert set(kept[0]["data"]["agents"]) == {five.A, five.B, five.C, five.D, five.E}


async def test_no_answer_has_a_rank(admin, five):
    answers = [
        await admin("GET", f"/reports/{report}?{PERIOD}", status=200)
        for report in ("fair", "funnel", "quadrant")
    ]

    named = {name for answer in answers for name in _names(answer)}
    assert "verdict" in named
    assert not [
        name
        for name in named
        for word in ("rank", "place", "league", "grade", "best", "worst", "top")
        if word in name.split("_")
    ]


def _names(answer):
    """Every name of a field or column, however deep."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield name
            yield from _names(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _names(value)


async def test_an_empty_period_has_no_rows(admin):
    view = await admin("GET", "/reports/fair?from=2001-01-01T00:00:00Z&to=2001-02-01T00:00:00Z")

    assert (view["n"], view["rows"], view["cap_s"]) == (0, [], None)
    assert view["previous"]["from"] == "2000-12-01T00:00:00Z"


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("order=rank", "query.order", "solved_per_hour"),
        ("zone=Asia/Moon", "query.zone", "Asia/Tehran"),
        ("from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z", "query.from", "before"),
        ("from=0001-01-01T00:00:00Z&to=0001-02-01T00:00:00Z", "query.from", "no period"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_what_can(admin, query, field, told):
    refused = await admin("GET", f"/reports/fair?{query}", status=422)

    assert refused["field"] == field
    assert told in refused["detail"]


async def test_the_funnel_has_the_points_and_limits_of_the_view(admin, five):
    view = await admin("GET", f"/reports/fair?{PERIOD}&order=solved_share", status=200)
    funnel = await admin("GET", f"/reports/funnel?{PERIOD}", status=200)

    share = view["figures"]["solved_share"]
    assert (funnel["inputs"]["target"], funnel["inputs"]["phi"]) == (share["target"], share["phi"])
    assert [row["agent"] for row in funnel["rows"]] == [row["agent"] for row in view["rows"]]
    e = funnel["rows"][0]
    assert (e["agent"], e["n"], e["signal"]) == ("E", 100, "below_95")
    assert e["signal_words"] == "below the limits of 95 %"
    assert e["lower_99_8"] < e["rate"] < e["lower_95"] < e["centre"] < e["upper_95"]
    assert set(e) == {column["name"] for column in funnel["columns"]}


async def test_the_quadrant_crosses_are_the_estimates_of_the_view(admin, five):
    view = await admin("GET", f"/reports/fair?{PERIOD}", status=200)
    quadrant = await admin("GET", f"/reports/quadrant?{PERIOD}&language=fa", status=200)

    figures = {row["agent"]: row["figures"] for row in view["rows"]}
    for row in quadrant["rows"]:
        share, target = figures[row["agent"]]["solved_share"], row["solved_share_all"]
        assert row["solved_share"] == pytest.approx(target + share["estimate"])
        assert row["solved_share_high"] - row["solved_share"] == pytest.approx(share["half"])
        assert row["handle_time_low"] == row["handle_time_high"] == row["handle_time_all"] == 60
        assert row["is_told"] == (row["agent"] != "D")
        assert set(row) == {column["name"] for column in quadrant["columns"]}
    assert quadrant["title"] == "سهم حل‌شده و زمان رسیدگی"


async def test_plots_name_only_agents_the_viewer_may_see(staff, supervisor, five):
    bahar = await staff.session_of(five.B)
    for plot in ("funnel", "quadrant"):
        own = await bahar("GET", f"/reports/{plot}?{PERIOD}", status=200)
        none = await supervisor("GET", f"/reports/{plot}?{PERIOD}", status=200)

        assert [(row["agent"], row["is_own"]) for row in own["rows"]] == [("B", True)]
        assert none["rows"] == []
        assert none["inputs"]["n"] == 410


async def test_an_unknown_figure_is_named(admin):
    problem = await admin("GET", "/reports/funnel?figure=charm", status=422)

    assert problem["field"] == "query.figure"
    assert "handle_time" in problem["detail"]


async def test_plots_of_an_empty_period_have_no_points(admin):
    for plot in ("funnel", "quadrant"):
        empty = await admin("GET", f"/reports/{plot}?to=2001-02-01T00:00:00Z", status=200)
        assert (empty["rows"], empty["inputs"]["n"]) == ([], 0)
