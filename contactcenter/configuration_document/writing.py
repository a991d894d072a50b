"""Writes a document as YAML, so that two of the same content are the same text."""

from typing import Any, Final

import msgspec
import yaml

from contactcenter.configuration_document.document import Document
from contactcenter.configuration_document.text import is_text

_WIDTH: Final = 110
_TEXT: Final = "tag:yaml.org,2002:str"


class _Dumper(yaml.SafeDumper):
    """Repeats what is there twice, and quotes what our reader would not take for text."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _represent(dumper: yaml.SafeDumper, written: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, written, style=None if is_text(written) else "'")


_Dumper.add_representer(str, _represent)


def dump(document: Document) -> str:
    """The document as YAML, a blank line between its sections; ``parse`` reads the same of it."""
    return "\n".join(_section(name, part) for name, part in plain(document).items())


def plain(document: Document) -> dict[str, Any]:
    """The document as plain values, names in order; what is as it is anyhow is left out."""
    made: dict[str, Any] = msgspec.to_builtins(document, str_keys=True, order="deterministic")
    return made


def _section(name: str, part: Any) -> str:
    if isinstance(part, int):
        return f"{name}: {part}\n"
    return yaml.dump(
        {name: _listed(part)},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDTH,
        default_flow_style=None,  # a map of nothing but words and numbers stands on one line
    )


def _listed(part: Any) -> Any:
    """The same with lists, as YAML has no tuples."""
    if isinstance(part, dict):
        return {name: _listed(value) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_listed(value) for value in part]
    return part
