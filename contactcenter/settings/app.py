"""The application's own settings; those of the channels are declared by the channels."""

from collections.abc import Callable
from typing import Final

import msgspec

from contactcenter.settings import readers


class AppSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: its key, what it is for, and how its raw value is read."""

    key: str
    help: str
    reader: Callable[[object], object]
    default: object = None
    shown_default: str = ""  # where the default is not a constant
    example: str = ""
    secret: bool = False


APP: Final = (
    AppSetting(
        key="database_url",
        help="The PostgreSQL to use (15 or newer). Without it an embedded server is started.",
        reader=readers.database_url,
        example="postgresql://contactcenter:password@localhost:5432/contactcenter",
        secret=True,
    ),
    AppSetting(
        key="database_direct_url",
        help="The same database past a transaction pooler, for LISTEN, migrations and workers.",
        reader=readers.database_url,
        example="postgresql://contactcenter:password@localhost:5432/contactcenter",
        secret=True,
    ),
    AppSetting(
        key="data_dir",
        help="The folder for the embedded database and for keys made at the first start.",
        reader=readers.path,
        shown_default="$XDG_DATA_HOME/contactcenter, else ~/.local/share/contactcenter",
        example="/srv/contactcenter",
    ),
    AppSetting(
        key="postgres_bin",
        help="The folder of PostgreSQL's programs for the embedded server.",
        reader=readers.path,
        shown_default="those that were installed with contactcenter, else the system's",
        example="/usr/lib/postgresql/17/bin",
    ),
    AppSetting(
        key="host",
        help="The address to listen on.",
        reader=readers.host,
        default="127.0.0.1",
        example="0.0.0.0",  # noqa: S104 -- an example
    ),
    AppSetting(
        key="port",
        help="The TCP port to listen on; 0 takes a free one.",
        reader=readers.whole_number(0, 65535),
        default=8080,
    ),
    AppSetting(
        key="public_url",
        help="The address under which browsers and providers reach this server.",
        reader=readers.public_url,
        shown_default="http://HOST:PORT",
        example="https://desk.example.com",
    ),
    AppSetting(
        key="region",
        help="The country of telephone numbers written without a country code.",
        reader=readers.region,
        default="IR",
    ),
    AppSetting(
        key="allowed_origins",
        help="Origins of consoles that are served from elsewhere.",
        reader=readers.origins,
        default=(),
        example="https://console.example.com",
    ),
    AppSetting(
        key="trusted_proxies",
        help="Addresses or networks of proxies whose X-Forwarded-For is believed.",
        reader=readers.networks,
        default=(),
        example="127.0.0.1,10.0.0.0/8",
    ),
    AppSetting(
        key="webhook_hosts",
        help="Hosts of your own network that alerts may be sent to; all others must be public.",
        reader=readers.hosts,
        default=(),
        example="chat.internal,10.0.0.7",
    ),
    AppSetting(
        key="secret_keys",
        help="Keys for secrets kept in the database; the first encrypts, all decrypt.",
        reader=readers.secret_keys,
        shown_default="a key made at the first start, in DATA_DIR/secret.key",
        example=(
            "YW4tZXhhbXBsZS1vZi1hLW5ldy1rZXktMzItYnl0ZXM=,"
            "YW4tZXhhbXBsZS1vZi10aGUtb2xkLWtleS0zMi1ieXQ="
        ),
        secret=True,
    ),
    AppSetting(
        key="reopen_window_h",
        help="How many hours after it was solved a new message reopens a ticket.",
        reader=readers.whole_number(0, 24 * 366),
        default=72,
    ),
    AppSetting(
        key="reply_valid_h",
        help="How many hours after it was written an answer may still be sent.",
        reader=readers.whole_number(1, 10),
        default=4,
    ),
    AppSetting(
        key="dial_prefixes",
        help="Where may be called: beginnings of numbers, hosts of SIP; a ! forbids one.",
        reader=readers.dial_prefixes,
        default=(),
        shown_default="the country of the number that calls",
        example="+44,+353,!+4487",
    ),
    AppSetting(
        key="dials_per_agent",
        help="How many people outside an agent may have called within 24 hours.",
        reader=readers.whole_number(0, 100_000),
        default=100,
    ),
    AppSetting(
        key="dials_per_house",
        help="How many people outside may be called within 24 hours, by all together.",
        reader=readers.whole_number(0, 10_000_000),
        default=2000,
    ),
    AppSetting(
        key="report_zone",
        help="The time zone whose days and months reports are rolled up by; changed, all are anew.",
        reader=readers.time_zone,
        default="UTC",
        example="Asia/Tehran",
    ),
    AppSetting(
        key="tell_agents_of_supervision",
        help="Whether agents are told that a supervisor listens to their call: yes or no.",
        reader=readers.one_of("yes", "no"),
        default="yes",
    ),
    AppSetting(
        key="session_ttl_h",
        help="How many hours a sign-in lasts.",
        reader=readers.whole_number(1, 24 * 366),
        default=12,
    ),
    AppSetting(
        key="drain_notice_s",
        help="How many seconds /readyz says no before we stop listening.",
        reader=readers.whole_number(0, 10),
        default=1,
    ),
    AppSetting(
        key="metrics_token",
        help="The bearer token of /metrics. Without one, only private networks may ask, directly.",
        reader=readers.text,
        example="a-long-random-text",
        secret=True,
    ),
    AppSetting(
        key="log_level",
        help="The least important kind of log lines to write: debug, info, warning or error.",
        reader=readers.one_of("debug", "info", "warning", "error"),
        default="info",
    ),
    AppSetting(
        key="log_format",
        help="console writes columns, json one object a line; auto: columns on a terminal.",
        reader=readers.one_of("auto", "console", "json"),
        default="auto",
    ),
    AppSetting(
        key="max_body_bytes",
        help="The largest request body that the API takes.",
        reader=readers.whole_number(1 << 10, 1 << 30),
        default=1 << 20,
    ),
    AppSetting(
        key="database_pool_size",
        help="How many database connections a process opens at most.",
        reader=readers.whole_number(2, 1000),
        default=10,
    ),
)
