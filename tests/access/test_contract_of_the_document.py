"""What the OpenAPI document promises is what the running application does.

Every operation is called with what the document allows and with what it forbids, a few times;
``test_contract_in_full.py`` goes through every bound and every missing part.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from documented import QUIETLY, Visitor, schema, visitors
from house import House
from hypothesis import settings

pytestmark = pytest.mark.slow

QUICK = schema(coverage=False)


@pytest.fixture(scope="module")
def admin(house: House) -> Iterator[Visitor]:
    with visitors(house, "admin") as people:
        yield people["admin"]


@QUICK.parametrize()
@settings(max_examples=6, derandomize=True, **QUIETLY)
def test_an_administrator_is_answered_as_the_document_says(case: Any, admin: Visitor) -> None:
    admin.check(case)
