"""The supervisors' page as it is served, and the parts it is made of."""

import re
from importlib import resources

import pytest

from contactcenter.api.supervisor_page import OF_OTHERS

_STATIC = resources.files("contactcenter.api") / "static" / "supervisor"
_WORD = re.compile(r'(?<![\w.])([a-z_][a-z0-9_]*):\s*(?="|\{ )')


async def test_the_page_lets_in_nothing_but_its_own_files(client):
    response = await client.get("/supervisor")

    assert response.status == 200
    assert response.content_type == "text/html"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    page = await response.text()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(one.startswith(("/supervisor/", "data:")) for one in addresses)
    assert all(" src=" in tag for tag in re.findall(r"<script\b[^>]*>", page))
    assert not re.search(r"<style|\son[a-z]+\s*=", page)


async def test_every_module_is_served_with_all_that_it_imports(client):
    wanted, seen = ["main.js"], set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        response = await client.get(f"/supervisor/{name}")
        assert (response.status, response.content_type) == (200, "text/javascript"), name
        if name in OF_OTHERS:
            continue
        named = re.findall(
            r'"\./([\w.-]+\.js)"', await response.text()
        )  # imported, or loaded later
        wanted += [one for one in named if one not in seen]

    assert seen == {one.name for one in _STATIC.iterdir() if one.name.endswith(".js")} | set(
        OF_OTHERS
    )


@pytest.mark.parametrize("name", ["README.md", "preact.LICENSE.txt", "docs.js", "index.html"])
async def test_nothing_else_is_served(client, name):
    assert (await client.get(f"/supervisor/{name}")).status == 404


def test_the_page_says_the_same_in_both_languages():
    english, persian = (
        _WORD.findall((_STATIC / f"words_{language}.js").read_text(encoding="utf-8"))
        for language in ("en", "fa")
    )

    assert len(english) > 150
    assert english == persian


@pytest.mark.parametrize("block", ["light", "as the system", "dark"])
def test_figures_can_be_read_on_every_shade_of_the_heat_map(block):
    """As WCAG 2.2 asks (1.4.3): 4.5 to 1. Paper is light."""
    css = (_STATIC / "page.css").read_text(encoding="utf-8")
    light, system, dark = [
        dict(re.findall(r"--([\w-]+): (#\w{6})", one)) for one in css.split("--paper:")[1:4]
    ]
    colours = {"light": light, "as the system": system, "dark": dark}[block]

    for shade in range(1, 6):
        ink = colours["ink" if shade <= 3 else "on-deep"]
        assert _contrast(ink, colours[f"shade-{shade}"]) >= 4.5, shade


def _contrast(one: str, other: str) -> float:
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
