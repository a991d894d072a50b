"""Control charts beside what was published of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactcenter.statistics.control_charts import Kind, Rule, Sample, shares, values

# Cans of 50 that leaked: Montgomery, Introduction to Statistical Quality Control, table 7.1.
LEAKED = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
    *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]
# https://www.itl.nist.gov/div898/handbook/pmc/section3/pmc322.htm
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def days(hits, n) -> list[Sample]:
    return [Sample(label=str(k + 1), n=n, hits=one) for k, one in enumerate(hits)]


def marked(chart, rule) -> list[str]:
    return [point.label for point in chart.points if rule in point.rules]


def test_the_published_p_chart() -> None:
    """Centre 0.2313, limits 0.0524 and 0.4102; samples 15 and 23 are outside."""
    chart = shares(days(LEAKED, 50))

    assert chart.kind is Kind.P
    assert round(chart.centre, 4) == 0.2313
    assert round(chart.points[0].lower, 4) == 0.0524
    assert round(chart.points[0].upper, 4) == 0.4102
    assert marked(chart, Rule.OUTSIDE) == ["15", "23"]


def test_the_published_xmr_chart() -> None:
    """Mean 50.81, mean moving range 1.8778, limits 45.8159 and 55.8041 with 3/1.128 for 2.66."""
    chart = values([str(n) for n in range(10)], FLOW)

    assert round(chart.centre, 2) == 50.81
    assert chart.points[0].lower == pytest.approx(45.8159, abs=0.002)
    assert chart.points[0].upper == pytest.approx(55.8041, abs=0.002)
    assert chart.range_limit == pytest.approx(3.268 * 1.8778, abs=1e-3)
    assert [point.rules for point in chart.points] == [()] * 10


def test_many_a_day_are_widened_as_laney_does() -> None:
    """Shares 0.50, 0.52, 0.49, 0.51 of 10,000, p̄ 0.505: z are 0.02, 0.03 and 0.02 apart, over a
    standard error of 0.0049998, on average 4.66685; sigma z is 4.66685 / 1.128.
    """
    samples = days([5000, 5200, 4900, 5100], 10_000)

    chart, plain = shares(samples), shares(samples, laney=False)

    assert chart.kind is Kind.LANEY
    assert chart.widened == pytest.approx(4.66690 / 1.128, abs=1e-4)
    assert chart.points[0].upper - chart.centre == pytest.approx(
        chart.widened * (plain.points[0].upper - plain.centre)
    )
    assert marked(chart, Rule.OUTSIDE) == []
    assert marked(plain, Rule.OUTSIDE) == ["2", "3"]


def test_two_thousand_a_day_are_where_it_begins() -> None:
    assert shares(days([900, 1100], 2000)).kind is Kind.P
    assert shares(days([900, 1100], 2001)).kind is Kind.LANEY


def test_limits_follow_the_size_of_each_day() -> None:
    chart = shares([Sample(label="large", n=400, hits=200), Sample(label="small", n=4, hits=2)])

    assert chart.points[0].upper == pytest.approx(0.575)
    assert (chart.points[1].lower, chart.points[1].upper) == (0, 1)


def test_eight_in_a_row_on_one_side_are_a_shift() -> None:
    chart = values([str(n) for n in range(20)], [10, 12] * 4 + [11.5] * 10 + [9, 6])

    assert chart.centre == pytest.approx(10.9)
    # The run begins with the eighth value, 12.
    assert marked(chart, Rule.RUN) == ["14", "15", "16", "17"]


def test_a_value_on_the_centre_ends_a_run_and_a_day_without_one_does_not() -> None:
    above = values([str(n) for n in range(17)], [1.0] * 4 + [0.0] + [1.0] * 4 + [-1.0] * 8)
    gap = values([str(n) for n in range(18)], [1.0] * 4 + [None] + [1.0] * 4 + [0.0] + [-1.0] * 8)

    assert above.centre == 0
    assert marked(above, Rule.RUN) == ["16"]
    assert gap.centre == 0
    assert marked(gap, Rule.RUN) == ["8", "17"]


def test_equal_values_are_no_signal_whatever_the_last_digits_say() -> None:
    for value in (0.1, 1 / 3, 1e9 + 0.1):
        chart = values([str(n) for n in range(30)], [value] * 30)
        assert {point.rules for point in chart.points} == {()}
    thirds = shares([Sample(label=str(n), n=3 * n, hits=n) for n in range(1, 30)], laney=True)
    assert {point.rules for point in thirds.points} == {()}


def test_with_too_little_there_are_no_limits() -> None:
    assert values([], []).points == ()
    assert values(["1"], [None]).centre is None
    one = values(["1"], [5.0])
    assert (one.centre, one.points[0].lower, one.range_limit) == (5, None, None)
    none = shares([Sample(label="1", n=0, hits=0)])
    assert (none.centre, none.points[0].value, none.points[0].upper) == (None, None, None)
    assert shares([Sample(label="1", n=5000, hits=5)]).widened == 1


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=30))
def test_points_and_limits_are_shares(drawn) -> None:
    chart = shares(
        [Sample(label="", n=max(pair), hits=min(pair)) for pair in drawn], laney=len(drawn) % 2 == 0
    )

    assert len(chart.points) == len(drawn)
    for point in chart.points:
        if point.value is None:
            assert point.rules == ()
            continue
        assert 0 <= point.lower <= point.upper <= 1
        beyond = not point.lower - 1e-6 <= point.value <= point.upper + 1e-6
        assert not beyond or Rule.OUTSIDE in point.rules


@given(st.lists(st.floats(0, 1e4), min_size=2, max_size=30), st.floats(1, 100), st.floats(-50, 50))
def test_a_chart_in_another_unit_says_the_same(daily, scale, shift) -> None:
    labels = [str(n) for n in range(len(daily))]
    one, other = values(labels, daily), values(labels, [v * scale + shift for v in daily])

    assert other.centre == pytest.approx(one.centre * scale + shift, abs=1e-6)
    assert other.range_limit == pytest.approx(one.range_limit * scale, abs=1e-6)


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(ValueError, match=r"^hits of 7 must be between 0 and n = 2"):
        shares([Sample(label="7", n=2, hits=3)])
    with pytest.raises(ValueError, match=r"^daily must have as many"):
        values(["1"], [])
    with pytest.raises(ValueError, match=r"^daily must have finite"):
        values(["1"], [float("nan")])
