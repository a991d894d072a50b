"""Service levels and abandonment of facts are those of the statistics, whatever callers do."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contactcenter.history import Fact
from contactcenter.measuring import Ask, measured
from contactcenter.statistics.rates import Answering, Variant, abandonment, service_level

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["answered", "abandoned", "flowed_out"])),
        max_size=30,
    )
)
def test_the_service_level_is_that_of_the_statistics(waits: list[tuple[int, str]]) -> None:
    told = [
        Fact(
            kind="queue_wait",
            ticket=n,
            contact=None,
            episode=1,
            from_at=BEGAN,
            at=BEGAN,
            calendar_s=s,
            outcome=how,
        )
        for n, (s, how) in enumerate(waits)
    ]
    counted = {
        how: [s for s, outcome in waits if outcome == how]
        for how in ("answered", "abandoned", "flowed_out")
    }
    gone = counted["abandoned"]
    of = Answering(
        answered=len(counted["answered"]),
        answered_in_time=sum(s <= 20 for s in counted["answered"]),
        abandoned=len(gone),
        abandoned_in_time=sum(s <= 20 for s in gone),
        abandoned_short=sum(s < 5 for s in gone),
        flowed_out=len(counted["flowed_out"]),
    )
    period = {"from_at": BEGAN, "to_at": BEGAN + timedelta(1)}
    for variant in Variant:
        [row] = measured(
            told, Ask(metric="service_level", options={"variant": variant.value}, **period)
        )
        expected = service_level(of, variant)
        assert (row.numerator, row.denominator) == (expected.numerator, expected.denominator)
    for net in (False, True):
        options = {"variant": "net" if net else "gross"}
        [row] = measured(told, Ask(metric="abandonment", options=options, **period))
        expected = abandonment(of, net=net)
        assert (row.numerator, row.denominator) == (expected.numerator, expected.denominator)
