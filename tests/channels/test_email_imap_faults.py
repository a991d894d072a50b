"""What networks and mail servers do to a reader of mailboxes, by a proxy before a real Dovecot."""

import asyncio
import random
import re
import threading

import dovecot as dovecots
import pytest
from imap_proxy import CUT, proxied, tag
from imap_reading import SUPPORT, account, mail, reading

from channels._email.imap import fetching

pytestmark = [dovecots.needed, pytest.mark.slow]


@pytest.fixture(scope="module")
def dovecot():
    with dovecots.running() as one:
        yield one


@pytest.fixture
async def proxy(dovecot):
    async with proxied(dovecot.host, dovecot.port) as one:
        yield one


def own(dovecot, proxy, user, **others):
    return {SUPPORT: account(dovecot, user, imap_port=str(proxy.port), **others)}


async def test_a_connection_cut_in_the_middle_of_a_mail_loses_and_doubles_nothing(dovecot, proxy):
    letters = [mail(f"letter {n}") + b"x" * n * 50 for n in range(150)]
    dovecot.put("cut", letters)
    chance = random.Random(11)
    cuts = 0

    def cut_a_fetch(line):
        nonlocal cuts
        if b"BODY.PEEK[]" in line and cuts < 8:
            cuts += 1
            proxy.cut_after = chance.randrange(1, 250)

    proxy.on_command = cut_a_fetch
    async with reading(own(dovecot, proxy, "cut")) as told:
        await told.until_received(150, within_s=40)
        await told.until(lambda: told.inbox.checkpoints[-1].last_uid == 150)
    assert [one.raw.body for one in told.inbox.received] == letters
    assert told.inbox.doubles == 0
    assert proxy.connections >= 5


async def test_a_connection_that_ends_after_it_was_of_use_is_no_failure(dovecot, proxy):
    dovecot.put("bye", [mail("one")])
    async with reading(own(dovecot, proxy, "bye")) as told:
        await told.until_received(1)
        await told.until(lambda: any(b"IDLE" in line for line in proxy.commands))
        proxy.cut_all()
        dovecot.put("bye", [mail("two")])
        await told.until_received(2)
    assert told.texts == ["one", "two"]
    assert not told.mailroom.errors


async def test_a_server_that_says_goodbye_is_called_again(dovecot, proxy):
    dovecot.put("goodbye", [mail("one")])
    said = []

    def goodbye(line):
        if b"BODY.PEEK[]" in line and not said:
            said.append(line)
            return b"* BYE going down for the night\r\n"
        return None

    proxy.on_command = goodbye
    async with reading(own(dovecot, proxy, "goodbye"), silence_s=0.5) as told:
        await told.until(lambda: told.mailroom.errors or told.inbox.received)
        assert "going down for the night" in told.mailroom.errors[SUPPORT][0]
        await told.until_received(1)
        await told.until(lambda: not told.mailroom.errors)
    assert told.texts == ["one"]


async def test_a_connection_that_died_silently_is_noticed_at_the_next_look(dovecot, proxy):
    dovecot.put("silent", [mail("one")])
    async with reading(own(dovecot, proxy, "silent"), poll_s=1, silence_s=0.5) as told:
        await told.until_received(1)
        await told.until(lambda: any(b"IDLE" in line for line in proxy.commands))
        proxy.gate.clear()
        dovecot.put("silent", [mail("two")])
        await asyncio.sleep(2.2)  # a look, and the silence after it
        assert told.texts == ["one"]
        connections = proxy.connections
        assert connections > 1, "another is tried by now"
        proxy.gate.set()
        await told.until_received(2)
    assert told.texts == ["one", "two"]


async def test_a_server_without_idle_is_asked_now_and_then(dovecot, proxy):
    dovecot.put("asked", [mail("one")])
    proxy.on_answer = lambda piece: piece.replace(b" IDLE", b"")
    async with reading(own(dovecot, proxy, "asked")) as told:
        await told.until_received(1)
        dovecot.put("asked", [mail("two")])
        await told.until_received(2, within_s=5)
    assert not any(line.endswith(b" IDLE") for line in proxy.commands)


async def test_a_server_that_refuses_idle_is_asked_now_and_then(dovecot, proxy):
    dovecot.put("no-idle", [mail("one")])
    proxy.on_command = lambda line: (
        tag(line) + b" NO not now\r\n" if line.endswith(b" IDLE") else None
    )
    async with reading(own(dovecot, proxy, "no-idle")) as told:
        await told.until_received(1)
        dovecot.put("no-idle", [mail("two")])
        await told.until_received(2, within_s=5)
    assert not told.mailroom.errors


@pytest.mark.parametrize(
    "answer",
    [b"* 2 EXISTS\r\n+ idling\r\n", b"+ idling\r\n* 2 EXISTS\r\n"],
    ids=["before it is ready", "with it"],
)
async def test_news_that_comes_with_the_answer_to_idle_is_heard(dovecot, proxy, answer):
    dovecot.put("early", [])
    user = f"early{len(answer)}{answer[:1].hex()}"
    dovecot.put(user, [mail("one")])
    put = []

    def at_idle(piece):
        if piece.startswith(b"+ idling") and not put:
            put.append(piece)
            dovecot.put(user, [mail("two")])
            return piece.replace(b"+ idling\r\n", answer)
        # The server's own news of it never arrives.
        is_news = put and re.fullmatch(rb"(\* \d+ (EXISTS|RECENT)\r\n)+", piece)
        return b"" if is_news else piece

    proxy.on_answer = at_idle
    async with reading(own(dovecot, proxy, user)) as told:
        await told.until_received(2, within_s=8)
    assert told.texts == ["one", "two"]


async def test_a_mail_the_server_does_not_give_is_put_aside_and_the_next_is_read(dovecot, proxy):
    dovecot.put("refused", [mail(f"letter {n}") for n in range(1, 6)])

    def refuse(line):
        if b"BODY.PEEK[]" in line and re.search(rb"FETCH (\d+,)*3[, ]", line):
            return tag(line) + b" NO [SERVERBUG] Internal error\r\n"
        return None

    proxy.on_command = refuse
    async with reading(own(dovecot, proxy, "refused")) as told:
        await told.until_received(5)
    texts = [
        getattr(one, "text", one).strip() for one in told.inbox.received if hasattr(one, "text")
    ]
    assert texts == ["letter 1", "letter 2", "letter 4", "letter 5"]
    aside = told.inbox.received[2]
    assert aside.reason == "not_fetched"
    assert "Internal error" in aside.detail
    assert "number 3" in aside.detail


async def test_a_mail_at_which_the_server_ends_the_connection_is_passed_by(dovecot, proxy):
    dovecot.put("killer", [mail(f"letter {n}") for n in range(1, 6)])

    def die(line):
        is_asked = re.search(rb"FETCH (\d+,)*3[, ]", line)
        return CUT if is_asked and b"BODY.PEEK[]" in line else None

    proxy.on_command = die
    async with reading(own(dovecot, proxy, "killer")) as told:
        await told.until_received(5)
    aside = told.inbox.received[2]
    assert aside.reason == "not_fetched"
    assert "the connection breaks each time" in aside.detail
    assert [one.text.strip() for one in told.inbox.received if one is not aside] == [
        "letter 1",
        "letter 2",
        "letter 4",
        "letter 5",
    ]
    assert len([line for line in proxy.fetches if b"FETCH 3 " in line]) == 4, "thrice when proven"


async def test_the_last_mail_is_not_passed_by_before_another_proves_the_connection(dovecot, proxy):
    dovecot.put("last", [mail("one"), mail("two")])
    proxy.on_command = lambda line: (
        CUT if b"BODY.PEEK[]" in line and re.search(rb"FETCH (\d+,)*2[, ]", line) else None
    )
    async with reading(own(dovecot, proxy, "last")) as told:
        await told.until_received(1)
        await told.until(lambda: len(proxy.fetches) > 8)
        assert told.texts == ["one"]
        proxy.on_command = lambda line: None
        await told.until_received(2)
    assert told.texts == ["one", "two"]


async def test_a_mail_larger_than_the_server_says_is_not_held_whole(dovecot, proxy, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)
    dovecot.put("lie", [mail("huge") + (b"y" * 70 + b"\r\n") * 5_000, mail("after")])
    got = []

    def lie(piece):
        got.append(len(piece))
        return re.sub(rb"RFC822.SIZE \d+", b"RFC822.SIZE 10", piece)

    proxy.on_answer = lie
    async with reading(own(dovecot, proxy, "lie")) as told:
        await told.until_received(2)
    assert told.inbox.received[0].reason == "too_large"
    assert told.inbox.received[1].text.strip() == "after"
    assert sum(got) < 150_000


async def test_a_mail_that_is_gone_when_it_is_fetched_is_passed_by(dovecot, proxy):
    dovecot.put("gone", [mail("one"), mail("two"), mail("three")])
    deleted = []

    def delete(line):
        if b"BODY.PEEK[]" in line and not deleted:
            deleted.append(line)
            with dovecot.client("gone") as client:
                client.select_folder("INBOX")
                client.delete_messages([2])
                client.expunge()

    proxy.on_command = delete
    async with reading(own(dovecot, proxy, "gone")) as told:
        await told.until_received(2)
        dovecot.put("gone", [mail("four")])
        await told.until(lambda: "four" in told.texts)
    assert [text for text in told.texts if text != "two"] == ["one", "three", "four"]
    assert all(hasattr(one, "text") for one in told.inbox.received)


async def test_whoever_is_ended_while_the_server_is_silent_ends_at_once(dovecot, proxy):
    dovecot.put("stuck", [mail("one")])

    def stop(line):
        if b"BODY.PEEK[]" in line:
            proxy.gate.clear()

    proxy.on_command = stop
    loop = asyncio.get_running_loop()
    async with reading(own(dovecot, proxy, "stuck"), silence_s=60) as told:
        await told.until(lambda: proxy.fetches)
        await asyncio.sleep(0.2)
        ended_at = loop.time()
    assert loop.time() - ended_at < 2
    await told.until(
        lambda: not [one for one in threading.enumerate() if one.name == "imap"], within_s=2
    )


async def test_a_large_mailbox_is_listed_in_parts(dovecot, proxy, monkeypatch):
    monkeypatch.setattr("channels._email.imap.session.MOST_LISTED", 20)
    dovecot.put("parts", [mail(f"letter {n}") for n in range(90)])
    with dovecot.client("parts") as client:
        client.select_folder("INBOX")
        client.delete_messages([*range(1, 6), *range(20, 55)])
        client.expunge()
    async with reading(own(dovecot, proxy, "parts")) as told:
        await told.until_received(50)
        dovecot.put("parts", [mail("new")])
        await told.until_received(51)
    assert told.texts[-1] == "new"
    assert told.texts[:-1] == [f"letter {n}" for n in [*range(5, 19), *range(54, 90)]]
    searches = [line for line in proxy.commands if b"UID SEARCH" in line]
    assert len(searches) > 10
