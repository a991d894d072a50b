"""Customers who are more to us: where their problems go, and who waits behind whom."""

from centre import SARA, Centre, Person, eventually

HOME, OFFICE = "+989121111111", "+989122222222"


async def contact(boss: Person, name: str, phone: str, **segments: str) -> int:
    made = await boss.post(
        "/contacts", {"name": name, "identities": [{"kind": "phone", "value": phone}]}
    )
    for kind, value in segments.items():
        await boss.post(f"/contacts/{made['id']}/segments", {"kind": kind, "value": value})
    return made["id"]


async def waiting(boss: Person, how_many: int) -> dict[int, dict]:
    """The tickets in their queues, by contact."""

    async def all_queued() -> list:
        items = (await boss.get("/tickets?state=waiting"))["items"]
        return items if len(items) == how_many else []

    found = await eventually(all_queued, what=f"{how_many} waiting tickets")
    return {line["contact_id"]: await boss.get(f"/tickets/{line['id']}") for line in found}


async def test_the_government_with_a_contract_goes_to_specialists_and_home_waits_behind(
    centre: Centre,
) -> None:
    boss = await centre.person("Boss", role="admin", presence=None)
    async with centre.database.transaction() as conn:
        await conn.execute(
            "INSERT INTO credit_rule VALUES ('customer_category', 'government', 120),"
            " ('customer_category', 'home', 0), ('contract', 'prosupport', 240)"
        )
        queues = {r["tier"]: r["id"] for r in await conn.fetch("SELECT id, tier FROM queue")}
    rules = await boss.get("/entry_rules")
    fits = {"customer_category": ["government", "education"], "contract": "prosupport"}
    kept = [{k: rule[k] for k in ("id", "condition", "queue_id")} for rule in rules["rules"]]
    await boss.put(
        "/entry_rules",
        [
            *kept,
            {"condition": fits, "queue_id": queues[2]},
            {"condition": {}, "queue_id": queues[1]},
        ],
        etag=f'"{rules["version"]}"',
    )
    home = await contact(boss, "Home", HOME, customer_category="home")
    office = await contact(boss, "Office", OFFICE, customer_category="government")
    ministry = await contact(
        boss, "Ministry", SARA, customer_category="government", contract="prosupport"
    )

    for n, phone in enumerate((HOME, OFFICE, SARA), start=1):
        await centre.customer_writes(phone, "My router does not connect.")
        found = await waiting(boss, n)

    ranks = {
        name: (found[i]["tier"], found[i]["credits"])
        for name, i in (("home", home), ("office", office), ("ministry", ministry))
    }
    government = {"customer_category:government": 120}
    assert ranks == {
        "home": (1, {}),
        "office": (1, government),
        "ministry": (2, government | {"contract:prosupport": 240}),
    }
    shown = {word["kind"]: (word["name_en"], word["name_fa"]) for word in found[office]["segments"]}
    assert shown == {"customer_category": ("Government", "دولتی")}
    junior = await centre.person("Ann", tiers=(1,), capacity=1)
    senior = await centre.person("Sam", tiers=(2,), capacity=1)

    async def held(person: Person) -> list[int]:
        items = (await person.get("/tickets?mine=true&state=assigned"))["items"]
        return [line["contact_id"] for line in items]

    async def both() -> bool:
        return bool(await held(junior))

    await eventually(both, what="an assignment")
    assert await held(junior) == [office]
    offered = await eventually(lambda: senior.get("/offers"), what="a ring")
    assert [one["id"] for one in offered] == [found[ministry]["id"]]
    assert (await boss.get(f"/tickets/{found[home]['id']}"))["state"] == "waiting"
