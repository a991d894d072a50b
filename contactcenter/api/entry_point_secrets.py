"""Secrets of entry points, such as the keys of a provider's account: set, never shown."""

from typing import Annotated

from msgspec import Meta, Struct

from contactcenter.administration import entry_point_secrets
from contactcenter.administration.entry_point_secrets import SecretName
from contactcenter.api.operation import ADMIN, Call, operation


class SecretValue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The value; several of one name, such as an old and a new key, are separated by commas."""

    value: Annotated[
        str, Meta(min_length=1, max_length=entry_point_secrets.MAX_LENGTH, pattern=r"\S")
    ]

    def __repr__(self) -> str:
        return "SecretValue(***)"


@operation(
    "GET", "/entry_points/{entry_point_id}/secrets", tag="entry_points", roles=ADMIN, via="read"
)
async def list_secrets(call: Call, entry_point_id: int) -> list[SecretName]:
    """Tell which secrets one of our addresses has of its own; never their values."""
    return await entry_point_secrets.names(call.conn, entry_point_id)


@operation(
    "PUT",
    "/entry_points/{entry_point_id}/secrets/{name}",
    tag="entry_points",
    roles=ADMIN,
    via="transaction",
    versioned=False,
)
async def set_secret(call: Call, entry_point_id: int, name: str, body: SecretValue) -> None:
    """Set a secret of one of our addresses; it is used within 5 seconds, and never shown again.

    `name` is one of its channel's settings, such as `twilio_auth_tokens`, and its value comes
    before that of the settings. Without the server's key it is answered 409
    `secret_key_missing`.
    """
    await entry_point_secrets.put(
        call.conn,
        await call.clock(),
        call.services.secret_keys,
        entry_point_id,
        name=name,
        value=body.value.strip(),
        actor=call.actor.reference,
    )


@operation(
    "DELETE",
    "/entry_points/{entry_point_id}/secrets/{name}",
    tag="entry_points",
    roles=ADMIN,
    via="transaction",
)
async def remove_secret(call: Call, entry_point_id: int, name: str) -> None:
    """Remove a secret of one of our addresses; what the settings hold for all is used again."""
    now, actor = await call.clock(), call.actor.reference
    await entry_point_secrets.remove(call.conn, now, entry_point_id, name, actor=actor)
