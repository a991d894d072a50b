"""Which reports are an operation of their own: those that are more than metrics side by side."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from contactcenter.api.operation import PREFIX, Operation
from contactcenter.reporting.catalogue import REPORTS

_PATH: Final = re.compile(re.escape(PREFIX) + r"/reports/([a-z_]+)", re.ASCII)


#: The live board is that of one person's queues, and whoever has the database is none.
_OF_PERSONS: Final = frozenset({"live"})


def for_operators() -> Mapping[str, Operation]:
    """Those that whoever has the database can ask, who is nobody with teams."""
    return {name: one for name, one in analyses().items() if name not in _OF_PERSONS}


@lru_cache(maxsize=1)
def analyses() -> Mapping[str, Operation]:
    """Those that are given in several forms, by name."""
    from contactcenter import api  # noqa: PLC0415  it knows every module; some of them ask here

    found = {}
    for one in api.operations():
        path = _PATH.fullmatch(one.path)
        query = one.inputs.query
        if path and one.is_safe and query and "format" in query.names:
            found[path[1]] = one
    return found


def names() -> tuple[str, ...]:
    """Every report there is, by either way."""
    return (*REPORTS, *analyses())
