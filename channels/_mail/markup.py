"""HTML of strangers: made safe to show, and turned into text.

``safe`` keeps what a letter needs and nothing that loads, runs, submits or covers the page; what it
returns it leaves as it is when it is given it again. Remote images are left out until somebody asks
for them: they tell the sender who looks, and when.
"""

import re
from collections.abc import Sequence
from typing import Final

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels._mail import letter_markup

#: More than this is a letter nobody reads; it is shown as text only, for both libraries take time
#: that grows with the square of the depth (10,000 nested elements: 0.6 s; 50,000: a minute), and
#: 10 us for an entity.
CHARACTERS: Final = 3_000_000
TAGS: Final = 100_000
DEPTH: Final = 2_000
ENTITIES: Final = 50_000

#: Values that could load something or leave their property; none of them is needed in a letter.
_DANGEROUS_STYLE: Final = re.compile(
    r"url|image|expression|import|var|attr|[\\@<>{}]|/\*", re.IGNORECASE
)
_LINK: Final = re.compile(rf"(?:{'|'.join(sorted(letter_markup.LINKS))}):", re.IGNORECASE)
_CONTENT_ID: Final = re.compile(r"cid:[^\s\"'<>]{1,250}\Z", re.IGNORECASE)
_INLINE_IMAGE: Final = re.compile(
    r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+\Z", re.IGNORECASE
)

_ROUNDS: Final = 6
#: Each reading takes one of them away.
_FIRST_BREAKS: Final = re.compile(r"(<pre\b[^<>]{0,500}>)[\r\n]+", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_GONE: Final = "script, style, head, title, template, noscript, object, iframe, svg, math"
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


def is_too_much(html: str) -> bool:
    """Whether a letter is too large, or nested too deep, to be parsed in time."""
    if len(html) > CHARACTERS or html.count("<") > TAGS:
        return True
    if html.count("&") + html.count("\u00a0") > ENTITIES:
        return True
    depth = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in letter_markup.CLOSED_BY_THEMSELVES:
            depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > DEPTH:
            return True
    return False


def safe(html: str, *, with_remote_images: bool = False) -> str:
    """The letter as it may be shown; ``cid:`` images stay, remote ones only when asked for.

    What parses differently when it is written out (a link within a link) is made safe until it
    stays as it is.
    """
    for _ in range(_ROUNDS):
        html = _FIRST_BREAKS.sub(r"\1", html)
        cleaned = _cleaned(html, with_remote_images=with_remote_images)
        if cleaned == html:
            return html
        html = cleaned
    return html


def _cleaned(html: str, *, with_remote_images: bool) -> str:
    def filtered(_tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return value if _may_load(value, with_remote_images=with_remote_images) else None
        if attribute == "style" and _DANGEROUS_STYLE.search(value):
            return None
        if attribute == "href" and not _LINK.match(value.strip()):
            return None
        return value

    return nh3.clean(
        html,
        tags=set(letter_markup.TAGS),
        clean_content_tags=set(letter_markup.SILENT),
        attributes={tag: set(names) for tag, names in letter_markup.ATTRIBUTES.items()},
        attribute_filter=filtered,
        filter_style_properties=set(letter_markup.STYLES),
        url_schemes={*letter_markup.LINKS, "cid", "data"},
        set_tag_attribute_values={"a": {"rel": "noopener noreferrer nofollow"}},
        link_rel=None,  # would stand elsewhere the second time where a link is taken away
        strip_comments=True,
    )


def _may_load(source: str, *, with_remote_images: bool) -> bool:
    if _CONTENT_ID.match(source.strip()) or _INLINE_IMAGE.match(source.strip()):
        return True
    return with_remote_images and source.strip().lower().startswith(("https://", "http://"))


def to_text(html: str, *, without_quotes: bool = False) -> str:
    """The words of a letter, a line a block; links keep their address where it says more."""
    tree = LexborHTMLParser(html)
    _decompose(tree.css(_GONE))
    if without_quotes:
        _without_quotes(tree)
    root = tree.body or tree.root
    if root is None:
        return ""
    lines = (line.strip(" \u00a0") for line in "".join(_pieces(root)).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip().replace(_KEPT_SPACE, " ")


def _without_quotes(tree: LexborHTMLParser) -> None:
    _decompose(tree.css(letter_markup.QUOTES))
    for first in reversed(tree.css(letter_markup.QUOTES_BEGIN)):
        while (after := first.next) is not None:
            after.decompose()
        first.decompose()


def _decompose(nodes: Sequence[LexborNode]) -> None:
    """Take them out, inner ones first: what went with an outer one must not be touched again."""
    for node in reversed(nodes):
        node.decompose()


def _pieces(root: LexborNode) -> list[str]:
    """Walk the tree by hand: a stranger's nesting must not become our recursion."""
    pieces: list[str] = []
    waiting: list[LexborNode | str] = [root]
    in_pre = 0
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            in_pre -= node == _END_OF_PRE
            pieces.append("" if node == _END_OF_PRE else node)
            continue
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            pieces.append(text.replace(" ", _KEPT_SPACE) if in_pre else _BLANKS.sub(" ", text))
            continue
        before, after = _around(node)
        _append(pieces, before)
        if tag == "pre":
            in_pre += 1
            waiting.append(_END_OF_PRE)
        if after:
            waiting.append(after)
        waiting += reversed(list(_children(node)))
    return _joined(pieces)


#: A longer address says nothing to a reader.
_LONGEST_LINK: Final = 500
_END_OF_PRE: Final = "\x00"
_KEPT_SPACE: Final = "\x03"
_BREAK: Final = "\x01"  # a line begins
_GAP: Final = "\x02"  # a paragraph begins


def _children(node: LexborNode) -> list[LexborNode]:
    children = []
    child = node.child
    while child is not None:
        children.append(child)
        child = child.next
    return children


def _around(node: LexborNode) -> tuple[str, str]:  # noqa: PLR0911  each element its own way
    """What stands before and after the words of an element."""
    tag = node.tag or ""
    if tag == "br":
        return "\n", ""
    if tag == "hr":
        return _BREAK + "---" + _BREAK, ""
    if tag == "img":
        return (node.attributes.get("alt") or "").strip(), ""
    if tag in {"td", "th"}:
        return "", "\t"
    if tag == "li":
        return _BREAK + "- ", _BREAK
    if tag == "a":
        return "", _address_of(node)
    if tag in letter_markup.PARAGRAPHS:
        return _GAP, _GAP
    return (_BREAK, _BREAK) if tag in letter_markup.BLOCKS else ("", "")


def _address_of(link: LexborNode) -> str:
    href = (link.attributes.get("href") or "").strip()
    if not href.lower().startswith(("http://", "https://")) or len(href) > _LONGEST_LINK:
        return ""
    words = link.text(deep=True).strip()
    return "" if href.rstrip("/").endswith(words.rstrip("/")) and words else f" ({href})"


def _append(pieces: list[str], text: str) -> None:
    if text:
        pieces.append(text)


def _joined(pieces: list[str]) -> list[str]:
    """Turn the marks of blocks into line breaks, no more than there must be."""
    text = "".join(pieces)
    text = re.sub(r"[ \t]*\x02[\x01\x02 \t\n]*", "\n\n", text)
    return [re.sub(r"[ \t]*\x01[\x01 \t]*", "\n", text)]
