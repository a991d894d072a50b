"""Calls what the OpenAPI document describes, and checks what it promises: schemathesis.

All checks of schemathesis are on but one, which is replaced by a sharper one (see ``_acceptance``).
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import factories
import requests
import schemathesis
from access_table import TABLE
from house import PUBLIC_URL, House
from hypothesis import HealthCheck
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from contactcenter import api
from contactcenter.api import openapi
from contactcenter.api.operation import PREFIX
from contactcenter.db import Conn
from contactcenter.settings import Settings

DOCUMENT = openapi.document(
    api.operations(), Settings.load({"CONTACTCENTER_PUBLIC_URL": PUBLIC_URL}, channel_settings=())
)
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


QUIETLY = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


class Visitor:
    """Somebody who calls and checks the answers, over one connection and in one session."""

    def __init__(self, house: House, user_id: int) -> None:
        self._house = house
        self._user_id = user_id
        self._caller = house.session(user_id)
        self._http = requests.Session()
        self._http.headers.clear()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._http.trust_env = False

    def check(self, case: Any) -> None:
        """Call, and compare the answer with the document; in a session that the call may end."""
        caller, operation = self._caller, case.operation
        if TABLE[f"{operation.method.upper()} {operation.path.removeprefix(PREFIX)}"].ends_session:
            caller = self._house.session(self._user_id)
        case.call_and_validate(
            base_url=self._house.url,
            session=self._http,
            headers=dict(caller.headers),
            additional_checks=[_acceptance],
        )

    def leave(self) -> None:
        """Close the connection; fails if anything has ended the session."""
        self._http.close()
        assert self._caller("GET", f"{PREFIX}/session").status == 200


@contextmanager
def visitors(house: House, *roles: str) -> Iterator[dict[str, Visitor]]:
    """People whose ids nothing generated meets; the small ones are others'."""
    house.run(_something_of_everything)
    house.value("SELECT setval(pg_get_serial_sequence('user_account', 'id'), 918273645)")
    made = {role: Visitor(house, house.account(role)) for role in roles}
    yield made
    for visitor in made.values():
        visitor.leave()


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
