"""The measurement of web chats: it counts what each socket was told, and fails on a hole."""

import asyncio

import msgspec
import pytest
from bench_process import bench

from contactcenter.bench.chat import Result, check
from contactcenter.bench.chat_orders import Connect
from contactcenter.bench.chat_socket import Socket
from contactcenter.bench.feed_wire import split
from contactcenter.bench.figures import MeasurementInvalid

FINE = Result(
    sockets=2,
    kb_per_socket=None,
    fan_out_per_s=1,
    p50_ms=1,
    p99_ms=1,
    answer_p50_ms=1,
    answer_p99_ms=1,
    bare_fan_out_per_s=1,
    bare_p50_ms=1,
    bare_p99_ms=1,
    bare_answer_p50_ms=1,
    bare_answer_p99_ms=1,
    ratio=1,
    p99_ratio=1,
    back_s=3,
    missed=0,
    repeated=0,
)
ORDER = Connect(
    port=1,
    tokens=["t"],
    entry_point="w",
    origin="http://shop.example",
    greets=True,
    at_most_s=1,
)


@pytest.mark.full
async def test_a_tiny_run_tells_everybody_of_everything() -> None:
    result, _ = await bench(
        "chat", "--sockets", "12", "--lines", "4", "--messages", "4", "--slices", "1"
    )

    assert list(result) == list(Result.__struct_fields__)
    assert (result["sockets"], result["missed"], result["repeated"]) == (12, 0, 0)
    assert result["fan_out_per_s"] > 0
    assert 0 < result["p50_ms"] <= result["p99_ms"]
    assert 0 < result["back_s"] <= 30


class Tally:
    """What a socket told of itself."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.answers: list[str] = []

    def told(self, _number: int, sequence: int, _frame_bytes: int) -> None:
        self.lines.append(sequence)

    def answered(self, message_id: str) -> None:
        self.answers.append(message_id)

    def lost(self, _socket: Socket) -> None:
        raise AssertionError


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written.append(data)


def frame(text: bytes) -> bytes:
    return b"\x81\x7e" + len(text).to_bytes(2) + text


def line(sequence: int) -> bytes:
    return frame(b'{"type":"line","sequence":%d,"text":"%s"}' % (sequence, b"x" * 200))


async def opened(tally: Tally) -> tuple[Socket, Wire]:
    socket, wire = Socket(tally, 0, ORDER, "secret"), Wire()
    socket.connection_made(wire)
    socket.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    return socket, wire


@pytest.mark.parametrize(
    ("told", "missed", "repeated"),
    [([1, 2, 3], 0, 0), ([1, 3], 1, 0), ([1, 2, 2, 3], 0, 1), ([2, 1, 3], 1, 1)],
)
async def test_what_a_socket_missed_or_had_twice_is_counted(
    told: list[int], missed: int, repeated: int
) -> None:
    tally = Tally()
    socket, _ = await opened(tally)

    socket.data_received(b"".join(line(sequence) for sequence in told))

    assert (socket.missed, socket.repeated, socket.reached) == (missed, repeated, 3)


async def test_it_comes_back_with_the_last_line_it_has() -> None:
    tally = Tally()
    socket, wire = await opened(tally)
    socket.data_received(line(1) + line(2))
    socket.connection_lost(None)
    await asyncio.sleep(0)

    again = Wire()
    socket.connection_made(again)
    socket.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    hello = again.written[-1]

    assert b"Origin: http://shop.example" in wire.written[0]
    assert msgspec.json.decode(hello[hello.index(b"{") :]) == {
        "type": "hello",
        "version": 1,
        "entry_point": "w",
        "token": "secret",
        "after": 2,
    }


async def test_answers_are_known_by_their_ids_wherever_frames_are_cut() -> None:
    tally = Tally()
    socket, _ = await opened(tally)
    stream = frame(b'{"type":"ack","id":"a-1"}') + line(1)

    for at in range(len(stream)):
        socket.data_received(stream[at : at + 1])

    assert (tally.answers, tally.lines) == (["a-1"], [1])
    assert split(stream)[1] == b""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"missed": 1}, "1 lines were missed"),
        ({"repeated": 2}, "2 came twice"),
        ({"back_s": 30.5}, "not everybody was back in 30 s"),
    ],
)
def test_a_run_with_a_hole_or_a_double_does_not_count(changed: dict[str, float], said: str) -> None:
    with pytest.raises(MeasurementInvalid, match=said):
        check(msgspec.structs.replace(FINE, **changed))


def test_a_run_without_a_hole_counts() -> None:
    check(FINE)
