"""Mail of machines is told from mail of people, and a bounce says whose and why."""

import pytest

from channels import Bounce, Notice
from channels._mail import threads
from channels._mail.understanding import understand
from channels._mail.values import Loop

STATUS = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B

Sorry
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; joe@example.com
Action: {action}
Status: {status}
--B
Content-Type: {returned}

Message-ID: <abc@ours>
Subject: Hello
--B--
"""


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [("failed", "5.1.1", True), ("failed", "4.4.7", False), ("delayed", "4.4.1", False)],
)
def test_a_delivery_report_says_whose_and_whether_for_good(action, status, permanent, returned):
    read = understand(STATUS.format(action=action, status=status, returned=returned).encode())

    assert read.kind == "bounce"
    assert read.bounce == Bounce(
        permanent=permanent,
        recipient="joe@example.com",
        status=status,
        message_id="abc@ours",
        gave_up=action == "failed",
    )


def test_a_report_of_success_is_no_bounce():
    read = understand(
        STATUS.format(action="delivered", status="2.0.0", returned="message/rfc822").encode()
    )

    assert (read.kind, read.bounce) == ("receipt", None)
    assert read.notice == Notice(
        message_id="abc@ours", recipient="joe@example.com", status="delivered"
    )


def test_a_mail_that_was_only_passed_on_has_not_arrived_yet():
    read = understand(
        STATUS.format(action="relayed", status="2.0.0", returned="message/rfc822").encode()
    )

    assert read.notice == Notice(message_id="abc@ours")


RECEIPT = """\
From: Joe <joe@example.com>
Subject: Read: Hello
Content-Type: multipart/report; report-type=disposition-notification; boundary=B

--B

Your message was shown.
--B
Content-Type: message/disposition-notification

Reporting-UA: joes-pc.example; MailReader
Final-Recipient: rfc822;joe@example.com
Original-Message-ID: <abc@ours>
Disposition: manual-action/MDN-sent-manually; {disposition}
--B--
"""


@pytest.mark.parametrize(
    ("disposition", "status"),
    [("displayed", "read"), ("Displayed/warning", "read"), ("deleted", None), ("", None)],
)
def test_only_a_mail_that_was_shown_was_read(disposition, status):
    read = understand(RECEIPT.format(disposition=disposition).encode())

    assert read.kind == "receipt"
    assert read.notice == Notice(message_id="abc@ours", recipient="joe@example.com", status=status)
    assert threads.answers(read) == ("abc@ours",)


def test_a_complaint_says_of_which_mail_and_what_about():
    read = understand(
        b"From: abuse@provider.example\nSubject: FW: Hello\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=B\n\n"
        b"--B\n\nAn abuse report\n--B\nContent-Type: message/feedback-report\n\n"
        b"Feedback-Type: abuse\nUser-Agent: x/1\nOriginal-Rcpt-To: <joe@example.com>\n"
        b"--B\nContent-Type: message/rfc822\n\nMessage-ID: <abc@ours>\nSubject: Hello\n\nHi\n--B--\n"
    )

    assert read.kind == "complaint"
    assert read.notice == Notice(
        message_id="abc@ours", recipient="joe@example.com", feedback="abuse"
    )


def test_a_mail_of_our_software_tells_whose_it_is_and_what_it_is_to_others():
    read = understand(
        b"X-Contactcenter-Loop: support@other.example\nAuto-Submitted: auto-replied\n\nwords"
    )

    assert read.loop == Loop(senders=("support@other.example",), otherwise="auto_reply")


@pytest.mark.parametrize(
    ("raw", "bounce"),
    [
        (
            (
                "From: MAILER-DAEMON@example.net\nReturn-Path: <>\nSubject: failure notice\n\n"
                "Hi. This is the qmail-send program at example.net.\n\n<bob@example.org>:\n"
                "Remote host said: 550 5.1.1 <bob@example.org>: User unknown\n\nMessage-ID: <q1@ours>\n"
            ),
            Bounce(
                permanent=True, recipient="bob@example.org", status="5.1.1", message_id="q1@ours"
            ),
        ),
        (
            (
                "From: postmaster@example.net\nSubject: Undeliverable: Hello\n\n"
                "bob@example.org: 550 no such user here\n"
            ),
            Bounce(permanent=True, recipient="bob@example.org", status="5.0.0"),
        ),
        (
            (
                "From: mailer-daemon@example.net\nSubject: Warning: message delayed 24 hours (delivery delayed)\n\n"
                "Your message to bob@example.org has not yet been delivered and will be retried.\n"
            ),
            Bounce(permanent=False, recipient="bob@example.org", status=None, gave_up=False),
        ),
        (
            (
                "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: bob@example.org\n"
                "Subject: Delivery Status Notification (Failure)\n\nAddress not found\n"
            ),
            Bounce(permanent=True, recipient="bob@example.org", status=None),
        ),
    ],
)
def test_a_bounce_in_prose_is_read(raw, bounce):
    read = understand(raw.encode())

    assert (read.kind, read.bounce) == ("bounce", bounce)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Subject: it is broken", "person"),
        ("Auto-Submitted: no", "person"),
        ("Auto-Submitted: auto-replied", "auto_reply"),
        ("Auto-Submitted: auto-generated; x=y", "auto_reply"),
        ("X-Autoreply: yes", "auto_reply"),
        ("Precedence: auto_reply", "auto_reply"),
        ("Subject: Automatic reply: your mail", "auto_reply"),
        ("Subject: پاسخ خودکار: سفارش", "auto_reply"),
        ("Subject: Re: your automatic reply settings", "person"),
        ("From: noreply@example.com", "auto_reply"),
        ("Return-Path: <>", "auto_reply"),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "auto_reply"),
        ("List-Id: <news.example.com>", "bulk"),
        ("Precedence: bulk", "bulk"),
        ("From: no-reply@shop.example\nList-Unsubscribe: <mailto:x@y>", "bulk"),
        ("X-Contactcenter-Loop: 1", "loop"),
        ("From: postmaster@example.com\nSubject: your account", "auto_reply"),
        ("From: Ann <ann@example.com>\nSubject: Re: failure notice", "person"),
    ],
)
def test_the_kind_goes_by_the_header(header, kind):
    assert understand(f"{header}\n\nwords".encode()).kind == kind


@pytest.mark.parametrize(
    ("part", "kind"),
    [("message/feedback-report", "complaint"), ("message/disposition-notification", "receipt")],
)
def test_the_kind_goes_by_the_parts(part, kind):
    raw = f"Content-Type: multipart/report; boundary=B\n\n--B\n\nx\n--B\nContent-Type: {part}\n\nA: b\n--B--"

    assert understand(raw.encode()).kind == kind
