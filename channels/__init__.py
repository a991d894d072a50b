"""One module a channel; each translates between a provider and the contract in ``_base``.

A module without a leading underscore is a channel: a new file here is a new channel, and nothing
else needs to know. Only this package is imported by the app, never a single channel.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType

from channels import _setting_checks
from channels._base import Channel, Checkpoint, Env, Inbox, Lease, Mailroom, Setting, Task
from channels._call_steps import (
    Again,
    Ask,
    HangUp,
    Join,
    LeaveQueue,
    Park,
    Pause,
    Play,
    Say,
    Script,
    Step,
    TakeMessage,
)
from channels._calls import (
    Attestation,
    CallEvent,
    CallEventKind,
    CallGone,
    CallHook,
    Destination,
    Dialling,
    ForeignHook,
    HookName,
    LegEnding,
    LegLook,
    Member,
    SetUp,
    Switchboard,
    Telephony,
    Unparked,
)
from channels._chat import KIND as CHAT_KIND
from channels._chat import (
    Attendance,
    Attested,
    ChatFile,
    ChatRefused,
    Chatroom,
    Details,
    Guest,
    Line,
    Seat,
    Standing,
    Typing,
)
from channels._failures import (
    AccountRefused,
    BadAddress,
    BadOption,
    Deferred,
    FailureKind,
    LeaseLost,
    NotStored,
    OptedOut,
    OutcomeUnknown,
    SendFailure,
    Unavailable,
    Undeliverable,
)
from channels._file_types import BYTES, TEXT, sniffed
from channels._mail.domains import of_address as domain_of
from channels._mail.reader import MailReader
from channels._mail.readers import MailReaders
from channels._mail.showing import Letter, content_ids, shown
from channels._mail.values import (
    Authentication,
    Bounce,
    Enclosure,
    File,
    Fragment,
    Mail,
    MailAddress,
    Notice,
    Refused,
)
from channels._mail.values import Kind as MailKind
from channels._messages import (
    STATUS_RANK,
    Address,
    CallArrived,
    Consent,
    Fetched,
    Inbound,
    Listed,
    MailReceived,
    Media,
    Outbound,
    OutboundMail,
    Outcome,
    Purpose,
    Raw,
    Receipt,
    RefusedCopy,
    Said,
    Size,
    StatusUpdate,
    Thread,
    Unreadable,
)
from channels._own_settings import NOTHING_OWN, NoOwnSettings, OwnSettings
from channels._phone.forms import sample as call_hook
from channels._problem import FORGED

__all__ = [
    "BYTES",
    "CHAT_KIND",
    "FORGED",
    "NOTHING_OWN",
    "STATUS_RANK",
    "TEXT",
    "AccountRefused",
    "Address",
    "Again",
    "Ask",
    "Attendance",
    "Attestation",
    "Attested",
    "Authentication",
    "BadAddress",
    "BadOption",
    "Bounce",
    "CallArrived",
    "CallEvent",
    "CallEventKind",
    "CallGone",
    "CallHook",
    "Channel",
    "ChatFile",
    "ChatRefused",
    "Chatroom",
    "Checkpoint",
    "Consent",
    "Deferred",
    "Destination",
    "Details",
    "Dialling",
    "Enclosure",
    "Env",
    "FailureKind",
    "Fetched",
    "File",
    "ForeignHook",
    "Fragment",
    "Guest",
    "HangUp",
    "HookName",
    "Inbound",
    "Inbox",
    "Join",
    "Lease",
    "LeaseLost",
    "LeaveQueue",
    "LegEnding",
    "LegLook",
    "Letter",
    "Line",
    "Listed",
    "Mail",
    "MailAddress",
    "MailKind",
    "MailReader",
    "MailReaders",
    "MailReceived",
    "Mailroom",
    "Media",
    "Member",
    "NoOwnSettings",
    "NotStored",
    "Notice",
    "OptedOut",
    "Outbound",
    "OutboundMail",
    "Outcome",
    "OutcomeUnknown",
    "OwnSettings",
    "Park",
    "Pause",
    "Play",
    "Purpose",
    "Raw",
    "Receipt",
    "Refused",
    "RefusedCopy",
    "Said",
    "Say",
    "Script",
    "Seat",
    "SendFailure",
    "SetUp",
    "Setting",
    "Size",
    "Standing",
    "StatusUpdate",
    "Step",
    "Switchboard",
    "TakeMessage",
    "Task",
    "Telephony",
    "Thread",
    "Typing",
    "Unavailable",
    "Undeliverable",
    "Unparked",
    "Unreadable",
    "call_hook",
    "check_own",
    "check_setting",
    "content_ids",
    "domain_of",
    "load",
    "names",
    "settings",
    "settings_of",
    "shown",
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


def check_own(name: str, key: str, value: str, *, secret: bool = False) -> None:
    """Whether an entry point of the channel may have this of its own, as an option or a secret.

    Raises ``BadOption``. What may be shown may be kept secret all the same, but not the reverse.
    """
    known = {setting.key: setting for setting in settings_of(name) if setting.own}
    if key not in known:
        there_are = ", ".join(sorted(k for k, s in known.items() if secret or not s.secret))
        what = "secret" if secret else "option"
        raise BadOption(f"The channel {name} reads no {what} {key}; it reads {there_are}.")
    if known[key].secret and not secret:
        raise BadOption(f"{key} is secret: set it as a secret of the entry point.")
    check_setting(known[key], value, secret=secret)


def check_setting(setting: Setting, value: str, *, secret: bool | None = None) -> None:
    """Whether a setting may be this, whoever has it; raises ``BadOption`` without the value."""
    is_secret = setting.secret if secret is None else secret
    check = setting.check or (_setting_checks.text if is_secret else _setting_checks.one_line)
    check(value)


def load(env: Env) -> Mapping[str, Channel]:
    """Build every channel; one that lacks settings says so in ``missing`` and refuses hooks."""
    return {name: _module(name).create(env) for name in names()}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
