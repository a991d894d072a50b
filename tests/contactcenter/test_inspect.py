"""``contactcenter inspect``: every file is one JSON object with the same fields."""

import hashlib
import json
import re
from base64 import b64encode

import pytest
from click.testing import CliRunner

from contactcenter.cli import main

FIELDS = {
    *("ok", "quarantined", "reason", "detail", "message_id", "in_reply_to", "references", "from"),
    *("to", "cc", "reply_to", "date", "subject", "text", "new_text", "html", "attachments"),
    *("class", "bounce", "took_ms"),
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
LETTER = (
    "Message-ID: <1@example.com>\nIn-Reply-To: <0@example.com>\n"
    "References: <a@example.com> <0@example.com>\nFrom: Ann <ann@example.com>\n"
    "Reply-To: eve@example.net\nTo: help@example.org\nCc: Bob <bob@example.com>\n"
    "Date: Tue, 3 Feb 2026 10:00:00 +0330\nSubject: =?utf-8?B?2LPZhNin2YU=?=\n"
    "Content-Type: multipart/related; boundary=b\n\n"
    "--b\nContent-Type: text/html; charset=utf-8\n\n"
    "<p onclick='x()'>سلام<script>x()</script></p><blockquote type='cite'>old</blockquote>\n"
    "--b\nContent-Type: application/pdf; name=a.png\nContent-Disposition: inline\n"
    "Content-ID: <i1>\nContent-Transfer-Encoding: base64\n\n"
    + b64encode(PNG).decode()
    + "\n--b--\n"
)
BOUNCE = (
    "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    "--b\n\nUser unknown\n--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; nobody@example.net\n"
    "Action: failed\nStatus: 5.1.1\n\n--b--\n"
)


@pytest.fixture
def inspected(tmp_path):
    def inspect(kind: str, *files: bytes | str, options=("--json",)):
        paths = []
        for n, raw in enumerate(files):
            path = tmp_path / f"{n}.eml"
            path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
            paths.append(str(path))
        result = CliRunner().invoke(main, ["inspect", kind, *paths, *options])
        assert result.exit_code == 0, result.output
        return result.stdout

    return inspect


def test_a_mail_is_told_by_all_its_fields(inspected):
    (told,) = map(json.loads, inspected("email", LETTER).splitlines())

    assert 0 < told.pop("took_ms") < 2_000
    assert re.sub(r"\s+", " ", told.pop("text")).startswith("سلام")
    html = told.pop("html")
    assert "سلام" in html
    assert "script" not in html
    assert "onclick" not in html
    assert told == {
        "ok": True,
        "quarantined": False,
        "reason": None,
        "detail": None,
        "message_id": "1@example.com",
        "in_reply_to": ["0@example.com"],
        "references": ["a@example.com", "0@example.com"],
        "from": {"name": "Ann", "address": "ann@example.com"},
        "to": [{"name": "", "address": "help@example.org"}],
        "cc": [{"name": "Bob", "address": "bob@example.com"}],
        "reply_to": [{"name": "", "address": "eve@example.net"}],
        "date": "2026-02-03T10:00:00+03:30",
        "subject": "سلام",
        "new_text": "سلام",
        "attachments": [
            {
                "name": "a.png",
                "type": "image/png",
                "declared_type": "application/pdf",
                "size": len(PNG),
                "sha256": hashlib.sha256(PNG).hexdigest(),
                "inline": True,
                "content_id": "i1",
            }
        ],
        "class": "person",
        "bounce": None,
    }


def test_a_bounce_tells_whose_and_whether_for_good(inspected):
    told = json.loads(inspected("email", BOUNCE))

    assert told["class"] == "bounce"
    assert told["bounce"] == {
        "permanent": True,
        "recipient": "nobody@example.net",
        "status": "5.1.1",
        "message_id": None,
    }


def test_what_is_no_mail_has_the_same_fields_and_a_reason_and_stops_no_other(inspected):
    told = [json.loads(line) for line in inspected("email", b"", "no mail", LETTER).splitlines()]

    assert [one["reason"] for one in told] == ["empty", "not_a_mail", None]
    assert [one["quarantined"] for one in told] == [True, True, False]
    assert [set(one) for one in told] == [FIELDS] * 3
    assert (told[0]["ok"], told[0]["attachments"], told[0]["class"]) == (False, [], None)


def test_a_piece_of_html_is_told_as_it_may_be_shown(inspected):
    told = json.loads(inspected("html", "<p>a<script>x</script> <a href='javascript:x'>b</a>"))

    assert (told["ok"], told["reason"], told["text"]) == (True, None, "a b")
    assert "script" not in told["html"]
    assert set(told) == {"ok", "quarantined", "reason", "detail", "html", "text", "took_ms"}


def test_without_json_it_is_the_same_over_several_lines(inspected):
    told = inspected("email", LETTER, options=())

    assert len(told.splitlines()) > len(FIELDS)
    assert set(json.loads(told)) == FIELDS
