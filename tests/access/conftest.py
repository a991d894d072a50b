"""The application runs in a thread; what is generated is tried on it over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Copies
from house import House

from contactcenter import logs

#: An account with a provider that nobody can reach: what is sent waits.
PROVIDER = {
    "CONTACTCENTER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "CONTACTCENTER_TWILIO_AUTH_TOKENS": "0123456789abcdef0123456789abcdef",
    "CONTACTCENTER_TWILIO_API_BASE": "http://127.0.0.1:9",
}


#: Files whose cases take seconds to make, each with what leaves all of them out.
LONG = {
    "test_contract_in_full.py": "not full",
    "test_contract_of_the_document.py": "not slow",
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even collect what none of is run: every process that runs tests would."""
    left_out_by = LONG.get(collection_path.name)
    is_left_out = left_out_by is not None and left_out_by in config.option.markexpr
    return True if is_left_out else None


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    """Log as in production: the tracebacks of a terminal take seconds to draw."""
    logs.configure("info", "json")


@pytest.fixture(scope="module")
def house(copies: Copies) -> Iterator[House]:
    """The whole application on a database of this module's own."""
    dsn = copies.take()
    house = House(dsn, PROVIDER).start()
    yield house
    house.stop()
    copies.drop(dsn)
