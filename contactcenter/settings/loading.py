"""Reads the settings from their three sources, checks them, and says all that is wrong."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from channels import BadOption, Setting, check_setting
from contactcenter.postgres import default_data_dir
from contactcenter.settings import readers
from contactcenter.settings.app import APP

PREFIX: Final = "CONTACTCENTER_"

_CONFIG_VARIABLE = "CONTACTCENTER_CONFIG"
_CONFIG_HERE = Path("contactcenter.toml")
_TESTS_PREFIX = "CONTACTCENTER_TEST_"
_KUBERNETES = ("service_host", "service_port", "port_")
_NO_OVERRIDES: Mapping[str, object] = MappingProxyType({})


class SettingsInvalid(Exception):
    """The settings cannot be used; ``problems`` holds a sentence for each thing that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A setting as the documentation shows it."""

    key: str
    variable: str
    help: str
    default: str
    example: str
    secret: bool


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator chose. A value that is None was left to us."""

    database_url: str | None
    database_direct_url: str | None
    data_dir: Path
    postgres_bin: Path | None
    host: str
    port: int
    public_url: str  # without a trailing slash
    region: str
    allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[readers.Network, ...]
    webhook_hosts: tuple[str, ...]
    secret_keys: tuple[str, ...] | None
    reopen_window_h: int
    reply_valid_h: int
    dial_prefixes: tuple[str, ...]
    dials_per_agent: int
    dials_per_house: int
    report_zone: str
    tell_agents_of_supervision: str
    session_ttl_h: int
    drain_notice_s: int
    metrics_token: str | None
    log_level: str
    log_format: str
    max_body_bytes: int
    database_pool_size: int
    channels: Mapping[str, str]  # by key; only those that are set

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str],
        *,
        config: Path | None = None,
        overrides: Mapping[str, object] = _NO_OVERRIDES,
        channel_settings: Sequence[Setting],
    ) -> "Settings":
        """Read and check everything.

        ``config`` is the file of ``--config``; without it CONTACTCENTER_CONFIG names one, else
        ``contactcenter.toml`` in the working folder is read if it exists. ``overrides`` come from
        the command line, by key; None there means "not given".

        Raises:
            SettingsInvalid: with every problem, each naming the key and where it was read.
        """
        problems: list[str] = []
        known = {setting.key: setting for setting in APP}
        of_channels = {setting.key: setting for setting in channel_settings}
        assert not known.keys() & of_channels.keys(), "a channel took a key of the app"

        raw: dict[str, tuple[object, str]] = {}
        for layer in (
            _from_file(environ, config, problems),
            _from_environment(environ),
            _from_command_line(overrides),
        ):
            raw.update(layer)
        problems += _unknown(raw, [*known, *of_channels])

        found = {key: _read(key, one.reader, raw, problems) for key, one in known.items()}
        channels = dict(_channel_values(of_channels.values(), raw, problems))
        _complete(found, environ)
        if found["database_direct_url"] and not raw.get("database_url"):
            source = raw["database_direct_url"][1]
            problems.append(f"database_direct_url needs database_url beside it ({source}).")
        if problems:
            raise SettingsInvalid(problems)
        return cls(**found, channels=MappingProxyType(channels))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Settings({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show every field, but no secret; also to ``rich``, which looks past ``__repr__``."""
        shown: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__}
        for setting in APP:
            if setting.secret and shown[setting.key] is not None:
                shown[setting.key] = "***"
        shown["channels"] = dict.fromkeys(self.channels, "***")
        return list(shown.items())


def describe(channel_settings: Iterable[Setting]) -> list[Described]:
    """Return every setting there is, in the order in which the documentation lists them."""
    app = [
        Described(
            key=one.key,
            variable=PREFIX + one.key.upper(),
            help=one.help,
            default=one.shown_default or _as_text(one.default),
            example=one.example or _as_text(one.default),
            secret=one.secret,
        )
        for one in APP
    ]
    return app + [
        Described(
            key=one.key,
            variable=PREFIX + one.key.upper(),
            help=one.help,
            default=one.default or "",
            example=one.example,
            secret=one.secret,
        )
        for one in channel_settings
    ]


def _as_text(default: object) -> str:
    return ",".join(default) if isinstance(default, tuple) else str(default or "")


def _from_file(
    environ: Mapping[str, str], config: Path | None, problems: list[str]
) -> dict[str, tuple[object, str]]:
    named = config or (Path(environ[_CONFIG_VARIABLE]) if environ.get(_CONFIG_VARIABLE) else None)
    file = named or _CONFIG_HERE
    try:
        content = tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        if named:
            problems.append(f"The settings file {file} does not exist.")
        return {}
    except OSError as problem:
        problems.append(f"The settings file {file} cannot be read: {problem.strerror}.")
        return {}
    except ValueError as problem:  # TOML's and UTF-8's errors both are
        problems.append(f"The settings file {file} is not TOML: {problem}.")
        return {}
    return {key: (value, str(file)) for key, value in content.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    """Read our variables; an empty one is as good as none, as compose files write it."""
    return {
        variable.removeprefix(PREFIX).lower(): (value, variable)
        for variable, value in environ.items()
        if variable.startswith(PREFIX)
        and not variable.startswith(_TESTS_PREFIX)
        and variable != _CONFIG_VARIABLE
        and value.strip()
    }


def _from_command_line(overrides: Mapping[str, object]) -> dict[str, tuple[object, str]]:
    return {
        key: (value, f"--{key.replace('_', '-')}")
        for key, value in overrides.items()
        if value is not None
    }


def _unknown(raw: Mapping[str, tuple[object, str]], known: Sequence[str]) -> Iterator[str]:
    for key, (_, source) in raw.items():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            if key.startswith(_KUBERNETES):
                hint = (
                    " Kubernetes sets it for a service of our name: set enableServiceLinks: false."
                )
            yield f"{key} is not a setting ({source}).{hint}"


def _read(
    key: str,
    reader: Callable[[object], object],
    raw: Mapping[str, tuple[object, str]],
    problems: list[str],
) -> Any:
    if key not in raw:
        return next((one.default for one in APP if one.key == key), None)
    value, source = raw[key]
    try:
        return reader(value)
    except ValueError as problem:
        problems.append(f"{key} must be {problem} ({source}).")
        return None


def _channel_values(
    settings: Iterable[Setting], raw: Mapping[str, tuple[object, str]], problems: list[str]
) -> Iterator[tuple[str, str]]:
    for setting in settings:
        value = _channel_value(setting, raw, problems) if setting.key in raw else setting.default
        if value:
            yield setting.key, value


def _channel_value(
    setting: Setting, raw: Mapping[str, tuple[object, str]], problems: list[str]
) -> str | None:
    """Read a channel's value, which must be what an entry point's own must be."""
    reader = readers.joined if setting.many else readers.scalar
    value: str | None = _read(setting.key, reader, raw, problems)
    if not value:
        return None
    try:
        check_setting(setting, value)
    except BadOption as error:
        problems.append(f"{setting.key} ({raw[setting.key][1]}): {error}")
        return None
    return value


def _complete(found: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Fill in the defaults that follow from something else."""
    found["data_dir"] = found["data_dir"] or default_data_dir(environ)
    if found["public_url"] is None:
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- nobody can go there
        name = everywhere.get(found["host"], found["host"] or "")
        found["public_url"] = f"http://{f'[{name}]' if ':' in name else name}:{found['port']}"
