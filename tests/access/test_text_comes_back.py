"""Text that people write comes back as they wrote it, or is refused; nothing in between.

Each text field of each operation, found in the types, is given every text of ``naughty`` and what
hypothesis thinks of. Where a field is changed by design, that is said here and in the document.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

import pytest
from house import House, Response
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from naughty import NAUGHTY
from world import World
from written import OPERATIONS, WITH_BODY, Calls, Path, texts_of, with_text

from contactcenter import api
from contactcenter.api.operation import PREFIX
from contactcenter.profiles import LISTS
from routing.text import fold

pytestmark = pytest.mark.slow

FIELDS: Final = [(o, path) for o in WITH_BODY for path in texts_of(o)]
#: What is said and not kept, or kept and never told: only that nothing breaks can be seen.
NEVER_TOLD: Final = {
    ("sign_in", "email"),
    ("sign_in", "password"),
    ("set_password_by_link", "token"),
    ("set_password_by_link", "password"),
    ("change_password", "current_password"),
    ("change_password", "new_password"),
    ("set_secret", "value"),
    ("try_segment_rule", "key"),
    ("check_draft", "text"),
    ("check_first_draft", "text"),
    ("try_phone_menu", "entries"),
}

#: Where a wrong password is a guess, and guessing is made slow.
GUESSES: Final = {"sign_in", "change_password"}


def _stripped(text: str) -> str:
    return text.strip()


def _email(text: str) -> str:
    return text.strip().lower()


#: Where a text is changed by design: the document says so in the words on the right.
CHANGED: Final[dict[tuple[str, str], tuple[Callable[[str], str], str]]] = {
    **dict.fromkeys(
        (
            *(("invite_user", "name"), ("change_user", "name"), ("create_token", "name")),
            *(("describe_ticket", "subject"), ("create_contact", "name")),
            *(("change_contact", "name"), ("create_team", "name"), ("change_team", "name")),
            *(("create_queue", "name"), ("change_queue", "name")),
            *(("create_category", "name_en"), ("create_category", "name_fa")),
            *(("change_category", "name_en"), ("change_category", "name_fa")),
            *(("create_calendar", "name_en"), ("create_calendar", "name_fa")),
            *(("replace_calendar", "name_en"), ("replace_calendar", "name_fa")),
            *(("create_segment_kind", "name_en"), ("create_segment_kind", "name_fa")),
            *(("change_segment_kind", "name_en"), ("change_segment_kind", "name_fa")),
            *(("create_segment_rule", "name_en"), ("create_segment_rule", "name_fa")),
            *(("change_segment_rule", "name_en"), ("change_segment_rule", "name_fa")),
            *(("take_audience", "name"),),
            *(("create_behaviour_kind", "name_en"), ("create_behaviour_kind", "name_fa")),
            *(("change_behaviour_kind", "name_en"), ("change_behaviour_kind", "name_fa")),
            *(
                (operation, name)
                for operation in ("create_contact_attribute", "change_contact_attribute")
                for name in ("name_en", "name_fa", "question_en", "question_fa")
            ),
            *(
                (operation, name)
                for operation in ("create_contact", "change_contact")
                for name in (
                    *("occupation", "organisational_position", "workplace", "tone_note"),
                    *LISTS,
                )
            ),
            *(("create_disposition", "name_en"), ("create_disposition", "name_fa")),
            *(("create_saved_reply", "title"), ("change_saved_reply", "title")),
            ("create_notice", "name"),
            *(("create_alert_rule", "name"), ("replace_alert_rule", "name")),
            *(("create_phone_menu", "name"), ("change_phone_menu", "name")),
            *(("create_entry_point", "name"), ("change_entry_point", "name")),
        ),
        (_stripped, "Spaces around it are dropped."),
    ),
    ("invite_user", "email"): (_email, "Letter case does not matter."),
    ("tag_ticket", "tags"): (lambda text: fold(text).strip(), "Compared and kept folded"),
}


def _id(value: Any) -> str:
    return value.name if hasattr(value, "handler") else ".".join(map(str, value))


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return World(house)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("operation", "path"), FIELDS, ids=_id)
def test_every_naughty_text_comes_back_as_it_was_or_is_refused(
    operation: Any, path: Path, world: World
) -> None:
    calls = Calls(world, operation)
    tried = (_tried(calls, path, text, what) for what, text in NAUGHTY.items())
    wrong = [said for said in tried if said]

    assert not wrong, "\n".join(wrong)


#: Those that found something, or are most unlike the others.
WORST: Final = (
    *("Persian with a half-space", "emoji family", "right-to-left override", "line breaks"),
    *("controls", "spaces around", "only spaces", "NUL", "lone high surrogate", "null"),
)


@pytest.mark.parametrize(("operation", "path"), FIELDS, ids=_id)
def test_the_worst_texts_come_back_as_they_were_or_are_refused(
    operation: Any, path: Path, world: World
) -> None:
    calls = Calls(world, operation)
    tried = (_tried(calls, path, NAUGHTY[what], what) for what in WORST)
    wrong = [said for said in tried if said]

    assert not wrong, "\n".join(wrong)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("operation", "path"), FIELDS, ids=_id)
def test_any_text_comes_back_as_it_was_or_is_refused(
    operation: Any, path: Path, world: World
) -> None:
    calls = Calls(world, operation)

    @settings(
        max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.text(st.characters(exclude_categories=[]), max_size=300))
    @example("\0")
    def tried(text: str) -> None:
        assert not _tried(calls, path, text, repr(text))

    tried()


@pytest.mark.parametrize("operation", WITH_BODY, ids=_id)
def test_bytes_that_are_no_text_are_refused(operation: Any, world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()
    headers = {"If-Match": '"1"'} if operation.versioned else {}

    for raw in (
        b'{"x": "\xff"}',
        b'{"\xc3": 1}',
        b'{"x": "\xed\xa0\x80"}',
        b"\x00",
        b'{"x":',
        b"[" * 9000,
    ):
        answer = calls.send(body=raw, headers=headers)

        assert answer.status == 422, (raw[:20], answer)
        assert answer.json()["field"].startswith("body")


ASKING: Final = [o for o in OPERATIONS if o.inputs.query]


@pytest.mark.full
@pytest.mark.parametrize("operation", ASKING, ids=_id)
def test_no_parameter_breaks_anything(operation: Any, world: World) -> None:
    _ask_with(operation, NAUGHTY.values(), world)


@pytest.mark.parametrize("operation", ASKING, ids=_id)
def test_the_worst_parameters_break_nothing(operation: Any, world: World) -> None:
    _ask_with(operation, [NAUGHTY[what] for what in WORST], world)


def _ask_with(operation: Any, texts: Iterable[str], world: World) -> None:
    calls = Calls(world, operation)
    calls.renew()
    body = b"x" if operation.inputs.body else None
    headers = {"If-Match": '"1"'} if operation.versioned else {}
    raw = [quote(text.encode("utf-8", "surrogatepass"), safe="") for text in texts]
    raw = [text for text in raw if len(text) < 6000]  # longer ones are no address any more

    for name in operation.inputs.query.names:
        for text in (*raw, "%FF", "%", "%zz", "+"):
            answer = calls.send(query=f"{name}={text}", body=body, headers=headers)

            may_not = (operation.name, name, text) == ("hear_recording", "download", "true")
            assert answer.status in ({403} if may_not else {200, 201, 422}), (name, text, answer)


@pytest.mark.parametrize(
    ("header", "statuses"),
    [
        ("Idempotency-Key", {201, 422}),
        ("X-Request-Id", {201}),
        ("Origin", {201, 403}),
        ("Content-Type", {201, 415}),
        ("X-CSRF-Token", {403}),
        ("Authorization", {401}),
        ("Cookie", {401}),
        ("Accept", {201}),
        ("Accept-Language", {201}),
    ],
)
def test_no_header_breaks_anything(header: str, statuses: set[int], world: World) -> None:
    who = next(w for w in world.callers if w.name == "own")
    texts = [t for t in NAUGHTY.values() if not set(t) & {"\r", "\n", "\0"} and len(t) < 5000]

    for text in texts:
        value = text.encode("utf-8", "surrogatepass").decode("latin-1")
        if set(value) & {chr(n) for n in (*range(9), *range(10, 32), 127)}:
            continue  # no client sends it, and the parser of the server refuses it
        answer = who.call("POST", f"{PREFIX}/contacts", {"name": "x"}, headers={header: value})

        assert answer.status in statuses, (header, text, answer)


def test_what_is_changed_by_design_is_told_in_the_document(world: World) -> None:
    schemas = world.house.caller({})("GET", "/api/openapi.json").json()["components"]["schemas"]

    for (name, field), (_, words) in CHANGED.items():
        kind = next(o for o in OPERATIONS if o.name == name).inputs.body.type.__name__
        assert words in json.dumps(schemas[kind]["properties"][field]), (name, field)


def test_nothing_is_said_of_a_field_that_is_not_there() -> None:
    there = {(o.name, _field(path)) for o, path in FIELDS}

    assert set(CHANGED) <= there
    assert there >= NEVER_TOLD
    assert len(FIELDS) > 40
    assert {o.name for o in api.operations()} >= {name for name, _ in there}


def _field(path: Path) -> str:
    return next((str(step) for step in path if isinstance(step, str)), "")


def _tried(calls: Calls, path: Path, text: str, what: str) -> str:
    """Send it; returns what is wrong with the answer, or nothing."""
    answer = _sent(calls, path, text)
    if answer.status in {403, 409} and calls.line.answers[0] < 300:
        calls.renew()  # the text before was taken, and it can be done once only
        answer = _sent(calls, path, text)
    if not _is_unicode(text) or "\0" in text:
        return "" if answer.status == 422 else f"{what}: {answer}"
    guessed = {401, 429} if calls.operation.name in GUESSES else set()
    if answer.status in {409, 422} | guessed:
        return ""
    if answer.status not in calls.line.answers:
        return f"{what}: {answer}"
    return _compared(calls, path, text, what, answer)


def _sent(calls: Calls, path: Path, text: str) -> Response:
    if not calls.things:
        calls.renew()
    body = with_text(calls.operation, calls.body(), path, text)
    headers = {"If-Match": calls.etag()} if calls.operation.versioned else {}
    return calls.send(body=json.dumps(body).encode(), headers=headers)


def _compared(calls: Calls, path: Path, text: str, what: str, answer: Response) -> str:
    key = (calls.operation.name, _field(path))
    if key in NEVER_TOLD:
        return ""
    changed, _ = CHANGED.get(key, (str, ""))
    wanted = changed(text)
    told = set(_strings(answer.json())) | set(_kept(calls))
    if wanted in told or (key == ("tag_ticket", "tags") and not wanted):
        return ""
    if key in ADDRESSES:
        return ""  # an address is kept in its canonical form; ``test_contacts_api`` has them
    return f"{what}: {text!r} is nowhere in {sorted(told, key=len)[-3:]!r}"


#: Addresses are understood, not kept: E.164, lower case.
ADDRESSES: Final = {
    ("create_contact", "identities"),
    ("add_identity", "value"),
    ("add_identity", "kind"),
    ("add_identity", "channel"),
    ("create_entry_point", "address"),
    ("create_entry_point", "channel"),
}


def _kept(calls: Calls) -> Iterator[str]:
    """What the operation left behind that its answer does not tell: words, and reasons."""
    if "ticket_id" in calls.things:
        rows = calls.world.house.rows(
            "SELECT body FROM interaction WHERE ticket_id = $1 ORDER BY id DESC LIMIT 2",
            calls.things["ticket_id"],
        )
        yield from (row["body"] for row in rows)
        yield from _strings(
            [
                row["data"]
                for row in calls.world.house.rows(
                    "SELECT data FROM event WHERE ticket_id = $1 ORDER BY id DESC LIMIT 3",
                    calls.things["ticket_id"],
                )
            ]
        )
        yield from (
            row["note"]
            for row in calls.world.house.rows(
                "SELECT note FROM segment WHERE contact_id = $1 AND note IS NOT NULL ORDER BY id DESC LIMIT 1",
                calls.things["contact_id"],
            )
        )
    if calls.operation.name == "import_segments":
        (brought,) = calls.world.house.rows(
            "SELECT value, note FROM segment ORDER BY id DESC LIMIT 1"
        )
        yield from (text for text in brought.values() if text)
    if calls.operation.name == "import_assets":
        (told,) = calls.world.house.rows(
            "SELECT model, product_category, configuration, downloads FROM asset"
            " ORDER BY updated_at DESC, id DESC LIMIT 1"
        )
        yield from _strings(dict(told))
    if calls.operation.name == "tell_behaviour":
        (told,) = calls.world.house.rows(
            "SELECT kind, source, external_id, product, topic FROM behaviour_event"
            " ORDER BY id DESC LIMIT 1"
        )
        yield from (text for text in told.values() if text)
    if calls.operation.name == "refuse_temperament":
        yield calls.world.house.value(
            "SELECT note FROM temperament_refusal ORDER BY id DESC LIMIT 1"
        )
    if calls.operation.name == "bring_feedback":
        (told,) = calls.world.house.rows(
            "SELECT source, external_id, topic, attribute, words FROM feedback"
            " ORDER BY id DESC LIMIT 1"
        )
        yield from (text for text in told.values() if text)
    if calls.operation.name == "open_ticket":
        yield calls.world.house.value("SELECT body FROM interaction ORDER BY id DESC LIMIT 1")


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, part in value.items():
                yield name
                yield from _strings(part)
        case list():
            for part in value:
                yield from _strings(part)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
