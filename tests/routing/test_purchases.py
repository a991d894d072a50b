"""The model of purchases against what its authors published, and against itself.

The whole fit is checked where ``lifetimes`` is installed (``pip install --no-deps lifetimes``): only
the data in its wheel is read, nothing of it runs.
"""

import csv
import math
import random
from collections import Counter
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from routing.purchases import (
    History,
    Parameters,
    alive,
    expected,
    fit,
    log_likelihood,
    silent,
)

#: Fader, Hardie and Lee (2005), as fitted to the sample of CDNOW.
CDNOW = Parameters(r=0.242594, alpha=4.413602, a=0.792920, b=2.425755)
#: The customer whom the authors' spreadsheet works out.
FIRST = History(repeats=2, last_at=30.43, age=38.86)


def test_the_authors_customer_is_expected_to_come_back_as_they_say() -> None:
    assert expected(CDNOW, FIRST, 39) == pytest.approx(1.226, abs=5e-4)
    assert alive(CDNOW, FIRST) == pytest.approx(0.7266, abs=5e-5)


def naive(p: Parameters, one: History) -> float:
    """The likelihood as the paper writes it, for small numbers."""
    x, (r, alpha, a, b) = one.repeats, (p.r, p.alpha, p.a, p.b)
    beta = lambda u, v: math.gamma(u) * math.gamma(v) / math.gamma(u + v)  # noqa: E731
    first = math.gamma(r + x) * alpha**r / math.gamma(r)
    stays = beta(a, b + x) / beta(a, b) / (alpha + one.age) ** (r + x)
    leaves = beta(a + 1, b + x - 1) / beta(a, b) / (alpha + one.last_at) ** (r + x) if x else 0
    return math.log(first * (stays + leaves))


def test_the_likelihood_is_that_of_the_paper() -> None:
    histories = [
        History(repeats=x, last_at=last, age=30.0)
        for x, last in ((0, 0.0), (1, 3.0), (4, 20.0), (9, 29.5))
    ]

    for p in (CDNOW, Parameters(r=1.5, alpha=8.0, a=0.6, b=1.2)):
        for one in histories:
            assert log_likelihood(p, [one]) == pytest.approx(naive(p, one), rel=1e-9)
    twice = [History(repeats=1, last_at=3.0, age=30.0, customers=2)]
    assert log_likelihood(CDNOW, twice) == pytest.approx(2 * naive(CDNOW, histories[1]))


def published(p: Parameters, one: History, t: float) -> float:
    """The expectation as it was published, with Gauss's series as it stands."""
    x, z = one.repeats, t / (p.alpha + one.age + t)
    term = total = 1.0
    for n in range(3000):
        term *= (p.r + x + n) * (p.b + x + n) / ((p.a + p.b + x - 1 + n) * (n + 1)) * z
        total += term
    waits = ((p.alpha + one.age) / (p.alpha + one.age + t)) ** (p.r + x)
    return (p.a + p.b + x - 1) / (p.a - 1) * (1 - waits * total) * alive(p, one)


def test_the_expectation_is_the_published_one_also_far_ahead_and_for_who_comes_daily() -> None:
    chance = random.Random(3)
    for _ in range(20):
        age = chance.uniform(1, 60)
        x = chance.choice((0, 1, 2, 5, 20))
        one = History(repeats=x, last_at=chance.uniform(0, age) if x else 0.0, age=age)
        p = Parameters(
            r=chance.uniform(0.1, 3), alpha=chance.uniform(0.5, 9),
            a=chance.choice((0.4, 0.8, 1.7)), b=chance.uniform(0.5, 5),
        )  # fmt: skip
        assert expected(p, one, 26) == pytest.approx(published(p, one, 26), rel=1e-6)
    often = History(repeats=700, last_at=100.0, age=100.5)
    assert 0 < expected(CDNOW, often, 520) < 520 * 7
    at_one = Parameters(r=1.0, alpha=5.0, a=1.0, b=2.0)
    near = Parameters(r=1.0, alpha=5.0, a=1.001, b=2.0)
    assert expected(at_one, FIRST, 10) == pytest.approx(expected(near, FIRST, 10), rel=1e-3)


def test_chances_are_chances_and_fall_with_silence() -> None:
    before = 1.0
    for age in (31.0, 40.0, 60.0, 200.0, 5000.0):
        one = History(repeats=2, last_at=30.43, age=age)
        now = alive(CDNOW, one)
        assert 0 <= now < before
        assert 0 <= 1 - now <= silent(CDNOW, one, 39) <= 1
        before = now
    never = History(repeats=0, last_at=0.0, age=20.0)
    assert alive(CDNOW, never) == 1
    assert 0 < silent(CDNOW, never, 1) < 1
    assert silent(CDNOW, never, 1e9) < silent(CDNOW, never, 10)  # he has time enough


def drawn(p: Parameters, seed: int, customers: int) -> list[History]:
    """Customers who behave as the model says, seen for a year."""
    chance = random.Random(seed)
    found = []
    for _ in range(customers):
        rate, leaves = chance.gammavariate(p.r, 1 / p.alpha), chance.betavariate(p.a, p.b)
        at, repeats, last = 0.0, 0, 0.0
        while True:
            at += chance.expovariate(rate) if rate > 0 else math.inf
            if at > 52:
                break
            repeats, last = repeats + 1, at
            if chance.random() < leaves:
                break
        found.append(History(repeats=repeats, last_at=last, age=52.0))
    return found


def test_a_fit_tells_better_than_the_truth_what_was_drawn_from_it() -> None:
    truth = Parameters(r=0.8, alpha=6.0, a=0.8, b=2.5)
    histories = drawn(truth, 5, 250)

    found = fit(histories)

    assert log_likelihood(found, histories) >= log_likelihood(truth, histories)
    assert fit(histories) == found
    for name in ("r", "alpha", "a", "b"):
        nudged = {n: getattr(found, n) for n in ("r", "alpha", "a", "b")}
        for factor in (0.97, 1.03):
            beside = Parameters(**nudged | {name: nudged[name] * factor})
            assert log_likelihood(beside, histories) <= log_likelihood(found, histories)
    with pytest.raises(ValueError, match="nobody has come back"):
        fit([History(repeats=0, last_at=0.0, age=5.0)])


# What was published of CDNOW -------------------------------------------------------------------------


def _data() -> Path:
    spec = find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the data of lifetimes is not installed")
    return Path(spec.submodule_search_locations[0]) / "datasets"


def test_the_fit_to_cdnow_is_the_published_one() -> None:
    with (_data() / "cdnow_customers_summary.csv").open(encoding="utf-8") as file:
        rows = Counter(
            (int(float(row["frequency"])), float(row["recency"]), float(row["T"]))
            for row in csv.DictReader(file)
        )
    histories = [
        History(repeats=x, last_at=last, age=age, customers=n) for (x, last, age), n in rows.items()
    ]
    assert sum(rows.values()) == 2357

    found = fit(histories)

    assert log_likelihood(found, histories) == pytest.approx(-9582.4, abs=0.1)
    for name, told in (("r", 0.243), ("alpha", 4.414), ("a", 0.793), ("b", 2.426)):
        assert getattr(found, name) == pytest.approx(told, abs=2e-3), name


def test_the_39_weeks_after_are_foretold_as_they_were_published() -> None:
    days: dict[str, set[date]] = {}
    for line in (_data() / "CDNOW_sample.txt").read_text(encoding="utf-8").splitlines():
        _, customer, day, *_ = line.split()
        days.setdefault(customer, set()).add(date(int(day[:4]), int(day[4:6]), int(day[6:])))
    cut, end = date(1997, 9, 30), date(1998, 6, 30)
    foretold = actual = error = 0.0
    for bought in days.values():
        known = sorted(d for d in bought if d <= cut)
        one = History(
            repeats=len(known) - 1,
            last_at=(known[-1] - known[0]).days / 7,
            age=(cut - known[0]).days / 7,
        )
        came = sum(cut < d <= end for d in bought)
        will = expected(CDNOW, one, (end - cut).days / 7)
        foretold, actual, error = foretold + will, actual + came, error + abs(will - came)

    assert (len(days), actual) == (2357, 1882)
    assert foretold == pytest.approx(1653.4, abs=2)
    assert error / len(days) == pytest.approx(0.786, abs=0.003)
