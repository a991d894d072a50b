"""What past purchases say about those to come: the BG/NBD model.

While a customer is alive he buys at a rate of his own; after each purchase he may leave for good.
Rates are gamma distributed over customers (``r``, ``alpha``), the chances to leave beta (``a``,
``b``). Source: Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24
(2005), http://brucehardie.com/papers/018/ ; times are in weeks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, lgamma, log, log1p
from typing import Final

#: Nearer to one than this, ``a`` is moved off: the expectation divides by ``a - 1``.
_NEAR: Final = 1e-6
#: A term that adds less than this ends a series.
_SMALL: Final = 1e-13
_MAX_TERMS: Final = 10_000
#: A fit that has not settled after so many steps is taken as it is.
_MAX_STEPS: Final = 2000
_SETTLED: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How often a customer came back, when last, and how long we know him.

    ``repeats`` are purchase days after the first; ``last_at`` and ``age`` count from the first, in
    weeks. ``customers`` have this very history.
    """

    repeats: int
    last_at: float
    age: float
    customers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The four numbers of the model, all above zero."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(p: Parameters, histories: Sequence[History]) -> float:
    """How well the model tells what has been: the higher, the better."""
    gamma_r, log_alpha = lgamma(p.r), log(p.alpha)
    beta_ab = _log_beta(p.a, p.b)
    total = 0.0
    for one in histories:
        x = one.repeats
        first = lgamma(p.r + x) - gamma_r + p.r * log_alpha
        second = _log_beta(p.a, p.b + x) - beta_ab
        stays = -(p.r + x) * log(p.alpha + one.age)
        if x > 0:
            leaves = log(p.a / (p.b + x - 1)) - (p.r + x) * log(p.alpha + one.last_at)
            high = max(stays, leaves)
            stays = high + log1p(exp(min(stays, leaves) - high))
        total += one.customers * (first + second + stays)
    return total


def fit(histories: Sequence[History]) -> Parameters:
    """The parameters that tell best what has been; raises ``ValueError`` where nobody came back."""
    if not any(one.repeats for one in histories):
        raise ValueError("nobody has come back yet")

    def misfit(logs: Sequence[float]) -> float:
        found = -log_likelihood(_of(logs), histories)
        return found if isfinite(found) else inf

    return _of(_lowest(misfit, [0.0, 1.0, 0.0, 0.0]))


def alive(p: Parameters, one: History) -> float:
    """The chance that he has not left."""
    if one.repeats == 0:
        return 1.0
    odds = log(p.a / (p.b + one.repeats - 1)) + (p.r + one.repeats) * log(
        (p.alpha + one.age) / (p.alpha + one.last_at)
    )
    return 1 / (1 + exp(min(odds, 700.0)))


def expected(p: Parameters, one: History, weeks: float) -> float:
    """How many purchase days to expect of him in the weeks to come."""
    a = p.a if abs(p.a - 1) > _NEAR else 1 + _NEAR
    z = weeks / (p.alpha + one.age + weeks)
    c = a + p.b + one.repeats - 1
    # Euler's transformation of the published form: its terms stay small, however often he came.
    series = _hypergeometric(a + p.b - 1 - p.r, a - 1, c, z)
    return c / (a - 1) * (1 - exp((a - 1) * log1p(-z)) * series) * alive(p, one)


def silent(p: Parameters, one: History, weeks: float) -> float:
    """The chance that he buys nothing in the weeks to come: he has left, or takes longer."""
    known = p.alpha + one.age
    waits = exp((p.r + one.repeats) * log(known / (known + weeks)))
    return 1 - alive(p, one) * (1 - waits)


def _of(logs: Sequence[float]) -> Parameters:
    r, alpha, a, b = (exp(min(max(one, -20.0), 20.0)) for one in logs)
    return Parameters(r=r, alpha=alpha, a=a, b=b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Gauss's series 2F1 for 0 <= z < 1."""
    term = total = 1.0
    for n in range(_MAX_TERMS):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) < _SMALL * abs(total):
            break
    return total


def _lowest(value: Callable[[Sequence[float]], float], start: Sequence[float]) -> list[float]:
    """Where a function is lowest: Nelder and Mead's simplex, always from the same start."""
    size = len(start)
    points = [list(start)]
    points += [[x + (n == k) for k, x in enumerate(start)] for n in range(size)]
    simplex = sorted((value(point), point) for point in points)
    for _ in range(_MAX_STEPS):
        (low, _), (high, worst) = simplex[0], simplex[-1]
        if high - low < _SETTLED * (1 + abs(low)):
            break
        centre = [sum(p[k] for _, p in simplex[:-1]) / size for k in range(size)]

        def at(
            factor: float, centre: list[float] = centre, worst: list[float] = worst
        ) -> tuple[float, list[float]]:
            point = [c + factor * (c - w) for c, w in zip(centre, worst, strict=True)]
            return value(point), point

        better = _replacement(at, low, simplex[-2][0], high)
        if better is not None:
            simplex = sorted([*simplex[:-1], better])
            continue
        first = simplex[0][1]
        shrunk = [[(x + f) / 2 for x, f in zip(p, first, strict=True)] for _, p in simplex[1:]]
        simplex = sorted([simplex[0], *((value(p), p) for p in shrunk)])
    return simplex[0][1]


def _replacement(
    at: Callable[[float], tuple[float, list[float]]], low: float, second: float, high: float
) -> tuple[float, list[float]] | None:
    """What takes the place of the worst corner; None: the simplex shrinks."""
    reflected = at(1.0)
    if reflected[0] < low:
        return min(reflected, at(2.0))
    if reflected[0] < second:
        return reflected
    contracted = at(0.5) if reflected[0] < high else at(-0.5)
    return contracted if contracted[0] < min(reflected[0], high) else None
