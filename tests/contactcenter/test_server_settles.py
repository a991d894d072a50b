"""The collector of a server that has settled down."""

import subprocess
import sys


def test_a_settled_server_has_the_collector_leave_the_old_alone_and_look_at_the_new_seldom() -> (
    None
):
    script = (
        "import gc; from contactcenter import server; server.settle();"
        "print(gc.get_freeze_count(), *gc.get_threshold())"
    )

    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )

    frozen, young, middle, _ = (int(number) for number in said.stdout.split())
    assert frozen > 10_000
    assert (young, middle) == (10_000, 10)
