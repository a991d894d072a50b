"""``contactcenter inspect``: shows how a mail, a piece of HTML or a call is understood."""

import asyncio
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

import channels
from channels import Bounce, File, Fragment, Mail, MailAddress, MailReader, Refused
from contactcenter.cli.inspect_call import inspect_call

_FILES = click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One compact line a file.")
#: What is shown of a mail that was not understood.
_NOTHING = Mail(
    message_id=None,
    in_reply_to=(),
    references=(),
    author=None,
    to=(),
    cc=(),
    reply_to=(),
    date=None,
    subject="",
    text="",
    new_text="",
    html=None,
    files=(),
    kind="person",
    bounce=None,
)


@click.group("inspect")
def inspect() -> None:
    """See why something was read as it was; nothing is stored."""


inspect.add_command(inspect_call)


@inspect.command("email")
@_FILES
@_JSON
def inspect_email(*, files: Sequence[Path], as_json: bool) -> None:
    """Understand each mail in FILES (- for standard input) and print it as one JSON object.

    What cannot be understood has "quarantined": true and the reason.
    """
    asyncio.run(_read_all(files, as_json=as_json))


@inspect.command("html")
@_FILES
@_JSON
def inspect_html(*, files: Sequence[Path], as_json: bool) -> None:
    """Make each piece of HTML in FILES safe to show, and print it with its text as JSON."""
    asyncio.run(_read_all_html(files, as_json=as_json))


async def _read_all_html(files: Sequence[Path], *, as_json: bool) -> None:
    async with MailReader() as reader:
        await reader.start()
        for path in files:
            raw = _bytes_of(path)
            started_ns = time.perf_counter_ns()
            answer = await reader.read_html(raw)
            shown = _refused_html(answer) if isinstance(answer, Refused) else _fragment(answer)
            _print({**shown, "took_ms": _took_ms(started_ns)}, as_json=as_json)


def _fragment(read: Fragment) -> dict[str, Any]:
    return {
        "ok": read.html is not None,
        "quarantined": False,
        "reason": None if read.html is not None else "too_much",
        "detail": None if read.html is not None else "It is shown as text only.",
        "html": read.html,
        "text": read.text,
    }


def _refused_html(answer: Refused) -> dict[str, Any]:
    return {**_refused(answer), "html": None, "text": ""}


async def _read_all(files: Sequence[Path], *, as_json: bool) -> None:
    async with MailReader() as reader:
        await reader.start()  # not a part of what the first mail takes
        for path in files:
            raw = _bytes_of(path)
            started_ns = time.perf_counter_ns()
            answer = await reader.read(raw)
            shown = _refused_mail(answer) if isinstance(answer, Refused) else _shown(answer)
            _print({**shown, "took_ms": _took_ms(started_ns)}, as_json=as_json)


def _refused(answer: Refused) -> dict[str, Any]:
    return {"ok": False, "quarantined": True, "reason": answer.reason, "detail": answer.detail}


def _refused_mail(answer: Refused) -> dict[str, Any]:
    """With every field of a mail, empty: who reads this need not ask which are there."""
    return {**_shown(_NOTHING), **_refused(answer), "class": None}


def _shown(mail: Mail) -> dict[str, Any]:
    return {
        "ok": True,
        "quarantined": False,
        "reason": None,
        "detail": None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "from": _address(mail.author) if mail.author else None,
        "to": [_address(one) for one in mail.to],
        "cc": [_address(one) for one in mail.cc],
        "reply_to": [_address(one) for one in mail.reply_to],
        "date": mail.date,
        "subject": mail.subject,
        "text": mail.text,
        "new_text": mail.new_text,
        "html": mail.html,
        "attachments": [_file(one) for one in mail.files],
        "class": mail.kind,
        "bounce": _bounce(mail.bounce) if mail.bounce else None,
    }


def _address(one: MailAddress) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _file(one: File) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": channels.sniffed(one.content),
        "declared_type": one.declared_type,
        "size": len(one.content),
        "sha256": hashlib.sha256(one.content).hexdigest(),
        "inline": one.inline,
        "content_id": one.content_id,
    }


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "permanent": bounce.permanent,
        "recipient": bounce.recipient,
        "status": bounce.status,
        "message_id": bounce.message_id,
    }


def _bytes_of(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _took_ms(started_ns: int) -> float:
    return round((time.perf_counter_ns() - started_ns) / 1e6, 3)


def _print(shown: dict[str, Any], *, as_json: bool) -> None:
    line = msgspec.json.encode(shown)
    click.echo((line if as_json else msgspec.json.format(line, indent=2)).decode())
