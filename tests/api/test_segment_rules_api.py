"""Rule segments over the API: definitions, who belongs, what would be, and audiences."""

from contactcenter.segment_keeper import SegmentKeeper

ADULTS = {"all": [{"age": {"at_least": 18}}, {"not": {"customer_category": "home"}}]}
RULE = {"key": "adults", "name_en": "Adults", "name_fa": "بزرگسالان", "condition": ADULTS}


async def person(admin, name, *, phone=None, category="government", born="1990-01-01"):
    body = {"name": name, "birth_date": born}
    if phone is not None:
        body["identities"] = [{"kind": "phone", "value": phone}]
    made = await admin("POST", "/contacts", body, status=201)
    said = {"kind": "customer_category", "value": category}
    await admin("POST", f"/contacts/{made['id']}/segments", said, status=201)
    return made["id"]


async def test_who_meets_the_condition_belongs_and_is_told_why(admin, staff, database):
    one = await person(admin, "Sara")
    await person(admin, "Reza", category="home")
    made = await admin("POST", "/segment_rules", RULE, status=201)
    assert (made["version"], made["name_fa"]) == (1, "بزرگسالان")
    assert made["to_look_at"] > 0
    await SegmentKeeper(database).settle()

    supervisor = await staff.signed_in("supervisor")
    found = await supervisor("GET", "/segment_rules/adults", status=200)
    assert (found["members"], found["to_look_at"]) == (1, 0)
    page = await supervisor("GET", "/segment_rules/adults/contacts?limit=1", status=200)
    assert page["next"] is None
    (member,) = page["items"]
    assert (member["contact_id"], member["name"]) == (one, "Sara")
    assert [(b["part"], b["found"]) for b in member["because"]] == [
        ("condition.all[0].age", "1990-01-01"),
        ("condition.all[1].not.customer_category", "government"),
    ]
    shown = await supervisor("GET", f"/contacts/{one}", status=200)
    assert ("group", "adults", "Adults") in {
        (s["kind"], s["value"], s["name_en"]) for s in shown["segments"]
    }
    body = {"condition": {"segment.group": "adults"}}
    tried = await supervisor("POST", "/segment_rules/dry_runs", body, status=200)
    assert tried["would_belong"] == 1
    agent = await staff.signed_in("agent")
    await agent("GET", "/segment_rules", status=403)
    await supervisor("POST", "/segment_rules", RULE | {"key": "b"}, status=403)


async def test_pages_are_stable_while_people_come_and_go(admin, database):
    ids = [await person(admin, f"P{n}") for n in range(5)]
    await admin("POST", "/segment_rules", RULE, status=201)
    await SegmentKeeper(database).settle()
    path = "/segment_rules/adults/contacts?limit=2"
    first = await admin("GET", path, status=200)
    said = {"kind": "customer_category", "value": "home"}
    await admin("POST", f"/contacts/{ids[0]}/segments", said, status=201)
    await SegmentKeeper(database).settle()
    second = await admin("GET", f"{path}&cursor={first['next']}", status=200)
    third = await admin("GET", f"{path}&cursor={second['next']}", status=200)
    seen = [m["contact_id"] for page in (first, second, third) for m in page["items"]]
    assert seen == ids


async def test_a_condition_that_could_never_be_asked_is_refused(admin, subtests):
    for condition, field in [
        ({"all": [{"age": 18}, {"age": "old"}]}, "body.condition.all[1].age"),
        ({"shoe_size": 43}, "body.condition.shoe_size"),
        ({"customer_category": "hermit"}, "body.condition.customer_category"),
        ({"temperament": "haggler"}, "body.condition.temperament"),
        ({"segment.group": "adults"}, "body.condition.segment.group"),
        ({"profile.gender": "blue"}, "body.condition.profile.gender"),
    ]:
        with subtests.test(condition=condition, field=field):
            body = RULE | {"condition": condition}
            refused = await admin("POST", "/segment_rules", body, status=422)
            assert refused["field"] == field
            tried = await admin(
                "POST", "/segment_rules/dry_runs", {"condition": condition}, status=422
            )
            assert tried["field"] == field
            assert await admin("GET", "/segment_rules", status=200) == []


async def test_a_dry_run_tells_how_many_would_belong_and_changes_nothing(admin):
    one = await person(admin, "Sara")
    for n in range(12):
        await person(admin, f"P{n}", category="home")
    tried = await admin("POST", "/segment_rules/dry_runs", {"condition": ADULTS}, status=200)
    assert (tried["would_belong"], tried["is_exact"]) == (1, True)
    assert [e["contact_id"] for e in tried["examples"]] == [one]
    everybody = await admin("POST", "/segment_rules/dry_runs", {"condition": {}}, status=200)
    assert everybody["would_belong"] == everybody["contacts"]
    assert len(everybody["examples"]) == 10
    assert await admin("GET", "/segment_rules", status=200) == []


async def test_an_edit_is_based_on_a_version_and_asks_everybody_anew(admin, database):
    one = await person(admin, "Sara")
    await admin("POST", "/segment_rules", RULE, status=201)
    await admin("POST", "/segment_rules", RULE, status=409)
    keeper = SegmentKeeper(database)
    await keeper.settle()
    body = {"condition": {"age": {"at_least": 65}}}
    path = "/segment_rules/adults"
    changed = await admin("PATCH", path, body, headers={"If-Match": '"1"'}, status=200)
    assert changed["version"] == 2
    await admin("PATCH", path, body, headers={"If-Match": '"1"'}, status=412)
    await keeper.settle()
    assert (await admin("GET", path, status=200))["members"] == 0
    gone = await admin("PATCH", path, {"archived": True}, headers={"If-Match": '"2"'}, status=200)
    assert gone["archived_at"] is not None
    assert await admin("GET", "/segment_rules", status=200) == []
    history = await admin("GET", f"/contacts/{one}/segments", status=200)
    assert [s["value"] for s in history["history"] if s["kind"] == "group"] == ["adults"]


OPT_OUT = (
    "INSERT INTO opt_out (channel, sender, identity_id, source, from_at)"
    " VALUES ($1, $2, $3, 'customer', now())"
)


async def test_an_audience_stays_as_it_was_taken_without_those_who_opted_out(admin, database):
    ids = [
        await person(admin, "A", phone="+989120000001"),
        await person(admin, "B", phone="+989120000002"),
        await person(admin, "C"),
    ]
    opted = {"channel": "sms", "sender": "+982100000000"}
    contact = await admin("GET", f"/contacts/{ids[1]}", status=200)
    async with database.transaction() as conn:
        await conn.execute(
            OPT_OUT,
            *opted.values(),
            contact["identities"][0]["id"],
        )
    await admin("POST", "/segment_rules", RULE, status=201)
    keeper = SegmentKeeper(database)
    await keeper.settle()

    body = {"name": "Spring", "channel": "sms"}
    taken = await admin("POST", "/segment_rules/adults/audiences", body, status=201)
    assert (taken["size"], taken["opted_out"], taken["unreachable"]) == (1, 1, 1)
    path = f"/segment_audiences/{taken['id']}"
    before = await admin("GET", f"{path}/contacts", status=200)
    assert [one["contact_id"] for one in before["items"]] == ids[:1]

    said = {"kind": "customer_category", "value": "home"}
    await admin("POST", f"/contacts/{ids[0]}/segments", said, status=201)
    await admin(
        "PATCH",
        "/segment_rules/adults",
        {"condition": {"age": 3}},
        headers={"If-Match": '"1"'},
        status=200,
    )
    await keeper.settle()
    assert await admin("GET", f"{path}/contacts", status=200) == before
    assert await admin("GET", path, status=200) == taken
    assert taken["condition"] == ADULTS
    assert await admin("GET", "/segment_rules/adults/audiences", status=200) == [taken]
    await admin("POST", "/segment_rules/adults/audiences", body | {"channel": "pigeon"}, status=422)

    async with database.transaction() as conn:
        await conn.execute(OPT_OUT, *opted.values(), before["items"][0]["identity_id"])
    assert (await admin("GET", f"{path}/contacts", status=200))["items"] == []
