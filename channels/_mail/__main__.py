"""The process that reads mails of strangers: bytes in, what was understood out, until the end.

It may take 512 MB, and for a mail what its starter grants it of the processor; then the kernel ends
it, whatever it is at. Whoever started it ends it when it does not get on for another reason. A
frame is four bytes of length, the most significant first, and so many bytes. Each question is two
frames: what is asked, and the bytes it is asked of.
"""

import resource
import signal
import sys
from typing import BinaryIO, get_args

import msgspec

from channels._mail import fragments
from channels._mail.understanding import understand
from channels._mail.values import Answer, NotUnderstood, Question, Refused

MEMORY_BYTES = 512 * 1024 * 1024
_ENCODER = msgspec.msgpack.Encoder()


def main(cpu_s: float) -> None:
    """Answer one question after the other until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    while (asked := _frame(sys.stdin.buffer)) is not None:
        if (raw := _frame(sys.stdin.buffer)) is None:
            return
        signal.setitimer(signal.ITIMER_PROF, cpu_s)  # no library can hold its signal up
        answer = _answer(asked.decode(), raw)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
        sys.stdout.buffer.flush()


def _answer(asked: str, raw: bytes) -> bytes:
    """What is handed on, ready to be written: it must be known here that it can be."""
    assert asked in get_args(Question), asked
    try:
        return _ENCODER.encode(_read(asked, raw))
    except NotUnderstood as error:
        refused = Refused(reason=error.reason, detail=str(error))
    except MemoryError:
        detail = f"Reading it takes more than {MEMORY_BYTES // 1024 // 1024} MB."
        refused = Refused(reason="too_much_memory", detail=detail)
    except Exception as error:  # noqa: BLE001  a mail nobody thought of is kept, not lost
        detail = f"Reading it failed: {type(error).__name__}."
        refused = Refused(reason="unexpected", detail=detail)
    return _ENCODER.encode(refused)


def _read(asked: str, raw: bytes) -> Answer:
    with_images = asked.endswith("_with_images")
    if asked.startswith("html"):
        return fragments.read(raw, with_remote_images=with_images)
    return understand(raw, with_remote_images=with_images)


def _frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    return stream.read(int.from_bytes(head, "big")) if len(head) == 4 else None  # noqa: PLR2004


if __name__ == "__main__":
    main(float(sys.argv[2]))
