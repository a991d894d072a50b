"""The widget's modules as one classic script: one request, and far better compressed than fourteen.

Only what our own sources need is understood: ``import { … } from './name.js';`` without renaming,
and ``export`` before a declaration. All names of the modules then live in one scope, so no two
modules may declare the same one; a browser would refuse the script, and a test looks for it before.
"""

import re
from collections.abc import Mapping
from typing import Final

_IMPORT: Final = re.compile(r"^import \{[^}]*\} from '\./([a-z_]+\.js)';\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=const |class |function |async function )", re.MULTILINE)


def bundled(sources: Mapping[str, str], entry: str) -> str:
    """One script that does what the module ``entry`` does, with all that it imports before it."""
    done: list[str] = []
    _add(entry, sources, done)
    body = "".join(_EXPORT.sub("", _IMPORT.sub("", sources[name])) for name in done)
    return f"(() => {{\n'use strict';\n{body}}})();\n"


def _add(name: str, sources: Mapping[str, str], done: list[str]) -> None:
    for imported in _IMPORT.findall(sources[name]):
        if imported not in done:
            _add(imported, sources, done)
    if name not in done:
        done.append(name)
