"""What customers do is told by shops: once each, all or none, and only what may be kept."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import factories
import pytest

PURCHASE = {
    "kind": "purchase",
    "source": "web-shop",
    "external_id": "order-1",
    "occurred_at": "2026-01-05T10:00:00Z",
    "amount_minor": 129_900,
    "currency": "EUR",
    "product": "Laptop",
}


@pytest.fixture
async def contact(table: asyncpg.Connection) -> int:
    await factories.prepare(table)
    return await factories.contact(table, name="Sara", phone="+989120000001")


async def kept(table: asyncpg.Connection) -> list[tuple]:
    rows = await table.fetch(
        "SELECT contact_id, kind, external_id FROM behaviour_event ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def happened(table: asyncpg.Connection) -> list[dict]:
    rows = await table.fetch("SELECT data FROM event WHERE kind = 'behaviour_told' ORDER BY id")
    return [row["data"] for row in rows]


def taken(**counts: int) -> dict[str, int]:
    return {"new": 0, "known": 0, "not_kept": 0, "created": 0} | counts


async def test_what_is_told_is_read_back_and_told_again_changes_nothing(admin, table, contact):
    lines = [
        PURCHASE | {"contact_id": contact, "cost_minor": 90_000},
        {
            "kind": "complaint",
            "source": "web-shop",
            "external_id": "c-1",
            "occurred_at": "2026-01-04T10:00:00+03:30",
            "identity": {"kind": "phone", "value": "0912 000 0001"},
            "topic": "تأخیر",
        },
    ]

    first = await admin("POST", "/behaviour_events", lines, status=201)
    again = await admin("POST", "/behaviour_events", lines[::-1] + lines, status=201)

    assert (first, again) == (taken(new=2), taken(known=4))
    assert await happened(table) == [taken(new=2)]
    page = await admin("GET", f"/contacts/{contact}/behaviour", status=200)
    assert [e["external_id"] for e in page["items"]] == ["order-1", "c-1"]
    assert page["items"][0] | {"id": 0, "received_at": 0} == {
        **PURCHASE,
        "id": 0,
        "received_at": 0,
        "contact_id": contact,
        "cost_minor": 90_000,
        "topic": None,
        "referred_id": None,
        "details": {},
    }
    only = await admin("GET", f"/contacts/{contact}/behaviour?kind=complaint&limit=1", status=200)
    assert ([e["topic"] for e in only["items"]], only["next"]) == (["تأخیر"], None)


async def test_a_list_is_read_in_pages(admin, table, contact):
    for n in range(3):
        at = datetime(2026, 1, 1 + n // 2, tzinfo=UTC)
        await factories.behaviour(table, at, contact, "purchase", amount_minor=n)
    found, cursor = [], ""
    for _ in range(3):
        page = await admin("GET", f"/contacts/{contact}/behaviour?limit=1{cursor}", status=200)
        found += [e["amount_minor"] for e in page["items"]]
        cursor = f"&cursor={page['next']}"

    assert (found, page["next"]) == ([2, 1, 0], None)


async def test_a_wrong_line_is_named_and_nothing_of_the_batch_is_kept(
    admin, table, contact, subtests
):
    for change, field in [
        ({"kind": "sale"}, "kind"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"amount_minor": None, "currency": None}, "amount_minor"),
        ({"currency": None}, "currency"),
        ({"currency": "XYZ"}, "currency"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"amount_minor": 12.5}, "amount_minor"),
        ({"topic": "boats"}, "topic"),
        ({"details": {"size": 4}}, "details"),
        ({"kind": "complaint", "amount_minor": None, "currency": None}, "topic"),
        ({"kind": "interest", "topic": "x", "cost_minor": 4}, "cost_minor"),
        ({"kind": "interest", "topic": "x", "amount_minor": None}, "amount_minor"),
        ({"kind": "referral"}, "referred_contact_id"),
        ({"referred_contact_id": 1}, "referred_contact_id"),
        ({"contact_id": 999_999}, "contact_id"),
        ({"contact_id": None}, "contact_id"),
        ({"contact_id": None, "identity": {"kind": "phone", "value": "09129999999"}}, "identity"),
        ({"contact_id": None, "identity": {"kind": "phone", "value": "12"}}, "identity.value"),
        ({"external_id": "order-1", "amount_minor": 5}, "external_id"),
        ({"source": "Web Shop"}, "source"),
        ({"colour": "red"}, "colour"),
    ]:
        with subtests.test(change=change, field=field):
            good = PURCHASE | {"contact_id": contact}
            wrong = good | {"external_id": "order-2"} | change

            refused = await admin("POST", "/behaviour_events", [good, wrong], status=422)

            assert refused["field"] == f"body[1].{field}"
            assert await kept(table) == []


async def test_another_thing_under_a_known_name_is_refused(admin, table, contact):
    line = PURCHASE | {"contact_id": contact}
    await admin("POST", "/behaviour_events", [line], status=201)

    for change in ({"amount_minor": 1}, {"occurred_at": "2026-01-05T10:00:01Z"}, {"product": None}):
        refused = await admin("POST", "/behaviour_events", [line | change], status=422)
        assert refused["field"] == "body[0].external_id"
    other_source = line | {"source": "till", "amount_minor": 1}
    assert await admin("POST", "/behaviour_events", [other_source], status=201) == taken(new=1)


async def test_the_same_from_many_at_once_is_kept_once(admin, table, contact):
    lines = [
        PURCHASE
        | {"external_id": f"o{n}", "identity": {"kind": "phone", "value": f"091200000{n:02}"}}
        for n in range(1, 6)
    ]

    told = await asyncio.gather(
        *(
            admin("POST", "/behaviour_events?create_contacts=true", sent, status=201)
            for sent in (lines, lines[::-1], lines, lines[2:])
        )
    )

    assert sum(one["new"] for one in told) == len(await kept(table)) == 5
    assert sum(one["created"] for one in told) == 4
    assert await table.fetchval("SELECT count(*) FROM contact") == 5


async def test_people_nobody_knew_are_made_once_if_that_is_wanted(admin, table, contact):
    lines = [
        {
            **PURCHASE,
            "external_id": f"o{n}",
            "identity": {"kind": "phone", "value": f"091200000{n:02}"},
        }
        for n in (1, 2, 2, 3)
    ]
    lines[2] = lines[1] | {"external_id": "o2b"}

    told = await admin("POST", "/behaviour_events?create_contacts=true", lines, status=201)

    assert told == taken(new=4, created=2)
    assert len({contact_id for contact_id, _, _ in await kept(table)}) == 3
    made = await table.fetch(
        "SELECT contact_id FROM event WHERE kind = 'contact_created' ORDER BY id"
    )
    assert len(made) == 2
    again = await admin("POST", "/behaviour_events?create_contacts=true", lines, status=201)
    assert again == taken(known=4)


async def test_who_brought_whom_never_leads_in_a_circle(admin, table, contact):
    a, b, c = contact, await factories.contact(table), await factories.contact(table)

    def brought(by, whom):
        return {
            "kind": "referral",
            "source": "club",
            "external_id": f"{by}-{whom}",
            "occurred_at": "2026-01-01T00:00:00Z",
            "contact_id": by,
            "referred_contact_id": whom,
        }

    async def refused(*lines):
        return (await admin("POST", "/behaviour_events", lines, status=422))["field"]

    assert await refused(brought(a, a)) == "body[0].referred_contact_id"
    assert await refused(brought(a, b), brought(b, a)) == "body[0].referred_contact_id"
    await admin("POST", "/behaviour_events", [brought(b, c), brought(a, b)], status=201)
    assert await refused(brought(c, a)) == "body[0].referred_contact_id"
    assert await refused(brought(a, c)) == "body[0].referred_contact_id"  # b brought him
    stranger = await factories.contact(table)
    await table.execute("UPDATE contact SET merged_into_id = $1 WHERE id = $2", a, stranger)
    assert await refused(brought(c, stranger)) == "body[0].referred_contact_id"
    assert await refused(brought(stranger, a)) == "body[0].referred_contact_id"


async def test_the_tree_of_who_brought_whom_is_that_of_the_events(admin, table, contact):
    people = [contact, *[await factories.contact(table) for _ in range(4)]]
    for n, (by, whom) in enumerate([(0, 1), (0, 2), (1, 3)]):
        at = datetime(2026, 1, 1 + n, tzinfo=UTC)
        await factories.behaviour(table, at, people[by], "referral", referred_id=people[whom])

    async def tree(of):
        found = await admin("GET", f"/contacts/{people[of]}/referrals", status=200)
        return [
            (people.index(r["by_id"]), people.index(r["contact_id"]), r["depth"]) for r in found
        ]

    assert await tree(0) == [(0, 1, 1), (0, 2, 1), (1, 3, 2)]
    assert (await tree(1), await tree(3)) == ([(1, 3, 1)], [])
    # a merge may close a circle that nobody told
    await table.execute(
        "UPDATE contact SET merged_into_id = $1 WHERE id = $2", people[0], people[3]
    )
    assert await tree(0) == [(0, 1, 1), (0, 2, 1)]


async def test_of_a_kind_that_is_off_nothing_is_kept_and_nothing_is_said(
    admin, table, contact, capfd
):
    kind = await admin.send("GET", "/behaviour_kinds/complaint")
    etag = {"If-Match": kind.headers["ETag"]}
    changed = await admin(
        "PATCH", "/behaviour_kinds/complaint", {"captured": False}, headers=etag, status=200
    )
    line = {
        "kind": "complaint",
        "source": "shop",
        "external_id": "canary-id",
        "occurred_at": "2026-01-01T00:00:00Z",
        "contact_id": contact,
        "topic": "canary-topic",
    }

    told = await admin("POST", "/behaviour_events", [line], status=201)

    assert (changed["captured"], changed["version"]) == (False, 2)
    assert told == taken(not_kept=1)
    assert (await kept(table), await happened(table)) == ([], [])
    everything = "".join(capfd.readouterr()) + str(
        [dict(row) for row in await table.fetch("SELECT data FROM event")]
    )
    assert "canary" not in everything
    stale = await admin.send("PATCH", "/behaviour_kinds/complaint", {}, headers=etag)
    assert stale.status == 412
    (audited,) = (await admin("GET", "/audit?what=behaviour_kind", status=200))["items"]
    assert audited["data"]["changed"] == {"captured": {"from": True, "to": False}}


async def test_what_is_older_than_its_kind_is_kept_is_not_taken(admin, table, contact):
    await table.execute("UPDATE behaviour_kind SET retention_days = 30 WHERE kind = 'purchase'")
    now = await table.fetchval("SELECT clock_timestamp()")
    ages = {"young": timedelta(days=29), "old": timedelta(days=31)}
    lines = [
        PURCHASE | {"contact_id": contact, "external_id": n, "occurred_at": (now - age).isoformat()}
        for n, age in ages.items()
    ]

    assert await admin("POST", "/behaviour_events", lines, status=201) == taken(new=1, not_kept=1)
    assert [external_id for _, _, external_id in await kept(table)] == ["young"]


async def test_a_kind_of_the_house_has_details_of_its_own(admin, table, contact):
    kind = {"kind": "test_drive", "name_en": "Test drive", "name_fa": "رانندگی آزمایشی"}
    await admin("POST", "/behaviour_kinds", kind, status=201)
    await admin("POST", "/behaviour_kinds", kind, status=409)
    line = {
        "kind": "test_drive",
        "source": "showroom",
        "external_id": "1",
        "occurred_at": "2026-01-01T00:00:00Z",
        "contact_id": contact,
        "topic": "estate car",
        "details": {"minutes": 40, "electric": True, "model": "خودرو"},
    }

    await admin("POST", "/behaviour_events", [line], status=201)

    (read,) = (await admin("GET", f"/contacts/{contact}/behaviour", status=200))["items"]
    assert (read["details"], read["topic"]) == (line["details"], "estate car")
    assert await admin("POST", "/behaviour_events", [line], status=201) == taken(known=1)
    kinds = await admin("GET", "/behaviour_kinds", status=200)
    assert [k["kind"] for k in kinds if not k["built_in"]] == ["test_drive"]


async def test_only_administrators_tell_and_decide_what_is_kept(agent, supervisor, contact):
    for who in (agent, supervisor):
        line = PURCHASE | {"contact_id": contact}
        await who("POST", "/behaviour_events", [line], status=403)
        await who("PATCH", "/behaviour_kinds/quote", {"captured": False}, status=403)


async def test_what_was_told_by_an_address_goes_with_it_when_a_merge_is_undone(
    admin, table, contact
):
    other = await factories.contact(table, phone="+989120000002")
    third = await factories.contact(table, phone="+989120000003")

    async def tell(external_id, **whom):
        line = PURCHASE | {"external_id": external_id} | whom
        await admin("POST", "/behaviour_events", [line], status=201)

    def phone(n):
        return {"identity": {"kind": "phone", "value": f"091200000{n:02}"}}

    await tell("before", **phone(2))
    inner = await admin("POST", f"/contacts/{other}/merges", {"contact_id": third}, status=201)
    outer = await admin("POST", f"/contacts/{contact}/merges", {"contact_id": other}, status=201)
    for name, whom in {
        "own": phone(1), "others": phone(2), "thirds": phone(3), "by id": {"contact_id": other}
    }.items():  # fmt: skip
        await tell(name, **whom)

    async def of(contact_id):
        page = await admin("GET", f"/contacts/{contact_id}/behaviour", status=200)
        return sorted(e["external_id"] for e in page["items"])

    assert await of(contact) == ["before", "by id", "others", "own", "thirds"]
    await admin("POST", f"/merges/{outer['id']}/undoings", status=201)
    assert (await of(contact), await of(other)) == (
        ["own"],
        ["before", "by id", "others", "thirds"],
    )
    await admin("POST", f"/merges/{inner['id']}/undoings", status=201)
    assert (await of(other), await of(third)) == (["before", "by id", "others"], ["thirds"])


async def test_a_file_is_brought_by_request_and_written_out_again(admin, agent, table, contact):
    header = "kind,external_id,occurred_at,phone,amount_minor,currency,topic\n"
    good = "purchase,1,2026-01-05T10:00:00Z,09120000001,1000,EUR,\n"
    path = "/behaviour_events/imports?source=till"

    async def sent(text, status):
        return await admin("POST", path, data=text.encode(), status=status)

    wrong = await sent(header + good + good.replace(",1,", ",2,").replace("1000", "1,5"), 422)
    assert (wrong["field"], await kept(table)) == ("line 3", [])
    wrong = await sent(header + good + good.replace(",1,", ",2,").replace("EUR", "ABC"), 422)
    assert (wrong["field"], await kept(table)) == ("line 3, column currency", [])
    wrong = await sent(header + "\n" * 500_000, 422)
    assert (wrong["field"], await kept(table)) == ("body", [])
    assert await sent(header + good, 201) == taken(new=1)
    assert await sent(header + good, 201) == taken(known=1)

    await factories.segment(table, datetime(2026, 1, 1, tzinfo=UTC), contact, "value_class", "A")
    answer = await admin.send("GET", "/behaviour_events/export?from=2026-01-01T00:00:00Z")
    text = (await answer.read()).decode("utf-8-sig")
    assert text.splitlines()[1:] == [
        f"purchase,till,1,2026-01-05T10:00:00+00:00,{contact},1000,,EUR,,,,"
    ]
    assert await sent(text, 201) == taken(known=1)
    assert (await agent.send("GET", "/behaviour_events/export")).status == 403
