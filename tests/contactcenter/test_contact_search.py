"""Searching contacts: what is read, and by which indexes, among many."""

import asyncpg
import pytest

from contactcenter.contacts import contact_search
from contactcenter.contacts.contact_search import wanted


@pytest.fixture
async def many(dsn):
    """Twelve thousand contacts with names in both scripts, each with a number; one is rare."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("""
        INSERT INTO contact (id, name)
        SELECT n, CASE WHEN n % 2 = 0
          THEN (ARRAY['رضا', 'مریم', 'حسین', 'زهرا', 'امیر'])[n % 5 + 1] || ' '
            || (ARRAY['کریمی', 'احمدی', 'موسوی', 'رستمی', 'صادقی', 'بهرامی', 'نوری'])[n % 7 + 1]
          ELSE 'Person ' || md5(n::text) END
        FROM generate_series(1, 12000) AS n""")
    await conn.execute("""
        INSERT INTO identity (contact_id, kind, value)
        SELECT n, 'phone', '+98912' || lpad((n * 379 % 10000000)::text, 7, '0')
        FROM generate_series(1, 12000) AS n""")
    await conn.execute("UPDATE contact SET name = 'سهراب سپهری' WHERE id = 777")
    await conn.execute("VACUUM ANALYZE contact")
    await conn.execute("VACUUM ANALYZE identity")
    yield conn
    await conn.close()


def test_a_number_is_reduced_to_what_every_writing_of_it_has():
    for text in ("0912 123", "۰۹۱۲۱۲۳", "+98 912-123", "0098912123", "(0912) 123"):
        assert wanted(text).address in {"%912123%", "%98912123%"}


def test_two_characters_are_looked_for_where_words_begin():
    assert wanted("نی").any_of == ["نی%", "% نی%"]
    assert wanted("12").address is None


def test_a_word_is_also_looked_for_as_two():
    assert wanted("علیرضا").any_of == [
        "%علیرضا%",
        "%عل یرضا%",
        "%علی رضا%",
        "%علیر ضا%",
    ]


@pytest.mark.slow
async def test_both_indexes_serve_a_search_among_many_whatever_plan_is_kept(many):
    await many.execute(
        "PREPARE search (text, text, text[], text[], text, int, bigint, bigint) AS "
        + contact_search._search.sql
    )
    for mode in ("force_custom_plan", "force_generic_plan"):
        await many.execute(f"SET plan_cache_mode = {mode}")
        for text in ("سهراب سپهري", "سپهری", "0912 000 0379", "Person 1a7f"):
            q = wanted(text)
            explain = await many.fetchval(
                "SELECT format('EXPLAIN EXECUTE search(%L, %L, %L, %L, %L, -1, 0, 51)',"
                " $1::text, $2::text, $3::text[], $4::text[], $5::text)",
                q.exact,
                q.beginning,
                q.any_of,
                q.all_of,
                q.address,
            )

            plan = "\n".join(row[0] for row in await many.fetch(explain))

            assert "identity_by_folded_value" in plan, (mode, text, plan)
            if text != "Person 1a7f" or mode == "force_generic_plan":
                # Half of all names hold the word "person": reading all is right there.
                assert "contact_by_folded_name" in plan, (mode, text, plan)


async def test_one_name_is_found_among_many(many):
    async def search(text):
        found = await contact_search.search(many, wanted(text), after=None, limit=10)
        return [(f.id, f.rank) for f in found]

    assert await search("سپهري سهراب") == [(777, 2)]
    assert await search("سهراب") == [(777, 1)]
    assert await search("سهراب سپهری") == [(777, 0)]


async def test_a_common_name_is_paged_to_the_end(many):
    seen, after = [], None
    while page := await contact_search.search(many, wanted("كريمي"), after=after, limit=300):
        seen += [f.id for f in page]
        after = (page[-1].rank, page[-1].id)

    wanted_ids = await many.fetch(
        "SELECT id FROM contact WHERE name LIKE '%کریمی' ORDER BY id DESC"
    )
    assert seen == [row["id"] for row in wanted_ids]
    assert len(seen) == 857
