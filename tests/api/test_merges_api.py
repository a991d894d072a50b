"""Merging contacts over HTTP."""

import factories
import pytest
from mail_writing import VERIFIED, Letterbox, text_mail

from channels import Authentication


@pytest.fixture
async def two(table):
    """Two contacts with an open ticket each in one queue."""
    await factories.prepare(table)
    now = await table.fetchval("SELECT clock_timestamp()")
    queue_id = await factories.queue(table)
    contacts = []
    for name in ("Anna", "Anna B."):
        contacts.append(await factories.contact(table, name=name))
        await factories.queued_ticket(
            table, now, queue_id=queue_id, contact_id=contacts[-1], body=f"from {name}"
        )
    return contacts


async def merged(caller, kept, other, status=201):
    return await caller("POST", f"/contacts/{kept}/merges", {"contact_id": other}, status=status)


async def test_two_contacts_become_one_and_two_again(supervisor, admin, two):
    kept, other = two

    merge = await merged(supervisor, kept, other)

    assert (merge["kept_id"], merge["merged_id"]) == (kept, other)
    assert (merge["tickets"], merge["interactions"], merge["identities"]) == (1, 1, 1)
    gone = await admin("GET", f"/contacts/{other}", status=404)
    assert (gone["code"], gone["contact_id"]) == ("contact_merged", kept)
    page = await admin("GET", f"/contacts/{kept}/timeline", status=200)
    assert [i["body"] for i in page["items"]] == ["from Anna B.", "from Anna"]
    found = await admin("GET", "/contacts?q=anna", status=200)
    assert [c["id"] for c in found["items"]] == [kept]
    [listed] = await admin("GET", f"/contacts/{kept}/merges", status=200)
    assert listed == merge

    undone = await supervisor("POST", f"/merges/{merge['id']}/undoings", status=201)

    assert undone["undone_at"] is not None
    assert (await admin("GET", f"/contacts/{other}", status=200))["name"] == "Anna B."
    again = await supervisor("POST", f"/merges/{merge['id']}/undoings", status=409)
    assert again["code"] == "merge_already_undone"


@pytest.mark.parametrize("path", ["", "/timeline", "/tickets", "/temperament", "/merges"])
async def test_whatever_is_asked_of_a_merged_contact_names_the_other(supervisor, two, path):
    kept, other = two
    await merged(supervisor, kept, other)

    gone = await supervisor("GET", f"/contacts/{other}{path}", status=404)

    assert (gone["code"], gone["contact_id"]) == ("contact_merged", kept)


async def test_a_merged_contact_cannot_be_changed(supervisor, two):
    kept, other = two
    await merged(supervisor, kept, other)
    headers = {"If-Match": '"2"'}

    for method, path, body in (
        ("PATCH", "", {"name": "x"}),
        ("PUT", "/temperament", {"label": "warm"}),
        ("POST", "/identities", {"kind": "email", "value": "a@b.test"}),
    ):
        gone = await supervisor(
            method, f"/contacts/{other}{path}", body, headers=headers, status=404
        )
        assert gone["code"] == "contact_merged"


async def test_what_cannot_be_merged_is_a_problem_that_says_why(supervisor, two):
    kept, other = two

    itself = await merged(supervisor, kept, kept, status=422)
    unknown = await merged(supervisor, kept, 999, status=422)
    await merged(supervisor, kept, other)
    third = await supervisor("POST", "/contacts", {"name": "Third"}, status=201)
    taken = await merged(supervisor, third["id"], other, status=409)

    assert itself["field"] == unknown["field"] == "body.contact_id"
    assert (taken["code"], taken["contact_id"]) == ("unmergeable", kept)


async def test_an_agent_merges_only_what_he_may_read(agent, table, two):
    refused = await merged(agent, *two, status=403)
    team_id = await table.fetchval("SELECT team_id FROM queue ORDER BY id DESC LIMIT 1")
    await factories.join_teams(table, agent.user_id, team_id)

    merge = await merged(agent, *two)

    assert refused["code"] == "forbidden"
    assert merge["tickets"] == 1


@pytest.fixture
async def letterbox(all_channels, inbox, table):
    opened = Letterbox(all_channels, inbox, table)
    await opened.open()
    return opened


async def writer(table, letterbox, n, **found):
    """The contact and address of somebody who wrote a mail, and what our border found of it."""
    raw = text_mail(f"mail {n}", sender=f"anna{n}@customer.test")
    fields = {"dmarc": "pass", "domain": "customer.test"} | found
    mail_id = await letterbox.take(raw, authentication=Authentication(**fields))
    row = await table.fetchrow(
        "SELECT contact_id, identity_id FROM interaction WHERE id = $1", mail_id
    )
    return row["contact_id"], row["identity_id"]


async def test_who_was_never_verified_is_merged_only_if_somebody_answers_for_it(
    supervisor, two, table, letterbox
):
    kept, _ = two
    forged, identity_id = await writer(table, letterbox, 1, dmarc="fail")

    for pair in ((kept, forged), (forged, kept)):
        problem = await merged(supervisor, *pair, status=409)
        assert problem["code"] == "senders_not_verified"
        assert problem["identity_ids"] == [identity_id]
    body = {"contact_id": forged, "accept_unverified": True}
    await supervisor("POST", f"/contacts/{kept}/merges", body, status=201)

    [data] = await table.fetch("SELECT data, actor FROM event WHERE kind = 'contact_merged'")
    assert data["data"]["accepted_unverified"] == [identity_id]
    assert data["actor"] == f"user:{supervisor.user_id}"


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ({}, 201),
        ({"domain": None}, 409),
        ({"dmarc": None}, 409),
        ({"dmarc": "none", "spf": "pass", "dkim": "pass"}, 409),
        ({"domain": "elsewhere.test"}, 409),
    ],
)
async def test_only_dmarc_for_the_domain_of_the_address_verifies_who_wrote(  # noqa: PLR0917  table
    supervisor, two, table, letterbox, found, status
):
    kept, _ = two
    other, _ = await writer(table, letterbox, 1, **found)

    answer = await merged(supervisor, kept, other, status=status)

    if status == 409:
        await writer(table, letterbox, 1.5)  # somebody else's mail verifies nobody
        assert (await merged(supervisor, kept, other, status=409))["code"] == answer["code"]


async def test_one_verified_mail_is_enough_and_an_address_without_mails_is_what_an_agent_wrote(
    supervisor, two, table, letterbox
):
    kept, typed = two
    await factories.identity(table, typed, kind="email", value="typed@customer.test")
    await merged(supervisor, kept, typed)
    other, identity_id = await writer(table, letterbox, 1, dmarc="fail")
    assert (await merged(supervisor, kept, other, status=409))["identity_ids"] == [identity_id]
    raw = text_mail("once more", sender="anna1@customer.test")
    await letterbox.take(raw, authentication=VERIFIED)

    await merged(supervisor, kept, other)
