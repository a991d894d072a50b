"""The feed's measurement: it counts what each socket was told, and fails when one missed something."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import WSMessage, web
from bench_process import bench

from contactcenter.bench.feed import Result, check
from contactcenter.bench.feed_orders import Await, Check, Connect, Cut, Report
from contactcenter.bench.feed_wire import masked, split
from contactcenter.bench.figures import MeasurementInvalid
from contactcenter.bench.process import worker

pytestmark = pytest.mark.slow

FINE = Result(
    sockets=2,
    events=1,
    deliveries_per_s=1,
    p50_ms=1,
    p99_ms=1,
    bare_deliveries_per_s=1,
    bare_p99_ms=1,
    ratio=1,
    p99_ratio=1,
    kb_per_socket=None,
    back_s=3,
    missed=0,
    doubled=0,
)


@pytest.mark.full
async def test_a_tiny_run_tells_everybody_of_everything() -> None:
    result, _ = await bench("feed", "--sockets", "12", "--events", "4", "--slices", "1")
    assert list(result) == list(Result.__struct_fields__)
    assert (result["sockets"], result["events"]) == (12, 4)
    assert (result["missed"], result["doubled"]) == (0, 0)
    assert result["deliveries_per_s"] > 0
    assert result["bare_deliveries_per_s"] > 0
    assert 0 < result["p50_ms"] <= result["p99_ms"]
    assert 0 < result["back_s"] <= 30


class Feed:
    """A feed that tells each socket what a test wants it told."""

    def __init__(self, *told: Iterable[int]) -> None:
        self.told = told
        self.port = 0
        self.subscribed: list[str | None] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Answer the subscription, then tell."""
        number = int(request.cookies["contactcenter_session"].rpartition("-")[2])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        command: WSMessage = await socket.receive()
        cursor = msgspec.json.decode(command.data).get("cursor")
        self.subscribed.append(cursor)
        await socket.send_str('{"type":"result","id":1,"success":true,"cursor":"begin"}')
        if cursor is None:
            for event_id in self.told[number]:
                event = f'{{"id":{event_id},"kind":"ticket_changed"}}'
                await socket.send_str(
                    f'{{"type":"event","cursor":"after-{event_id}","event":{event}}}'
                )
        await socket.receive()
        return socket


@asynccontextmanager
async def listening(feed: Feed) -> AsyncIterator[None]:
    app = web.Application()
    app.add_routes([web.get("/api/v1/feed", feed.serve)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    feed.port = runner.addresses[0][1]
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("told", "missed", "doubled"),
    [
        ([1, 2, 3, 4], 0, 0),
        ([1, 3, 4], 1, 0),
        ([1, 2, 2, 3, 4], 0, 1),
        ([1, 2, 2, 4], 1, 1),
    ],
)
async def test_what_one_socket_missed_or_had_twice_is_counted(
    told: list[int], missed: int, doubled: int
) -> None:
    feed = Feed([1, 2, 3, 4], told, [1, 2, 3, 4])
    async with listening(feed), worker("feed_sockets") as sockets:
        await sockets.order(connecting(feed, 3), Report, at_most_s=30)
        arrived = await sockets.order(Await(event_id=4, at_most_s=20), Report, at_most_s=30)
        checked = await sockets.order(Check(event_ids=[1, 2, 3, 4]), Report, at_most_s=30)

    assert (arrived.is_done, arrived.open_sockets) == (True, 3)
    assert {a.event_id: a.copies for a in arrived.arrivals}[1] == 3
    assert (checked.missed, checked.doubled) == (missed, doubled)


async def test_sockets_that_are_cut_come_back_with_the_cursor_of_the_last_event() -> None:
    feed = Feed([1, 2], [1, 2])
    async with listening(feed), worker("feed_sockets") as sockets:
        await sockets.order(connecting(feed, 2), Report, at_most_s=30)
        await sockets.order(Await(event_id=2, at_most_s=20), Report, at_most_s=30)
        back = await sockets.order(Cut(at_most_s=20), Report, at_most_s=30)

    assert (back.is_done, back.open_sockets, back.lost) == (True, 2, 2)
    assert feed.subscribed == [None, None, "after-2", "after-2"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"missed": 1}, "1 events were missed"),
        ({"doubled": 2}, "2 were told twice"),
        ({"back_s": 30.5}, "not everybody was back in 30 s"),
    ],
)
def test_a_run_with_a_hole_or_a_double_does_not_count(changed: dict[str, float], said: str) -> None:
    with pytest.raises(MeasurementInvalid, match=said):
        check(msgspec.structs.replace(FINE, **changed))


def test_a_run_without_a_hole_counts() -> None:
    check(FINE)


@pytest.mark.parametrize("size", [5, 125, 126, 300, 70_000])
def test_frames_are_found_whatever_their_length_and_wherever_they_are_cut(size: int) -> None:
    payload = b"x" * size
    length = (
        bytes([size])
        if size < 126
        else b"\x7e" + size.to_bytes(2)
        if size < 1 << 16
        else b"\x7f" + size.to_bytes(8)
    )
    stream = (b"\x81" + length + payload) * 2

    for cut in (0, 1, 2, 3, len(stream) // 2, len(stream) - 1):
        first, rest = split(stream[:cut])
        second, left = split(rest + stream[cut:])
        assert len(first) + len(second) == 2
        assert left == b""
        assert all(end - start == size for _, start, end in first + second)


def test_a_client_masks_what_it_sends() -> None:
    assert masked(0x81, b"hi") == b"\x81\x82\x00\x00\x00\x00hi"
    assert masked(0x81, b"x" * 200)[:8] == b"\x81\xfe\x00\xc8\x00\x00\x00\x00"


def connecting(feed: Feed, count: int) -> Connect:
    return Connect(
        port=feed.port, first=0, count=count, secret="secret", subscribes=True, at_most_s=20
    )
