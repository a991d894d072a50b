"""How value is computed is set by administrators; what came of it supervisors read."""

import factories


async def test_the_settings_are_changed_by_version_and_told(admin, table):
    await factories.prepare(table)
    answer = await admin.send("GET", "/value_setting")
    etag = {"If-Match": answer.headers["ETag"]}
    body = {"currency": "EUR", "rates": {"USD": 0.92}, "minute_rate_minor": 75, "vital_share": 0.2}

    changed = await admin("PATCH", "/value_setting", body, headers=etag, status=200)

    assert body.items() <= changed.items()
    assert (changed["period_days"], changed["periods"], changed["version"]) == (90, 4, 2)
    assert (await admin.send("PATCH", "/value_setting", body, headers=etag)).status == 412
    (audited,) = (await admin("GET", "/audit?what=value_setting", status=200))["items"]
    assert audited["data"]["changed"] == {
        "currency": {"from": None, "to": "EUR"},
        "rates": {"from": {}, "to": {"USD": 0.92}},
        "minute_rate_minor": {"from": 0, "to": 75},
        "vital_share": {"from": 0.0, "to": 0.2},
    }


async def test_what_cannot_be_is_refused_by_name(admin, table, subtests):
    for body, field in [
        ({"currency": "XYZ"}, "body.currency"),
        ({"currency": "EUR", "rates": {"EUR": 1}}, "body.rates.EUR"),
        ({"rates": {"QQQ": 1}}, "body.rates.QQQ"),
        ({"rates": {"USD": 0}}, "body.rates[...]"),
        ({"periods": 0}, "body.periods"),
    ]:
        with subtests.test(body=body, field=field):
            await factories.prepare(table)

            refused = await admin(
                "PATCH", "/value_setting", body, headers={"If-Match": '"1"'}, status=422
            )

            assert refused["field"] == field


async def test_the_shares_of_the_classes_are_those_of_what_is_kept(supervisor, agent, table):
    await factories.prepare(table)
    for value_class, profit, seconds in (
        ("A", 600, 60), ("A", 300, 60), ("B", 100, 0), ("costly", -200, 480)
    ):  # fmt: skip
        await table.execute(
            "INSERT INTO contact_value VALUES ($1, $2, $2 = 'A', 0, 0, $3, $4, now())",
            await factories.contact(table),
            value_class,
            profit,
            seconds,
        )

    report = await supervisor("GET", "/reports/value_classes", status=200)

    found = [
        (c["value_class"], c["contacts_share"], c["profit_share"], c["handling_share"], c["vital"])
        for c in report["classes"]
    ]
    assert found == [
        ("A", 0.5, 1.125, 0.2, 2), ("B", 0.25, 0.125, 0.0, 0), ("costly", 0.25, -0.25, 0.8, 0)
    ]  # fmt: skip
    for share in zip(*(row[1:4] for row in found), strict=True):
        assert sum(share) == 1
    await agent("GET", "/reports/value_classes", status=403)
