"""Looks for bytes that the reader of mails, or of a chat's frames, does not withstand.

    python tests/fuzz/fuzz_mail.py mail corpus/ -max_total_time=600

The first word is the target (``targets.py``), then a folder in which what is new is kept, and
options of libFuzzer. What breaks a target is written to ``crash-…`` in the working directory: put
it into ``tests/channels/samples/broken`` with what should have come out, and mend the reader.
Seeds are the mails of that folder and of ``seeds/``. Needs ``pip install -e '.[fuzz]'``.
"""

import sys
from pathlib import Path

import atheris

TESTS = Path(__file__).parents[1]
SEEDS = (TESTS / "fuzz" / "seeds", TESTS / "channels" / "samples" / "broken")
#: Long enough for anything that stands in a mail once; larger ones are tried by the tests.
BYTES = 4096


def main() -> None:
    """Fuzz one target until libFuzzer ends the process."""
    sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "fuzz")]
    with atheris.instrument_imports(include=["channels._mail", "channels._webchat"]):
        from targets import TARGETS  # noqa: PLC0415  what is imported here is watched
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"Name a target: {', '.join(TARGETS)}")
    options = [f"-max_len={BYTES}", "-timeout=20", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options, *sys.argv[1:], *map(str, SEEDS)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
