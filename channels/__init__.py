"""One module a channel; each translates between a provider and the contract in ``_base``.

A module without a leading underscore is a channel: a new file here is a new channel, and nothing
else needs to know. Only this package is imported by the app, never a single channel.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType

from channels._base import (
    STATUS_RANK,
    Address,
    Channel,
    Consent,
    Env,
    Fetched,
    Inbound,
    Inbox,
    Listed,
    Media,
    Outbound,
    Outcome,
    Purpose,
    Raw,
    Receipt,
    Setting,
    Size,
    StatusUpdate,
    Unreadable,
)
from channels._failures import (
    AccountRefused,
    BadAddress,
    FailureKind,
    NotStored,
    OptedOut,
    OutcomeUnknown,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._file_types import BYTES, TEXT, sniffed
from channels._mail import Bounce, File, Mail, MailAddress
from channels._mail.answers import Refused
from channels._mail.fragments import safe_html
from channels._mail_reader import MailReader
from channels._secrets import NO_SECRETS, NoSecrets, Secrets

__all__ = [
    "BYTES",
    "NO_SECRETS",
    "STATUS_RANK",
    "TEXT",
    "AccountRefused",
    "Address",
    "BadAddress",
    "Bounce",
    "Channel",
    "Consent",
    "Env",
    "FailureKind",
    "Fetched",
    "File",
    "Inbound",
    "Inbox",
    "Listed",
    "Mail",
    "MailAddress",
    "MailReader",
    "Media",
    "NoSecrets",
    "NotStored",
    "OptedOut",
    "Outbound",
    "Outcome",
    "OutcomeUnknown",
    "Purpose",
    "Raw",
    "Receipt",
    "Refused",
    "Secrets",
    "SendFailure",
    "Setting",
    "Size",
    "StatusUpdate",
    "Unavailable",
    "Undeliverable",
    "Unreadable",
    "load",
    "names",
    "safe_html",
    "settings",
    "settings_of",
    "sniffed",
]


def names() -> list[str]:
    """Every channel there is, in alphabetical order."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def settings() -> tuple[Setting, ...]:
    """What all channels read from the settings; a setting that two share is named once."""
    found: dict[str, Setting] = {}
    for name in names():
        for setting in _module(name).SETTINGS:
            found.setdefault(setting.key, setting)
    return tuple(found.values())


def settings_of(name: str) -> tuple[Setting, ...]:
    """What one channel reads from the settings; nothing if it is not here."""
    return tuple(_module(name).SETTINGS) if name in names() else ()


def load(env: Env) -> Mapping[str, Channel]:
    """Build every channel; one that lacks settings says so in ``missing`` and refuses hooks."""
    return {name: _module(name).create(env) for name in names()}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
