"""When a socket is cut: its reader is slow, its person is gone, or too many are open."""

import asyncio
from datetime import UTC, datetime, timedelta

import factories
import pytest
from screens import running, screen, signed_in, tell

from contactcenter.access import sessions, tokens, users
from contactcenter.errors import NotSignedIn
from contactcenter.feed import Feed, Limits, TooManySockets
from contactcenter.feed.credentials import Credential
from contactcenter.feed.subscriber import Ending, Subscriber
from contactcenter.feed.visibility import Viewer


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Pipe:
    """What is written to a reader who takes frames only when he is told to."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.endings: list[Ending] = []
        self.flows = asyncio.Event()
        self.wakes = 0

    def write_now(self, frame: bytes) -> bool:
        if self.flows.is_set():
            self.taken.append(frame)
        return self.flows.is_set()

    async def send(self, frame: bytes) -> None:
        await self.flows.wait()
        self.taken.append(frame)

    def wake(self) -> None:
        self.wakes += 1

    def end(self, ending: Ending) -> None:
        self.endings.append(ending)


def subscriber_on(pipe: Pipe, clock: Clock, **limits: float) -> Subscriber:
    subscriber = Subscriber(
        Viewer(1),
        Credential(user_id=1, session_sha256=b"", token_id=None),
        pipe,
        keeps_presence=True,
        clock=clock,
        limits=Limits(**limits),
    )
    subscriber.good_for(3600.0)
    return subscriber


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


# Slow readers -------------------------------------------------------------------------------


async def test_a_reader_for_whom_too_much_waits_is_cut_once(pipe, clock):
    subscriber = subscriber_on(pipe, clock, backlog_bytes=1000)
    for _ in range(10):
        subscriber.put(b"x" * 100)
    assert pipe.endings == []

    for _ in range(3):
        subscriber.put(b"x")

    assert pipe.endings == [Ending(4008, "slow")]


async def test_what_was_written_waits_no_more(pipe, clock):
    subscriber = subscriber_on(pipe, clock, backlog_bytes=1000)
    for _ in range(100):
        pipe.flows.clear()
        subscriber.put(b"x" * 400)
        subscriber.put(b"y" * 400)
        pipe.flows.set()
        await subscriber.flush()

    assert pipe.endings == []
    assert pipe.taken == [b"x" * 400, b"y" * 400] * 100


async def test_what_waits_is_not_overtaken(pipe, clock):
    subscriber = subscriber_on(pipe, clock)
    subscriber.put(b"1")
    assert pipe.wakes == 1
    pipe.flows.set()
    subscriber.put(b"2")
    await subscriber.flush()
    subscriber.put(b"3")

    assert pipe.taken == [b"1", b"2", b"3"]


async def test_of_what_is_replaced_a_slow_reader_gets_the_newest_and_after_all_else(pipe, clock):
    subscriber = subscriber_on(pipe, clock, backlog_bytes=10)
    for frame in (b"board 1", b"board 2"):
        subscriber.replace(frame)
    subscriber.put(b"event")
    subscriber.replace(b"a board of more than waits for anybody")
    pipe.flows.set()
    await subscriber.flush()
    subscriber.replace(b"board 4")

    assert pipe.taken == [b"event", b"a board of more than waits for anybody", b"board 4"]
    assert pipe.endings == []


async def test_who_lets_a_board_wait_for_30_s_is_cut(pipe, clock):
    subscriber = subscriber_on(pipe, clock)
    for _ in range(16):
        subscriber.replace(b"board")
        clock.now_s += 2.0

    subscriber.check_speed()

    assert pipe.endings == [Ending(4008, "slow")]


@pytest.mark.parametrize("is_being_written", [False, True])
async def test_a_reader_who_takes_nothing_for_30_s_is_cut(pipe, clock, is_being_written):
    subscriber = subscriber_on(pipe, clock)
    subscriber.put(b"x")
    if is_being_written:
        writing = asyncio.create_task(subscriber.flush())
        await asyncio.sleep(0)
    clock.now_s += 29.9
    subscriber.check_speed()
    assert pipe.endings == []

    clock.now_s += 0.2
    subscriber.check_speed()
    assert pipe.endings == [Ending(4008, "slow")]
    if is_being_written:
        writing.cancel()


async def test_a_reader_who_is_steadily_behind_by_30_s_is_cut(pipe, clock):
    subscriber = subscriber_on(pipe, clock)
    for second in range(40):
        subscriber.put(b"%d" % second)
        clock.now_s += 1.0
    pipe.flows.set()

    subscriber.check_speed()

    assert pipe.endings == [Ending(4008, "slow")]


async def test_silence_is_not_slowness(pipe, clock):
    subscriber = subscriber_on(pipe, clock)
    pipe.flows.set()
    subscriber.put(b"x")
    await subscriber.flush()
    clock.now_s += 3000.0

    subscriber.check_speed()

    assert pipe.endings == []


async def test_a_slow_reader_is_cut_while_the_others_read_on(database, table, bell, admin):
    feed = Feed(database, bell, limits=Limits(backlog_bytes=4000))
    async with running(feed), screen(feed, admin) as quick, screen(feed, admin) as slow:
        slow.takes_frames.clear()
        ids = []
        while not slow.endings:
            [told] = await tell(table, bell, "contact_created")
            ids.append(told)
            await quick.shows(lambda s, told=told: told in s.ids)
        assert slow.endings == ["slow"]
        assert 5 < len(ids) < 50
        assert quick.endings == []
        kept = slow.subscribed.cursor

    async with running(feed), screen(feed, admin, kept) as again:
        await again.shows(lambda s: len(s.ids) >= len(ids))
        assert again.ids == ids


# Whose time is over ---------------------------------------------------------------------------


async def test_a_frame_after_the_session_is_over_is_not_sent(pipe, clock):
    subscriber = subscriber_on(pipe, clock)
    subscriber.good_for(10.0)
    clock.now_s += 9.9
    subscriber.put(b"x")
    assert pipe.endings == []

    clock.now_s += 0.2
    subscriber.put(b"y")

    assert pipe.endings == [Ending(4001, "signed_out")]
    pipe.flows.set()
    subscriber.put(b"z")
    await subscriber.flush()
    assert pipe.taken == []


async def ended(shown) -> float:
    """Wait until the socket is closed; how long did it take?"""
    started_s = asyncio.get_running_loop().time()
    await shown.shows(lambda s: s.endings)
    assert shown.endings == ["signed_out"]
    return asyncio.get_running_loop().time() - started_s


async def test_a_disabled_persons_sockets_are_closed(feed, table, bell):
    person = await signed_in(table, await factories.agent(table, datetime.now(UTC)))
    other = await signed_in(table, await factories.agent(table, datetime.now(UTC)))
    async with screen(feed, person) as shown, screen(feed, other) as unharmed:
        async with table.transaction():
            await users.disable(table, datetime.now(UTC), person.user_id, actor="user:1")
        bell.ring("events")

        assert await ended(shown) < 5.0
        assert unharmed.endings == []
        with pytest.raises(NotSignedIn):
            async with screen(feed, person):
                pass


async def test_signing_out_closes_the_sockets_of_that_session_only(feed, table, bell):
    user_id = await factories.agent(table, datetime.now(UTC))
    person, elsewhere = await signed_in(table, user_id), await signed_in(table, user_id)
    async with screen(feed, person) as shown, screen(feed, elsewhere) as unharmed:
        await sessions.end(table, datetime.now(UTC), person)
        bell.ring("events")

        assert await ended(shown) < 5.0
        assert unharmed.endings == []


async def test_a_new_password_closes_the_sockets_of_the_sessions_it_ends(feed, table, bell):
    user_id = await factories.agent(table, datetime.now(UTC))
    person, elsewhere = await signed_in(table, user_id), await signed_in(table, user_id)
    async with screen(feed, person) as unharmed, screen(feed, elsewhere) as shown:
        await users.set_password(
            table,
            datetime.now(UTC),
            user_id,
            "y",
            actor=person.reference,
            kept_session=person.session_sha256,
        )
        bell.ring("events")

        assert await ended(shown) < 5.0
        assert unharmed.endings == []


async def test_a_revoked_token_closes_its_sockets(feed, table, bell):
    person = await signed_in(table, await factories.agent(table, datetime.now(UTC)))
    token, value = await tokens.create(
        table,
        datetime.now(UTC),
        person,
        name="bot",
        scopes=frozenset({"read"}),
        expires_at=None,
    )
    program = await tokens.find_actor(table, value)
    async with screen(feed, program) as shown:
        assert feed.present() == set()  # it may only read
        await tokens.revoke(table, datetime.now(UTC), person, token.id)
        bell.ring("events")

        assert await ended(shown) < 5.0


@pytest.mark.slow
async def test_a_session_that_is_gone_without_an_event_is_noticed_all_the_same(feed, table):
    person = await signed_in(table, await factories.agent(table, datetime.now(UTC)))
    async with screen(feed, person, subscribes=False) as shown:
        await table.execute("DELETE FROM session")

        assert await ended(shown) < 5.0


@pytest.mark.slow
async def test_a_session_is_over_when_its_time_is(feed, table):
    user_id = await factories.agent(table, datetime.now(UTC))
    person = await signed_in(table, user_id, lifetime=timedelta(seconds=1.5))
    async with screen(feed, person) as shown:
        assert await ended(shown) < 5.0


async def test_a_person_has_no_more_sockets_than_are_allowed(database, table, bell, admin):
    feed = Feed(database, bell, limits=Limits(sockets_per_user=2))
    async with running(feed):
        async with screen(feed, admin), screen(feed, admin):
            with pytest.raises(TooManySockets):
                async with screen(feed, admin):
                    pass
            assert feed.status.subscribers == 2
            assert feed.status.people == 1
        async with screen(feed, admin):
            assert feed.status.subscribers == 1
        assert feed.status.subscribers == feed.status.people == 0


async def test_open_sockets_tell_who_is_there(feed, table):
    first = await signed_in(table, await factories.agent(table, datetime.now(UTC)))
    second = await signed_in(table, await factories.agent(table, datetime.now(UTC)))
    async with screen(feed, first, subscribes=False):
        async with screen(feed, second):
            assert feed.present() == {first.user_id, second.user_id}
        assert feed.present() == {first.user_id}
