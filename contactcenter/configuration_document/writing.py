"""Writes a document as YAML, so that two of the same content are the same text."""

from functools import lru_cache
from typing import Any, Final

import msgspec
import yaml
from msgspec import Struct

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


def dump(document: Document, *, version: int | None = None) -> str:
    """The document as YAML, a blank line between its sections; ``parse`` reads the same of it.

    ``version`` says which one it is an edit of.
    """
    if version is not None:
        document = msgspec.structs.replace(document, version=version)
    return "\n".join(_section(name, part) for name, part in plain(document).items())


def plain(document: Document) -> dict[str, Any]:
    """The document as JSON has it, names in order; what is as it is anyhow is left out."""
    ordered = msgspec.to_builtins(_plainest(document), str_keys=True, order="deterministic")
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(ordered))
    return made


def _plainest(part: Any) -> Any:
    """The same, where what equals a default is that very default: only that is left out."""
    if isinstance(part, Struct):
        values = {}
        for name, default in _defaults(type(part)):
            value = getattr(part, name)
            values[name] = default if value == default else _plainest(value)
        return type(part)(**values)
    if isinstance(part, dict):
        return {name: _plainest(value) for name, value in part.items()}
    return tuple(map(_plainest, part)) if isinstance(part, tuple) else part


@lru_cache(maxsize=64)
def _defaults(kind: type[Struct]) -> tuple[tuple[str, Any], ...]:
    """Each field of a part with its default: asked of a large centre thousands of times."""
    return tuple((field.name, field.default) for field in msgspec.structs.fields(kind))


def _section(name: str, part: Any) -> str:
    if isinstance(part, int):
        return f"{name}: {part}\n"
    return yaml.dump(
        {name: part},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDTH,
        default_flow_style=None,  # a map of nothing but words and numbers stands on one line
    )
