"""Shops post what customers did, signed with a secret of their own."""

import hmac
import json

import asyncpg
import factories
import pytest

LINE = {
    "kind": "purchase",
    "external_id": "order-1",
    "occurred_at": "2026-01-05T10:00:00Z",
    "amount_minor": 500,
    "currency": "EUR",
}


@pytest.fixture
async def contact(table: asyncpg.Connection) -> int:
    await factories.prepare(table)
    return await factories.contact(table, phone="+989120000001")


def signed(secret: str, data: bytes) -> dict[str, str]:
    return {"X-Signature-256": "sha256=" + hmac.new(secret.encode(), data, "sha256").hexdigest()}


async def test_what_is_signed_is_taken_once_and_anything_else_is_not_read(
    admin, agent, nobody, table, contact
):
    hook = await admin("GET", "/behaviour_hooks/shop", status=200)
    other = await admin("GET", "/behaviour_hooks/till", status=200)
    assert hook["path"] == "/api/v1/behaviour_hooks/shop"
    data = json.dumps([LINE | {"contact_id": contact}]).encode()

    async def sent(headers, status, body=data):
        return await nobody("POST", hook["path"], data=body, headers=headers, status=status)

    for wrong in (
        {},
        signed(other["secret"], data),
        signed(hook["secret"], data + b" "),
        {
            "X-Signature-256": signed(hook["secret"], data)["X-Signature-256"].removeprefix(
                "sha256="
            )
        },
    ):
        assert (await sent(wrong, 403))["code"] == "signature_wrong"
    assert (await sent({}, 403, b"\xff"))["code"] == "signature_wrong"
    assert await table.fetchval("SELECT count(*) FROM behaviour_event") == 0

    assert (await sent(signed(hook["secret"], data), 201))["new"] == 1
    assert (await sent(signed(hook["secret"], data), 201))["known"] == 1
    row = await table.fetchrow("SELECT source, contact_id FROM behaviour_event")
    assert tuple(row) == ("shop", contact)
    told = await table.fetchval("SELECT actor FROM event WHERE kind = 'behaviour_told'")
    assert told == "hook:shop"
    await agent("GET", "/behaviour_hooks/shop", status=403)


async def test_what_is_wrong_in_it_is_named(admin, nobody, contact):
    hook = await admin("GET", "/behaviour_hooks/shop", status=200)
    good = LINE | {"contact_id": contact}

    for body, field in (
        ([good | {"currency": "XXX"}], "body[0].currency"),
        ([good | {"source": "till"}], "body[0].source"),
        ([], "body"),
    ):
        data = json.dumps(body).encode()
        refused = await nobody(
            "POST", hook["path"], data=data, headers=signed(hook["secret"], data), status=422
        )
        assert refused["field"] == field
