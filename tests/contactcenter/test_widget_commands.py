"""A widget is set up on the command line, which says what the page needs."""

import re
from pathlib import Path

import pytest
from command_line import command

PUBLIC = "https://desk.example.com"


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


async def run(dsn: str, data: Path, *words: str) -> str:
    ended = await command(
        *words,
        "--data",
        str(data),
        CONTACTCENTER_DATABASE_URL=dsn,
        CONTACTCENTER_PUBLIC_URL=PUBLIC,
    )
    assert ended.exit_code == 0, ended.output
    return ended.stdout


async def test_a_widget_is_given_a_key_origins_and_a_line_for_the_page(dsn: str, tmp_path: Path):
    added = await run(dsn, tmp_path, "entry-point", "add", "webchat", "--queue", "Frontline")
    [key] = re.findall(r"^webchat  ([0-9a-f]{24})  → Frontline$", added, re.MULTILINE)
    script = (
        f'<script src="{PUBLIC}/hooks/webchat/widget.js" data-entry-point="{key}" async></script>'
    )
    assert script in added

    origins = "webchat_origins=https://www.example.com"
    assert origins in await run(dsn, tmp_path, "entry-point", "set", f"webchat:{key}", origins)
    listed = await run(dsn, tmp_path, "channels")

    assert script in listed
    assert "  sms" not in listed
    assert listed.count("<script") == 1


async def test_an_address_that_is_no_key_has_to_be_given(dsn: str, tmp_path: Path):
    ended = await command(
        "entry-point", "add", "sms", "--queue", "Frontline", "--data", str(tmp_path),
        CONTACTCENTER_DATABASE_URL=dsn,
    )  # fmt: skip

    assert ended.exit_code == 1
    assert "needs an address" in ended.stderr
    assert "Traceback" not in ended.stderr
