"""Mails as agents read them: the whole, the original, and a page on which nothing runs."""

import re

import pytest
from mail_writing import HELP, PNG, VERIFIED, Letterbox, html_mail, text_mail

from channels import Address, Inbound, Raw

HTML = (
    '<p style="color:red">My <b>screen</b> is black.</p><img src="cid:dot@x">'
    '<img src="https://tracker.test/pixel.gif?who=me"><script>alert(1)</script>'
    '<a href="https://shop.test/x">shop</a><a href="javascript:alert(2)">no</a>'
    '<div class="gmail_quote">On Friday somebody wrote: <blockquote>old</blockquote></div>'
)


@pytest.fixture
async def letterbox(all_channels, inbox, table):
    opened = Letterbox(all_channels, inbox, table)
    await opened.open()
    return opened


async def test_all_of_a_mail_is_read(admin, letterbox):
    mail_id = await letterbox.take(html_mail(HTML))

    mail = await admin("GET", f"/interactions/{mail_id}/mail", status=200)

    assert mail["subject"] == "Screen"
    assert mail["class"] == "person"
    assert mail["from"] == {"name": "Sara Ahmadi", "address": "sara@customer.test"}
    assert mail["to"] == [{"name": "Help", "address": HELP}]
    assert mail["cc"] == [{"name": "Boss", "address": "boss@customer.test"}]
    assert mail["message_id"] == "first@customer.test"
    assert mail["sent_at"] == "2026-03-21T10:00:00+03:30"
    assert "old" in mail["text"]
    assert "old" not in mail["new_text"]
    assert (mail["has_html"], mail["has_more"], mail["has_original"]) == (True, True, True)
    assert "cid:dot@x" in mail["html"]
    for hostile in ("tracker.test", "<script", "javascript"):
        assert hostile not in mail["html"]
    files = {file["name"]: file for file in mail["attachments"]}
    assert (files["dot.png"]["inline"], files["dot.png"]["content_id"]) == (True, "dot@x")
    assert files["dot.png"]["content_type"] == "image/png"
    assert files["bill.pdf"]["inline"] is False


async def test_the_timeline_tells_of_a_mail_what_its_new_words_do_not(admin, letterbox, table):
    mail_id = await letterbox.take(html_mail(HTML))
    row = await table.fetchrow(
        "SELECT ticket_id, contact_id FROM interaction WHERE id = $1", mail_id
    )

    pages = [
        await admin("GET", f"/tickets/{row['ticket_id']}/timeline", status=200),
        await admin("GET", f"/contacts/{row['contact_id']}/timeline", status=200),
    ]

    for page in pages:
        [entry] = page["items"]
        mail = entry["mail"]
        assert (mail["subject"], mail["class"], mail["verified"]) == ("Screen", "person", False)
        assert (mail["has_html"], mail["has_more"]) == (True, True)
        assert mail["from"]["address"] == "sara@customer.test"
        assert "old" not in entry["body"]
        assert {"text", "html"}.isdisjoint(mail)


@pytest.mark.parametrize(
    ("found", "verified"),
    [
        ({}, True),
        ({"domain": None}, False),
        ({"domain": "other.test"}, False),
        ({"dmarc": "fail"}, False),
        ({"dmarc": None}, False),
    ],
)
async def test_a_sender_is_verified_by_our_own_border_and_for_the_domain_one_reads(
    admin, letterbox, found, verified
):
    fields = {"spf": "pass", "dkim": "pass", "dmarc": "pass", "domain": "customer.test"} | found
    authentication = type(VERIFIED)(**fields)
    mail_id = await letterbox.take(html_mail(HTML), authentication=authentication)

    mail = await admin("GET", f"/interactions/{mail_id}/mail", status=200)
    page = await (await admin.send("GET", f"/interactions/{mail_id}/page")).text()

    assert mail["verified"] is verified
    assert mail["authentication"] == fields
    assert ("Sender verified" in page, "Sender not verified" in page) == (verified, not verified)


async def test_the_original_is_what_came_byte_for_byte(admin, letterbox):
    large = html_mail(HTML + "\r\n".join(f"<p>{n}</p>" for n in range(8000)))
    for raw in (html_mail(HTML), large, text_mail("\x01 odd \x02\x7f bytes") + b"\xff\xfe\x00"):
        mail_id = await letterbox.take(raw)

        answer = await admin.send("GET", f"/interactions/{mail_id}/original")

        assert await answer.read() == raw
        assert answer.headers["Content-Type"] == "message/rfc822"
        assert (
            f'attachment; filename="interaction-{mail_id}.eml"'
            in (answer.headers["Content-Disposition"])
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_the_page_holds_what_the_mail_shows_and_loads_nothing(admin, letterbox):
    mail_id = await letterbox.take(html_mail(HTML))

    answer = await admin.send("GET", f"/interactions/{mail_id}/page")
    page = await answer.text()

    assert answer.status == 200, page
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == "data:"
    assert directives["form-action"] == directives["base-uri"] == "'none'"
    assert set(directives["sandbox"].split()) == {
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-downloads",
    }
    assert directives["frame-ancestors"] == "'self' http://desk.test https://console.test"
    assert "script-src" not in directives
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-site"
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'src="data:image/png;base64,iVBORw0KGgo' in page
    assert "Images that are not shown: 1" in page
    assert "tracker.test" not in page
    assert "<script" not in page
    assert re.search(r'<a href="https://shop.test/x" rel="noopener noreferrer nofollow">', page)
    assert '<base target="_blank">' in page
    assert "bill.pdf" in page
    assert "javascript" not in page


async def test_images_from_elsewhere_are_there_when_somebody_asks(admin, letterbox):
    mail_id = await letterbox.take(html_mail(HTML))

    answer = await admin.send("GET", f"/interactions/{mail_id}/page?remote_images=true")
    page = await answer.text()

    assert 'src="https://tracker.test/pixel.gif?who=me"' in page
    assert 'src="data:image/png;base64,' in page
    assert "img-src data: https: http:;" in answer.headers["Content-Security-Policy"]
    assert "Images that are not shown" not in page
    assert "<script" not in page
    again = await (await admin.send("GET", f"/interactions/{mail_id}/page")).text()
    assert "tracker.test" not in again


async def test_what_was_stored_as_safe_is_made_safe_once_more(admin, letterbox, table):
    """The cleaner of an earlier version may have let something through."""
    mail_id = await letterbox.take(html_mail(HTML))
    await table.execute(
        """UPDATE mail SET html = '<script>x</script><p onclick="x()">Hi</p>'
           '<img src="https://tracker.test/p"><a href="javascript:x()">y</a>' WHERE interaction_id = $1""",
        mail_id,
    )

    page = await (await admin.send("GET", f"/interactions/{mail_id}/page")).text()

    for hostile in ("<script", "onclick", "tracker.test", "javascript:"):
        assert hostile not in page
    assert "Hi" in page


async def test_only_images_are_put_into_the_page_and_not_too_much_of_them(
    admin, letterbox, table, monkeypatch
):
    mail_id = await letterbox.take(html_mail(HTML))
    page = f"/interactions/{mail_id}/page"
    monkeypatch.setattr("contactcenter.api.mails.MAX_IMAGES_BYTES", len(PNG) - 1)
    assert "data:image" not in await (await admin.send("GET", page)).text()
    monkeypatch.undo()
    assert "data:image" in await (await admin.send("GET", page)).text()
    hostile = b"<svg onload=alert(1)>"
    await table.execute(
        "WITH b AS (INSERT INTO blob (sha256, size_bytes) VALUES (sha256($1), length($1))),"
        " c AS (INSERT INTO blob_chunk (sha256, position, bytes) VALUES (sha256($1), 0, $1))"
        " UPDATE attachment SET sha256 = sha256($1), content_type = 'image/png'"
        " WHERE content_id = 'dot@x'",
        hostile,
    )
    assert "data:image" not in (shown := await (await admin.send("GET", page)).text())
    assert "Images that are not shown: 2" in shown


async def test_a_text_is_shown_as_it_is_with_its_addresses_as_links(admin, letterbox):
    text = (
        "سلام\n<b>not bold</b> & see (https://shop.test/a?b=1&c=2). "
        '"https://x.test/"><script>alert(1)</script>'
    )
    mail_id = await letterbox.take(text_mail(text, subject="<i>Hi</i>"))

    page = await (await admin.send("GET", f"/interactions/{mail_id}/page")).text()

    assert "&lt;b&gt;not bold&lt;/b&gt; &amp; see (" in page
    assert '<a href="https://shop.test/a?b=1&amp;c=2" rel=' in page
    assert '<a href="https://x.test/" rel=' in page
    assert "<script" not in page
    assert "<title>&lt;i&gt;Hi&lt;/i&gt;</title>" in page


async def test_the_page_speaks_the_language_of_who_reads_it(staff, table, letterbox):
    mail_id = await letterbox.take(html_mail(HTML))
    persian = await staff.signed_in("admin")
    await table.execute("UPDATE user_account SET language = 'fa' WHERE id = $1", persian.user_id)

    page = await (await persian.send("GET", f"/interactions/{mail_id}/page")).text()

    assert '<html lang="fa" dir="rtl">' in page
    assert "فرستنده تأیید نشده است" in page
    assert "۱۴۰۵-۰۱-۰۱ ۱۰:۰۰</bdi> <bdi>(UTC+03:30)" in page
    assert "نشان داده نشده‌اند: ۱" in page


async def test_who_may_not_read_the_ticket_is_told_that_there_is_no_mail(agent, letterbox):
    mail_id = await letterbox.take(html_mail(HTML))

    for path in ("mail", "original", "page", "page?remote_images=true"):
        problem = await agent("GET", f"/interactions/{mail_id}/{path}", status=404)
        assert "Screen" not in str(problem)


async def test_a_message_that_is_no_mail_has_none_but_its_original(admin, inbox, table):
    await inbox.receive(
        [
            Inbound(
                channel="sms",
                entry_point="+982191012345",
                sender=Address(kind="phone", value="+989121234567"),
                text="hello",
                raw=Raw(body=b"Body=hello", content_type="application/x-www-form-urlencoded"),
                external_id="SM1",
            )
        ]
    )
    text_id = await table.fetchval("SELECT id FROM interaction")

    for path in ("mail", "page"):
        await admin("GET", f"/interactions/{text_id}/{path}", status=404)
    answer = await admin.send("GET", f"/interactions/{text_id}/original")
    assert await answer.read() == b"Body=hello"
    assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.fixture
async def held(letterbox, all_channels, inbox, table):
    """The ticket of a customer, and what a stranger wrote into it."""
    mail_id = await letterbox.take(text_mail("My screen is black."))
    ticket_id = await table.fetchval("SELECT ticket_id FROM interaction WHERE id = $1", mail_id)
    raw = html_mail(HTML, subject=f"Re: [#{ticket_id}]", sender="stranger@elsewhere.test")
    kept = Raw(body=raw, content_type="message/rfc822", headers={"entry_point": HELP})
    item = await all_channels["email"].read("message", kept)
    assert list(await inbox.receive([item])) == ["quarantined"]
    return ticket_id, await table.fetchval("SELECT id FROM quarantine")


async def test_a_mail_that_waits_for_a_decision_is_seen_by_who_may_decide(
    supervisor, admin, agent, held
):
    _, quarantine_id = held
    path = f"/quarantine/{quarantine_id}/page"
    await agent("GET", path, status=404)

    answer = await admin.send("GET", path)
    page = await answer.text()

    assert answer.status == 200, page
    assert "sandbox allow-popups" in answer.headers["Content-Security-Policy"]
    assert "stranger@elsewhere.test" in page
    assert 'src="data:image/png;base64,' in page
    assert "Images that are not shown: 1" in page
    for hostile in ("tracker.test", "<script", "javascript:", "remote_images"):
        assert hostile not in page
    assert "<bdi>bill.pdf</bdi>" in page


async def test_what_is_no_mail_has_no_page_in_the_quarantine(admin, table, letterbox):
    quarantine_id = await table.fetchval(
        """INSERT INTO quarantine (channel, purpose, reason, detail, content_type, body, body_sha256,
                                   headers, received_at)
           VALUES ('email', 'message', 'not_a_mail', 'x', 'message/rfc822', '', sha256(''),
                   '{"entry_point": "help@example.com"}', now()) RETURNING id"""
    )

    problem = await admin("GET", f"/quarantine/{quarantine_id}/page", status=409)

    assert problem["code"] == "not_understood"
