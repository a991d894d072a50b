"""What administrators set up over HTTP: who may, what is recorded, and what is based on what."""

import factories
import pytest

READ_BY_AGENTS = ["/queues", "/entry_points", "/categories", "/dispositions", "/saved_replies"]
READ_BY_SUPERVISORS = ["/teams", "/entry_rules", "/queues/1/members"]
CHANGES = [
    ("POST", "/teams", {"name": "x"}),
    ("PATCH", "/teams/1", {"name": "x"}),
    ("PUT", "/teams/1/members/1", None),
    ("DELETE", "/teams/1/members/1", None),
    ("POST", "/queues", {"name": "x", "team_id": 1, "tier": 1}),
    ("PATCH", "/queues/1", {"name": "x"}),
    ("PUT", "/queues/1/members/1", {}),
    ("DELETE", "/queues/1/members/1", None),
    ("PATCH", "/agents/1", {"capacity": 5}),
    ("POST", "/entry_points", {"channel": "sms", "address": "0912 123 4567", "queue_id": 1}),
    ("PATCH", "/entry_points/1", {"name": "x"}),
    ("PUT", "/entry_rules", []),
    ("POST", "/categories", {"name_en": "x", "name_fa": "x"}),
    ("PATCH", "/categories/1", {"name_en": "x"}),
    ("DELETE", "/categories/1", None),
    ("POST", "/dispositions", {"code": "xx", "name_en": "x", "name_fa": "x"}),
    ("DELETE", "/dispositions/solved", None),
    ("POST", "/saved_replies", {"title": "x", "language": "en", "body": "x"}),
    ("PATCH", "/saved_replies/1", {"title": "x"}),
    ("DELETE", "/saved_replies/1", None),
]


async def test_each_role_reads_its_part(agent, supervisor):
    for path in READ_BY_AGENTS:
        await agent("GET", path, status=200)
    for path in READ_BY_SUPERVISORS:
        await agent("GET", path, status=403)
        await supervisor("GET", path, status=200)


async def test_only_administrators_change_the_configuration(supervisor, table):
    for method, path, body in CHANGES:
        problem = await supervisor(method, path, body, headers={"If-Match": '"1"'}, status=403)
        assert problem["code"] == "forbidden"
    assert not await table.fetchval(
        "SELECT EXISTS (SELECT FROM event WHERE kind = 'configuration_changed')"
    )


@pytest.mark.parametrize(("method", "path", "body"), [c for c in CHANGES if c[0] == "PATCH"])
async def test_an_edit_says_which_version_it_is_based_on(admin, table, method, path, body):
    await factories.entry_point(table, queue_id=1)

    missing = await admin(method, path, body, status=428)
    stale = await admin(method, path, body, headers={"If-Match": '"99"'}, status=412)

    assert (missing["code"], stale["code"]) == ("precondition_missing", "stale")


async def test_what_is_not_there_is_not_found(admin, subtests):
    for method, path, body in [(m, p.replace("/1", "/999"), b) for m, p, b in CHANGES if "/1" in p]:
        with subtests.test(method=method, path=path, body=body):
            problem = await admin(method, path, body, headers={"If-Match": '"1"'}, status=404)

            assert problem["code"] == "not_found"


async def test_a_change_is_recorded_with_what_was_before_and_after(admin, table):
    await factories.prepare(table)
    team = await admin("POST", "/teams", {"name": "Sales"}, status=201)
    await admin(
        "PATCH",
        f"/teams/{team['id']}",
        {"restricted": True},
        headers={"If-Match": '"1"'},
        status=200,
    )

    rows = await table.fetch(
        "SELECT actor, data FROM event WHERE kind = 'configuration_changed' ORDER BY id"
    )
    assert [row["data"] for row in rows] == [
        {
            "what": "team",
            "id": team["id"],
            "changed": {
                "name": {"from": None, "to": "Sales"},
                "restricted": {"from": None, "to": False},
                "member_ids": {"from": None, "to": []},
            },
        },
        {
            "what": "team",
            "id": team["id"],
            "changed": {"restricted": {"from": False, "to": True}},
        },
    ]
    assert {row["actor"] for row in rows} == {f"user:{admin.user_id}"}
