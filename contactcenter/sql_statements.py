"""Splits SQL text into statements, by PostgreSQL's own rules of where one ends.

Only texts that cannot be sent as a whole need this: statements that refuse to run in a transaction,
since several statements in one message are one transaction. Source:
https://www.postgresql.org/docs/current/sql-syntax-lexical.html
"""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<skip>     --[^\n]* )
    | (?P<comment>  /\* )                                  # they nest: see _comment_end
    | (?P<escapes>  [eE]'(?:[^'\\]|\\.|'')*' )             # E'it\'s'
    | (?P<string>   '(?:[^']|'')*' | "(?:[^"]|"")*" )
    | (?P<dollar>   \$(?P<tag>(?:[^\W\d]\w*)?)\$ .*? \$(?P=tag)\$ )
    | (?P<word>     [^\W\d][\w$]* )                        # a $ inside a word opens no quote
    | (?P<mark>     [();] )
    | (?P<rest>     [\s\S] )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")
_UNCLOSED = {"'": "string", '"': "name", "$": "dollar quote"}


def split_statements(text: str) -> list[str]:
    """Return the statements of ``text`` without their semicolons, none of them empty.

    A semicolon ends a statement unless it stands in a string, a quoted name, a dollar quote, a
    comment, brackets, or between the BEGIN ATOMIC and END of a function's body.

    Raises:
        ValueError: when a quote or a comment is not closed; names the line.
    """
    statements = []
    start = 0
    for end in [*_ends(text), len(text)]:
        statement = text[start:end].strip()
        if any(kind not in ("skip", "comment", "rest") for kind, _, _ in _tokens(statement)):
            statements.append(statement)
        start = end + 1
    return statements


def first_word(statement: str) -> str:
    """Return the statement's first word in upper case, comments before it apart; or nothing."""
    words = (word for kind, word, _ in _tokens(statement) if kind == "word")
    return next(words, "").upper()


def _ends(text: str) -> Iterator[int]:
    brackets, blocks = 0, 0
    previous = ""
    for kind, piece, place in _tokens(text):
        word = piece.upper() if kind == "word" else ""
        if piece == "(":
            brackets += 1
        elif piece == ")":
            brackets -= 1
        elif word == "ATOMIC" and previous == "BEGIN":
            blocks = 1
        elif word == "CASE" and blocks:  # it ends with END, too
            blocks += 1
        elif word == "END" and blocks:
            blocks -= 1
        elif kind == "mark" and not brackets and not blocks:
            yield place
        previous = word or previous if kind in ("word", "skip", "comment", "rest") else ""


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield kind, text and place of each piece."""
    place = 0
    while found := _TOKEN.match(text, place):
        kind = found.lastgroup if found.lastgroup != "tag" else "dollar"
        assert kind is not None
        end = _comment_end(text, place) if kind == "comment" else found.end()
        piece = text[place:end]
        if kind == "rest" and piece in _UNCLOSED and not _is_parameter(text, place):
            _refuse(text, place, _UNCLOSED[piece])
        yield kind, piece, place
        place = end


def _is_parameter(text: str, place: int) -> bool:
    return text[place] == "$" and text[place + 1 : place + 2].isdigit()


def _comment_end(text: str, start: int) -> int:
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    _refuse(text, start, "comment")
    return len(text)


def _refuse(text: str, place: int, what: str) -> None:
    line = text.count("\n", 0, place) + 1
    msg = f"line {line}: this {what} is not closed"
    raise ValueError(msg)
