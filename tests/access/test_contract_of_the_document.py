"""What the OpenAPI document promises is what the running application does: schemathesis.

Every operation is called with what the document allows and with what it forbids, by each role. All
checks of schemathesis are on but one, which is replaced by a sharper one (see ``_acceptance``).
"""

import json
import re
from typing import Any

import factories
import pytest
import schemathesis
from house import PUBLIC_URL, House
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from contactcenter import api
from contactcenter.api import openapi
from contactcenter.db import Conn
from contactcenter.settings import Settings

DOCUMENT = openapi.document(
    api.operations(), Settings.load({"CONTACTCENTER_PUBLIC_URL": PUBLIC_URL}, channel_settings=())
)
OPERATION_IDS = [operation.name for operation in api.operations()]
#: What is wrong may be answered with these. 412 is not among those schemathesis expects, but an
#: If-Match that matches nothing, whatever is in it, is answered so: RFC 9110, 13.1.1.
REJECTED = ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428", "429"]
#: How a refusal by shape, and not by meaning, is worded.
BY_SHAPE = re.compile(
    r"^(Expected |Object |Invalid |The body is (missing|not valid|nested)|No body|This parameter)"
)
NOT_WHOLE = re.compile(r"^Expected `int( \| null)?`, got `float`\.$")


def schema(*, coverage: bool) -> Any:
    config = SchemathesisConfig.from_dict(
        {
            "generation": {
                "allow-x00": False,  # refused by every text; the document says so in words
                "with-security-parameters": False,  # the test signs in; ``ignored_auth`` does not
            },
            "phases": {"coverage": {"enabled": coverage}},
            "checks": {
                "positive_data_acceptance": {"enabled": False},  # instead: ``_acceptance``
                "negative_data_rejection": {"expected-statuses": REJECTED},
                "missing_required_header": {"expected-statuses": REJECTED},
            },
        }
    )
    return schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT)), config=config)


THOROUGH = schema(coverage=True)
QUICK = schema(coverage=False)
QUIETLY = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
def people(house: House) -> dict[str, int]:
    """Those who call have ids that nothing generated meets; the small ones are others'."""
    house.run(_something_of_everything)
    house.value("SELECT setval(pg_get_serial_sequence('user_account', 'id'), 918273645)")
    return {role: house.account(role) for role in ("admin", "supervisor", "agent")}


async def _something_of_everything(conn: Conn) -> None:
    """What is generated names id 1 more often than any other: let there be something."""
    now = await conn.fetchval("SELECT clock_timestamp()")
    await factories.agent(conn, now, teams=[1], queues=[1])
    contact_id = await factories.contact(conn, name="Sara Ahmadi", phone="+989121234567")
    other_id = await factories.contact(conn)
    await factories.entry_point(conn, queue_id=1, address="+982100000000")
    ticket = await factories.queued_ticket(conn, now, queue_id=1, contact_id=contact_id)
    await factories.reply(conn, now, ticket.id, 1)
    await factories.ticket(conn, now, intake_queue_id=1, contact_id=other_id)
    await conn.execute(
        "INSERT INTO blob (sha256, size_bytes) VALUES (sha256('x'), 1);"
        "INSERT INTO blob_chunk (sha256, position, bytes) VALUES (sha256('x'), 0, 'x');"
        "INSERT INTO attachment (content_type, size_bytes, sha256, interaction_id)"
        " VALUES ('text/plain', 1, sha256('x'), 1);"
        "INSERT INTO quarantine (channel, purpose, reason, detail, content_type, body, body_sha256, received_at)"
        " VALUES ('sms', 'message', 'unreadable', 'From is missing', 'text/plain', 'x', sha256('x'), now())"
    )


@THOROUGH.parametrize()
@settings(max_examples=2, derandomize=True, **QUIETLY)
def test_an_administrator_is_answered_as_the_document_says(
    case: Any, house: House, people: dict[str, int]
) -> None:
    _check(case, house, people["admin"])


@pytest.mark.full
@QUICK.parametrize()
@settings(max_examples=3, derandomize=True, **QUIETLY)
def test_others_are_answered_as_the_document_says(
    case: Any, house: House, people: dict[str, int]
) -> None:
    """Every other operation as an agent: the round of all roles is long."""
    number = OPERATION_IDS.index(case.operation.definition.raw["operationId"])
    _check(case, house, people["agent" if number % 2 else "supervisor"])


@pytest.mark.full
@pytest.mark.timeout(1800)
@THOROUGH.parametrize()
@pytest.mark.parametrize("role", ["admin", "supervisor", "agent"])
@settings(max_examples=200, **QUIETLY)
def test_everybody_is_answered_as_the_document_says_however_often(
    case: Any, house: House, people: dict[str, int], role: str
) -> None:
    _check(case, house, people[role])


def _check(case: Any, house: House, user_id: int) -> None:
    """Call in a session of one's own, since some calls end it."""
    headers = dict(house.session(user_id).headers)
    case.call_and_validate(base_url=house.url, headers=headers, additional_checks=[_acceptance])


def _acceptance(_context: Any, response: Any, case: Any) -> None:
    """What fits the document is refused for what it means only, never for its shape.

    ``positive_data_acceptance`` would take every 422 for an error; but whether a contact exists, or
    a reason is needed, no schema can tell. One thing is stricter than JSON Schema: a whole number
    is written as such, so 1.0 is none; the document says so in words.
    """
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if response.status_code != 422:
        assert response.status_code not in {400, 405, 406, 411, 413, 415, 428}, response.text
        return
    detail = response.json()["detail"]
    assert not BY_SHAPE.match(detail) or NOT_WHOLE.match(detail), response.text
