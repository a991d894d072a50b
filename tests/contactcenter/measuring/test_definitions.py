"""Every metric has its definition, in both languages, and the documents print it.

Run as a program, it writes the tables of ``docs/reports.md``.
"""

import re
from pathlib import Path

import pytest

from contactcenter.measuring import METRICS
from contactcenter.measuring.definitions import DEFINITIONS

PAGE = Path(__file__).parents[3] / "docs" / "reports.md"
FAMILIES = {
    "Replies and resolutions": range(17),
    "Between tiers": range(17, 26),
    "Waits, and what waits": range(26, 36),
    "Work, promises, satisfaction": range(36, 99),
}
_PERSIAN = re.compile(r"[\u0600-\u06ff]")


def table(names: list[str]) -> str:
    """The definitions of some metrics as a table."""
    lines = ["| metric | فارسی | definition | counts | whose |", "|---|---|---|---|---|"]
    for name in names:
        en, fa = DEFINITIONS[name].en, DEFINITIONS[name].fa
        options = ", ".join(f"`{o}` {v}" for o, v in METRICS[name].options.items())
        told = f" Options: {options}." if options else ""
        lines.append(f"| `{name}` | {fa.name} | {en.what}{told} | {en.when} | {en.whose} |")
    return "\n".join(lines)


def tables() -> str:
    names = list(DEFINITIONS)
    families = [
        f"### {title}\n\n{table(names[part.start : part.stop])}" for title, part in FAMILIES.items()
    ]
    return "\n\n".join(families)


def written(page: str) -> str:
    """The page with its tables as they have to be."""
    begin, end = "<!-- definitions -->\n", "\n<!-- end of definitions -->"
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{tables()}\n{end}{rest.partition(end)[2]}"


def test_every_metric_has_a_definition() -> None:
    assert set(DEFINITIONS) == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_both_languages_say_it_in_their_own_letters(name: str) -> None:
    en, fa = DEFINITIONS[name].en, DEFINITIONS[name].fa
    for field in en.__struct_fields__:
        english, persian = getattr(en, field), getattr(fa, field)
        assert not _PERSIAN.search(english)
        assert _PERSIAN.search(persian)
        assert not set("يك") & set(persian)
        assert set(re.findall("`[^`]+`", english)) == set(re.findall("`[^`]+`", persian))


def test_every_option_is_in_the_definition() -> None:
    for name, metric in METRICS.items():
        for option in metric.options:
            if name == "service_level" and option == "short_s":
                continue  # of two variants, which are told apart in ``statistics.rates``
            assert f"`{option}`" in DEFINITIONS[name].en.what, (name, option)


def test_the_page_prints_the_definitions() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == written(page), "python tests/contactcenter/measuring/test_definitions.py"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
