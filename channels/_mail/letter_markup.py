"""What a letter may be made of when it is shown, and which elements make a line or a paragraph."""

from collections.abc import Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAGS: Final = _words(
    """a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn
    div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp
    small span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr"""
)
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "*": _words("dir lang title align style"),
    "a": _words("href rel"),
    "img": _words("src alt width height"),
    "table": _words("border cellpadding cellspacing width bgcolor"),
    "td": _words("colspan rowspan width height valign bgcolor"),
    "th": _words("colspan rowspan width height valign bgcolor scope"),
    "tr": _words("valign bgcolor"),
    "col": _words("span width"),
    "font": _words("color size"),
    "ol": _words("start type"),
    "li": _words("value"),
    "blockquote": _words("type"),
}
STYLES: Final = _words(
    """background-color border border-bottom border-collapse border-left border-right border-top
    color direction font-size font-style font-weight line-height list-style-type margin
    margin-bottom margin-left margin-right margin-top padding padding-bottom padding-left
    padding-right padding-top text-align text-decoration unicode-bidi vertical-align white-space
    width"""
)
LINKS: Final = _words("http https mailto tel")
#: Elements whose content goes with them.
SILENT: Final = _words("script style template noscript title svg math")
#: Elements that end by themselves: leaving them open nests nothing.
CLOSED_BY_THEMSELVES: Final = _words(
    """area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot
    th thead tr track wbr"""
)
BLOCKS: Final = _words(
    """address article aside blockquote center dd details div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul"""
)
PARAGRAPHS: Final = _words("p h1 h2 h3 h4 h5 h6 blockquote table ul ol pre")
#: What programs put around a quotation.
QUOTES: Final = (
    ".gmail_quote, .yahoo_quoted, .moz-cite-prefix, .protonmail_quote, .tutanota_quote, "
    ".zmail_extra, blockquote[type=cite], #mail-editor-reference-message-container, #reply-intro, "
    "#isForwardContent"
)
#: Where Outlook begins one: it and all that stands beside it after it. As a selector (``~ *``) that
#: would be looked for from every element through all before it.
QUOTES_BEGIN: Final = "#divRplyFwdMsg, #appendonsend"
