"""How many rounds a fault gets: a few in the fast suite, the stated number with ``-m full``.

``CONTACTCENTER_TEST_ROUNDS`` lowers the stated numbers, to try something in less than an hour.
"""

import os

import pytest

MOST = "CONTACTCENTER_TEST_ROUNDS"


def rounds(fast: int, full: int, *, timeout_s: int) -> list[object]:
    """Parameters of one and the same test."""
    stated = min(full, int(os.environ.get(MOST, full)))
    marks = [pytest.mark.full, pytest.mark.timeout(timeout_s)]
    # Even the fast ones may meet a machine that has much else to do.
    few = pytest.param(fast, id="fast", marks=pytest.mark.timeout(300))
    return [few, pytest.param(stated, id="full", marks=marks)]
