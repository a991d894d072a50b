"""Every mail lands on one timeline, once, with all that came with it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import msgspec
import pytest
from mails import ENTRY_POINT, mail
from structlog.testing import capture_logs

from channels import Address, Bounce, Checkpoint, LeaseLost, MailAddress, Raw, Thread, Unreadable
from contactcenter import blobs
from contactcenter.bell import Bell
from contactcenter.db import Conn, Database
from contactcenter.intake import Intake
from contactcenter.mail_intake.intake import LARGE_BYTES
from contactcenter.mails.mailroom import Mailroom


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Intake]:
    async with database.transaction() as conn:
        await conn.execute(
            "INSERT INTO entry_point (channel, address, queue_id) SELECT 'email', $1, min(id) FROM queue",
            ENTRY_POINT,
        )
    intake = Intake(database, Bell(database), reopen_window_s=3600)
    task = asyncio.create_task(intake.run())
    yield intake
    task.cancel()
    await intake.close()


async def row(database: Database, sql: str, *args: object) -> tuple:
    async with database.read() as conn:
        found = await conn.fetchrow(sql, *args)
        return tuple(found) if found is not None else ()


async def test_a_first_mail_makes_a_person_and_a_ticket_and_is_kept_as_it_came(
    database: Database, inbox: Intake
) -> None:
    first = mail(1, text="سلام، چاپگر کار نمی‌کند", subject="چاپگر")

    assert list(await inbox.receive([first])) == ["stored"]

    assert await row(
        database,
        """SELECT i.body, i.direction, i.state, i.triaged_at, i.external_id, t.state, t.subject, t.intake_queue_id,
                  t.channel, c.name, d.kind, d.value, r.body, r.content_type, r.headers
           FROM interaction i JOIN ticket t ON t.id = i.ticket_id JOIN contact c ON c.id = i.contact_id
           JOIN identity d ON d.id = i.identity_id JOIN delivery r ON r.id = i.delivery_id""",
    ) == (
        "سلام، چاپگر کار نمی‌کند",
        "inbound",
        "received",
        None,
        first.external_id,
        "new",
        "چاپگر",
        None,
        "email",
        "Sara",
        "email",
        "sara@customer.test",
        first.raw.body,
        "message/rfc822",
        {"entry_point": ENTRY_POINT},
    )
    assert await row(
        database,
        """SELECT m.message_id, m.message_key, m.subject, m.author, m."to", m.cc, m.kind, m.in_reply_to, m.automatic
           FROM mail m""",
    ) == (
        "m1@customer.test",
        hashlib.sha256(b"m1@customer.test").digest()[:16],
        "چاپگر",
        {"name": "Sara", "address": "sara@customer.test"},
        [{"name": "", "address": ENTRY_POINT}],
        [],
        "person",
        [],
        False,
    )
    async with database.read() as conn:
        kinds = [r["kind"] for r in await conn.fetch("SELECT kind FROM event ORDER BY id")]
    assert kinds == ["contact_created", "ticket_opened", "interaction_received"]


async def test_files_are_kept_with_the_type_that_we_find(database: Database, inbox: Intake) -> None:
    page = ("../photo.png", "image/png", b"<html><script>alert(1)</script>")
    image = ("b.html", "text/html", b"\x89PNG\r\n\x1a\n rest")

    await inbox.receive([mail(1, files=(page, image))])

    async with database.read() as conn:
        rows = await conn.fetch(
            """SELECT a.position, a.content_type, a.size_bytes, b.bytes, a.inline
               FROM attachment a JOIN blob_chunk b ON b.sha256 = a.sha256 ORDER BY a.position"""
        )
    assert [tuple(r) for r in rows] == [
        (0, "text/plain; charset=utf-8", 31, page[2], False),
        (1, "image/png", 13, image[2], False),
    ]


async def test_what_postgresql_cannot_keep_of_a_text_does_not_keep_a_mail_out(
    database: Database, inbox: Intake
) -> None:
    odd = mail(1, text="a\x00b", subject="c", headers={"X-Odd": "1"})

    assert list(await inbox.receive([odd])) == ["stored"]

    assert "\x00" in odd.text or odd.text
    assert (await row(database, "SELECT replace(body, U&'\\FFFD', '?') FROM interaction"))[0][
        0
    ] == "a"


async def test_the_same_mail_again_is_stored_once(database: Database, inbox: Intake) -> None:
    answers = await asyncio.gather(*(inbox.receive([mail(1), mail(1)]) for _ in range(10)))

    assert sorted(o for a in answers for o in a) == ["duplicate"] * 19 + ["stored"]
    assert await row(database, "SELECT count(*) FROM interaction") == (1,)


async def test_a_mailbox_is_read_as_far_as_its_mails_are_stored(
    database: Database, inbox: Intake
) -> None:
    mailroom = Mailroom(database, holder="me")
    lease = await mailroom.take(ENTRY_POINT, "INBOX", lease_s=60)
    assert lease is not None
    reached = Checkpoint(
        entry_point=ENTRY_POINT, mailbox="INBOX", uid_validity=7, last_uid=3, lease=lease
    )
    bad = Unreadable(
        channel="email",
        reason="empty",
        detail="There is nothing in it.",
        raw=Raw(body=b" ", content_type="message/rfc822"),
    )

    assert list(await inbox.receive([mail(1), bad, mail(2)], checkpoint=reached)) == [
        "stored",
        "quarantined",
        "stored",
    ]
    assert await mailroom.reached(ENTRY_POINT, "INBOX") == (7, 3)
    assert await row(database, "SELECT count(*) FROM quarantine") == (1,)


async def test_who_lost_the_lease_stores_nothing(database: Database, inbox: Intake) -> None:
    mailroom = Mailroom(database, holder="me")
    lease = await mailroom.take(ENTRY_POINT, "INBOX", lease_s=60)
    assert lease is not None
    await mailroom.let_go(lease)
    await Mailroom(database, holder="other").take(ENTRY_POINT, "INBOX", lease_s=60)
    reached = Checkpoint(
        entry_point=ENTRY_POINT, mailbox="INBOX", uid_validity=7, last_uid=3, lease=lease
    )

    neighbour = asyncio.create_task(inbox.receive([mail(2)]))
    with pytest.raises(LeaseLost):
        await inbox.receive([mail(1)], checkpoint=reached)

    assert list(await neighbour) == ["stored"]
    assert await row(database, "SELECT count(*) FROM interaction") == (1,)
    assert await mailroom.reached(ENTRY_POINT, "INBOX") is None


async def test_whatever_a_text_holds_it_is_stored(database: Database, inbox: Intake) -> None:
    """Every field of a mail that is text, with what databases and JSON dislike."""
    nasty = [
        "\x00",
        "\ud800",
        "\udfff\udc00",
        "\\u0000",
        "'; --",
        '"}',
        "\u202e",
        "\U0001f600",
        "ی" * 70_000,
    ]
    plain = mail("x", files=(("a.txt", "text/plain", b"a"),))
    items = []
    for n, text in enumerate(nasty):
        read = plain.received.mail
        one = MailAddress(f"{text}{n}", f"{text}@x")
        changed = msgspec.structs.replace(
            read,
            message_id=f"{text}{n}",
            in_reply_to=(f"{text}{n}",),
            references=(text,),
            author=one,
            to=(one,),
            cc=(one,),
            reply_to=(one,),
            subject=text,
            text=text,
            html=text,
            bounce=Bounce(permanent=True, recipient=text, status=text, message_id=text),
            files=(
                msgspec.structs.replace(
                    read.files[0], name=text, content_id=text, declared_type=text
                ),
            ),
        )
        received = msgspec.structs.replace(plain.received, mail=changed, envelope_sender=text)
        items.append(
            msgspec.structs.replace(
                plain,
                text=text,
                sender=Address(kind="email", value=f"{text[:9]}{n}@x.test"),
                sender_name=text,
                external_id=f"{text[:9]} {n}".encode(errors="replace").decode(),
                details={"note": text},
                raw=Raw(
                    body=b"%d" % n,
                    content_type="message/rfc822",
                    headers={"entry_point": ENTRY_POINT, "x": text},
                ),
                thread=Thread(answers=(f"{text}{n}", text)),
                received=received,
            )
        )

    with capture_logs() as told:
        outcomes = await inbox.receive(items)

    assert list(outcomes) == ["stored"] * len(nasty)
    assert [one["event"] for one in told] == []
    assert await row(database, "SELECT count(*), max(length(whole_text)) FROM mail") == (
        len(nasty),
        70_000,
    )
    assert await row(database, "SELECT max(length(name)) FROM contact") == (200,)


async def test_what_cannot_be_read_is_kept_whatever_is_said_of_it(
    database: Database, inbox: Intake
) -> None:
    bad = Unreadable(
        channel="email",
        reason="empty",
        detail="a\x00b\ud800",
        external_id="a\x00",
        raw=Raw(
            body=b"\x00",
            content_type="a\x00",
            headers={"entry_point": ENTRY_POINT, "a\x00": "\ud800"},
        ),
    )

    assert list(await inbox.receive([mail(1), bad])) == ["stored", "quarantined"]
    assert list(await inbox.receive([bad])) == ["quarantined"]

    assert await row(
        database, "SELECT body, times_received, entry_point_id IS NOT NULL FROM quarantine"
    ) == (b"\x00", 2, True)


async def test_a_large_mail_holds_up_no_other(
    database: Database, inbox: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as its bytes are under way, others are stored."""
    large = mail(1, files=(("film.mp4", "video/mp4", b"x" * LARGE_BYTES),))
    is_under_way, may_go_on = asyncio.Event(), asyncio.Event()
    store = blobs.store

    async def slowly(conn: Conn, content: bytes) -> bytes:
        if len(content) >= LARGE_BYTES:
            is_under_way.set()
            await may_go_on.wait()
        return await store(conn, content)

    monkeypatch.setattr(blobs, "store", slowly)
    waits = asyncio.create_task(inbox.receive([large]))
    async with asyncio.timeout(5):
        await is_under_way.wait()
        assert list(await inbox.receive([mail(2, sender="ali@customer.test")])) == ["stored"]
    assert not waits.done()
    may_go_on.set()

    assert list(await waits) == ["stored"]
