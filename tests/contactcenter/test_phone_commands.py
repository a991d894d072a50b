"""A number is set up on the command line, which says what the provider needs."""

from pathlib import Path

import pytest
from command_line import command

PUBLIC = "https://desk.example.com"
SORRY = "phone_apology_url=https://www.example.com/sorry-fa.mp3"


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
        CONTACTCENTER_TWILIO_FALLBACK_URL="https://desk-2.example.com",
    )
    assert ended.exit_code == 0 or words[0] == "doctor", ended.output  # nobody has served yet
    assert ended.exit_code == 0 or words[0] == "doctor", ended.output  # nobody has served yet
    return ended.stdout


async def test_a_number_says_what_to_enter_at_the_provider_and_what_callers_would_miss(
    dsn: str, tmp_path: Path
):
    number = ("phone", "021 9101 2345", "--queue", "Frontline", "--language", "fa")
    added = await run(dsn, tmp_path, "entry-point", "add", *number)

    assert "phone  +982191012345" in added
    assert f"A call comes in: POST {PUBLIC}/hooks/phone/voice\n" in added
    assert "Primary handler fails: POST https://desk-2.example.com/hooks/phone/fallback\n" in added
    status = f"{PUBLIC}/hooks/phone/status#rc=3&rp=all&ct=2000&rt=4000&tt=15000"
    assert f"Call status changes: POST {status}\n" in added
    assert "hear an apology in English" in added
    examined = await run(dsn, tmp_path, "doctor")
    assert "number +982191012345: While nobody can answer" in examined
    assert "callers do not hear, in fa: greeting, closed, unstaffed" in " ".join(examined.split())
    assert "telephones of Frontline: no agent can be called" in examined

    await run(dsn, tmp_path, "entry-point", "set", "phone:+982191012345", SORRY)

    listed = await run(dsn, tmp_path, "channels")
    assert "/hooks/phone/voice" in listed
    assert "Channel phone: needs CONTACTCENTER_TWILIO_ACCOUNT_SID" in listed
    assert "hear an apology in English" not in listed
    assert "While nobody can answer" not in await run(dsn, tmp_path, "doctor")
