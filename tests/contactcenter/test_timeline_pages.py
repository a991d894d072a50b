"""Pages of a long timeline hold exactly what the viewer may read, however little that is."""

import asyncpg
import factories
import pytest

from contactcenter import timeline

#: Judged row by row, without a thought of speed.
EVERYTHING = """
SELECT i.id FROM viewer($1) v, interaction i JOIN ticket t ON t.id = i.ticket_id
WHERE i.contact_id = $2 AND may_read(v.is_admin, v.teams, v.hidden, v.contacts, t.team_ids, t.contact_id)
ORDER BY i.id DESC"""
LIMIT = 51


@pytest.fixture
async def world(conn: asyncpg.Connection) -> dict[str, int]:
    """Two contacts and a viewer: of each contact's tickets one is readable, one is not."""
    mine = await factories.team(conn, name="Mine")
    others = await factories.team(conn, name="Others")
    viewer_id = await conn.fetchval(
        "INSERT INTO user_account (email, name, role) VALUES ('v@example.com', 'V', 'agent')"
        " RETURNING id"
    )
    await conn.execute("INSERT INTO team_member VALUES ($1, $2)", mine, viewer_id)
    made = {"viewer": viewer_id}
    for name in ("sara", "omid"):
        made[name] = await factories.contact(conn, name=name)
        for team, team_id in (("mine", mine), ("others", others)):
            made[f"{name} {team}"] = await conn.fetchval(
                "INSERT INTO ticket (contact_id, channel, opened_at, enqueued_at, team_ids)"
                " VALUES ($1, 'sms', now(), now(), ARRAY[$2::bigint]) RETURNING id",
                made[name],
                team_id,
            )
    return made


async def say(conn: asyncpg.Connection, contact_id: int, ticket_id: int, times: int) -> None:
    await conn.execute(
        "INSERT INTO interaction (contact_id, ticket_id, channel, direction, kind, body, state,"
        " occurred_at, received_at) SELECT $1, $2, 'sms', 'inbound', 'message', 'x', 'received',"
        " now(), now() FROM generate_series(1, $3::int)",
        contact_id,
        ticket_id,
        times,
    )


async def read(conn: asyncpg.Connection, world: dict[str, int]) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    while True:
        before_id = found[-1] if found else 2**62
        page = await timeline.of_contact(
            conn, world["viewer"], world["sara"], before_id=before_id, limit=LIMIT
        )
        assert page is not None
        assert len(page) <= LIMIT
        found += [entry["id"] for entry in page]
        if len(page) < LIMIT:
            return found


async def expected(conn: asyncpg.Connection, world: dict[str, int]) -> list[int]:
    return [r["id"] for r in await conn.fetch(EVERYTHING, world["viewer"], world["sara"])]


@pytest.mark.parametrize(
    "said",
    [
        [("others", 1200)],
        [("mine", 7), ("others", 1200)],
        [("mine", 60), ("others", 700), ("mine", 20), ("others", 600), ("mine", 3)],
        [("mine", 130)],
        [("others", 499), ("mine", 1), ("others", 499)],
        [("mine", 1), ("others", 500)],
        [("mine", 1), ("others", 499)],
    ],
)
async def test_what_may_be_read_is_read_however_much_lies_between(
    conn: asyncpg.Connection, world: dict[str, int], said: list[tuple[str, int]]
) -> None:
    for team, times in said:
        await say(conn, world["sara"], world[f"sara {team}"], times)

    assert await read(conn, world) == await expected(conn, world)
    assert len(await expected(conn, world)) == sum(n for team, n in said if team == "mine")


async def test_what_stayed_with_a_ticket_of_somebody_else_after_a_merge_was_undone_is_read(
    conn: asyncpg.Connection, world: dict[str, int]
) -> None:
    await say(conn, world["sara"], world["omid mine"], 5)
    await say(conn, world["sara"], world["sara others"], 1200)
    await conn.execute(
        "INSERT INTO contact_merge (kept_id, merged_id, moved, actor, merged_at, undone_at)"
        " VALUES ($1, $2, '{}', 'system', now(), now())",
        world["omid"],
        world["sara"],
    )

    assert await read(conn, world) == await expected(conn, world)
    assert len(await expected(conn, world)) == 5


async def test_a_contact_that_is_not_there_or_no_longer_has_no_timeline(
    conn: asyncpg.Connection, world: dict[str, int]
) -> None:
    await say(conn, world["sara"], world["sara mine"], 60)
    await conn.execute(
        "UPDATE contact SET merged_into_id = $1 WHERE id = $2", world["omid"], world["sara"]
    )

    for contact_id in (world["sara"], 2**40):
        assert (
            await timeline.of_contact(
                conn, world["viewer"], contact_id, before_id=2**62, limit=LIMIT
            )
            is None
        )


async def test_a_page_tells_which_interactions_have_files(
    conn: asyncpg.Connection, world: dict[str, int]
) -> None:
    await say(conn, world["sara"], world["sara mine"], 2)
    newest, oldest = await expected(conn, world)
    await conn.execute(
        "INSERT INTO attachment (interaction_id, content_type, source_url)"
        " VALUES ($1, 'image/png', 'https://a.example/1')",
        oldest,
    )

    page = await timeline.of_contact(
        conn, world["viewer"], world["sara"], before_id=2**62, limit=LIMIT
    )

    assert page is not None
    assert [(e["id"], e["has_files"]) for e in page] == [(newest, False), (oldest, True)]
