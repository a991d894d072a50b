"""Kinds of segments: those of the product, and a house's own."""

import pytest

REGION = {
    "kind": "region",
    "name_en": "Region",
    "name_fa": "منطقه",
    "set_by": "supervisor",
    "values": [
        {"value": "north", "name_en": "North", "name_fa": "شمال"},
        {"value": "south", "name_en": "South", "name_fa": "جنوب"},
    ],
}


async def test_the_product_has_its_kinds_in_both_languages(agent):
    kinds = {kind["kind"]: kind for kind in await agent("GET", "/segment_kinds", status=200)}

    assert kinds.keys() >= {
        "temperament", "customer_category", "contract", "value_class", "language", "entitlement", "group",
        "vital", "life_cycle",
    }  # fmt: skip
    assert [v["value"] for v in kinds["customer_category"]["values"]] == [
        "education", "government", "small_business", "large_business", "home",
    ]  # fmt: skip
    assert [v["value"] for v in kinds["value_class"]["values"]] == ["A", "B", "C", "costly"]
    assert (kinds["contract"]["several"], kinds["contract"]["free"]) == (True, True)
    assert kinds["value_class"]["set_by"] == "supervisor"
    for kind in kinds.values():
        for named in [kind, *kind["values"]]:
            assert named["name_en"].isascii()
            assert not named["name_fa"].isascii()


async def test_a_house_has_kinds_of_its_own_and_rules_ask_for_them(admin, staff):
    made = await admin("POST", "/segment_kinds", REGION, status=201)
    assert made["values"] == REGION["values"]
    contact = await admin("POST", "/contacts", {"name": "Sara"}, status=201)
    supervisor = await staff.signed_in("supervisor")
    agent = await staff.signed_in("agent")
    path, body = f"/contacts/{contact['id']}/segments", {"kind": "region", "value": "north"}

    await agent("POST", path, body, status=403)
    told = await supervisor("POST", path, body, status=201)

    assert [s["name_fa"] for s in told["effective"]] == ["شمال"]
    etag = (await admin.send("GET", "/entry_rules")).headers["ETag"]
    rule = {"condition": {"segment.region": ["north", "south"]}, "queue_id": 1}
    await admin("PUT", "/entry_rules", [rule], headers={"If-Match": etag}, status=200)


async def test_a_value_that_is_left_out_is_said_no_more_and_can_come_back(admin):
    await admin("POST", "/segment_kinds", REGION, status=201)
    contact = await admin("POST", "/contacts", {"name": "Sara"}, status=201)
    path, body = f"/contacts/{contact['id']}/segments", {"kind": "region", "value": "north"}
    await admin("POST", path, body, status=201)

    changed = await change(admin, {"values": REGION["values"][1:], "name_en": "Area"})

    assert [v["value"] for v in changed["values"]] == ["south"]
    assert (changed["name_en"], changed["version"]) == ("Area", 2)
    told = await admin("GET", path, status=200)
    assert [(s["value"], s["name_en"]) for s in told["effective"]] == [("north", "North")]
    assert (await admin("POST", path, body, status=422))["field"] == "body.value"
    again = await change(admin, {"values": REGION["values"]})
    assert again["values"] == REGION["values"]


async def test_a_kind_is_archived_and_brought_back(admin):
    await admin("POST", "/segment_kinds", REGION, status=201)

    await change(admin, {"archived": True})

    listed = await admin("GET", "/segment_kinds", status=200)
    assert "region" not in {kind["kind"] for kind in listed}
    everything = await admin("GET", "/segment_kinds", params={"archived": "true"}, status=200)
    assert "region" in {kind["kind"] for kind in everything}
    contact = await admin("POST", "/contacts", {"name": "Sara"}, status=201)
    body = {"kind": "region", "value": "north"}
    problem = await admin("POST", f"/contacts/{contact['id']}/segments", body, status=422)
    assert problem["field"] == "body.kind"
    assert (await change(admin, {"archived": False}))["archived_at"] is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("customer_category", {"archived": True}),
        ("temperament", {"set_by": "agent"}),
        ("temperament", {"name_en": "Mood"}),
    ],
)
async def test_what_belongs_to_the_product_stays(admin, kind, body):
    problem = await change(admin, body, kind=kind, status=409)

    assert problem["code"] == "kind_is_built_in"


async def test_a_house_may_name_more_categories(admin):
    kind = await admin("GET", "/segment_kinds/customer_category", status=200)
    values = [*kind["values"], {"value": "startup", "name_en": "Start-up", "name_fa": "نوپا"}]

    changed = await change(admin, {"values": values}, kind="customer_category")

    assert [v["value"] for v in changed["values"]][-1] == "startup"


async def test_a_kind_that_could_not_be_said_is_refused(admin, subtests):
    for body, field in [
        ({"kind": "Region"}, "body.kind"),
        ({"values": []}, "body.values"),
        ({"free": True}, "body.values"),
        ({"values": [*REGION["values"], REGION["values"][0]]}, "body.values[2].value"),
        ({"set_by": "nobody"}, "body.set_by"),
    ]:
        with subtests.test(body=body, field=field):
            problem = await admin("POST", "/segment_kinds", REGION | body, status=422)

            assert problem["field"] == field


async def test_a_kind_is_named_once_and_found_by_its_word(admin):
    await admin("POST", "/segment_kinds", REGION, status=201)

    assert (await admin("POST", "/segment_kinds", REGION, status=409))["code"] == "name_taken"
    assert (await admin("GET", "/segment_kinds/region", status=200))["kind"] == "region"
    await admin("GET", "/segment_kinds/colour", status=404)


async def change(admin, body, *, kind="region", status=200):
    path = f"/segment_kinds/{kind}"
    etag = (await admin.send("GET", path)).headers["ETag"]
    return await admin("PATCH", path, body, headers={"If-Match": etag}, status=status)
