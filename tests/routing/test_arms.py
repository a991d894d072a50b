"""What bands are worth: both arms of the experiment, kind by kind."""

import pytest

from routing.arms import LEAST, Outcome, Stratum, compared, statement


def stratum(on: tuple[int, int], off: tuple[int, int]) -> Stratum:
    return Stratum(
        on=Outcome(handled=on[0], solved=on[1]), off=Outcome(handled=off[0], solved=off[1])
    )


def test_kinds_are_compared_with_themselves() -> None:
    """The arm that had the easy customers looks better by 40 points, and is not."""
    easy, hard = stratum((900, 810), (100, 90)), stratum((100, 30), (900, 270))

    result = compared([easy, hard])

    assert result.difference == pytest.approx(0.0)
    assert result.verdict == "no_difference"


def test_the_difference_is_computed_by_hand() -> None:
    """0.6 against 0.5 of 1,000: 0.1; drawn 601/1002 and 501/1002, so 0.0998 ± 1.96·0.0221."""
    result = compared([stratum((1000, 600), (1000, 500))])

    assert result.difference == pytest.approx(0.1)
    assert (result.low, result.high) == (
        pytest.approx(0.0565, abs=2e-4),
        pytest.approx(0.1431, abs=2e-4),
    )
    assert (
        statement(result, "en") == "With bands 10.0 of 100 more were solved (likely 5.6 to 14.3)."
    )
    assert statement(result, "fa").startswith("با رسته‌ها از هر ۱۰۰ درخواست ۱۰٫۰ بیشتر حل شد")


def test_too_few_tickets_say_nothing() -> None:
    result = compared([stratum((LEAST, LEAST), (LEAST - 1, 0))])

    assert (result.verdict, result.difference) == ("too_few", None)
    assert statement(result, "en").startswith(
        "Too few tickets to tell: 30 while bands counted and 29"
    )
    assert "۲۹ درخواست" in statement(result, "fa")


def test_a_kind_that_one_arm_never_had_tells_nothing() -> None:
    assert compared([stratum((500, 500), (0, 0))]).verdict == "too_few"


def test_fewer_solved_are_told_as_fewer() -> None:
    result = compared([stratum((1000, 500), (1000, 600))])

    assert result.verdict == "off_is_better"
    assert statement(result, "en").startswith("With bands 10.0 of 100 fewer were solved")
