"""The channel that makes calls, and what it can dial."""

from collections.abc import Mapping

import channels
from channels import Channel, Telephony
from contactcenter.errors import BadInput, Conflict


class NoTelephony(Conflict):
    """No channel of this contact centre makes calls."""

    code = "no_telephony"


def telephony_of(built: Mapping[str, Channel]) -> Telephony:
    """Whoever makes calls; raises ``NoTelephony``."""
    if (telephony := some_telephony(built)) is None:
        raise NoTelephony
    return telephony


def some_telephony(built: Mapping[str, Channel]) -> Telephony | None:
    """Whoever makes calls, if anybody does."""
    channel = some_channel(built)
    return None if channel is None else channel.telephony


def some_channel(built: Mapping[str, Channel]) -> Channel | None:
    """The channel of whoever makes calls, if anybody does."""
    return next((one for one in built.values() if one.telephony is not None), None)


def dialled(built: Mapping[str, Channel], field: str, text: str) -> str:
    """What may be dialled, canonical; raises ``BadInput`` that names the field."""
    try:
        return telephony_of(built).number(text)
    except channels.BadAddress as error:
        raise BadInput(field, str(error) or "this cannot be dialled") from error
