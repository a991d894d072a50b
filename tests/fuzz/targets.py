"""What strangers' bytes are given to, and what must hold whatever they are: fuzzing asks each of these.

A target takes bytes, raises nothing, and asserts what is promised of the answer.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import process_time

import msgspec
from harmful_html import harm_in
from msgspec.structs import replace

from channels._mail import addresses, authentication, bounces, fragments, markup, threads
from channels._mail.header_fields import with_parameters
from channels._mail.new_words import new_words
from channels._mail.understanding import understand
from channels._mail.values import Mail, NotUnderstood
from channels._messages import Raw, Unreadable
from channels._phone import documents, forms, repeats
from channels._phone.addresses import PATHS, Addresses
from channels._signature import FORM
from channels._twilio_hook import understood
from channels._webchat import messages, wire
from channels._webchat.frames import Error, Frame

#: Twice as long as a mail may take; instrumented code is slower.
CPU_S = 4.0
_THEN = datetime(2026, 11, 22, tzinfo=UTC)


def a_mail(raw: bytes) -> None:
    """Any bytes are a mail or refused, in time, twice alike, and harmless to look at."""
    began = process_time()
    read = _understood(raw)
    assert process_time() - began < CPU_S
    if read is None:
        return
    assert read == _understood(raw)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(read), type=Mail) == read
    assert "\x00" not in read.text + read.new_text + read.subject + (read.html or "")
    assert not set(read.subject) & {"\n", "\r", "\x1b", "\u2028", "\u2029"}
    assert all("\n" not in file.name and "\r" not in file.name for file in read.files)
    assert len(read.new_text) <= len(read.text) + len(read.html or "")
    threads.answers(read)
    threads.named_ticket(read.subject)
    if read.html is not None:
        _is_harmless(read.html)


def a_fragment(raw: bytes) -> None:
    """Any HTML is harmless when it is shown, and stays as it is when it is made safe again."""
    began = process_time()
    read = fragments.read(raw)
    assert process_time() - began < CPU_S
    assert msgspec.msgpack.encode(read)
    if read.html is not None:
        _is_harmless(read.html)


def a_text(raw: bytes) -> None:
    """The new words of any text are words of it, and no fewer the second time than none."""
    text = raw.decode("utf-8", "replace")
    began = process_time()
    found = new_words(text)
    assert process_time() - began < CPU_S
    kept = set(found.split())
    assert all(word in text or "\u200b" in text for word in kept if word.isascii())


def a_header_value(raw: bytes) -> None:
    """Fields of addresses, ids, parameters and results, whatever stands in them."""
    began = process_time()
    for one in addresses.read(raw):
        assert "\n" not in one.name + one.address
    ids = bounces.ids(raw)
    assert all(one and len(one.split()) == 1 for one in ids)
    with_parameters(raw)
    results = authentication.read([raw.decode("utf-8", "replace")], frozenset({"mx.example.com"}))
    if results.is_verified:
        assert b"mx.example.com" in raw.lower()
    assert process_time() - began < CPU_S


def a_frame(raw: bytes) -> None:
    """Any bytes are a frame of a visitor's or refused, and the same frame again when they were."""
    began = process_time()
    try:
        frame: Frame | None = wire.decode(raw)
    except wire.Unclear as unclear:
        frame = None
        wire.encode(Error(code=unclear.code, message=str(unclear), id=unclear.frame_id))
    except wire.OtherVersion:
        frame = None
    assert frame is None or wire.decode(msgspec.json.encode(frame)) == frame
    kept = {"entry_point": "shop", "address": "v-1"}
    item = messages.read(Raw(body=raw, content_type="application/json", headers=kept))
    assert item.raw.body == raw
    assert isinstance(item, Unreadable) or "\x00" not in item.text + str(item.external_id)
    assert process_time() - began < CPU_S


def a_call_form(raw: bytes) -> None:
    """Any form about a call is understood or kept, whichever hook it comes to; twice alike."""
    began = process_time()
    payload = understood("phone", Raw(body=raw, content_type=FORM, headers={":path": "/?step=a"}))
    if isinstance(payload, Unreadable):
        return
    for name in PATHS:
        hook = forms.hook(name, payload, _THEN)
        assert hook == forms.hook(name, payload, _THEN)
        assert isinstance(hook, Unreadable) or (hook.key and hook.raw.body == raw)
        again = repeats.query(payload, _THEN)
        once_more = repeats.restored(replace(payload, form={}, query=again))
        assert once_more.query == payload.query
        for key in repeats.TOLD_ONCE:
            assert once_more.form.get(key) in (None, payload.form.get(key, "")[: repeats.LONGEST])
        script = repeats.sorry({}, None)
        told = Addresses(public_url="https://desk.example", parties=dict(payload.form))
        ET.fromstring(documents.document(script, told, {}))  # noqa: S314 -- we wrote it ourselves
    assert process_time() - began < CPU_S


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "mail": a_mail,
    "html": a_fragment,
    "text": a_text,
    "value": a_header_value,
    "frame": a_frame,
    "call": a_call_form,
}


def _understood(raw: bytes) -> Mail | None:
    try:
        return understand(raw)
    except NotUnderstood:
        return None


def _is_harmless(html: str) -> None:
    assert harm_in(html) == [], html
    if not markup.is_too_much(html):
        assert markup.safe(html) == html
