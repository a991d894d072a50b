"""Logs: one line an event, no secret, nothing forged, Persian as it is."""
# ruff: noqa: TID251 -- the standard library's loggers are what some of these tests are about

import io
import json
import logging
import re

import pytest
import structlog

from contactcenter import logs

log = structlog.get_logger()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _as_before():
    level, handlers = logging.root.level, logging.root.handlers[:]
    yield
    logging.root.setLevel(level)
    logging.root.handlers[:] = handlers
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def objects():
    """Configure JSON lines; returns a reader of what was written since."""
    out = io.StringIO()
    logs.configure("info", "json", stream=out)

    def read():
        lines = out.getvalue().splitlines()
        out.seek(0)
        out.truncate()
        return [json.loads(line) for line in lines]

    return read


@pytest.fixture
def columns():
    """Configure columns; the stream they are written to."""
    out = io.StringIO()
    logs.configure("info", "console", stream=out)
    return out


def test_an_event_is_one_object_with_a_time_in_utc(objects):
    log.info("ticket_assigned", ticket_id=7, wait_s=1.5, tags=["a"])

    (found,) = objects()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found.pop("timestamp"))
    assert found == {
        "level": "info",
        "event": "ticket_assigned",
        "ticket_id": 7,
        "wait_s": 1.5,
        "tags": ["a"],
    }


def test_columns_are_for_terminals_and_objects_for_the_rest():
    for stream, is_json in ((Terminal(), False), (io.StringIO(), True)):
        logs.configure("info", "auto", stream=stream)
        log.info("ticket_assigned")
        assert stream.getvalue().startswith("{") is is_json


def test_less_important_events_are_left_out(objects):
    log.debug("detail_seen")
    log.warning("provider_slow")

    assert [one["event"] for one in objects()] == ["provider_slow"]


def test_persian_is_written_as_it_is():
    out = io.StringIO()
    logs.configure("info", "json", stream=out)

    log.info("saved_reply_created", name="سلام، خوش‌آمدید ۱۲")

    assert "سلام، خوش‌آمدید ۱۲" in out.getvalue()


def test_what_is_bound_to_the_context_is_on_every_line(objects):
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        log.info("ticket_assigned")
        logging.getLogger("asyncio").warning("slow")

    assert [one["request_id"] for one in objects()] == ["r1", "r1"]


def test_the_standard_librarys_loggers_come_out_the_same_way_from_warning_up(objects):
    logging.getLogger("aiohttp.access").info("GET /")
    logging.getLogger("aiohttp.server").warning("Error handling %s", "request")

    (found,) = objects()
    assert (found["event"], found["level"]) == ("Error handling request", "warning")
    assert found["logger"] == "aiohttp.server"


def test_configuring_twice_writes_once(objects):
    out = io.StringIO()
    logs.configure("info", "json", stream=out)

    logging.getLogger("asyncio").warning("slow")
    log.info("ticket_assigned")

    assert len(out.getvalue().splitlines()) == 2
    assert objects() == []


@pytest.mark.parametrize(
    "key",
    ["token", "auth_tokens", "Authorization", "password", "SECRET", "set_cookie", "api_key"],
)
@pytest.mark.parametrize("value", ["s3cret", b"s3cret", ["s3cret"], {"x": "s3cret"}])
def test_secrets_are_masked_by_their_names(objects, key, value):
    log.info("request_finished", **{key: value}, headers={key: value}, rows=[{key: value}])

    (found,) = objects()
    assert "s3cret" not in json.dumps(found)
    assert found[key] == found["headers"][key] == found["rows"][0][key] == "***"


def test_facts_about_secrets_are_not_masked(objects):
    log.info("tokens_pruned", token_id=3, tokens=2, password_set=True, secret=None)

    (found,) = objects()
    assert (found["token_id"], found["tokens"], found["password_set"]) == (3, 2, True)
    assert found["secret"] is None


def test_passwords_inside_of_urls_are_masked():
    url = "postgresql://app:s3cret@h/d"
    for format_ in ("json", "console"):
        out = io.StringIO()
        logs.configure("info", format_, stream=out)
        try:
            raise ConnectionError(f"cannot reach {url}")
        except ConnectionError as problem:
            log.exception("database_lost", url=url, problem=problem, urls=[url])

        assert "s3cret" not in out.getvalue()
        assert "postgresql://app:***@h/d" in out.getvalue()


FORGED = "x\r\n2026-01-01T00:00:00Z [info     ] all_deleted\x0b\x85\u2028\x1b[2J"


def test_a_value_cannot_forge_a_line_of_columns(columns):
    log.info("request_finished", path=FORGED, body={"a": FORGED}, object=ValueError(FORGED))
    log.info(FORGED)
    logging.getLogger("asyncio").warning(FORGED)

    lines = columns.getvalue().splitlines()
    assert len(lines) == 3
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028]", "".join(lines))


def test_a_traceback_cannot_forge_a_line_of_columns(columns):
    try:
        raise ValueError(FORGED)
    except ValueError:
        log.exception("job_failed")

    first, *others = columns.getvalue().splitlines()
    assert "job_failed" in first
    assert others
    assert all(line.startswith("  | ") for line in others)


def test_a_value_cannot_forge_an_object():
    out = io.StringIO()
    logs.configure("info", "json", stream=out)

    try:
        raise ValueError(FORGED)
    except ValueError:
        log.exception("job_failed", path=FORGED, half="\udc80")

    (line,) = out.getvalue().splitlines()
    found = json.loads(line)
    assert found["path"] == FORGED
    assert FORGED in found["exception"]
    line.encode()  # half a surrogate pair would not go through


def test_what_json_does_not_know_is_shown_as_python_shows_it(objects):
    circular = []
    circular.append(circular)

    log.info("odd_values_seen", a={1: {2}}, b=object, c=circular, d=b"\xff")

    (found,) = objects()
    assert found["a"] == {"1": [2]}
    assert found["b"] == "<class 'object'>"
    assert found["d"] == "b'\\xff'"


def test_local_variables_are_not_in_a_traceback(columns):
    def fail(secret):
        raise ValueError(len(secret))

    try:
        fail("s3cret")
    except ValueError:
        log.exception("job_failed")

    assert "s3cret" not in columns.getvalue().replace('fail("s3cret")', "")
