"""What settings of mailboxes mean, and the small decisions of reading them; no server needed."""

import asyncio
import itertools
import random
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imap_reading import SUPPORT, Own

from channels import BadOption, Env, Unavailable
from channels._email.imap.account import read, wanted
from channels._email.imap.failures import told
from channels._email.imap.fetching import BATCH, BATCH_BYTES, MOST_BYTES, Stumbles, batches
from channels._email.imap.pace import Pace
from channels._email.imap.recipients import written_in
from channels._email.imap.settings import SETTINGS, check
from channels._email.imap.thread import in_thread
from channels._mail import understanding

FULL = {"imap_host": "imap.example.com", "imap_username": "u", "imap_password": "p"}
OAUTH = {"oauth_url": "https://id.example.com/token", "oauth_client_id": "us"}


def env(own, **settings):
    return Env(settings=settings, public_url="", region="US", http=None, own=Own(own))


def test_a_host_a_user_and_a_password_are_an_account():
    account = read(FULL)
    assert (account.port, account.security, account.mailboxes) == (993, "tls", ("INBOX",))
    assert account.is_left_alone
    assert account.name == "imap://u@imap.example.com"
    assert read(FULL | {"imap_security": "starttls"}).port == 143
    assert read(FULL | {"imap_after_reading": "move: Done "}).moves_to == "Done"


@pytest.mark.parametrize("lacking", sorted(FULL))
def test_an_account_that_lacks_something_says_what(lacking):
    with pytest.raises(BadOption, match=f"needs {lacking} as well"):
        read({key: value for key, value in FULL.items() if key != lacking})


def test_an_account_by_token_needs_something_to_ask_with():
    by_token = {key: value for key, value in FULL.items() if key != "imap_password"} | OAUTH
    with pytest.raises(BadOption, match="oauth_refresh_token or oauth_client_secret"):
        read(by_token)
    assert read(by_token | {"oauth_refresh_token": "r"}).oauth.refresh_token == "r"
    with pytest.raises(BadOption, match="oauth_client_id"):
        read(FULL | {"oauth_url": OAUTH["oauth_url"], "oauth_refresh_token": "r"})


def test_what_an_address_has_of_its_own_is_never_filled_up_from_the_settings():
    found = wanted(env({SUPPORT: {"imap_host": "evil.example.com"}}, **FULL))
    assert found.accounts == []
    assert list(found.unusable) == [SUPPORT]


def test_defaults_alone_make_no_account():
    assert wanted(env({SUPPORT: {}}, imap_security="tls", imap_mailbox="INBOX")).accounts == []


def test_addresses_without_an_account_of_their_own_share_the_general_one_the_oldest_first():
    found = wanted(
        env({"b@x.org": {}, "a@x.org": {}, "c@x.org": FULL | {"imap_host": "own"}}, **FULL)
    )
    assert [(one.account.host, one.entry_points) for one in found.accounts] == [
        ("imap.example.com", ("b@x.org", "a@x.org")),
        ("own", ("c@x.org",)),
    ]


def test_an_address_whose_secret_is_lost_is_told_and_the_others_are_read():
    class Lost(Own):
        def of(self, channel, address):
            if address == "lost@x.org":
                raise Unavailable("its key is lost")
            return super().of(channel, address)

    known = Lost({"lost@x.org": {}, "b@x.org": FULL})
    found = wanted(Env(settings={}, public_url="", region="US", http=None, own=known))
    assert [one.entry_points for one in found.accounts] == [("b@x.org",)]
    assert found.unusable == {"lost@x.org": "its key is lost"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("imap_host", "two words"),
        ("imap_port", "70000"),
        ("imap_security", "ssl"),
        ("imap_username", "a\r\nb LOGOUT"),
        ("imap_password", "a\r\nb LOGOUT"),
        ("imap_mailbox", " , "),
        ("imap_mailbox", "INBOX,INBOX"),
        ("imap_since", "yesterday"),
        ("imap_after_reading", "delete"),
        ("imap_after_reading", "move:"),
        ("oauth_url", "http://id.example.com/token"),
        ("oauth_url", "ftp://id.example.com/token"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(key, value):
    with pytest.raises(BadOption, match=key):
        check(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("imap_host", "::1"),
        ("imap_mailbox", "INBOX, پشتیبانی"),
        ("imap_after_reading", "move:بایگانی"),
        ("oauth_url", "http://127.0.0.1:8010/token"),
        ("imap_since", "2026-11-22"),
    ],
)
def test_a_setting_that_can_be_used_is_taken(key, value):
    check(key, value)


def test_exactly_what_is_secret_says_so_in_its_name():
    for one in SETTINGS:
        assert one.secret == any(word in one.key for word in ("token", "secret", "password"))


def test_no_larger_mails_are_fetched_than_are_read():
    assert MOST_BYTES == understanding.BYTES


@given(st.dictionaries(st.integers(1, 500), st.integers(0, 2 * MOST_BYTES), max_size=300))
def test_batches_hold_every_mail_once_in_order_and_never_too_much(sizes):
    found = list(batches(sizes, Stumbles()))
    assert list(itertools.chain(*found)) == sorted(sizes)
    for batch in found:
        assert 0 < len(batch) <= BATCH
        assert len(batch) == 1 or sum(sizes[uid] for uid in batch) <= BATCH_BYTES


def test_what_a_connection_broke_at_is_fetched_alone():
    stumbles = Stumbles()
    stumbles.begin([2, 3], is_sound=False)
    stumbles.broke()
    sizes = dict.fromkeys([1, 2, 3, 4, 5], 10)
    assert list(batches(sizes, stumbles)) == [[1], [2], [3], [4, 5]]
    stumbles.begin([2], is_sound=False)
    stumbles.end()
    assert list(batches(sizes, stumbles)) == [[1, 2], [3], [4, 5]]


def test_only_a_sound_connection_speaks_against_a_mail():
    stumbles = Stumbles()
    for is_sound in (False, False, False, False, True, True):
        stumbles.begin([7], is_sound=is_sound)
        stumbles.broke()
    assert not stumbles.is_stuck(7)
    stumbles.begin([7], is_sound=True)
    stumbles.broke()
    assert stumbles.is_stuck(7)


def test_pauses_grow_and_are_spread_and_a_refused_sign_in_waits_longer():
    chance = random.Random(3)
    pauses = [[Pace().pause_s(n, chance, refused=False) for _ in range(200)] for n in range(1, 9)]
    wholes = [5, 10, 20, 40, 80, 160, 300, 300]
    for whole, of in zip(wholes, pauses, strict=True):
        assert whole / 2 <= min(of) < whole * 0.55
        assert whole * 0.95 < max(of) <= whole
    assert min(Pace().pause_s(1, chance, refused=True) for _ in range(100)) >= 30


def test_whom_a_mail_is_for_is_told_by_who_delivered_it_first():
    raw = (
        b"Received: for <no@x.org>\r\nTo: =?utf-8?q?S?= <b@x.org>,\r\n c@x.org\r\n"
        b"Delivered-To: a@x.org\r\nSubject: To: e@x.org\r\nCc: d@x.org\r\n\r\nTo: f@x.org\r\n"
    )
    assert written_in(raw) == ["a@x.org", "b@x.org", "c@x.org", "d@x.org"]


@given(st.binary(max_size=2000))
def test_recipients_are_looked_for_in_any_bytes(raw):
    assert isinstance(written_in(raw), list)


def test_recipients_are_looked_for_in_bounded_time():
    began = time.perf_counter()
    for piece in (b"To: " + b"a" * 65_000, b"To: " + b"a@" * 30_000, b"To:\n " * 13_000):
        written_in(piece)
        assert len(written_in(b"To: " + b"a@x.org," * 8_000)) <= 200
    assert time.perf_counter() - began < 2


def test_what_a_server_says_is_shown_without_control_characters():
    said = str(told(read(FULL), OSError("a\x1b[31m\r\nb" + "c" * 500)))
    assert said.isprintable()
    assert len(said) < 300


async def test_a_call_that_blocks_is_stopped_at_its_deadline():
    stopped = threading.Event()
    with pytest.raises(TimeoutError):
        await in_thread(stopped.wait, stop=stopped.set, within_s=0.05)
    assert stopped.is_set()


async def test_a_call_that_blocks_is_stopped_when_nobody_waits_any_more():
    stopped = threading.Event()
    task = asyncio.create_task(in_thread(stopped.wait, stop=stopped.set, within_s=60))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped.is_set()


async def test_what_a_call_raises_is_raised_where_it_is_waited_for():
    def fail():
        raise LookupError("as told")

    with pytest.raises(LookupError, match="as told"):
        await in_thread(fail, stop=lambda: None, within_s=5)
