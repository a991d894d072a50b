"""Secrets of entry points: write-only, encrypted, and used by every process within seconds."""

import asyncio

import asyncpg
import pytest
from structlog.testing import capture_logs

from channels import Unavailable
from contactcenter.administration import entry_point_secrets
from contactcenter.db import Database
from contactcenter.own_settings import OwnSettingsReader
from contactcenter.secret_keys import NotDecrypted, SecretKeys, new_key
from contactcenter.settings import Settings

CANARY = "canary-4f1c9a-of-a-key"


@pytest.fixture
async def entry_point(table: asyncpg.Connection) -> int:
    return await table.fetchval(
        "INSERT INTO entry_point (channel, address, queue_id)"
        " SELECT 'sms', '+982100000001', min(id) FROM queue RETURNING id"
    )


@pytest.fixture
async def other_entry_point(table: asyncpg.Connection) -> int:
    return await table.fetchval(
        "INSERT INTO entry_point (channel, address, queue_id)"
        " SELECT 'sms', '+982100000002', min(id) FROM queue RETURNING id"
    )


def keys_of(*keys: str) -> SecretKeys:
    environ = {"CONTACTCENTER_SECRET_KEYS": ",".join(keys)}
    return SecretKeys(Settings.load(environ, channel_settings=()))


def path(entry_point: int, name: str = "twilio_auth_tokens") -> str:
    return f"/entry_points/{entry_point}/secrets/{name}"


async def test_a_secret_is_set_and_removed_but_never_told(admin, entry_point, table):
    await admin("PUT", path(entry_point), {"value": f" {CANARY} "}, status=204)

    listed = await admin("GET", f"/entry_points/{entry_point}/secrets", status=200)
    assert [list(one) for one in listed] == [["name", "set_at"]]
    assert listed[0]["name"] == "twilio_auth_tokens"
    sealed = await table.fetchval("SELECT sealed FROM entry_point_secret")
    assert CANARY.encode() not in sealed
    changed = await table.fetch(
        "SELECT actor, data FROM event WHERE kind = 'configuration_changed' ORDER BY id"
    )
    assert [row["actor"] for row in changed] == [f"user:{admin.user_id}"]
    assert CANARY not in str(changed)
    assert '"to": "set"' in changed[0]["data"]

    await admin("DELETE", path(entry_point), status=204)
    assert await admin("GET", f"/entry_points/{entry_point}/secrets", status=200) == []
    await admin("DELETE", path(entry_point), status=404)


async def test_only_administrators_and_only_names_the_channel_reads(
    admin, supervisor, agent, entry_point
):
    for caller in (supervisor, agent):
        await caller("PUT", path(entry_point), {"value": "x"}, status=403)
        await caller("GET", f"/entry_points/{entry_point}/secrets", status=403)
        await caller("DELETE", path(entry_point), status=403)

    problem = await admin("PUT", path(entry_point, "smtp_password"), {"value": CANARY}, status=422)
    assert problem["field"] == "path.name"
    assert "twilio_auth_tokens" in problem["detail"]
    assert CANARY not in str(problem)
    for bad in ({"value": " "}, {"value": ""}, {"value": "x" * 4097}, {"value": CANARY, "more": 1}):
        problem = await admin("PUT", path(entry_point), bad, status=422)
        assert CANARY not in str(problem)
    await admin("PUT", path(999_999), {"value": "x"}, status=404)


async def test_a_reader_has_the_values_in_the_clear_and_notices_each_change(
    admin, entry_point, other_entry_point, services
):
    reader = OwnSettingsReader(services.db, services.secret_keys)
    await reader.look()
    assert reader.of("sms", "+982100000001") == {}

    await admin("PUT", path(entry_point), {"value": CANARY}, status=204)
    await reader.look()
    assert reader.of("sms", "+982100000001") == {"twilio_auth_tokens": CANARY}
    assert reader.of("sms", "+982100000002") == {}
    assert list(reader.addresses("sms")) == ["+982100000001", "+982100000002"]

    await admin("PUT", path(entry_point), {"value": "another"}, status=204)
    await reader.look()
    assert reader.of("sms", "+982100000001") == {"twilio_auth_tokens": "another"}

    await admin("DELETE", path(entry_point), status=204)
    await reader.look()
    assert reader.of("sms", "+982100000001") == {}


async def test_a_lost_key_stops_its_entry_point_only_and_is_named(
    admin, entry_point, other_entry_point, services, table
):
    lost_keys = keys_of(new_key())
    await admin("PUT", path(other_entry_point), {"value": "fine"}, status=204)
    await table.execute(
        "INSERT INTO entry_point_secret VALUES ($1, 'twilio_auth_tokens', $2, now())",
        entry_point,
        lost_keys.seal((entry_point, "twilio_auth_tokens"), CANARY),
    )
    reader = OwnSettingsReader(services.db, services.secret_keys)

    with capture_logs() as lines:
        await reader.look()
        await reader.look()

    with pytest.raises(Unavailable, match=f"entry point {entry_point} "):
        reader.of("sms", "+982100000001")
    assert reader.of("sms", "+982100000002") == {"twilio_auth_tokens": "fine"}
    assert list(reader.addresses("sms")) == ["+982100000002"]
    assert [(line["event"], line["entry_point_id"]) for line in lines] == [
        ("secret_not_decrypted", entry_point)
    ]

    await admin("PUT", path(entry_point), {"value": "set anew"}, status=204)
    await reader.look()
    assert reader.of("sms", "+982100000001") == {"twilio_auth_tokens": "set anew"}


@pytest.mark.slow
async def test_a_running_reader_knows_a_change_within_five_seconds(admin, entry_point, services):
    reader = OwnSettingsReader(services.db, services.secret_keys)
    task = asyncio.create_task(reader.run())

    await admin("PUT", path(entry_point), {"value": CANARY}, status=204)

    async with asyncio.timeout(5):
        while not reader.of("sms", "+982100000001"):
            await asyncio.sleep(0.05)
    task.cancel()


async def test_rows_cannot_be_swapped(entry_point, other_entry_point):
    keys = keys_of(new_key())
    sealed = keys.seal((entry_point, "twilio_auth_tokens"), CANARY)

    assert keys.open((entry_point, "twilio_auth_tokens"), sealed) == CANARY
    for place in ((other_entry_point, "twilio_auth_tokens"), (entry_point, "twilio_account_sid")):
        with pytest.raises(NotDecrypted):
            keys.open(place, sealed)


async def test_rotation_encrypts_everything_under_the_first_key(
    database: Database, table, entry_point, monkeypatch
):
    old, new, lost = new_key(), new_key(), new_key()
    monkeypatch.setattr(entry_point_secrets, "BATCH", 3)
    for n in range(8):
        name = f"secret_{n}"
        sealed = keys_of(lost if n == 5 else old).seal((entry_point, name), f"value {n}")
        await table.execute(
            "INSERT INTO entry_point_secret VALUES ($1, $2, $3, now())", entry_point, name, sealed
        )

    done = await entry_point_secrets.rotate(database, keys_of(new, old))
    again = await entry_point_secrets.rotate(database, keys_of(new, old))

    assert (done.sealed_anew, done.left_alone) == (7, 0)
    assert [one.name for one in done.lost] == ["secret_5"]
    assert (again.sealed_anew, again.left_alone) == (0, 7)
    async with database.read() as conn:
        found = {
            one.name: keys_of(new).open((entry_point, one.name), one.sealed)
            for one in await entry_point_secrets.every(conn)
            if one.name != "secret_5"
        }
    assert found == {f"secret_{n}": f"value {n}" for n in range(8) if n != 5}


async def test_the_key_file_is_made_with_the_first_secret_and_never_again_over_others(
    entry_point, other_entry_point, tmp_path, database
):
    settings = Settings.load({"CONTACTCENTER_DATA_DIR": str(tmp_path)}, channel_settings=())
    file = tmp_path / "secret.key"

    async def put(of: int) -> None:
        async with database.transaction() as conn:
            await entry_point_secrets.put(
                conn,
                await conn.fetchval("SELECT clock_timestamp()"),
                SecretKeys(settings),
                of,
                name="twilio_auth_tokens",
                value=CANARY,
                actor="system",
            )

    assert not file.exists()
    await put(entry_point)
    assert file.stat().st_mode & 0o777 == 0o600
    key = file.read_text()
    SecretKeys(settings).make()
    assert file.read_text() == key

    file.unlink()
    with pytest.raises(entry_point_secrets.SecretKeyMissing):
        await put(other_entry_point)
    assert not file.exists()


def test_a_new_key_comes_first_and_the_old_ones_still_open(tmp_path):
    keys = SecretKeys(Settings.load({"CONTACTCENTER_DATA_DIR": str(tmp_path)}, channel_settings=()))
    keys.make()
    sealed = keys.seal((1, "a_name"), CANARY)

    added = keys.add()

    file = tmp_path / "secret.key"
    assert file.read_text().split()[0] == added
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    assert keys.open((1, "a_name"), sealed) == CANARY
    assert keys.resealed((1, "a_name"), sealed) is not None
