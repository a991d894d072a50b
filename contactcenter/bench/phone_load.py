"""The provider's side of a load of calls: signed hooks over kept connections, in a closed loop.

A process of its own, as that of the intake.
"""

from contactcenter.bench import load, phone_hooks
from contactcenter.bench.load import Aim, Loaded
from contactcenter.bench.process import take_orders


async def post(order: Aim) -> Loaded:
    """Sign everything, connect, and only then start the clock."""
    host = f"{order.host}:{order.port}"
    numbers = range(order.first, order.first + order.count)
    requests = [
        phone_hooks.request(phone_hooks.hook(n, order.mark), order.public_url, host)
        for n in numbers
    ]
    return await load.post(requests, order)


if __name__ == "__main__":
    take_orders(Aim, post)
