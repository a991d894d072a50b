"""Secrets of entry points on the command line: from standard input, rotated, examined."""

from pathlib import Path

import asyncpg
import pytest
from command_line import command

CANARY = "canary-b77d21-of-a-key"


@pytest.fixture
def dsn(bare_dsn: str) -> str:
    """What the application makes itself is not there yet."""
    return bare_dsn


@pytest.fixture
def run(dsn: str, tmp_path: Path):
    """Run a command on this test's database; returns status, output and errors."""

    async def run(*words: str, said: str = "") -> tuple[int, str, str]:
        words = (*words, "--data", str(tmp_path))
        ended = await command(*words, said=said, CONTACTCENTER_DATABASE_URL=dsn)
        return ended.exit_code, ended.stdout, ended.stderr

    return run


async def test_a_secret_is_set_rotated_examined_and_removed(run, dsn, tmp_path):
    address = "+982100000009"
    key_file = tmp_path / "secret.key"
    assert (await run("entry-point", "add", "sms", address, "--queue", "Frontline"))[0] == 0
    secret = ("entry-point", "secret")

    status, out, err = await run(*secret, "set", address, "twilio_auth_tokens", said=f"{CANARY}\n")
    assert (status, CANARY in out + err) == (0, False), err
    assert "twilio_auth_tokens" in (await run(*secret, "list", f"sms:{address}"))[1]
    assert (await run(*secret, "set", address, "twilio_auth_tokens"))[0] == 1
    assert (
        "the channel sms reads"
        in (await run(*secret, "set", address, "no_such_name", said=CANARY))[2].lower()
    )

    assert (await run("secrets", "new-key"))[0] == 0
    status, out, err = await run("secrets", "rotate")
    assert (status, out) == (0, "1 encrypted anew, 0 had the first key.\n"), err
    key_file.write_text(key_file.read_text().split()[0])
    status, out, _ = await run("doctor")
    assert "secrets: 1 kept, all can be decrypted" in out

    key_file.chmod(0o644)
    assert f"{key_file} may be read by others" in (await run("doctor"))[1]
    key_file.unlink()
    status, out, _ = await run("doctor")
    assert status == 1
    assert f"twilio_auth_tokens of sms {address} cannot be decrypted" in out
    status, _, err = await run("secrets", "rotate")
    assert status == 1
    assert "there is no key" in err

    assert (await run(*secret, "remove", address, "twilio_auth_tokens"))[0] == 0
    conn = await asyncpg.connect(dsn)
    assert await conn.fetchval("SELECT count(*) FROM entry_point_secret") == 0
    await conn.close()


async def test_an_address_is_added_with_options_which_are_set_and_removed(run):
    address = "help@example.com"
    add = ("entry-point", "add", "email", address, "--queue", "Frontline")
    status, _, err = await run(*add, "--option", "mail_authserv_idz=mx.example.com")
    assert (status, "mail_authserv_ids" in err) == (1, True), err
    assert (await run(*add, "--option", "mail_authserv_ids"))[0] == 2
    assert (await run(*add, "--option", "mail_authserv_ids=mx.example.com"))[0] == 0

    status, out, err = await run("entry-point", "list")
    assert "\n    mail_authserv_ids=mx.example.com\n" in out, err

    change = ("entry-point", "set", f"email:{address}")
    status, out, err = await run(*change, "mail_authserv_ids=mx-2.example.com, mx.example.com")
    assert (status, "mail_authserv_ids=mx-2.example.com, mx.example.com" in out) == (0, True), err
    assert (await run(*change, "imap_nonsense=x"))[0] == 1
    status, _, err = await run(*change, "smtp_host=mail.example.com", "smtp_security=none")
    assert (status, err) == (1, "error: smtp_security: It must be one of tls, starttls, plain.\n")
    assert (await run(*change))[0] == 2
    status, out, err = await run(*change, "--remove", "mail_authserv_ids")
    assert (status, "=" in out) == (0, False), err


async def test_channels_show_which_way_in_fails_and_why(run, dsn):
    for address in ("help@example.com", "sales@example.com"):
        await run("entry-point", "add", "email", address, "--queue", "Frontline")
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        """INSERT INTO way_in (entry_point_id, way, failures, error, failed_at, worked_at)
           SELECT id, 'imap', 3, 'The server refuses the password.', '2026-03-01 12:00Z'::timestamptz, NULL::timestamptz
           FROM entry_point WHERE address LIKE 'help%'
           UNION ALL
           SELECT id, 'imap', 0, NULL, NULL, '2026-03-01 12:01Z'::timestamptz
           FROM entry_point WHERE address LIKE 'sales%'"""
    )
    await conn.close()

    status, out, err = await run("channels")

    assert status == 0, err
    assert "Channel sms: needs CONTACTCENTER_TWILIO_ACCOUNT_SID" in out
    assert (
        "email  help@example.com\n"
        "    imap: FAILS, 3 in a row, last at 2026-03-01 12:00 UTC\n"
        "        The server refuses the password.\n"
        "email  sales@example.com\n"
        "    imap: works, last at 2026-03-01 12:01 UTC\n"
    ) in out


async def test_a_mail_server_of_an_address_of_its_own_is_enough_to_send(run, dsn):
    address = "help@example.com"
    await run("entry-point", "add", "email", address, "--queue", "Frontline")
    assert "Channel email: needs CONTACTCENTER_SMTP_HOST" in (await run("channels"))[1]

    await run("entry-point", "set", address, "smtp_host=mail.example.com")

    assert "Channel email: ready" in (await run("channels"))[1]
    assert "channel email: needs" not in (await run("doctor"))[1]

    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "INSERT INTO account_stop (channel, account, code, stopped_at, probe_at)"
        " SELECT 'email', $1, '535', now(), now()",
        "mail.example.com:587",
    )
    await conn.close()
    out = (await run("channels"))[1]
    assert "    sending: STOPPED, mail.example.com:587 is refused; look at its name and" in out
