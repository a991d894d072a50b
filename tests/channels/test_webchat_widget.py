"""The widget's sources and what is served of them: small, whole, and in two languages."""

import re
from importlib import resources

import pytest

from channels._webchat import static_files
from channels._webchat.script_bundle import bundled

#: Everything a visitor's browser loads for one language.
MOST_BYTES = 15_000

LANGUAGES = ("en", "fa")


def sources() -> dict[str, str]:
    """The modules by name, as they are written."""
    folder = resources.files("channels._webchat") / "static"
    return {
        one.name: one.read_text(encoding="utf-8")
        for one in folder.iterdir()
        if one.name.endswith(".js")
    }


def names_of(texts: str) -> list[str]:
    """What the sentences of a language are called, in order."""
    return re.findall(r"^ +(\w+): ", texts, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_visitor_loads_is_small(language: str) -> None:
    served = static_files.served()
    loaded = (served["widget.js"], served[f"texts_{language}.js"])
    assert sum(map(len, loaded)) <= MOST_BYTES


def test_nothing_is_served_but_the_script_and_its_texts() -> None:
    assert set(static_files.served()) == {"widget.js", "texts_en.js", "texts_fa.js"}


def test_the_served_script_is_whole_and_knows_its_version() -> None:
    served = static_files.scripts().by_name["widget.js"].plain.decode()
    assert static_files.scripts().version in served
    assert "__VERSION__" not in served
    assert not re.search(r"\b(import\{|import \{|export )", served)


def test_every_module_is_in_the_served_script_once() -> None:
    modules = {name: text for name, text in sources().items() if not name.startswith("texts_")}
    whole = bundled(modules, "widget.js")
    for text in modules.values():
        first_line = text.partition("\n")[0]
        assert first_line.startswith("// ")
        assert whole.count(first_line) == 1


def test_a_module_comes_after_what_it_imports() -> None:
    whole = bundled(
        {
            "a.js": "import { c, b } from './b.js';\nimport {\n  d,\n} from './d.js';\nb(d);\n",
            "b.js": "import { d } from './d.js';\nexport const b = () => d;\n",
            "d.js": "export class d {}\n",
        },
        "a.js",
    )
    expected = "(() => {\n'use strict';\nclass d {}\nconst b = () => d;\nb(d);\n})();\n"
    assert whole == expected


def test_no_two_modules_declare_the_same_name() -> None:
    pattern = r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)"
    found = [
        name
        for module, text in sources().items()
        if not module.startswith("texts_")
        for name in re.findall(pattern, text, re.MULTILINE)
    ]
    assert len(found) > len(sources())
    assert len(found) == len(set(found))


def test_both_languages_have_the_same_sentences() -> None:
    english, persian = (names_of(sources()[f"texts_{language}.js"]) for language in LANGUAGES)
    assert english == persian
    assert len(english) > 50


def test_every_sentence_the_modules_ask_for_is_there() -> None:
    known = set(names_of(sources()["texts_en.js"]))
    asked = {
        name
        for module, text in sources().items()
        if not module.startswith("texts_")
        for name in re.findall(r"\btexts\.(\w+)", text)
    }
    assert asked
    assert asked <= known


def test_the_widget_asks_nobody_else_for_anything() -> None:
    """The only addresses in it are names of XML's languages, which nobody fetches."""
    served = static_files.scripts().by_name["widget.js"].plain.decode()
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^'\" ]*", served)
    assert {one for one in addresses if "www.w3.org/" not in one} == set()


def test_the_layout_knows_no_left_and_no_right() -> None:
    styles = sources()["styles.js"]
    assert not re.search(
        r"\b(left|right|(min-|max-)?width:|margin-(top|bottom))\b(?!: 481)", styles
    )


def test_nothing_in_the_widget_needs_permission_to_run_strings() -> None:
    served = static_files.scripts().by_name["widget.js"].plain.decode()
    for forbidden in ("eval(", "new Function", "innerHTML", "document.write", "document.cookie"):
        assert forbidden not in served
