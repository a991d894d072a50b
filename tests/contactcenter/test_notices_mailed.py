"""A notice by mail can be left with one press, answered, and comes once."""

from datetime import timedelta

import factories
from mails import mail
from mails_sent import ENTRY_POINT, posting
from smtp_scripts import scripted_smtp

from contactcenter import timers
from contactcenter.db import Database
from contactcenter.notices import notice_sending, notices
from contactcenter.notices.notices import New, Words


async def test_a_mailed_notice_has_a_way_out_and_an_answer_to_it_opens_a_ticket(
    database: Database,
) -> None:
    async with scripted_smtp() as smtp, posting(database, smtp) as post:
        async with database.transaction() as conn:
            now = await timers.clock(conn)
            await conn.execute("UPDATE notice_limit SET opens_min = 0, closes_min = 1440")
            ours = await conn.fetchval("SELECT id FROM entry_point WHERE address = $1", ENTRY_POINT)
            sara = await factories.contact(conn, language="fa")
            await factories.identity(conn, sara, kind="email", value="sara@customer.test")
            await factories.segment(
                conn, now - timedelta(days=1), sara, "customer_category", "home"
            )
            words = Words(
                after_s=0, subject_en="Spring", subject_fa="بهار", text_en="Hello", text_fa="سلام"
            )
            new = New(
                name="Spring",
                audience_kind="customer_category",
                audience_value="home",
                channel="email",
                entry_point_id=ours,
                calendar_id=None,
                starts_at=now,
                texts=(words,),
            )
            made = await notices.create(
                conn, now, new, channels=post.channels, author_id=post.author_id, actor="user:1"
            )
            await notices.move(conn, now, made, "running", actor="user:1")
            await notice_sending.plan(conn, now)
            await notice_sending.write(conn, now, post.channels, at_most=5)
        await post.send()
        await post.send()

        (taken,) = smtp.taken
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in taken.raw
        assert await post.states() == [("sent", "sent", None)]
        rows = await post.desk.rows(
            "SELECT m.subject, i.body, i.ticket_id, m.message_id"
            " FROM interaction i JOIN mail m ON m.interaction_id = i.id"
        )
        assert rows[0][:3] == ("بهار", "سلام", None)
        answer = mail(1, text="Yes, please.", answers=(rows[0][3],))
        (ticket_id,) = await post.desk.takes(answer)
        owner = await post.desk.rows("SELECT contact_id FROM ticket WHERE id = $1", ticket_id)
        assert owner == [(sara,)]
