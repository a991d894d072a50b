"""The reports' measurement: both sides tell the same, from facts as from roll-ups."""

import pytest

from contactcenter.bench import reports, reports_intake
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.reports import Plan
from contactcenter.measuring import Row
from contactcenter.reporting import sources


@pytest.mark.slow
async def test_a_small_run_counts(server_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LIVE_FACTS", 100)
    plan = Plan(
        tickets=3000, interactions=3000, agents=5, repeats=2, intake_s=0.0, database_url=server_dsn
    )

    result = await reports.measure(plan, lambda _line: None, durable=False)

    assert (result.tickets, result.source) == (3000, "roll_ups")
    assert 0 < result.metric_p50_ms <= result.metric_p95_ms < result.report_p95_ms
    assert result.rolled_up > 365
    assert result.intake_ratio is None


@pytest.mark.full
async def test_the_intake_is_loaded_with_and_without_facts_being_kept() -> None:
    said: list[str] = []

    kept = await reports_intake.measure(2.0, 1, None, said.append)

    assert kept.with_per_s > 0
    assert kept.without_per_s > 0
    assert kept.facts > 0
    assert len(said) == 1


def test_a_run_in_which_the_sides_differ_does_not_count() -> None:
    told = reports._Raw(agent_id=1, n=2, mean=10.0, percentiles=[10.0, 12.0])
    same = Row(metric="m", group={"agent": 1}, n=2, value=10.0, mean=10.0, median=10.09)
    reports._check([same], [told])

    for other in ({"n": 3}, {"mean": 10.1}, {"median": 10.2}, {"group": {"agent": 2}}):
        fields = {name: getattr(same, name) for name in Row.__struct_fields__} | other
        with pytest.raises(MeasurementInvalid):
            reports._check([Row(**fields)], [told])
