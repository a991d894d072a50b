"""What theory says of queues, in units of time; each formula with where it comes from."""

from collections.abc import Callable
from heapq import heapreplace
from math import exp


def erlang_c(servers: int, load: float) -> float:
    """The probability of waiting in M/M/N, by way of Erlang B's recursion.

    Source: https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_C_formula
    """
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def erlang_c_wait(servers: int, arrival: float, service: float) -> float:
    """The mean wait in M/M/N."""
    load = arrival / service
    return erlang_c(servers, load) / (servers * service - arrival)


def erlang_c_within(servers: int, arrival: float, service: float, time: float) -> float:
    """The share that waits no longer than ``time``."""
    load = arrival / service
    return 1 - erlang_c(servers, load) * exp(-(servers * service - arrival) * time)


def stationary(
    birth: Callable[[int], float], death: Callable[[int], float], states: int
) -> list[float]:
    """The stationary distribution of a birth-and-death chain, cut off at ``states``."""
    weights = [1.0]
    for n in range(1, states):
        weights.append(weights[-1] * birth(n - 1) / death(n))
    whole = sum(weights)
    return [weight / whole for weight in weights]


def erlang_a(servers: int, arrival: float, service: float, patience: float) -> tuple[float, float]:
    """The share that leaves, and the mean number waiting, in M/M/N+M.

    Source: Mandelbaum and Zeltyn, "The Palm/Erlang-A Queue", 2005; as a birth-and-death chain.
    """

    def death(n: int) -> float:
        return min(n, servers) * service + max(0, n - servers) * patience

    chances = stationary(lambda _: arrival, death, 400)
    waiting = sum(max(0, n - servers) * p for n, p in enumerate(chances))
    return patience * waiting / arrival, waiting


def cobham(servers: int, arrivals: list[float], service: float) -> list[float]:
    """The mean wait of each class, the most urgent first, without preemption.

    Source: Cobham, "Priority assignment in waiting line problems", Operations Research 2, 1954.
    """
    whole = sum(arrivals)
    waits, above = [], 0.0
    base = erlang_c(servers, whole / service) / (servers * service)
    for arrival in arrivals:
        below = above + arrival / (servers * service)
        waits.append(base / ((1 - above) * (1 - below)))
        above = below
    return waits


def starts_of_kiefer_wolfowitz(servers: int, work: list[tuple[int, int]]) -> list[int]:
    """When each of the arrivals (instant, service), in order, begins: the first server to be free.

    Source: Kiefer and Wolfowitz, "On the theory of queues with many servers", 1955.
    """
    free = [0] * servers
    starts = []
    for at, service in work:
        start = max(at, free[0])
        heapreplace(free, start + service)
        starts.append(start)
    return starts


def solve(rates: dict[tuple[int, int], float], states: int) -> list[float]:
    """The stationary distribution of a Markov chain with these rates, by Gauss and Jordan."""
    rows = [[0.0] * (states + 1) for _ in range(states)]
    for (source, target), rate in rates.items():
        rows[target][source] += rate
        rows[source][source] -= rate
    rows[-1] = [1.0] * (states + 1)
    for n in range(states):
        pivot = max(range(n, states), key=lambda k: abs(rows[k][n]))
        rows[n], rows[pivot] = rows[pivot], rows[n]
        scale = rows[n][n]
        rows[n] = [value / scale for value in rows[n]]
        for k in range(states):
            if k != n and (factor := rows[k][n]):
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[n], strict=True)]
    return [row[-1] for row in rows]
