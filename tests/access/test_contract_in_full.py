"""The same as in ``test_contract_of_the_document.py``, by every role and however often.

Only ``pytest -m full`` collects this file: making its cases takes seconds.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from documented import QUIETLY, Visitor, schema, visitors
from house import House
from hypothesis import settings

from contactcenter import api

THOROUGH = schema(coverage=True)
QUICK = schema(coverage=False)
OPERATION_IDS = [operation.name for operation in api.operations()]

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def people(house: House) -> Iterator[dict[str, Visitor]]:
    with visitors(house, "admin", "supervisor", "agent") as people:
        yield people


@QUICK.parametrize()
@settings(max_examples=3, derandomize=True, **QUIETLY)
def test_others_are_answered_as_the_document_says(case: Any, people: dict[str, Visitor]) -> None:
    """Every other operation as an agent: the round of all roles is long."""
    number = OPERATION_IDS.index(case.operation.definition.raw["operationId"])
    people["agent" if number % 2 else "supervisor"].check(case)


@pytest.mark.timeout(1800)
@THOROUGH.parametrize()
@pytest.mark.parametrize("role", ["admin", "supervisor", "agent"])
@settings(max_examples=200, **QUIETLY)
def test_everybody_is_answered_as_the_document_says_however_often(
    case: Any, people: dict[str, Visitor], role: str
) -> None:
    people[role].check(case)
