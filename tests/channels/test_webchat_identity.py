"""Tokens that host sites sign: what is believed of them, and every way in which one may lie."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import Attested, BadOption
from channels._webchat import identity
from channels._webchat.identity import Untrusted, check, check_keys

KEY = "a-key-of-the-host-site-with-32-bytes-or-more"
OTHER_KEY = "another-key-of-the-host-site-with-32-bytes"
BYTES = KEY.encode()
WIDGET = "wk_shop"
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())


def claims(**changed):
    wanted = {"sub": "user-7", "aud": WIDGET, "iat": AT, "exp": AT + 300} | changed
    return {name: value for name, value in wanted.items() if value is not None}


def signed(key=KEY, algorithm="HS256", headers=None, **changed):
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers=headers)


def part(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def handmade(header, payload, key=BYTES, digest=hashlib.sha256):
    """What no library would make."""
    content = f"{part(header)}.{part(payload)}"
    return f"{content}.{part(hmac.new(key, content.encode(), digest).digest())}"


def checked(token, *keys, audience=WIDGET, now=NOW):
    return check(token, keys or (KEY,), audience=audience, now=now)


def test_who_the_host_names_is_attested():
    token = signed(
        name=" سارا احمدی ",
        email="sara@example.com",
        email_verified=True,
        phone_number="+989121234567",
        phone_number_verified=True,
    )

    assert checked(token) == Attested(
        user_id="user-7", name="سارا احمدی", email="sara@example.com", phone="+989121234567"
    )


def test_an_address_that_the_host_has_not_verified_attests_nothing():
    for unverified in ({}, {"email_verified": False, "phone_number_verified": False}):
        token = signed(email="victim@example.com", phone_number="+989121234567", **unverified)

        assert checked(token) == Attested(user_id="user-7")


def test_any_of_the_keys_will_do_so_that_they_can_be_changed():
    assert checked(signed(), OTHER_KEY, KEY) == Attested(user_id="user-7")
    assert checked(signed(OTHER_KEY), OTHER_KEY, KEY) == Attested(user_id="user-7")


def test_a_key_that_was_taken_away_signs_nothing_any_more():
    assert checked(signed(), OTHER_KEY) == Untrusted(problem="invalid", reason="not_signed")


def test_without_keys_nobody_is_believed():
    assert check(signed(), (), audience=WIDGET, now=NOW) == Untrusted(
        problem="invalid", reason="no_keys"
    )


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("other_audience", {"aud": "wk_other_shop"}),
        ("bad_claims", {"aud": [WIDGET]}),
        ("bad_claims", {"aud": [WIDGET, "wk_other_shop"]}),
        ("bad_claims", {"aud": None}),
        ("bad_claims", {"exp": None}),
        ("bad_claims", {"iat": None}),
        ("bad_claims", {"sub": None}),
        ("bad_claims", {"sub": ""}),
        ("bad_claims", {"sub": "a b"}),
        ("bad_claims", {"sub": "a\nb"}),
        ("bad_claims", {"sub": "u" * 201}),
        ("bad_claims", {"exp": str(AT + 300)}),
        ("bad_claims", {"exp": True}),
        ("bad_claims", {"exp": -1}),
        ("bad_claims", {"name": "Sara\x00"}),
        ("bad_claims", {"name": "n" * 201}),
        ("bad_claims", {"email": "sara@example.com\r\nBcc: all", "email_verified": True}),
        ("bad_claims", {"email": "sara@example.com", "email_verified": "false"}),
        ("lives_too_long", {"exp": AT + 3601}),
        ("lives_too_long", {"exp": 2**39}),
        ("not_yet_valid", {"iat": AT + 31, "exp": AT + 60}),
        ("not_yet_valid", {"nbf": AT + 31}),
    ],
)
def test_claims_that_will_not_do_are_refused(reason, changed):
    token = handmade({"alg": "HS256"}, claims(**changed))

    assert checked(token) == Untrusted(problem="invalid", reason=reason)


def test_a_user_id_that_is_a_number_is_refused_rather_than_guessed_at():
    token = handmade({"alg": "HS256"}, claims(sub=7))

    assert checked(token) == Untrusted(problem="invalid", reason="bad_claims")


@pytest.mark.parametrize(
    ("seconds_later", "believed"), [(-30, True), (-31, False), (329, True), (330, False)]
)
def test_the_clocks_may_be_thirty_seconds_apart(seconds_later, believed):
    now = datetime.fromtimestamp(AT + seconds_later, UTC)

    assert isinstance(checked(signed(), now=now), Attested) is believed


def test_an_old_token_is_told_from_a_false_one():
    later = datetime.fromtimestamp(AT + 4000, UTC)

    assert checked(signed(), now=later) == Untrusted(problem="expired", reason="expired")
    assert checked(signed(OTHER_KEY), now=later).problem == "invalid"
    assert checked(signed(aud="wk_other"), now=later).problem == "invalid"


def test_a_token_of_another_entry_point_says_nothing_here_even_with_the_same_key():
    token = signed()

    assert checked(token, audience="wk_other_shop") == Untrusted(
        problem="invalid", reason="other_audience"
    )


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "NONE"},
        {"alg": ""},
        {"alg": None},
        {"alg": ["HS256"]},
        {"alg": "hs256"},
        {"alg": "HS384"},
        {"alg": "HS512"},
        {"alg": "RS256"},
        {"alg": "ES256"},
        {},
        {"alg": "HS256", "crit": ["exp"], "exp": 1},
        {"alg": "HS256", "crit": []},
        {"alg": "HS256", "b64": False, "crit": ["b64"]},
        {"alg": "HS256", "kid": 1},
    ],
)
def test_the_header_does_not_choose_how_a_token_is_read(header):
    for digest in (hashlib.sha256, hashlib.sha384, hashlib.sha512):
        token = handmade(header, claims(), digest=digest)
        unsigned = token.rpartition(".")[0] + "."

        assert checked(token) == Untrusted(problem="invalid", reason="not_signed")
        assert checked(unsigned) == Untrusted(problem="invalid", reason="not_signed")


def test_keys_that_a_token_brings_along_are_not_used():
    mine = "k" * 40
    brought = {"jwk": {"kty": "oct", "k": part(mine.encode())}, "jku": "http://127.0.0.1/keys"}
    token = handmade({"alg": "HS256", "kid": "../../dev/null"} | brought, claims(), mine.encode())

    assert checked(token) == Untrusted(problem="invalid", reason="not_signed")


def test_a_public_key_signs_nothing_although_everybody_has_it():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    confused = handmade({"alg": "HS256"}, claims(), public)
    asymmetric = jwt.encode(claims(), private, algorithm="RS256")

    for token in (confused, asymmetric):
        assert checked(token, public.decode()) == Untrusted(problem="invalid", reason="not_signed")
    with pytest.raises(BadOption):
        check_keys(public.decode())


def test_one_character_that_is_changed_anywhere_makes_it_false():
    token = signed(name="سارا")
    for at, was in enumerate(token):
        for changed in ("A" if was != "A" else "B", ""):
            assert isinstance(checked(token[:at] + changed + token[at + 1 :]), Untrusted), at


def test_the_parts_of_two_tokens_make_no_third():
    mine, anothers = signed(sub="user-7").split("."), signed(sub="user-8").split(".")

    assert isinstance(checked(".".join([mine[0], anothers[1], mine[2]])), Untrusted)
    assert isinstance(checked(".".join([*mine, ""])), Untrusted)
    assert isinstance(checked(".".join([*mine, *anothers])), Untrusted)


def test_what_is_huge_or_deep_is_refused_at_once():
    deep = b'{"sub":' + b"[" * 2000 + b"]" * 2000 + b"}"
    assert checked("a." * 5_000_000) == Untrusted(problem="invalid", reason="too_long")
    assert checked(signed(name="n" * 4000)) == Untrusted(problem="invalid", reason="too_long")
    identity_of = handmade({"alg": "HS256"}, deep[:2000])
    assert isinstance(checked(identity_of), Untrusted)
    assert isinstance(checked(part(b"[" * 1500) + "." + part(deep[:1000]) + ".AA"), Untrusted)


def test_a_short_key_signs_nothing():
    weak = "only-a-password"

    assert isinstance(checked(handmade({"alg": "HS256"}, claims(), weak.encode()), weak), Untrusted)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.binary(max_size=60).map(part), max_size=5).map(".".join),
        st.dictionaries(st.sampled_from(["alg", "crit", "b64", "kid", "x"]), st.integers()).map(
            lambda header: handmade(header, claims())
        ),
    )
)
def test_no_text_raises_and_none_is_believed(text):
    assert isinstance(checked(text), Untrusted)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=8,
    )
)
def test_whatever_a_host_signs_never_raises(payload):
    assert isinstance(checked(handmade({"alg": "HS256"}, payload)), Untrusted)
    with_it = claims() | {"sub": payload, "name": payload}
    assert checked(handmade({"alg": "HS256"}, with_it)) is not None


@pytest.mark.parametrize(
    "value",
    [
        "",
        ",",
        "short",
        f"{KEY},short",
        f"{KEY},{KEY}",
        f"{KEY}\n{OTHER_KEY}",
        ",".join(f"{KEY}{n}" for n in range(4)),
        "ک" * 15,
    ],
)
def test_keys_that_would_not_protect_are_refused(value):
    with pytest.raises(BadOption) as refused:
        check_keys(value)

    assert KEY not in str(refused.value)


def test_keys_are_a_list_with_commas():
    check_keys(f" {KEY} , {OTHER_KEY}")

    assert identity.MAX_KEYS == 3
