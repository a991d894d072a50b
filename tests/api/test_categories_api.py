"""The tree of categories, and the dispositions."""

import asyncio


def names(nodes):
    return {node["name_en"]: names(node["children"]) for node in nodes}


async def made(admin, name, parent_id=None):
    body = {"name_en": name, "name_fa": f"{name} به فارسی", "parent_id": parent_id}
    return await admin("POST", "/categories", body, status=201)


async def move(admin, category, parent_id):
    return await admin.send(
        "PATCH",
        f"/categories/{category['id']}",
        {"parent_id": parent_id},
        headers={"If-Match": f'"{category["version"]}"'},
    )


async def test_categories_are_a_tree_in_both_languages(admin, agent):
    top = await made(admin, "Hardware")
    await made(admin, "Laptop", top["id"])

    tree = await agent("GET", "/categories", status=200)

    assert names(tree)["Hardware"] == {"Laptop": {}}
    assert names(tree)["Payment"] == {"Invoice": {}, "Refund": {}}
    node = next(n for n in tree if n["name_en"] == "Hardware")
    assert node["name_fa"] == "Hardware به فارسی"


async def test_a_category_moves_with_what_lies_below_but_never_below_itself(admin):
    one = await made(admin, "One")
    two = await made(admin, "Two", one["id"])
    three = await made(admin, "Three", two["id"])

    for below in (one, two, three):
        response = await move(admin, one, below["id"])
        assert response.status == 422
        assert (await response.json())["field"] == "body.parent_id"
    assert (await move(admin, two, None)).status == 200

    tree = names(await admin("GET", "/categories", status=200))
    assert (tree["One"], tree["Two"]) == ({}, {"Three": {}})


async def test_two_moves_at_once_do_not_close_a_ring(admin):
    one, two = await made(admin, "One"), await made(admin, "Two")

    responses = await asyncio.gather(move(admin, one, two["id"]), move(admin, two, one["id"]))

    assert sorted(r.status for r in responses) == [200, 422]


async def test_siblings_have_different_names(admin):
    one = await made(admin, "One")
    await made(admin, "Same", one["id"])
    await made(admin, "Same")

    body = {"name_en": "Same", "name_fa": "همان", "parent_id": one["id"]}
    taken = await admin("POST", "/categories", body, status=409)
    unknown = await admin("POST", "/categories", body | {"parent_id": 999}, status=422)

    assert taken["code"] == "name_taken"
    assert unknown["field"] == "body.parent_id"


async def test_an_archived_category_is_chosen_no_more(admin):
    one = await made(admin, "One")
    two = await made(admin, "Two", one["id"])

    full = await admin("DELETE", f"/categories/{one['id']}", status=409)
    await admin("DELETE", f"/categories/{two['id']}", status=200)
    gone = await admin("DELETE", f"/categories/{one['id']}", status=200)

    assert full["code"] == "has_subcategories"
    assert gone["archived_at"] is not None
    assert "One" not in names(await admin("GET", "/categories", status=200))
    everything = await admin("GET", "/categories?archived=true", status=200)
    assert names(everything)["One"] == {"Two": {}}
    response = await move(admin, gone, None)
    assert (await response.json())["code"] == "archived"
    await made(admin, "One")


async def test_a_disposition_is_made_archived_and_brought_back(admin, agent):
    new = {"code": "refunded", "name_en": "Refunded", "name_fa": "پول برگشت"}

    made = await admin("POST", "/dispositions", new, status=201)
    taken = await admin("POST", "/dispositions", new, status=409)
    await admin("DELETE", "/dispositions/refunded", status=200)
    codes = [d["code"] for d in await agent("GET", "/dispositions", status=200)]
    kept = [d["code"] for d in await agent("GET", "/dispositions?archived=true", status=200)]
    back = await admin("POST", "/dispositions", new | {"name_en": "Paid back"}, status=201)
    missing = await admin("DELETE", "/dispositions/unheard_of", status=404)

    assert made["archived_at"] is None
    assert taken["code"] == "name_taken"
    assert "refunded" not in codes
    assert "refunded" in kept
    assert (back["name_en"], back["archived_at"]) == ("Paid back", None)
    assert missing["code"] == "not_found"


async def test_the_last_disposition_stays_whoever_is_faster(admin):
    codes = [d["code"] for d in await admin("GET", "/dispositions", status=200)]

    responses = await asyncio.gather(
        *(admin.send("DELETE", f"/dispositions/{code}") for code in codes)
    )

    assert sorted(r.status for r in responses) == [200] * (len(codes) - 1) + [409]
    assert len(await admin("GET", "/dispositions", status=200)) == 1


async def test_a_code_is_a_word(admin):
    for code in ("Refunded", "re funded", "x", "بازگشت", "a" * 50):
        body = {"code": code, "name_en": "x", "name_fa": "x"}
        problem = await admin("POST", "/dispositions", body, status=422)
        assert problem["field"] == "body.code"
