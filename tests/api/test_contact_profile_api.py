"""What people tell of themselves: typed, checked by name, kept as it was said, merged and parted."""

import json
from datetime import UTC, datetime, timedelta

import pytest

HOURS = {"from": "09:00", "until": "12:30", "days": [6, 7], "time_zone": "Asia/Tehran"}
FACTS = {
    "gender": "other",
    "occupation": "پزشک",
    "organisational_position": "head of the ward",
    "workplace": "بیمارستان نمازی",
    "needs": ["quiet printer", "چاپ دورو"],
    "expectations": ["delivered on the day that was named"],
    "birth_date": "1986-03-21",
    "interests": ["photography"],
    "likes": ["short answers"],
    "dislikes": ["being called at noon"],
    "preferred_channel": "phone",
    "preferred_hours": HOURS,
    "tone_note": "formal, with title",
    "please_do": ["send the numbers by mail"],
    "please_avoid": ["first names"],
}
SHOE = {"key": "shoe_size", "name_en": "Shoe size", "name_fa": "شماره پا", "type": "number"}
OWN = [
    SHOE | {"minimum": 20, "maximum": 50},
    {
        "key": "club",
        "name_en": "Club",
        "name_fa": "باشگاه",
        "type": "choice",
        "choices": [
            {"value": "gold", "name_en": "Gold", "name_fa": "طلایی"},
            {"value": "blue", "name_en": "Blue", "name_fa": "آبی"},
        ],
    },
    {"key": "wed", "name_en": "Wedding day", "name_fa": "روز ازدواج", "type": "date"}
    | {"earliest": "1950-01-01", "latest": "2100-01-01"},
    {"key": "smokes", "name_en": "Smokes", "name_fa": "سیگاری", "type": "boolean"},
    {"key": "pets", "name_en": "Pets", "name_fa": "حیوانات خانگی", "type": "list"},
    {"key": "motto", "name_en": "Motto", "name_fa": "شعار", "type": "text"},
]


@pytest.fixture
async def sara(admin):
    """A contact of a house that wants to know some things of its own."""
    for attribute in OWN:
        await admin("POST", "/contact_attributes", attribute, status=201)
    return await admin("POST", "/contacts", {"name": "Sara"}, status=201)


async def edit(caller, contact, body, *, status=200):
    path = f"/contacts/{contact['id']}"
    etag = (await caller.send("GET", path)).headers["ETag"]
    return await caller("PATCH", path, body, headers={"If-Match": etag}, status=status)


async def attribute_change(caller, key, body, *, status=200):
    path = f"/contact_attributes/{key}"
    etag = (await caller.send("GET", path)).headers["ETag"]
    return await caller("PATCH", path, body, headers={"If-Match": etag}, status=status)


# Facts of a person --------------------------------------------------------------------------


async def test_every_fact_is_kept_as_it_was_told_and_can_be_taken_back(agent, sara):
    edited = await edit(agent, sara, FACTS)
    read = await agent("GET", f"/contacts/{sara['id']}", status=200)
    emptied = await edit(
        agent, sara, {k: [] if isinstance(v, list) else None for k, v in FACTS.items()}
    )

    assert {name: edited[name] for name in FACTS} == FACTS
    assert {name: read[name] for name in FACTS} == FACTS
    assert edited["known_at"].keys() == FACTS.keys() | {"name"}
    assert not any(emptied[name] for name in FACTS)
    assert emptied["known_at"].keys() == {"name"}


async def test_a_contact_may_be_made_with_all_that_he_has_told(agent):
    contact = await agent("POST", "/contacts", FACTS, status=201)

    assert {name: contact[name] for name in FACTS} == FACTS


async def test_words_are_kept_once_and_without_spaces_around_them(agent, sara):
    edited = await edit(agent, sara, {"needs": ["  a quiet ", "a quiet", "b"], "workplace": " x "})

    assert (edited["needs"], edited["workplace"]) == (["a quiet", "b"], "x")


async def test_a_fact_is_declined_until_it_is_told(agent, sara):
    declined = await edit(agent, sara, {"declined": ["occupation", "gender"]})
    told = await edit(agent, sara, {"occupation": "welder"})

    assert declined["declined"] == ["gender", "occupation"]
    assert told["declined"] == ["gender"]


async def test_what_is_said_once_more_is_fresh_again(agent, table, sara):
    await edit(agent, sara, {"occupation": "welder"})
    await table.execute(
        """UPDATE contact SET known_at = '{"occupation": "2020-01-01T00:00:00Z"}'"""
    )

    same = await edit(agent, sara, {"occupation": "welder"})
    confirmed = await edit(agent, sara, {"confirmed": ["occupation"]})

    assert same["known_at"]["occupation"].startswith("2020")
    assert not confirmed["known_at"]["occupation"].startswith("2020")
    problem = await edit(agent, sara, {"confirmed": ["occupation", "likes"]}, status=422)
    assert problem["field"] == "body.confirmed[1]"


async def test_an_event_tells_that_a_fact_is_known_and_never_what_it_is(agent, table, sara):
    await edit(agent, sara, FACTS | {"attributes": {"motto": "canary"}})

    [data] = await table.fetch("SELECT data::text FROM event WHERE kind = 'contact_changed'")
    told = json.loads(data[0])
    assert told["changed"]["gender"] == {"from": False, "to": True}
    assert told["changed"]["needs"] == {"from": 0, "to": 2}
    assert told["changed"]["attributes"] == {"from": 0, "to": 1}
    for words in ("other", "1986", "canary", "phone", "پزشک", "quiet"):
        assert words not in data[0]


TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


IMPOSSIBLE = [
    ({"gender": "robot"}, "body.gender"),
    ({"gender": 1}, "body.gender"),
    ({"occupation": 7}, "body.occupation"),
    ({"occupation": " "}, "body.occupation"),
    ({"workplace": "x" * 201}, "body.workplace"),
    ({"needs": "a printer"}, "body.needs"),
    ({"needs": ["ok", 7]}, "body.needs[1]"),
    ({"needs": None}, "body.needs"),
    ({"birth_date": "2023-02-30"}, "body.birth_date"),
    ({"birth_date": "1899-12-31"}, "body.birth_date"),
    ({"birth_date": TOMORROW}, "body.birth_date"),
    ({"birth_date": "yesterday"}, "body.birth_date"),
    ({"birth_date": 19860321}, "body.birth_date"),
    ({"preferred_channel": "telepathy"}, "body.preferred_channel"),
    ({"preferred_hours": HOURS | {"from": "25:00"}}, "body.preferred_hours.from"),
    ({"preferred_hours": HOURS | {"until": "09:00"}}, "body.preferred_hours.until"),
    ({"preferred_hours": HOURS | {"days": [8]}}, "body.preferred_hours.days[0]"),
    ({"preferred_hours": HOURS | {"days": [1, 1]}}, "body.preferred_hours.days[1]"),
    ({"preferred_hours": HOURS | {"time_zone": "Mars"}}, "body.preferred_hours.time_zone"),
    ({"declined": ["age"]}, "body.declined[0]"),
    ({"age": 37}, "body.age"),
    ({"temperament": "warm"}, "body.temperament"),
    ({"attributes": {"colour": "red"}}, "body.attributes.colour"),
    ({"attributes": {"colour": None}}, "body.attributes.colour"),
    ({"attributes": {"gender": "male"}}, "body.attributes.gender"),
    ({"attributes": {"formerly_of": 7}}, "body.attributes.formerly_of"),
    ({"attributes": {"shoe_size": "44"}}, "body.attributes.shoe_size"),
    ({"attributes": {"shoe_size": {"eu": 44}}}, "body.attributes.shoe_size"),
    ({"attributes": {"shoe_size": 2**60}}, "body.attributes.shoe_size"),
    ({"attributes": {"shoe_size": True}}, "body.attributes.shoe_size"),
    ({"attributes": {"shoe_size": 19.9}}, "body.attributes.shoe_size"),
    ({"attributes": {"shoe_size": 51}}, "body.attributes.shoe_size"),
    ({"attributes": {"club": "silver"}}, "body.attributes.club"),
    ({"attributes": {"club": 1}}, "body.attributes.club"),
    ({"attributes": {"wed": "2001-02-29"}}, "body.attributes.wed"),
    ({"attributes": {"wed": "1949-12-31"}}, "body.attributes.wed"),
    ({"attributes": {"wed": 20010228}}, "body.attributes.wed"),
    ({"attributes": {"smokes": "yes"}}, "body.attributes.smokes"),
    ({"attributes": {"pets": "cat"}}, "body.attributes.pets"),
    ({"attributes": {"pets": ["cat", " "]}}, "body.attributes.pets[1]"),
    ({"attributes": {"motto": " "}}, "body.attributes.motto"),
    ({"attributes": {"motto": 5}}, "body.attributes.motto"),
]


async def test_what_cannot_be_is_refused_by_its_name_and_nothing_changes(agent, table, sara):
    before = await edit(agent, sara, {"likes": ["tea"], "attributes": {"motto": "on"}})

    for body, field in IMPOSSIBLE:
        wanted = {"note": "new", "likes": ["coffee"]} | body
        problem = await edit(agent, sara, wanted, status=422)
        assert problem["field"] == field, body

    assert await agent("GET", f"/contacts/{sara['id']}", status=200) == before
    assert await table.fetchval("SELECT count(*) FROM event WHERE kind = 'contact_changed'") == 1


# Attributes of the house --------------------------------------------------------------------


async def test_values_of_the_houses_own_attributes_are_kept(agent, sara):
    given = {
        "shoe_size": 42.5,
        "club": "gold",
        "wed": "2004-02-29",
        "smokes": False,
        "pets": ["cat", " cat", "dog"],
        "motto": " هر روز بهتر ",
    }

    edited = await edit(agent, sara, {"attributes": given})

    assert edited["attributes"] == given | {"pets": ["cat", "dog"], "motto": "هر روز بهتر"}
    assert given.keys() <= edited["known_at"].keys()


async def test_what_an_older_database_knows_stays_readable_and_may_go(agent, table, sara):
    old = {"city": "شیراز", "vip": True, "shoe_size": "big"}
    await table.execute("UPDATE contact SET attributes = $1", json.dumps(old))

    kept = await edit(agent, sara, {"attributes": old | {"motto": "on"}})
    problem = await edit(agent, sara, {"attributes": old | {"vip": 1}}, status=422)
    fewer = await edit(agent, sara, {"attributes": {"city": "شیراز"}})

    assert kept["attributes"] == old | {"motto": "on"}
    assert problem["field"] == "body.attributes.vip"
    assert fewer["attributes"] == {"city": "شیراز"}


async def test_an_archived_attribute_stays_where_it_is_and_is_told_no_more(admin, sara):
    await edit(admin, sara, {"attributes": {"motto": "on"}})
    archived = await attribute_change(admin, "motto", {"archived": True})
    assert archived["archived_at"] is not None

    same = await edit(admin, sara, {"attributes": {"motto": "on", "smokes": True}})
    problem = await edit(admin, sara, {"attributes": {"motto": "off"}}, status=422)

    assert same["attributes"] == {"motto": "on", "smokes": True}
    assert problem["field"] == "body.attributes.motto"
    listed = await admin("GET", "/contact_attributes", status=200)
    assert "motto" not in {a["key"] for a in listed}
    await attribute_change(admin, "motto", {"archived": False})
    await edit(admin, sara, {"attributes": {"motto": "off"}})


SENSELESS = [
    ({"key": "formerly_of"}, "body.key"),
    ({"key": "Shoe"}, "body.key"),
    ({"name_fa": " "}, "body.name_fa"),
    ({"type": "hours"}, "body.type"),
    ({"type": "choice"}, "body.choices"),
    ({"choices": [{"value": "a", "name_en": "A", "name_fa": "آ"}]}, "body.choices"),
    ({"minimum": 5, "maximum": 4}, "body.maximum"),
    ({"earliest": "2020-01-01"}, "body.earliest"),
    ({"type": "text", "minimum": 1}, "body.minimum"),
    ({"question_en": "What size?"}, "body.question_fa"),
    ({"asked": True}, "body.asked"),
    ({"worth": 101}, "body.worth"),
    ({"fresh_days": 0}, "body.fresh_days"),
]


async def test_an_attribute_that_makes_no_sense_is_refused(admin):
    for body, field in SENSELESS:
        problem = await admin("POST", "/contact_attributes", SHOE | body, status=422)
        assert problem["field"] == field, body


async def test_only_administrators_define_attributes_and_each_key_once(admin, agent, sara):
    assert sara["attributes"] == {}
    await agent("POST", "/contact_attributes", SHOE | {"key": "hat"}, status=403)

    for key in ("shoe_size", "gender"):
        problem = await admin("POST", "/contact_attributes", SHOE | {"key": key}, status=409)
        assert problem["code"] == "name_taken"


async def test_what_is_part_of_the_product_keeps_its_shape_and_its_care(admin):
    asked = {"asked": True, "question_en": "Gender?", "question_fa": "جنسیت؟", "worth": 100}
    gender = await attribute_change(admin, "gender", asked)
    archived = await attribute_change(admin, "gender", {"archived": True}, status=409)
    choices = await attribute_change(admin, "gender", {"choices": []}, status=409)
    plain = await attribute_change(admin, "gender", {"sensitive": False}, status=422)

    assert (gender["worth"], gender["sensitive"]) == (100, True)
    assert archived["code"] == choices["code"] == "attribute_is_built_in"
    assert plain["field"] == "body.sensitive"


# Merged -------------------------------------------------------------------------------------


FIELDS = (*FACTS, "attributes", "known_at", "declined", "name", "note", "language")


async def test_a_merge_keeps_what_both_told_and_undoing_gives_each_his_own(admin, sara):
    mina = await admin("POST", "/contacts", FACTS, status=201)
    mina = await edit(
        admin, mina, {"attributes": {"pets": ["dog", "cat"], "smokes": True}, "declined": ["club"]}
    )
    sara = await edit(
        admin,
        sara,
        {
            "occupation": "welder",
            "needs": ["Quiet Printer", "ink"],
            "attributes": {"pets": ["Cat", "fish"], "motto": "on"},
            "declined": ["gender", "likes"],
        },
    )

    merge = await admin(
        "POST", f"/contacts/{sara['id']}/merges", {"contact_id": mina["id"]}, status=201
    )
    both = await admin("GET", f"/contacts/{sara['id']}", status=200)
    await admin("POST", f"/merges/{merge['id']}/undoings", status=201)

    assert both["occupation"] == "welder"
    assert (both["gender"], both["birth_date"]) == ("other", "1986-03-21")
    assert both["needs"] == ["Quiet Printer", "ink", "چاپ دورو"]
    assert both["attributes"] == {"pets": ["Cat", "fish", "dog"], "motto": "on", "smokes": True}
    assert both["declined"] == ["club"]
    assert both["known_at"]["gender"] == mina["known_at"]["gender"]
    for before in (sara, mina):
        after = await admin("GET", f"/contacts/{before['id']}", status=200)
        assert {f: after[f] for f in FIELDS} == {f: before[f] for f in FIELDS}


async def test_what_was_said_since_a_merge_stays_when_it_is_undone(admin, sara):
    mina = await admin("POST", "/contacts", FACTS, status=201)
    merge = await admin(
        "POST", f"/contacts/{sara['id']}/merges", {"contact_id": mina["id"]}, status=201
    )
    await edit(admin, sara, {"occupation": "nurse", "needs": ["quiet printer", "ink"]})

    await admin("POST", f"/merges/{merge['id']}/undoings", status=201)

    after = await admin("GET", f"/contacts/{sara['id']}", status=200)
    assert (after["occupation"], after["needs"], after["workplace"]) == ("nurse", ["ink"], None)
    assert after["known_at"].keys() == {"name", "occupation", "needs"}


async def test_what_two_told_stays_until_both_are_parted_in_any_order(admin, sara):
    """Afterwards it is as if the first had never been merged."""
    told = {"workplace": "Shiraz", "needs": ["ink", "paper"], "attributes": {"pets": ["cat"]}}
    mina = await admin("POST", "/contacts", told | {"occupation": "welder"}, status=201)
    omid = await admin("POST", "/contacts", told | {"likes": ["tea"]}, status=201)
    before = await edit(admin, sara, {"needs": ["Paper"], "attributes": {"motto": "on"}})
    path = f"/contacts/{sara['id']}"
    second = await admin("POST", f"{path}/merges", {"contact_id": omid["id"]}, status=201)
    alone = await admin("GET", path, status=200)
    await admin("POST", f"/merges/{second['id']}/undoings", status=201)

    first = await admin("POST", f"{path}/merges", {"contact_id": mina["id"]}, status=201)
    second = await admin("POST", f"{path}/merges", {"contact_id": omid["id"]}, status=201)
    await admin("POST", f"/merges/{first['id']}/undoings", status=201)
    left = await admin("GET", path, status=200)
    await admin("POST", f"/merges/{second['id']}/undoings", status=201)
    after = await admin("GET", path, status=200)

    assert (left["workplace"], left["occupation"]) == ("Shiraz", None)
    assert {f: left[f] for f in FIELDS} == {f: alone[f] for f in FIELDS}
    assert {f: after[f] for f in FIELDS} == {f: before[f] for f in FIELDS}
