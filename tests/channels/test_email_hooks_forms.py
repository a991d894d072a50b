"""Forms that hold whole mails, compared with the standard library and read whatever they hold."""

from urllib.parse import quote_from_bytes, quote_plus, unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mail_posts import multipart, urlencoded

from channels._email.hooks import forms
from channels._email.hooks.forms import MOST_FIELDS

MIXED = 'multipart/form-data; boundary="b: d"'
names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)


@given(st.binary(max_size=200))
@example(b"=41%20")
@example(b"%2")
@example(b"%zz=\r\n%20 \t\n")
def test_escaping_is_undone_as_the_standard_library_does(text):
    assert forms.unescaped(text) == unquote_to_bytes(text.replace(b"+", b" "))


@given(st.binary(max_size=200))
def test_what_was_escaped_comes_back(content):
    assert forms.unescaped(quote_from_bytes(content).encode()) == content
    assert forms.unescaped(quote_plus(content).encode()) == content


@given(
    st.sampled_from([multipart, urlencoded]),
    st.lists(st.tuples(names, st.binary(max_size=60)), max_size=6),
)
def test_fields_come_through_byte_for_byte_and_in_order(form, pairs):
    posted = form("/", pairs)
    wanted = {name for name, _ in pairs}
    expected = {name: [v for n, v in pairs if n == name] for name in wanted}

    if form is urlencoded and not pairs:
        return
    read = forms.fields(posted.body, posted.headers["Content-Type"], wanted)

    if pairs:
        assert read == expected


@given(
    st.binary(max_size=300), st.sampled_from([MIXED, forms.URLENCODED, forms.MULTIPART, "x", ""])
)
def test_any_bytes_are_a_form_or_none(body, content_type):
    read = forms.fields(body, content_type, {"a"})

    assert read is None or read.keys() <= {"a"}


@given(st.text(max_size=80))
def test_any_content_type_is_a_form_or_none(content_type):
    forms.fields(b"--b\r\n\r\n\r\n--b--", f"multipart/form-data; {content_type}", {"a"})


def field(head: bytes, content: bytes = b"x") -> bytes:
    return b"--b: d\r\n%b\r\n\r\n%b\r\n--b: d--\r\n" % (head, content)


@pytest.mark.parametrize(
    "head",
    [
        b'Content-Disposition: form-data; name="a"',
        b'content-disposition:form-data;name="a"',
        b"Content-Disposition: form-data; name=a",
        b'Content-Disposition: form-data; filename="name=b"; name="a"',
        b'Content-Disposition: form-data; filename="; name=b; \\"; name=c"; name="a"',
        b'Content-Type: text/plain\r\nContent-Disposition: form-data;\r\n name="a"',
        b'Content-Disposition: form-data; name="a"; filename="\xd9\x81.eml"',
    ],
)
def test_name_of_a_field_is_found(head):
    assert forms.fields(field(head), MIXED, {"a"}) == {"a": [b"x"]}


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: text/plain",
        b'Content-Disposition: form-data; filename="a"',
        b'X-Content-Disposition: form-data; name="a"',
        b"",
    ],
)
def test_field_without_a_name_is_passed_over(head):
    assert forms.fields(field(head), MIXED, {"a"}) == {}


def test_line_that_only_begins_like_a_delimiter_belongs_to_the_mail():
    head = b'Content-Disposition: form-data; name="a"'
    inside = b"one\r\n--b: d2\r\ntwo\r\n--b: d-\r\nthree --b: d\r\n"

    assert forms.fields(field(head, inside), MIXED, {"a"}) == {"a": [inside]}


def test_space_behind_a_delimiter_and_words_around_the_parts_do_not_matter():
    body = b"preamble\r\n" + field(b"Content-Disposition: form-data; name=a") + b"epilogue"
    body = body.replace(b"--b: d\r\n", b"--b: d \t\r\n", 1)

    assert forms.fields(body, MIXED, {"a"}) == {"a": [b"x"]}


def test_form_that_is_cut_off_is_none():
    whole = field(b"Content-Disposition: form-data; name=a", b"a mail")
    end = whole.index(b"--b: d--") + len(b"--b: d--")

    for size in range(end):
        assert forms.fields(whole[:size], MIXED, {"a"}) is None, size
    assert forms.fields(whole[:end], MIXED, {"a"}) == {"a": [b"a mail"]}


def test_form_of_too_many_fields_is_none():
    few = [("a", b"x")] * (MOST_FIELDS - 1)

    for form in (multipart, urlencoded):
        posted = form("/", few)
        many = form("/", [*few, ("a", b"x"), ("a", b"x")])
        kind = posted.headers["Content-Type"]
        assert forms.fields(posted.body, kind, {"a"}) == {"a": [b"x"] * (MOST_FIELDS - 1)}
        assert forms.fields(many.body, kind, {"a"}) is None
