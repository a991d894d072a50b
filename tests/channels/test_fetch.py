"""Fetching a file somebody else names: what is asked, with which key, and how much is read."""

import asyncio
import gzip
import time
import tracemalloc
import zlib

import aiohttp
import pytest
from aiohttp import web
from tls_host import Names, Site, certificate

from channels import AccountRefused, Fetched, Unavailable, Undeliverable
from channels._fetch import Fetcher
from channels._public_address import is_public
from channels._public_connector import Forbidden, public_connector

KEY = "Basic c2VjcmV0"
HERE = "127.0.0.1"
LIMIT = 100_000


@pytest.fixture(scope="module")
def contexts(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def site(aiohttp_server, contexts):
    """The site by TLS, at names of the provider and of a foreign host."""
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    server = await aiohttp_server(app, ssl=contexts[0])
    site.port = server.port
    site.names = Names(
        {
            name: [[HERE]]
            for name in (
                "api.provider.example",
                "provider.example",
                "a.cdn.example",
                "notprovider.example",
            )
        }
    )
    site.at = lambda name, path="/file": f"https://{name}:{server.port}{path}"
    site.pages["/file"] = web.Response(body=b"a file", content_type="image/png")
    return site


@pytest.fixture
def build(site, contexts):
    """A fetcher for which this machine is the internet."""

    def build(**given):
        return Fetcher(
            **{
                "domain": "provider.example",
                "own_origin": None,
                "most_bytes": LIMIT,
                "deadline_s": 5.0,
                "is_allowed": lambda address: address == HERE,
                "resolver": lambda: site.names,
                "ssl": contexts[1],
                "port": site.port,
            }
            | given
        )

    return build


@pytest.fixture
def fetcher(build):
    return build()


def redirect(*locations):
    """Answers with one redirect after the other, then with a file."""
    left = list(locations)

    async def page(_):
        if left:
            return web.Response(status=307, headers={"Location": left.pop(0)})
        return web.Response(body=b"a file", content_type="image/png")

    return page


async def failure(fetcher, url, kind=Undeliverable):
    with pytest.raises((Unavailable, Undeliverable)) as raised:
        await fetcher.fetch(url, authorization=KEY)
    assert isinstance(raised.value, kind), raised.value
    return raised.value


class TestWay:
    async def test_file_is_fetched_with_the_key(self, site, fetcher):
        fetched = await fetcher.fetch(site.at("api.provider.example"), authorization=KEY)

        assert fetched == Fetched(body=b"a file", content_type="image/png")
        assert site.seen == [("api.provider.example", "/file", KEY)]
        [request] = site.requests
        assert request.headers["Accept-Encoding"] == "identity"
        assert "Cookie" not in request.headers

    @pytest.mark.parametrize("name", ["a.cdn.example", "notprovider.example"])
    async def test_who_begins_at_the_provider_asks_nobody_else(self, site, build, name):
        fetcher = build(begins_there=True)
        await failure(fetcher, site.at(name))
        assert site.seen == []

        site.pages["/file"] = redirect(site.at(name))
        await fetcher.fetch(site.at("provider.example"), authorization=KEY)

        assert [(host, key) for host, _, key in site.seen] == [
            ("provider.example", KEY),
            (name, None),
        ]

    @pytest.mark.parametrize("name", ["a.cdn.example", "notprovider.example"])
    async def test_key_is_never_given_to_a_foreign_host(self, site, fetcher, name):
        site.pages["/start"] = redirect(site.at(name))

        await fetcher.fetch(site.at("api.provider.example", "/start"), authorization=KEY)
        await fetcher.fetch(site.at(name), authorization=KEY)

        assert site.seen == [
            ("api.provider.example", "/start", KEY),
            (name, "/file", None),
            (name, "/file", None),
        ]

    async def test_key_is_given_to_hosts_below_the_provider(self, site, fetcher):
        site.pages["/start"] = redirect(site.at("API.provider.example"))

        await fetcher.fetch(site.at("provider.example", "/start"), authorization=KEY)

        assert [key for _, _, key in site.seen] == [KEY, KEY]

    async def test_key_is_not_given_again_where_a_foreign_host_leads_back(self, site, fetcher):
        site.pages["/start"] = redirect(site.at("a.cdn.example", "/back"))
        site.pages["/back"] = redirect(site.at("api.provider.example"))

        await fetcher.fetch(site.at("api.provider.example", "/start"), authorization=KEY)

        assert [key for _, _, key in site.seen] == [KEY, None, None]

    async def test_relative_redirect_is_followed(self, site, fetcher):
        site.pages["/a/start"] = redirect("../file?x=%2F&y=~")

        await fetcher.fetch(site.at("api.provider.example", "/a/start"), authorization=KEY)

        assert site.requests[-1].raw_path == "/file?x=%2F&y=~"

    async def test_five_redirects_are_followed_and_no_more(self, site, fetcher):
        site.pages["/start"] = redirect(*["/start"] * 5)
        await fetcher.fetch(site.at("api.provider.example", "/start"), authorization=KEY)
        assert len(site.requests) == 6

        site.pages["/start"] = redirect(*["/start"] * 6)
        await failure(fetcher, site.at("api.provider.example", "/start"))
        assert len(site.requests) == 12

    async def test_cookies_are_not_kept(self, site, fetcher):
        async def page(_):
            answer = web.Response(status=302, headers={"Location": "/file"})
            answer.set_cookie("session", "1")
            return answer

        site.pages["/start"] = page
        await fetcher.fetch(site.at("api.provider.example", "/start"), authorization=KEY)

        assert "Cookie" not in site.requests[-1].headers

    async def test_proxy_of_the_environment_is_not_used(self, site, fetcher, monkeypatch):
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")

        await fetcher.fetch(site.at("api.provider.example"), authorization=KEY)

        assert len(site.requests) == 1

    async def test_certificate_is_checked(self, site, build):
        await failure(build(ssl=True), site.at("api.provider.example"), Unavailable)

        assert site.requests == []

    async def test_name_that_does_not_resolve_is_tried_later(self, site, fetcher):
        await failure(fetcher, site.at("api.nowhere.example"), Unavailable)


FORBIDDEN = [
    "http://api.provider.example/file",
    "https://api.provider.example/file",  # the test's only port is another one
    "https://api.provider.example:22/file",
    "https://api.provider.example:0/file",
    "https://api.provider.example:99999/file",
    "ftp://api.provider.example:{port}/file",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "gopher://api.provider.example:{port}/file",
    "//api.provider.example:{port}/file",
    "/file",
    "https:///file",
    "https://:{port}/file",
    "https://user@api.provider.example:{port}/file",
    "https://user:word@api.provider.example:{port}/file",
    "https://@api.provider.example:{port}/file",
    "https://api.provider.example%40evil.example:{port}/file",
    "https://api.provider.example\\@evil.example:{port}/file",
    "https://localhost:{port}/file",
    "https://metadata:{port}/file",
    "https://127.0.0.1:{port}/file",
    "https://127.1:{port}/file",
    "https://2130706433:{port}/file",
    "https://0x7f000001:{port}/file",
    "https://0x7f.0.0.1:{port}/file",
    "https://127.0.0.0x1:{port}/file",
    "https://0177.0.0.1:{port}/file",
    "https://017700000001:{port}/file",
    "https://１２７.0.0.1:{port}/file",
    "https://[::1]:{port}/file",
    "https://[::ffff:127.0.0.1]:{port}/file",
    "https://[fe80::1%25eth0]:{port}/file",
    "https://8.8.8.8:{port}/file",  # public, but nothing with a certificate
    "https://ⓐpi.provider.example:{port}/file",
    "https://api.provider。example:{port}/file",
    "https://%61pi.provider.example:{port}/file",
    "https://api.provider.example.:{port}/file",
    "https://api..provider.example:{port}/file",
    "https://-api.provider.example:{port}/file",
    "https://api.provider.example :{port}/file",
    "https://api.provider.example:{port}/a file",
    "https://api.provider.example:{port}/file\r\nX-Evil: 1",
    "https://api.provider.example:{port}/" + "x" * 5000,
    "",
]

#: Where a redirect to them is relative to the host it came from, or cannot be written.
HARMLESS = {one for one in FORBIDDEN if one.startswith(("/", "https:///")) or "\r" in one}


class TestForbidden:
    @pytest.mark.parametrize("url", FORBIDDEN)
    async def test_address_is_not_asked(self, site, fetcher, url):
        await failure(fetcher, url.replace("{port}", str(site.port)))

        assert (site.requests, site.names.asked) == ([], [])

    @pytest.mark.parametrize("url", [one for one in FORBIDDEN if one not in HARMLESS])
    async def test_redirect_there_is_not_followed(self, site, fetcher, url):
        target = url.replace("{port}", str(site.port))

        async def page(_):
            return web.Response(status=302, headers={"Location": target})

        site.pages["/start"] = page
        await failure(fetcher, site.at("api.provider.example", "/start"))

        assert len(site.requests) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_redirect_without_an_address_ends_it(self, site, fetcher, status):
        site.pages["/start"] = web.Response(status=status)

        await failure(fetcher, site.at("api.provider.example", "/start"))

    @pytest.mark.parametrize(
        "addresses",
        [
            ["10.0.0.1"],
            ["169.254.169.254"],
            ["::1"],
            ["::ffff:127.0.0.1"],
            [HERE, "10.0.0.1"],
            ["10.0.0.1", HERE],
        ],
    )
    async def test_name_that_leads_elsewhere_is_not_asked(self, site, fetcher, addresses):
        site.names.answers["a.cdn.example"] = [addresses]

        await failure(fetcher, site.at("a.cdn.example"))

        assert site.requests == []

    async def test_name_that_changes_its_mind_is_found_out(self, site, fetcher):
        site.names.answers["a.cdn.example"] = [[HERE], ["127.0.0.2"]]
        site.pages["/start"] = redirect("/file")

        await failure(fetcher, site.at("a.cdn.example", "/start"))

        assert site.seen == [("a.cdn.example", "/start", None)]
        assert site.names.asked == ["a.cdn.example", "a.cdn.example"]

    async def test_name_is_asked_once_for_each_request(self, site, fetcher):
        site.names.answers["a.cdn.example"] = [[HERE], ["127.0.0.2"]]

        await fetcher.fetch(site.at("a.cdn.example"), authorization=KEY)

        assert site.names.asked == ["a.cdn.example"]

    async def test_this_machine_is_not_the_internet(self, site, build):
        await failure(build(is_allowed=is_public), site.at("api.provider.example"))

        assert site.requests == []

    async def test_address_is_looked_at_when_it_is_dialled_too(self, site, contexts):
        connector = public_connector(is_public, site.names, contexts[1])
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.ClientConnectorError) as raised:
                await session.get(f"https://{HERE}:{site.port}/file")

        assert isinstance(raised.value.os_error, Forbidden)
        assert site.requests == []

    async def test_whoever_answers_is_looked_at_too(self, site, build):
        looked = []

        def is_allowed(address):
            looked.append(address)
            return len(looked) < 3  # resolved, dialled, and then

        async def page(request):
            answer = web.StreamResponse()
            await answer.prepare(request)
            await asyncio.sleep(0.2)
            return answer

        site.pages["/file"] = page
        await failure(build(is_allowed=is_allowed), site.at("api.provider.example"))

        assert looked == [HERE] * 3


class TestOwnOrigin:
    @pytest.fixture
    async def plain(self, aiohttp_server):
        """A site without TLS on this machine, as the settings may name it."""
        site = Site()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", site.handle)
        site.url = str((await aiohttp_server(app)).make_url(""))
        site.pages["/file"] = web.Response(body=b"a file", content_type="image/png")
        return site

    async def test_origin_of_the_settings_is_trusted_as_it_is(self, plain, build):
        fetcher = build(own_origin=f"{plain.url}/base/", is_allowed=is_public)

        await fetcher.fetch(f"{plain.url}/file", authorization=KEY)

        assert plain.seen == [("127.0.0.1", "/file", KEY)]

    async def test_nothing_else_on_that_host_is(self, plain, site, build):
        other = build(own_origin="http://127.0.0.1:1", is_allowed=is_public)
        await failure(other, f"{plain.url}/file")
        https = build(own_origin=plain.url.replace("http:", "https:"), is_allowed=is_public)
        await failure(https, f"{plain.url}/file")

        assert plain.requests == []

    async def test_it_may_redirect_to_itself_and_to_the_internet(self, plain, site, build):
        plain.pages["/start"] = redirect("/next")
        plain.pages["/next"] = redirect(site.at("a.cdn.example"))

        await build(own_origin=plain.url).fetch(f"{plain.url}/start", authorization=KEY)

        assert [key for _, _, key in plain.seen] == [KEY, KEY]
        assert site.seen == [("a.cdn.example", "/file", None)]

    async def test_way_back_to_it_carries_no_key(self, plain, site, build):
        site.pages["/back"] = redirect(f"{plain.url}/file")

        await build(own_origin=plain.url).fetch(
            site.at("a.cdn.example", "/back"), authorization=KEY
        )

        assert plain.seen == [("127.0.0.1", "/file", None)]

    @pytest.mark.parametrize("origin", ["", "not an address", "ftp://a.example", "http://", "//x"])
    async def test_origin_that_is_none_trusts_nobody(self, build, origin):
        await failure(build(own_origin=origin), "http://127.0.0.1/file")


ABC = gzip.compress(b"abc", mtime=0)


class TestSize:
    async def test_longest_file_is_read(self, site, fetcher):
        site.pages["/file"] = web.Response(body=b"x" * LIMIT)

        fetched = await fetcher.fetch(site.at("api.provider.example"), authorization=KEY)

        assert len(fetched.body) == LIMIT

    async def test_length_that_is_told_is_believed_before_anything_is_read(self, site, fetcher):
        async def page(request):
            answer = web.StreamResponse(headers={"Content-Length": str(LIMIT + 1)})
            await answer.prepare(request)
            await asyncio.sleep(2)
            return answer

        site.pages["/file"] = page
        before = time.monotonic()

        await failure(fetcher, site.at("api.provider.example"))

        assert time.monotonic() - before < 1.5

    async def test_file_without_a_length_is_cut_off_at_the_limit(self, site, fetcher):
        sent = []

        async def page(request):
            answer = web.StreamResponse()
            answer.enable_chunked_encoding()
            await answer.prepare(request)
            while len(sent) < 10_000:
                await answer.write(b"x" * 10_000)
                sent.append(1)
            return answer

        site.pages["/file"] = page

        await failure(fetcher, site.at("api.provider.example"))

        assert len(sent) < 10_000

    @pytest.mark.parametrize(
        ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
    )
    async def test_bomb_is_defused_at_the_limit(self, site, fetcher, encoding, pack):
        def page(content):
            return web.Response(
                body=pack(content), headers={"Content-Encoding": encoding}, content_type="text/x"
            )

        for size_bytes in (LIMIT + 1, 50_000_000):
            site.pages["/file"] = page(b"0" * size_bytes)
            await failure(fetcher, site.at("api.provider.example"))

        site.pages["/file"] = page(b"0" * LIMIT)
        fetched = await fetcher.fetch(site.at("api.provider.example"), authorization=KEY)
        assert fetched.body == b"0" * LIMIT

    async def test_bomb_takes_no_memory_beyond_the_limit(self, site, fetcher):
        bomb = gzip.compress(b"0" * 50_000_000)
        site.pages["/file"] = web.Response(body=bomb, headers={"Content-Encoding": "gzip"})
        tracemalloc.start()
        try:
            await failure(fetcher, site.at("api.provider.example"))
            _, most_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert most_bytes < 10_000_000

    async def test_what_comes_after_a_packed_file_is_cut_off_at_the_limit_too(self, site, fetcher):
        sent = []

        async def page(request):
            answer = web.StreamResponse(headers={"Content-Encoding": "gzip"})
            answer.enable_chunked_encoding()
            await answer.prepare(request)
            await answer.write(ABC)
            while len(sent) < 10_000:
                await answer.write(b"x" * 10_000)
                sent.append(1)
            return answer

        site.pages["/file"] = page

        await failure(fetcher, site.at("api.provider.example"))

        assert len(sent) < 10_000

    @pytest.mark.parametrize(
        ("encoding", "body"),
        [
            ("br", b"abc"),
            ("zstd", b"abc"),
            ("gzip, gzip", gzip.compress(ABC, mtime=0)),
            ("gzip", b"no gzip"),
            ("gzip", ABC[:-4]),
            ("gzip", ABC + ABC),
            ("deflate", b"\x4b\x4c\x4a\x06\x00"),
        ],
    )
    async def test_file_packed_in_another_way_is_not_taken(self, site, fetcher, encoding, body):
        site.pages["/file"] = web.Response(body=body, headers={"Content-Encoding": encoding})

        await failure(fetcher, site.at("api.provider.example"))

    async def test_slow_file_is_not_waited_for(self, site, build):
        async def page(request):
            answer = web.StreamResponse()
            await answer.prepare(request)
            for _ in range(100):
                await answer.write(b"x")
                await asyncio.sleep(0.05)
            return answer

        site.pages["/file"] = page
        before = time.monotonic()

        await failure(build(deadline_s=0.3), site.at("api.provider.example"), Unavailable)

        assert time.monotonic() - before < 2

    async def test_slow_redirects_share_one_deadline(self, site, build):
        async def page(_):
            await asyncio.sleep(0.2)
            return web.Response(status=302, headers={"Location": "/start"})

        site.pages["/start"] = page

        await failure(build(deadline_s=0.5), site.at("api.provider.example", "/start"), Unavailable)

    async def test_file_that_breaks_off_is_tried_again(self, site, fetcher):
        async def page(request):
            answer = web.StreamResponse(headers={"Content-Length": "100"})
            await answer.prepare(request)
            await answer.write(b"half")
            request.transport.abort()
            return answer

        site.pages["/file"] = page

        await failure(fetcher, site.at("api.provider.example"), Unavailable)


class TestAnswer:
    @pytest.mark.parametrize(
        ("status", "kind", "wait_s"),
        [
            (401, AccountRefused, None),
            (403, Unavailable, 7.0),  # a short-lived address that is over
            (404, Undeliverable, None),
            (410, Undeliverable, None),
            (429, Unavailable, 7.0),
            (500, Unavailable, 7.0),
            (503, Unavailable, 7.0),
            (204, Unavailable, 7.0),
            (304, Unavailable, 7.0),
        ],
    )
    async def test_refusal_is_told_for_what_it_means(self, site, fetcher, status, kind, wait_s):
        site.pages["/file"] = web.Response(status=status, headers={"Retry-After": "7"})

        error = await failure(fetcher, site.at("api.provider.example"), kind)

        assert error.code == str(status)
        assert getattr(error, "retry_after_s", None) == wait_s

    @pytest.mark.parametrize(
        ("served", "told"),
        [
            ("image/PNG; charset=x", "image/png"),
            ("text/html", "text/html"),
            ("nonsense", "application/octet-stream"),
            ("a/b c", "application/octet-stream"),
            ("x" * 200 + "/y", "application/octet-stream"),
        ],
    )
    async def test_type_is_told_as_served(self, site, fetcher, served, told):
        site.pages["/file"] = web.Response(body=b"x", headers={"Content-Type": served})

        fetched = await fetcher.fetch(site.at("api.provider.example"), authorization=KEY)

        assert fetched.content_type == told

    @pytest.mark.parametrize(
        ("disposition", "name"),
        [
            ("attachment", ""),
            ('inline; filename="a.png"', "a.png"),
            ('inline; filename="../../etc/passwd"', "passwd"),
            ('inline; filename="C:\\\\a\\\\b.png"', "b.png"),
            ("inline; filename*=UTF-8''%D8%B9%DA%A9%D8%B3.png", "عکس.png"),
            ("inline; filename*=UTF-8''a%E2%80%AEgnp.exe", "agnp.exe"),
            ("inline; filename*=UTF-8''a%00b%0A.png", "ab.png"),
            ('inline; filename="..."', ""),
            (f'inline; filename="{"x" * 500}"', "x" * 120),
            ("filename=;;;=", ""),
            ("inline; filename*=nonsense''%ff", None),
        ],
    )
    async def test_name_is_only_a_name(self, site, fetcher, disposition, name):
        site.pages["/file"] = web.Response(body=b"x", headers={"Content-Disposition": disposition})

        fetched = await fetcher.fetch(site.at("api.provider.example"), authorization=KEY)

        assert name is None or fetched.name == name
        assert "/" not in fetched.name
