"""Our signature check against Twilio's published vectors and against Twilio's own library."""

import base64
import hashlib
import hmac
import random
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from channels._signature import FORM, Verifier, parse_form

JSON = "application/json"

# https://www.twilio.com/docs/usage/webhooks/webhooks-security and the Python library's own tests
PUBLISHED_TOKEN = "12345"
PUBLISHED_PARAMS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("Digits", "1234"),
    ("From", "+12349013030"),
    ("To", "+18005551212"),
]
PUBLISHED = ("https://mycompany.com", "/myapp.php?foo=1&bar=2", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def accepts(signature, *, public_url, path, params=(), keys=(PUBLISHED_TOKEN,), body=None, **given):
    """Put one request to our check; ``params`` are encoded as a browser would."""
    body = urlencode(params).encode() if body is None else body
    content_type = given.pop("content_type", FORM)
    return Verifier(public_url, keys).is_authentic(
        raw_path=path,
        content_type=content_type,
        body=body,
        pairs=parse_form(body) if content_type == FORM else [],
        signature=signature,
        **given,
    )


def oracle(token, url, params):
    """Sign with Twilio's library."""
    return RequestValidator(token).compute_signature(url, MultiDict(params))


def test_published_vector_is_authentic():
    public_url, path, signature = PUBLISHED

    assert accepts(signature, public_url=public_url, path=path, params=PUBLISHED_PARAMS)


@pytest.mark.parametrize(
    "changed",
    [
        {"public_url": "http://mycompany.com"},
        {"public_url": "https://mycompany.example"},
        {"path": "/myapp.php?bar=2&foo=1"},
        {"path": "/myapp.php"},
        {"path": "/myapp.php?foo=1&bar=2&"},
        {"path": "/Myapp.php?foo=1&bar=2"},
        {"params": PUBLISHED_PARAMS[:-1]},
        {"params": [*PUBLISHED_PARAMS, ("Extra", "1")]},
        {"params": [*PUBLISHED_PARAMS[:-1], ("To", "+18005551213")]},
        {"params": [*PUBLISHED_PARAMS[:-1], ("To", " +18005551212")]},
        {"params": [*PUBLISHED_PARAMS[:-1], ("to", "+18005551212")]},
        {"keys": ("12346",)},
        {"keys": ()},
        {"settings": "key=k1,algorithm=HMAC_SHA256"},
        {"settings": "algorithm=HMAC_MD5"},
    ],
)
def test_anything_changed_is_forged(changed):
    public_url, path, signature = PUBLISHED
    request = {"public_url": public_url, "path": path, "params": PUBLISHED_PARAMS} | changed

    assert not accepts(signature, **request)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        " ",
        "0",
        PUBLISHED[2].lower(),
        PUBLISHED[2][:-1],
        f"{PUBLISHED[2]} ",
        "۰",
        "\udcff",
    ],
)
def test_missing_or_mangled_signature_is_forged(signature):
    public_url, path, _ = PUBLISHED

    assert not accepts(signature, public_url=public_url, path=path, params=PUBLISHED_PARAMS)


def test_order_of_parameters_does_not_matter():
    public_url, path, signature = PUBLISHED
    shuffled = PUBLISHED_PARAMS[::-1]

    assert accepts(signature, public_url=public_url, path=path, params=shuffled)


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://desk.example", "https://desk.example"),
        ("https://desk.example", "https://desk.example:443"),
        ("https://desk.example:443", "https://desk.example"),
        ("https://desk.example:8443", "https://desk.example"),
        ("https://desk.example:8443", "https://desk.example:8443"),
        ("http://desk.example", "http://desk.example:80"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://Desk.Example", "https://Desk.Example:443"),
        ("https://desk.example/cc", "https://desk.example:443/cc"),
    ],
)
def test_port_may_be_signed_or_left_out(configured, signed):
    path = "/hooks/sms/message"
    signature = oracle("t", f"{signed}{path}", PUBLISHED_PARAMS)

    assert accepts(
        signature, public_url=configured, path=path, params=PUBLISHED_PARAMS, keys=("t",)
    )
    assert RequestValidator("t").validate(
        f"{configured}{path}", MultiDict(PUBLISHED_PARAMS), signature
    )


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://desk.example", "https://desk.example:8443"),
        ("https://desk.example", "https://desk.example:80"),
        ("https://desk.example:8443", "https://desk.example:443"),
    ],
)
def test_another_port_is_forged(configured, signed):
    signature = oracle("t", f"{signed}/h", [])

    assert not accepts(signature, public_url=configured, path="/h", keys=("t",))


def test_address_in_brackets_keeps_them():
    signature = oracle("t", "https://[2001:db8::1]:443/h", [])

    assert accepts(signature, public_url="https://[2001:db8::1]", path="/h", keys=("t",))
    assert accepts(signature, public_url="https://[2001:db8::1]:443", path="/h", keys=("t",))


def test_any_of_several_keys_will_do():
    signature = oracle("second", "https://desk.example/h", [("a", "b")])
    request = {"public_url": "https://desk.example", "path": "/h", "params": [("a", "b")]}

    assert accepts(signature, keys=("first", "second", "third"), **request)
    assert not accepts(signature, keys=("first", "third"), **request)


@pytest.mark.parametrize(
    ("params", "signed"),
    [
        ([("A", "2"), ("A", "1"), ("A", "2")], "A1A2"),
        ([("b", ""), ("a", ""), ("B", "")], "Bab"),
        ([("A", " x "), ("B", "\r\n")], "A x B\r\n"),
        ([("A1", ""), ("A", "2"), ("Aa", "")], "A2A1Aa"),
        ([("é", "ü"), ("z", "۱"), ("ا", "")], "z۱éüا"),
    ],
)
def test_repeated_blank_and_foreign_parameters_are_joined_so(params, signed):
    text = f"https://desk.example/h{signed}"
    signature = base64.b64encode(hmac.new(b"t", text.encode(), hashlib.sha1).digest()).decode()

    assert oracle("t", "https://desk.example/h", params) == signature
    assert accepts(
        signature, public_url="https://desk.example", path="/h", params=params, keys=("t",)
    )


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [(b"a", b"")]),
        (b"a=", [(b"a", b"")]),
        (b"=b", [(b"", b"b")]),
        (b"a=b=c", [(b"a", b"b=c")]),
        (b"a+b=c+d%20e", [(b"a b", b"c d e")]),
        (b"a=%2B&b=%zz%", [(b"a", b"+"), (b"b", b"%zz%")]),
        (b"a=%ff%00&a=1", [(b"a", b"\xff\0"), (b"a", b"1")]),
        ("a=سلام".encode(), [(b"a", "سلام".encode())]),
        (b" a = b ", [(b" a ", b" b ")]),
    ],
)
def test_form_is_split_without_losing_anything(body, pairs):
    assert parse_form(body) == pairs


def test_form_that_is_no_text_is_authentic_all_the_same():
    body = b"Body=%ff%fe&MessageSid=SM1&Body=%00"
    text = b"https://desk.example/h" + b"Body\0Body\xff\xfeMessageSidSM1"
    signature = base64.b64encode(hmac.new(b"t", text, hashlib.sha1).digest()).decode()

    assert accepts(signature, public_url="https://desk.example", path="/h", body=body, keys=("t",))


def test_query_is_signed_as_received():
    path = "/h?c=a%2Fb%20c&d=%D8%B3&e=+&f"
    signature = oracle("t", f"https://desk.example{path}", [])

    assert accepts(signature, public_url="https://desk.example", path=path, keys=("t",))
    assert not accepts(
        signature, public_url="https://desk.example", path="/h?c=a/b%20c", keys=("t",)
    )


class TestJson:
    """What is no form is signed by its address, which must carry the body's hash."""

    body = '{"text": "سلام"}'.encode()

    def request(self, *, hash_of=None, path=None, **changed):
        digest = hashlib.sha256(self.body if hash_of is None else hash_of).hexdigest()
        path = path or f"/h?x=1&bodySHA256={digest}"
        given = {
            "public_url": "https://desk.example",
            "path": path,
            "body": self.body,
            "content_type": JSON,
            "keys": ("t",),
        }
        return accepts(oracle("t", f"https://desk.example{path}", []), **(given | changed))

    def test_right_hash_is_authentic(self):
        assert self.request()

    def test_other_body_is_forged(self):
        assert not self.request(body=self.body + b" ")

    def test_hash_of_another_body_is_forged(self):
        assert not self.request(hash_of=b"another")

    def test_missing_hash_is_forged(self):
        assert not self.request(path="/h?x=1")
        assert not self.request(path="/h?bodySHA256=")

    def test_empty_body_needs_its_hash_too(self):
        assert self.request(hash_of=b"", body=b"")
        assert not self.request(path="/h", body=b"")

    def test_hash_is_asked_of_every_type_that_is_no_form(self):
        assert self.request(content_type="application/octet-stream")
        assert not self.request(path="/h", content_type="multipart/form-data")

    def test_first_of_two_hashes_counts_as_in_twilios_library(self):
        right, wrong = hashlib.sha256(self.body).hexdigest(), "0" * 64

        assert self.request(path=f"/h?bodySHA256={right}&bodySHA256={wrong}")
        assert not self.request(path=f"/h?bodySHA256={wrong}&bodySHA256={right}")

    def test_form_is_signed_with_its_parameters_whatever_hash_the_address_carries(self):
        body = b"MessageSid=SM1"
        path = f"/h?bodySHA256={hashlib.sha256(body).hexdigest()}"

        assert not self.request(path=path, body=body, content_type=FORM)


def test_key_of_its_own_signs_with_sha256():
    settings = "key=webhooks_sharedkey_1, algorithm=hmac_sha256"
    url, params = "https://desk.example/h", [("a", "b")]
    signature = RequestValidator("t").compute_signature(url, MultiDict(params), "HMAC_SHA256")
    request = {"public_url": "https://desk.example", "path": "/h", "params": params, "keys": ("t",)}

    assert accepts(signature, settings=settings, **request)
    assert not accepts(signature, **request)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PARAMS = st.lists(st.tuples(TEXT, TEXT), max_size=12)
HOSTS = st.sampled_from(
    ["https://desk.example", "https://desk.example:8443", "http://desk.example:80", "http://a.b/c"]
)
PATHS = st.sampled_from(["/hooks/sms/message", "/hooks/sms/status?c=1%3A2", "/h?a=%D8%B3&b=+"])


@given(params=PARAMS, token=TEXT.filter(bool), public_url=HOSTS, path=PATHS)
@example(params=[("a", "1"), ("a", "1"), ("a", "0")], token="t", public_url="http://a.b", path="/h")
@example(params=[("ﬀ", "𝒳"), ("\uffff", "")], token="کلید", public_url="http://a.b", path="/h")
def test_every_form_twilios_library_signs_is_authentic(params, token, public_url, path):
    # urlencode writes a pair of two empty strings as "=", which every parser keeps.
    signature = oracle(token, f"{public_url}{path}", params)

    assert accepts(signature, public_url=public_url, path=path, params=params, keys=(token,))


@given(params=PARAMS.filter(bool), chance=st.randoms(use_true_random=False), path=PATHS)
def test_no_changed_form_is_authentic(params, chance: random.Random, path):
    signature = oracle("t", f"https://desk.example{path}", params)
    changed = list(params)
    index = chance.randrange(len(changed))
    name, value = changed[index]
    changed[index] = (name, f"{value}x")
    same = oracle("t", f"https://desk.example{path}", changed) == signature

    taken = accepts(
        signature, public_url="https://desk.example", path=path, params=changed, keys=("t",)
    )

    assert taken == same  # equal only where the change cannot be seen in what is signed


@given(st.binary(max_size=200))
def test_any_body_is_split_into_pairs(body):
    pairs = parse_form(body)

    assert len(pairs) == sum(1 for part in body.split(b"&") if part)
