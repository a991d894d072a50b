"""An analysis of each kind that is drawn, and a report by name, in both languages."""

from datetime import UTC, date, datetime, timedelta

from msgspec import structs

from contactcenter.measuring.asks import AGES
from contactcenter.measuring.definitions import DEFINITIONS
from contactcenter.reporting import (
    agent_plot_words,
    control_chart,
    live_rows,
    over_time_words,
    planning_words,
    staffing,
)
from contactcenter.reporting.analyses import Analysis
from contactcenter.reporting.control_chart_words import SIGNALS
from contactcenter.reporting.control_chart_words import TITLE as CONTROL
from contactcenter.reporting.live import AGES_S, Board, DayFigures, QueueNow
from contactcenter.reporting.making import Column, Figure, Line, Made, Span
from contactcenter.reporting.tables import Heading
from contactcenter.statistics.queueing import Demand
from contactcenter.statistics.staffing import Promise

NOW = datetime(2026, 4, 1, tzinfo=UTC)
PERIOD = Span(from_at=datetime(2026, 3, 4, tzinfo=UTC), to_at=NOW, time_zone="UTC")
NAMES = {"en": ("Bahar", "Dara", "Mina", "Omid"), "fa": ("بهار", "دارا", "مینا", "امید")}
DAYS = [date(2026, 3, 4) + timedelta(days=n) for n in range(28)]


def analyses(language):
    return [
        _control(language),
        _heat_map(language),
        _created_solved(language),
        _backlog(language),
        _flow(language),
        _funnel(language),
        _quadrant(language),
        _burn_down(language),
        _forecast(language),
        _staffing(language),
        _live(language),
    ]


def _analysis(report, title, columns, rows, **inputs):
    return Analysis(
        report=report,
        title=title,
        definition=title,
        period=PERIOD,
        inputs=inputs,
        generated_at=NOW,
        as_of=NOW,
        columns=columns,
        rows=rows,
    )


def _headings(words, language, **units):
    return [Heading(name=n, label=words[n][language], unit=u) for n, u in units.items()]


def _live(language):
    day = DayFigures(
        answered=8, abandoned=1, answered_in_time=6, service_level_of=8, service_level=0.75
    )
    waiting = ([3, 1, 0, 0, 2], [0] * 5, [0, 2, 1, 0, 0])
    queues = [
        QueueNow(
            queue_id=n + 1,
            name=NAMES[language][n],
            tier=1,
            waiting=sum(by_age),
            waiting_by_age=by_age,
            longest_wait_s=3700.0 if by_age[4] else 0.0,
            longest_ticket_id=7 if by_age[4] else None,
            calls=0,
            callbacks=1,
            agents=2,
            available=1,
            today=day,
        )
        for n, by_age in enumerate(waiting)
    ]
    board = Board(
        generated_at=NOW,
        time_zone="UTC",
        today_from=NOW,
        as_of=NOW,
        within_s=20,
        variant="answered_only",
        ages_s=AGES_S,
        queues=queues,
        waiting=9,
        waiting_by_age=[3, 3, 1, 0, 2],
        longest_wait_s=3700.0,
        calls=0,
        callbacks=3,
        talking=1,
        today=day,
        agents=[],
        presences={},
        at_risk_within_s=1800,
        at_risk_n=0,
        at_risk=[],
    )
    return live_rows.of_board(board, language)


def _control(language):
    rows = [
        {
            "day": day.isoformat(),
            "value": None if n == 6 else 0.5 if n == 20 else 0.9 + n % 3 / 100,
            "n": 50,
            "hits": 45,
            "centre": 0.89,
            "lower": 0.8 + n % 4 / 100,
            "upper": 0.98,
            "signal": {20: "outside", 9: "run"}.get(n),
            "signal_words": {20: SIGNALS["outside"][language], 9: SIGNALS["run"][language]}.get(n),
        }
        for n, day in enumerate(DAYS)
    ]
    title = CONTROL[language].format(metric=DEFINITIONS["sla_attainment"].of(language).name)
    return _analysis(
        "control_chart", title, control_chart.columns("sla_attainment", language), rows
    )


def _heat_map(language):
    words = over_time_words
    rows = [
        {
            "weekday": weekday + 1,
            "weekday_name": words.WEEKDAYS[language][weekday],
            "hour": hour,
            "n": max(0, 12 - abs(hour - 12)) * (weekday != 4),
            "value": float(max(0, 12 - abs(hour - 12)) * (weekday != 4)),
            "median": None,
        }
        for weekday in (5, 6, 0, 1, 2, 3, 4)
        for hour in range(24)
    ]
    columns = _headings(
        words.LABELS, language, weekday_name="text", hour="number", n="count", value="count"
    )
    title = words.HEAT_MAP["title"][language].format(metric=DEFINITIONS["opened"].of(language).name)
    return _analysis("heat_map", title, columns, rows)


def _created_solved(language):
    rows, so_far = [], 0
    for n, day in enumerate(DAYS):
        opened, solved = 20 + n % 5, 18 + n % 7
        so_far += opened + 2 - solved
        rows.append(
            {
                "begins": day.isoformat(),
                "opened": opened,
                "reopened": 2,
                "solved": solved,
                "net": opened + 2 - solved,
                "net_so_far": so_far,
            }
        )
    columns = _headings(
        over_time_words.LABELS,
        language,
        **dict.fromkeys(("begins", "opened", "reopened", "solved", "net", "net_so_far"), "count"),
    )
    return _analysis(
        "created_solved", over_time_words.CREATED_SOLVED["title"][language], columns, rows
    )


def _backlog(language):
    rows = [
        {
            "at": datetime(2026, 3, 5 + n, tzinfo=UTC),
            "age": age,
            "kind": kind,
            "n": (20 - 4 * place + n % 3) // (1 if kind == "ours" else 2),
        }
        for n in range(14)
        for place, age in enumerate(AGES)
        for kind in ("ours", "pending")
    ]
    columns = _headings(
        over_time_words.LABELS, language, at="instant", age="text", kind="text", n="count"
    )
    return _analysis(
        "backlog_ageing",
        over_time_words.BACKLOG_AGEING["title"][language],
        columns,
        rows,
        oldest_ticket_id=127,
        oldest_since="2026-02-01T09:30:00+00:00",
        oldest_kind="pending",
    )


def _flow(language):
    moves = (
        (1, 2, "up", 120, 900.0),
        (2, 3, "up", 40, 7200.0),
        (1, 3, "up", 6, 300.0),
        (2, 1, "down", 15, 600.0),
    )
    rows = [
        {"from_tier": a, "to_tier": b, "direction": d, "n": n, "median_s": s, "p90_s": 3 * s}
        for a, b, d, n, s in moves
    ]
    columns = _headings(
        over_time_words.LABELS,
        language,
        from_tier="number",
        to_tier="number",
        direction="text",
        n="count",
    )
    return _analysis("tier_flow", over_time_words.TIER_FLOW["title"][language], columns, rows)


def _funnel(language):
    words = agent_plot_words
    positions = list(words.POSITIONS)
    rows = [
        {
            "agent_id": n,
            "agent": name,
            "is_own": n == 0,
            "n": 40 * (n + 1),
            "rate": (0.7, 0.62, 0.8, 0.5)[n],
            "centre": 0.7,
            "lower_95": 0.7 - 0.15 / (n + 1) ** 0.5,
            "upper_95": 0.7 + 0.15 / (n + 1) ** 0.5,
            "lower_99_8": 0.7 - 0.23 / (n + 1) ** 0.5,
            "upper_99_8": 0.7 + 0.23 / (n + 1) ** 0.5,
            "signal": positions[(0, 0, 1, 4)[n]].value,
            "signal_words": words.POSITIONS[positions[(0, 0, 1, 4)[n]]][language],
        }
        for n, name in enumerate(NAMES[language])
    ]
    columns = _headings(words.LABELS, language, agent="text", n="count", rate="share")
    title = words.FUNNEL["title"][language].format(figure=words.FIGURES["solved_share"][language])
    return _analysis("funnel", title, columns, rows)


def _quadrant(language):
    words = agent_plot_words
    rows = []
    for n, name in enumerate(NAMES[language]):
        time, share = (600.0, 700.0, 900.0, 400.0)[n], (0.7, 0.62, 0.8, 0.5)[n]
        rows.append(
            {
                "agent_id": n,
                "agent": name,
                "is_own": n == 0,
                "n": 20 * (n + 1),
                "handle_time": time,
                "handle_time_low": time - 80,
                "handle_time_high": time + 80,
                "handle_time_all": 650.0,
                "solved_share": share,
                "solved_share_low": share - 0.05,
                "solved_share_high": share + 0.05,
                "solved_share_all": 0.66,
                "is_told": n > 0,
            }
        )
    columns = _headings(
        words.LABELS,
        language,
        agent="text",
        n="count",
        handle_time="seconds",
        solved_share="share",
        is_told="flag",
    )
    return _analysis("quadrant", words.QUADRANT["title"][language], columns, rows)


def _burn_down(language):
    words, left = planning_words, 14
    rows = []
    for hour in range(24):
        due = max(0, 9 - abs(hour - 13))
        running = due if hour > 13 else 2 if hour == 13 else 0
        left -= min(left, running)
        broken = (due - running) // 4
        rows.append(
            {
                "hour": hour,
                "due": due,
                "met": due - running - broken,
                "broken": broken,
                "running": running,
                "left": left,
            }
        )
    units = dict.fromkeys(rows[0], "count") | {"hour": "number"}
    told = _analysis(
        "sla_burn_down",
        words.BURN_DOWN["title"][language],
        _headings(words.LABELS, language, **units),
        rows,
        running=14,
        at_risk=2,
    )
    at = datetime(2026, 3, 31, 13, 24, tzinfo=UTC)
    day = Span(from_at=at.replace(hour=0, minute=0), to_at=NOW, time_zone="UTC")
    return structs.replace(told, period=day, generated_at=at)


def _forecast(language):
    rows = []
    for n in range(48):
        expected = max(0.0, 12.0 - abs(n - 24) * 0.7)
        rows.append(
            {
                "starts_at": datetime(2026, 3, 4, tzinfo=UTC) + n * timedelta(minutes=30),
                "expected": expected,
                "lower": max(0.0, expected - 5),
                "upper": expected + 6 if expected else 0.0,
                "weeks": 4,
                "actual": int(expected) + n % 3 if n < 26 else None,
            }
        )
    units = dict.fromkeys(rows[0], "number") | {"starts_at": "instant"}
    columns = _headings(planning_words.LABELS, language, **units)
    return _analysis("forecast", planning_words.FORECAST["title"][language], columns, rows)


def _staffing(language):
    """The vector W01: 250 calls in half an hour, 210 seconds each; patience 300 seconds."""
    question = staffing.Question(
        span=PERIOD,
        promise=Promise(service_level=0.8, threshold_s=20.0),
        interval_s=1800,
        shrinkage=0.3,
    )
    demand = Demand(offered=250.0, period_s=1800.0, handle_s=210.0, patience_s=300.0)
    found = staffing.computed(demand, question)
    return _analysis(
        "staffing",
        planning_words.STAFFING["title"][language],
        _headings(planning_words.LABELS, language, **staffing._COLUMNS),
        staffing._rows(found, question, 0.0),
        service_level=0.8,
        within_s=20.0,
        **staffing._needed(found, question),
    )


def made(language):
    """Counts, a share and a duration, each with the period before."""
    metrics = {"handled": "count", "sla_attainment": "share", "handle_time": "duration"}

    def figures(n):
        time = 600.0 + 200 * n
        return {
            "handled": _figure(n=40 + n, value=40.0 + n),
            "sla_attainment": _figure(
                n=50, value=0.7 + n / 50, numerator=35.0 + n, denominator=50.0
            ),
            "handle_time": _figure(n=40, value=time, mean=time, median=time - 90, p90=2 * time),
        }

    def lines(shift):
        return [
            Line(group={"agent": n}, names={"agent": name}, figures=figures(n + shift))
            for n, name in enumerate(NAMES[language])
        ]

    return Made(
        report="work",
        period=PERIOD,
        by=("agent",),
        clock="calendar",
        filters={},
        generated_at=NOW,
        as_of=NOW,
        metrics=[
            Column(metric=m, version=1, measure=k, definition=DEFINITIONS[m].of(language))
            for m, k in metrics.items()
        ],
        rows=lines(0),
        totals=figures(0),
        previous_period=PERIOD,
        previous=lines(2),
        previous_totals=figures(2),
        source="facts",
        corrected_at=None,
    )


def _figure(**known):
    return Figure(**(dict.fromkeys(Figure.__struct_fields__) | known))
