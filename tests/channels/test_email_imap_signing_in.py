"""How a mailbox is reached: protection, passwords, tokens, and what is told where it cannot be."""

import socket

import dovecot as dovecots
import pytest
from aiohttp import web
from imap_reading import SUPPORT, Own, Reading, account, mail, reading

pytestmark = [dovecots.needed, pytest.mark.slow]
OTHER = "other@example.com"


@pytest.fixture(scope="module")
def dovecot():
    with dovecots.running() as one:
        yield one


@pytest.fixture
def trusted(dovecot, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))


def by_name(dovecot, user, **others):
    """By the name in the certificate."""
    return account(dovecot, user, imap_host="localhost", **others)


async def test_a_mailbox_is_read_over_tls(dovecot, trusted):
    dovecot.put("tls", [mail("one")])
    own = by_name(dovecot, "tls", imap_security="tls", imap_port=str(dovecot.tls_port))
    async with reading({SUPPORT: own}) as told:
        await told.until_received(1)
        dovecot.put("tls", [mail("two")])
        await told.until_received(2, within_s=5)
    assert told.texts == ["one", "two"]


async def test_a_mailbox_is_read_over_starttls(dovecot, trusted):
    dovecot.put("starttls", [mail("one")])
    own = by_name(dovecot, "starttls", imap_security="starttls")
    async with reading({SUPPORT: own}) as told:
        await told.until_received(1)
        dovecot.put("starttls", [mail("two")])
        await told.until_received(2, within_s=5)
    assert told.texts == ["one", "two"]


async def test_many_mails_come_over_tls_as_they_lie_there(dovecot, trusted):
    large = mail("large") + (b"z" * 70 + b"\r\n") * 20_000
    dovecot.put("tls-many", [large, *(mail(f"letter {n}") for n in range(60))])
    own = by_name(dovecot, "tls-many", imap_security="tls", imap_port=str(dovecot.tls_port))
    async with reading({SUPPORT: own}) as told:
        await told.until_received(61)
    assert told.inbox.received[0].raw.body == large
    assert told.texts[1:] == [f"letter {n}" for n in range(60)]


async def failure(own, settings=None):
    """What is told of a mailbox that cannot be read, while another is."""
    async with reading({SUPPORT: own, **(settings or {})}) as told:
        await told.until(lambda: told.mailroom.errors.get(SUPPORT))
        return told.mailroom.errors[SUPPORT][0]


async def test_wrong_credentials_are_told_and_the_others_run_on(dovecot):
    dovecot.put("right", [mail("one")])
    own = {SUPPORT: account(dovecot, "wrong", imap_password="no"), OTHER: account(dovecot, "right")}
    async with reading(own) as told:
        await told.until_received(1)
        await told.until(lambda: len(told.mailroom.errors.get(SUPPORT, ())) >= 3)
        dovecot.put("right", [mail("two")])
        await told.until_received(2)
        assert list(told.mailroom.errors) == [SUPPORT]
        told.own.values[SUPPORT] = account(dovecot, "wrong")
        await told.until(lambda: not told.mailroom.errors)
    assert told.texts == ["one", "two"]


async def test_a_refusal_names_server_and_user_and_never_the_password(dovecot):
    said = await failure(account(dovecot, "wrong", imap_password="not-this-one"))
    assert said.startswith("127.0.0.1 does not let wrong in: the user name or the password is")
    assert "not-this-one" not in said


async def test_a_host_that_is_not_known_is_told(dovecot):
    said = await failure(account(dovecot, "any", imap_host="mail.invalid"))
    assert said == "There is no host mail.invalid."


async def test_a_port_where_nobody_listens_is_told(dovecot):
    port = dovecots.free_port()
    said = await failure(account(dovecot, "any", imap_port=str(port)))
    assert said == f"127.0.0.1 takes no connections at port {port}."


async def test_a_server_that_says_nothing_is_told(dovecot):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        async with reading(
            {SUPPORT: account(dovecot, "any", imap_port=str(port))}, connect_s=0.3
        ) as told:
            await told.until(lambda: told.mailroom.errors.get(SUPPORT))
    assert told.mailroom.errors[SUPPORT][0] == f"127.0.0.1 does not answer at port {port}."


async def test_a_server_that_speaks_something_else_is_told(dovecot):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = Reading(Own({SUPPORT: account(dovecot, "any", imap_port=str(port))}))
        async with reading({}, of=told):
            other.settimeout(0.05)
            await told.until(lambda: greeted(other) and told.mailroom.errors.get(SUPPORT))
    assert "127.0.0.1" in told.mailroom.errors[SUPPORT][0]


def greeted(server):
    try:
        at, _ = server.accept()
    except TimeoutError:
        return True
    with at:
        at.sendall(b"220 mail.example.com ESMTP\r\n")
    return True


async def test_a_certificate_nobody_vouches_for_is_told_and_no_password_is_shown_to_it(dovecot):
    own = by_name(dovecot, "tls", imap_security="tls", imap_port=str(dovecot.tls_port))
    assert (await failure(own)).startswith("The certificate of localhost does not hold: ")
    own = by_name(dovecot, "tls", imap_security="starttls")
    assert (await failure(own)).startswith("The certificate of localhost does not hold: ")
    assert "user=<tls>" not in dovecot.log().split("self-signed")[-1]


async def test_a_certificate_for_another_name_is_told(dovecot, trusted):
    own = account(dovecot, "tls", imap_security="tls", imap_port=str(dovecot.tls_port))
    assert "127.0.0.1" in await failure(own)


async def test_tls_where_there_is_none_is_told(dovecot):
    own = account(dovecot, "tls", imap_security="tls")
    said = await failure(own)
    assert said.startswith("No secure connection with 127.0.0.1 at port")
    assert "imap_security is tls" in said


async def test_starttls_that_the_server_does_not_offer_is_told():
    with dovecots.running(ssl="no") as without:
        said = await failure(account(without, "any", imap_security="starttls"))
    assert said.startswith("127.0.0.1 cannot do what imap_security starttls needs.")


async def test_a_server_that_takes_no_password_in_the_clear_is_not_shown_one():
    with dovecots.running(refuse_plaintext=True, host="127.0.0.5") as strict:
        said = await failure(account(strict, "any"))
        assert "No password is taken with imap_security plain" in said
        assert "user=<any>" not in strict.log()


async def test_names_and_passwords_may_hold_any_letters():
    user, password = "کاربر", 'پ"a\\s s'
    with dovecots.running(users={user: password}) as other:
        own = account(other, user, imap_password=password)
        async with reading({SUPPORT: own}) as told:
            await told.until(lambda: SUPPORT in told.mailroom.working)
            assert not told.mailroom.errors


class TokenServer:
    """Gives access tokens, and tells the mail server whose they are."""

    def __init__(self):
        self.asked = []
        self.good = {}
        self.status = 200
        self.expires_in = 3600
        self.base = ""

    async def give(self, request):
        self.asked.append(dict(await request.post()))
        if self.status != 200:
            return web.json_response({"error": "invalid_grant"}, status=self.status)
        token = f"token-{len(self.asked)}"
        self.good[token] = "tokens"
        return web.json_response(
            {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        )

    async def introspect(self, request):
        form = await request.post()
        user = self.good.get(form.get("token") or request.query.get("token"))
        return web.json_response({"active": user is not None, "username": user or ""})


@pytest.fixture
async def tokens():
    server = TokenServer()
    app = web.Application()
    app.router.add_post("/token", server.give)
    app.router.add_route("*", "/introspect", server.introspect)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    server.base = f"http://127.0.0.1:{port}"
    yield server
    await runner.cleanup()


def by_token(dovecot, tokens, **others):
    own = account(dovecot, "tokens", oauth_url=f"{tokens.base}/token", oauth_client_id="us")
    del own["imap_password"]
    return own | others


async def test_a_mailbox_is_read_with_a_token_that_is_asked_for_and_renewed(tokens):
    with dovecots.running(introspection=f"{tokens.base}/introspect") as dovecot:
        own = by_token(dovecot, tokens, oauth_refresh_token="r1", oauth_client_secret="s1")
        async with reading({SUPPORT: own}) as told:
            await told.until(lambda: SUPPORT in told.mailroom.working)
            tokens.good.clear()  # it is taken back; the connection that stands may stay
            dovecot.stop()
            dovecot.start()
            told.mailroom.working.clear()
            await told.until(lambda: SUPPORT in told.mailroom.working)
    assert tokens.asked[0] == {
        "client_id": "us",
        "client_secret": "s1",
        "grant_type": "refresh_token",
        "refresh_token": "r1",
    }
    assert len(tokens.asked) == 2


async def test_a_token_that_is_still_good_is_not_asked_for_again(tokens):
    with dovecots.running(introspection=f"{tokens.base}/introspect") as dovecot:
        own = by_token(dovecot, tokens, oauth_client_secret="s1", oauth_scope="mail")
        async with reading({SUPPORT: own}) as told:
            await told.until(lambda: SUPPORT in told.mailroom.working)
            dovecot.stop()
            dovecot.start()
            await told.until(lambda: dovecot.log().count("Login: user=<tokens>") == 2)
    assert tokens.asked == [
        {
            "client_id": "us",
            "client_secret": "s1",
            "scope": "mail",
            "grant_type": "client_credentials",
        }
    ]


async def test_a_token_server_that_wants_none_of_us_is_told(tokens, dovecot):
    tokens.status = 400
    said = await failure(by_token(dovecot, tokens, oauth_refresh_token="r1"))
    assert said.startswith("The token server 127.0.0.1:")
    assert said.endswith("gives no token: it answers 400.")


async def test_a_token_server_that_is_away_is_told(tokens, dovecot):
    own = by_token(dovecot, tokens, oauth_refresh_token="r1")
    own["oauth_url"] = f"http://127.0.0.1:{dovecots.free_port()}/"
    assert (await failure(own)).endswith("cannot be reached.")
