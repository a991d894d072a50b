"""What could hurt whoever looks at a piece of HTML: found as a browser would, in its elements."""

import re

from selectolax.lexbor import LexborHTMLParser

_ELEMENTS = frozenset(
    [
        "script",
        "style",
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
        "form",
        "input",
        "button",
        "textarea",
        "select",
        "svg",
        "math",
        "link",
        "base",
        "meta",
        "video",
        "audio",
        "source",
        "track",
        "template",
        "noscript",
        "portal",
        "dialog",
        "marquee",
    ]
)
_LOADS = frozenset(
    ["src", "srcset", "background", "poster", "data", "action", "formaction", "ping", "longdesc"]
)
_CALLS = frozenset(("id", "class", "name", "slot", "is", "srcdoc", "http-equiv"))
_IMAGE = re.compile(r"(?:cid:|data:image/(?:png|jpeg|gif|webp);base64,)", re.IGNORECASE)
_LINK = re.compile(r"(?:https?:|mailto:|tel:)", re.IGNORECASE)
_STYLE = re.compile(r"url|expression|import|position|behavior|binding|[\\@<{]", re.IGNORECASE)


def harm_in(html: str) -> list[str]:
    """Every element and attribute that runs, loads, submits, or leaves its place."""
    root = LexborHTMLParser(f"<!doctype html><body>{html}").body
    assert root is not None
    found = []
    for node in root.traverse(include_text=False):
        tag = node.tag or ""
        found += [f"<{tag}>"] if tag in _ELEMENTS else []
        found += [f"<{tag} {k}={v}>" for k, v in node.attributes.items() if _hurts(tag, k, v or "")]
    return found


def _hurts(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return not _IMAGE.match(value.strip())
    if tag == "a" and name == "href":
        return not _LINK.match(value.strip())
    if name == "style":
        return bool(_STYLE.search(value))
    return name.startswith("on") or name in _LOADS | _CALLS or name.endswith("href")
