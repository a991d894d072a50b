"""Frames of a chat as bytes: what is understood, what is refused, and that nothing else happens."""

import json
import struct
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import ChatFile, Line, Raw, Standing, Typing, Unreadable
from channels._webchat import frames, messages, wire
from channels._webchat.frames import Hello, Message, Rate, Transcript
from channels._webchat.limits import Limits
from channels._webchat.wire import OtherVersion, Unclear, decode

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["id", "text", "files", "left", "version", "entry_point", "token", "after", "sequence",
     "score", "comment", "email", "identity", "name", "language"]
)  # fmt: skip
KINDS = st.sampled_from([str(one.__struct_config__.tag) for one in frames.FRAMES])
NEARLY = st.builds(
    lambda kind, fields: json.dumps({"type": kind, **fields}).encode(),
    KINDS | st.text(max_size=9),
    st.dictionaries(FIELDS, VALUES, max_size=6),
)


def refusal(data):
    """Why some bytes are no frame, and None where they are one; there is no third."""
    try:
        decode(data)
    except Unclear as unclear:
        return unclear
    except OtherVersion as other:
        return other
    return None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | NEARLY)
def test_any_bytes_are_a_frame_or_refused(data):
    why = refusal(data)

    if why is None:
        frame = decode(data)
        assert decode(msgspec.json.encode(frame)) == frame
    elif isinstance(why, Unclear):
        assert str(why).endswith(".")
        assert why.frame_id is None or 1 <= len(why.frame_id) <= 64
        assert wire.encode(frames.Error(code=why.code, message=str(why), id=why.frame_id))


def test_hello_of_another_version_that_was_kept_is_unreadable():
    raw = Raw(body=b'{"type":"hello","version":2}', content_type="application/json")

    assert messages.read(raw).reason == "unknown_type"


@settings(max_examples=60, deadline=None)
@given(
    NEARLY | st.binary(max_size=60),
    st.dictionaries(st.sampled_from(["entry_point", "address"]), st.text(max_size=5)),
)
def test_anything_that_was_kept_is_a_message_or_unreadable(body, headers):
    item = messages.read(Raw(body=body, content_type="application/json", headers=headers))

    assert isinstance(item, Unreadable) or item.said is not None
    assert item.raw.body == body


@pytest.mark.parametrize(
    ("frame", "code", "frame_id"),
    [
        (b"", "bad_frame", None),
        (b"\xff\xfe", "bad_frame", None),
        (b"[" * 100_000, "bad_frame", None),
        (b'{"type":"ping","x":' + b"[" * 100_000, "bad_frame", None),
        (b"null", "bad_frame", None),
        (b'{"id":"a"}', "bad_frame", None),
        (b'{"type":7,"id":"a"}', "bad_frame", None),
        (b'{"type":"shout","id":"a"}', "unknown_type", "a"),
        (b'{"type":"shout","id":"a b"}', "unknown_type", None),
        (b'{"type":"message","id":"","text":"x"}', "bad_frame", None),
        (b'{"type":"message","id":"%s","text":"x"}' % (b"i" * 65), "bad_frame", None),
        (b'{"type":"message","id":7,"text":"x"}', "bad_frame", None),
        (b'{"type":"message","id":"a","text":null}', "bad_frame", "a"),
        (b'{"type":"message","id":"a","text":"\xff"}', "bad_frame", "a"),
        (b'{"type":"message","id":"a","text":"\\ud800"}', "bad_frame", None),
        (b'{"type":"message","id":"a","text":"x\\u0000y"}', "bad_text", "a"),
        (b'{"type":"message","id":"a","files":["\\u0000"]}', "bad_text", "a"),
        (b'{"type":"details","id":"a","name":"\\u0000"}', "bad_text", "a"),
        (b'{"type":"rate","id":"a","score":6}', "bad_frame", "a"),
        (b'{"type":"rate","id":"a","score":0}', "bad_frame", "a"),
        (b'{"type":"rate","id":"a","score":4.5}', "bad_frame", "a"),
        (b'{"type":"received","sequence":-1}', "bad_frame", None),
        (b'{"type":"received","sequence":1e99}', "bad_frame", None),
        (b'{"type":"hello","version":1}', "bad_frame", None),
    ],
)
def test_what_makes_no_sense_says_where_and_bears_its_id(frame, code, frame_id):
    with pytest.raises(Unclear) as found:
        decode(frame)

    assert (found.value.code, found.value.frame_id) == (code, frame_id)


def test_text_that_speaks_of_a_nul_character_is_text():
    frame = decode(rb'{"type":"message","id":"a","text":"write \\u0000 for it"}')

    assert frame == Message(id="a", text=r"write \u0000 for it")


@pytest.mark.parametrize("version", [b"0", b"2", b"99"])
def test_hello_of_another_version_is_told_from_a_bad_frame(version):
    with pytest.raises(OtherVersion):
        decode(b'{"type":"hello","version":%s,"something":"else"}' % version)


def test_fields_that_a_later_widget_may_send_are_ignored():
    frame = decode(b'{"type":"hello","version":1,"entry_point":"shop","shoe_size":43}')

    assert frame == Hello(version=1, entry_point="shop")


def test_frames_are_understood_as_they_are_documented():
    assert decode(
        b'{"type":"message","id":"m-1","text":"hi","files":["f"],"left":true}'
    ) == Message(id="m-1", text="hi", files=("f",), left=True)
    assert decode(b'{"type":"rate","id":"a","score":5}') == Rate(id="a", score=5)
    assert decode(b'{"type":"transcript","id":"a","email":"a@b.example"}') == Transcript(
        id="a", email="a@b.example"
    )


@pytest.mark.parametrize("size", [0, 100, 125, 126, 65_535, 65_536, 100_000])
def test_frame_of_any_size_has_the_header_of_the_protocol(size):
    empty = len(msgspec.json.encode(frames.AgentTyping(agent="")))
    text = "x" * max(0, size - empty)

    data = wire.encode(frames.AgentTyping(agent=text))

    payload, first = _unframed(data)
    assert first == 0x81
    assert json.loads(payload) == {"type": "typing", "agent": text}


def test_pong_bears_the_payload_of_its_ping():
    assert wire.pong(b"abc") == b"\x8a\x03abc"


@pytest.mark.parametrize(
    ("news", "frame"),
    [
        (
            Line(sequence=3, at=AT, by="visitor", text="سلام", client_id="m-1"),
            {"type": "line", "sequence": 3, "at": "2026-04-01T12:00:00Z", "by": "visitor",
             "kind": "message", "text": "سلام", "id": "m-1"},
        ),
        (
            Line(sequence=4, at=AT, by="agent", name="Sara", files=(
                ChatFile(token="t", name="a.png", content_type="image/png", size_bytes=7),
            )),
            {"type": "line", "sequence": 4, "at": "2026-04-01T12:00:00Z", "by": "agent",
             "kind": "message", "text": "", "name": "Sara",
             "files": [{"token": "t", "name": "a.png", "content_type": "image/png", "size_bytes": 7}]},
        ),
        (
            Standing(state="waiting", position=2, expected_wait_s=90, opens_at=AT, is_open=False),
            {"type": "standing", "state": "waiting", "is_open": False, "read_sequence": 0,
             "rating": "none", "position": 2, "expected_wait_s": 90,
             "opens_at": "2026-04-01T12:00:00Z"},
        ),
        (Typing(agent="Sara"), {"type": "typing", "agent": "Sara"}),
    ],
)  # fmt: skip
def test_news_travel_as_the_frames_of_the_protocol(news, frame):
    payload, _ = _unframed(wire.encode(wire.of_news(news)))

    assert json.loads(payload) == frame


def test_longest_message_fits_into_a_frame_in_json_s_longest_writing():
    text = json.dumps("😡" * frames.MAX_CHARACTERS)  # two escapes of six characters each
    frame = b'{"type":"message","id":"%s","text":%s}' % (b"i" * 64, text.encode())

    assert len(frame) < Limits().frame_bytes
    assert len(decode(frame).text) == frames.MAX_CHARACTERS


def _unframed(data):
    size, start = data[1], 2
    if size == 126:
        size, start = struct.unpack(">H", data[2:4])[0], 4
    elif size == 127:
        size, start = struct.unpack(">Q", data[2:10])[0], 10
    assert len(data) == start + size
    return data[start:], data[0]
