"""Settings: three sources, every problem at once, no secret shown."""

import io
from ipaddress import ip_network
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

import channels
from channels import Setting
from contactcenter.settings import Settings, SettingsInvalid, describe

CHANNEL_SETTINGS = (
    Setting(key="twilio_account_sid", help="The account."),
    Setting(key="twilio_auth_tokens", help="The tokens.", secret=True, many=True),
    Setting(key="mail_port", help="The port.", required=False, default="25"),
)
NOTHING = {"HOME": "/home/sara", "PATH": "/bin"}


@pytest.fixture(autouse=True)
def _no_file_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def load(environ=(), **options):
    return Settings.load({**NOTHING, **dict(environ)}, channel_settings=CHANNEL_SETTINGS, **options)


def problems(environ=(), **options):
    with pytest.raises(SettingsInvalid) as refused:
        load(environ, **options)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return list(refused.value.problems)


def test_nothing_needs_to_be_set(monkeypatch):
    monkeypatch.setenv("HOME", "/home/sara")

    assert msgspec.structs.asdict(load()) == {
        "database_url": None,
        "database_direct_url": None,
        "data_dir": Path("/home/sara/.local/share/contactcenter"),
        "postgres_bin": None,
        "host": "127.0.0.1",
        "port": 8080,
        "public_url": "http://127.0.0.1:8080",
        "region": "IR",
        "allowed_origins": (),
        "trusted_proxies": (),
        "webhook_hosts": (),
        "secret_keys": None,
        "reopen_window_h": 72,
        "reply_valid_h": 4,
        "dial_prefixes": (),
        "dials_per_agent": 100,
        "dials_per_house": 2000,
        "report_zone": "UTC",
        "tell_agents_of_supervision": "yes",
        "session_ttl_h": 12,
        "drain_notice_s": 1,
        "metrics_token": None,
        "log_level": "info",
        "log_format": "auto",
        "max_body_bytes": 1_048_576,
        "database_pool_size": 10,
        "channels": {"mail_port": "25"},
    }


def test_the_command_line_beats_the_environment_and_that_the_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('port = 1\nhost = "file"\nregion = "de"\n')

    settings = load(
        {"CONTACTCENTER_PORT": "2", "CONTACTCENTER_HOST": "environment"},
        config=file,
        overrides={"port": 3, "host": None},
    )

    assert (settings.port, settings.host, settings.region) == (3, "environment", "DE")


def test_the_file_is_found_by_option_by_variable_or_here(tmp_path):
    for name, port in (("contactcenter.toml", 1), ("variable.toml", 2), ("option.toml", 3)):
        (tmp_path / name).write_text(f"port = {port}\n")
    by_variable = {"CONTACTCENTER_CONFIG": str(tmp_path / "variable.toml")}

    assert load().port == 1
    assert load(by_variable).port == 2
    assert load(by_variable, config=tmp_path / "option.toml").port == 3


def test_all_problems_are_named_at_once_with_their_source(tmp_path):
    file = tmp_path / "contactcenter.toml"
    file.write_text('prot = 1\nreopen_window_h = -1\nallowed_origins = ["https://a.ir/path"]\n')

    found = problems(
        {
            "CONTACTCENTER_PORT": "eighty",
            "CONTACTCENTER_PUBLIC_URL": "desk.example.com",
            "CONTACTCENTER_TWILIO_AUTH_TOKEN": "s3cret",
            "CONTACTCENTER_DATABASE_DIRECT_URL": "postgresql://a@b/c",
        },
        overrides={"log_level": "loud"},
    )

    assert (
        "\n".join(found)
        == """\
prot is not a setting (contactcenter.toml). Did you mean port?
twilio_auth_token is not a setting (CONTACTCENTER_TWILIO_AUTH_TOKEN). \
Did you mean twilio_auth_tokens?
port must be a whole number from 0 to 65535 (CONTACTCENTER_PORT).
public_url must be a URL such as https://desk.example.com, without ? and # \
(CONTACTCENTER_PUBLIC_URL).
allowed_origins must be origins such as https://desk.example.com, without a path \
(contactcenter.toml).
reopen_window_h must be a whole number from 0 to 8784 (contactcenter.toml).
log_level must be one of debug, info, warning, error (--log-level).
database_direct_url needs database_url beside it (CONTACTCENTER_DATABASE_DIRECT_URL)."""
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"port = \n", "is not TOML: Invalid value"),
        (b"host = '\xff'\n", "is not TOML: 'utf-8' codec"),
        (b"[database]\nurl = 1\n", "database is not a setting"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, says):
    file = tmp_path / "mine.toml"
    file.write_bytes(content)

    (found,) = problems(config=file)

    assert says in found
    assert str(file) in found


def test_a_named_file_must_exist(tmp_path):
    assert problems(config=tmp_path / "no.toml") == [
        f"The settings file {tmp_path / 'no.toml'} does not exist."
    ]
    assert problems({"CONTACTCENTER_CONFIG": "/no.toml"}) == [
        "The settings file /no.toml does not exist."
    ]
    assert problems(config=tmp_path) == [
        f"The settings file {tmp_path} cannot be read: Is a directory."
    ]


@pytest.mark.parametrize(
    ("key", "good", "read"),
    [
        ("port", "0", 0),
        ("port", " ۸۰۸۰ ", 8080),
        ("public_url", "https://Desk.example.com/cc/", "https://Desk.example.com/cc"),
        ("public_url", "http://[::1]:80", "http://[::1]:80"),
        ("host", "[::1]", "::1"),
        ("region", "ir", "IR"),
        ("allowed_origins", "https://A.ir, http://b.ir:81/,", ("https://a.ir", "http://b.ir:81")),
        ("webhook_hosts", "Chat.internal, 10.0.0.7", ("chat.internal", "10.0.0.7")),
        ("trusted_proxies", "10.0.0.0/8,::1", (ip_network("10.0.0.0/8"), ip_network("::1"))),
        ("secret_keys", f"{'A' * 43}=,{'B' * 43}=", (f"{'A' * 43}=", f"{'B' * 43}=")),
        ("log_level", "WARNING", "warning"),
        ("database_url", "postgres://a:b@h1,h2:5433/d?x=y", "postgres://a:b@h1,h2:5433/d?x=y"),
        ("database_url", "postgresql:///d?host=%2Frun", "postgresql:///d?host=%2Frun"),
        ("postgres_bin", "/usr/bin", Path("/usr/bin")),
        ("data_dir", "relative", Path("relative")),
    ],
)
def test_good_values_are_read(key, good, read):
    assert getattr(load({f"CONTACTCENTER_{key.upper()}": good}), key) == read


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("port", "65536"),
        ("port", "-1"),
        ("port", "80.5"),
        ("public_url", "ftp://desk.example.com"),
        ("public_url", "https://"),
        ("public_url", "https://desk.example.com/?a=b"),
        ("public_url", "https://desk.example.com/?"),
        ("public_url", "https://desk.example.com/#"),
        ("public_url", "https://user@desk.example.com"),
        ("public_url", "https://desk.example.com:port"),
        ("public_url", "https://desk example.com"),
        ("public_url", "https://[::1"),
        ("host", "localhost:80"),
        ("host", "http://localhost"),
        ("region", "Iran"),
        ("region", "۱۲"),
        ("allowed_origins", "desk.example.com"),
        ("allowed_origins", "https://a.ir?x"),
        ("database_url", "mysql://a@b/c"),
        ("database_url", "postgresql://localhost"),
        ("database_url", "postgresql://localhost:port/d"),
        ("database_url", "postgresql://[::1/d"),
        ("log_format", "xml"),
        ("database_pool_size", "1"),
        ("max_body_bytes", "1MB"),
        ("session_ttl_h", "0"),
    ],
)
def test_bad_values_are_refused_by_key(key, bad):
    (found,) = problems({f"CONTACTCENTER_{key.upper()}": bad})

    assert found.startswith(f"{key} must be ")
    assert found.endswith(f"(CONTACTCENTER_{key.upper()}).")


@pytest.mark.parametrize(
    "line",
    ['port = "x"', "port = true", "port = 1.5", "host = 1", "public_url = []", "region = 12"],
)
def test_the_files_types_are_checked(tmp_path, line):
    (tmp_path / "contactcenter.toml").write_text(line)

    (found,) = problems()

    assert found.startswith(f"{line.split()[0]} must be ")


def test_an_empty_variable_is_as_good_as_none():
    assert load({"CONTACTCENTER_DATABASE_URL": "", "CONTACTCENTER_PORT": " "}).port == 8080


def test_variables_that_kubernetes_sets_are_explained():
    (found,) = problems({"CONTACTCENTER_SERVICE_HOST": "10.0.0.1"})

    assert found.startswith("service_host is not a setting (CONTACTCENTER_SERVICE_HOST).")
    assert found.endswith("set enableServiceLinks: false.")


def test_variables_of_the_test_suite_are_not_ours():
    assert load({"CONTACTCENTER_TEST_DATABASE_URL": "x"}).database_url is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),  # noqa: S104
        ("::", "http://[::1]:8080"),
        ("desk.local", "http://desk.local:8080"),
    ],
)
def test_the_public_url_follows_host_and_port(host, url):
    assert load({"CONTACTCENTER_HOST": host}).public_url == url


def test_channels_get_their_values_as_text(tmp_path):
    (tmp_path / "contactcenter.toml").write_text(
        'twilio_auth_tokens = ["new", "old"]\nmail_port = 2525\n'
    )

    settings = load({"CONTACTCENTER_TWILIO_ACCOUNT_SID": " AC1 "})

    assert settings.channels == {
        "twilio_account_sid": "AC1",
        "twilio_auth_tokens": "new,old",
        "mail_port": "2525",
    }
    both = load({"CONTACTCENTER_TWILIO_AUTH_TOKENS": " a , ,b "})
    assert both.channels["twilio_auth_tokens"] == "a,b"


def test_a_channels_value_of_the_wrong_type_is_refused(tmp_path):
    (tmp_path / "contactcenter.toml").write_text(
        'twilio_auth_tokens = ["a,b"]\nmail_port = true\ntwilio_account_sid = ["x"]\n'
    )

    assert problems() == [
        "twilio_account_sid must be text (contactcenter.toml).",
        "twilio_auth_tokens must be a list of texts without commas (contactcenter.toml).",
        "mail_port must be text (contactcenter.toml).",
    ]


def of_channels(environ):
    with pytest.raises(SettingsInvalid) as refused:
        Settings.load({**NOTHING, **environ}, channel_settings=channels.settings())
    return list(refused.value.problems)


def test_a_channels_value_that_cannot_be_is_told_before_anything_is_sent_or_read(tmp_path):
    (tmp_path / "contactcenter.toml").write_text("imap_port = 70000\n")

    found = of_channels(
        {
            "CONTACTCENTER_SMTP_SECURITY": "none",
            "CONTACTCENTER_SMTP_HOST": "smtp.example.com:25",
            "CONTACTCENTER_MAIL_SMTP_LISTEN": "2525",
            "CONTACTCENTER_MAIL_LISTEN_NETWORKS": "everybody",
            "CONTACTCENTER_MAIL_MAX_BYTES": "25 MB",
            "CONTACTCENTER_MAIL_FROM_NAME": "Support\nBcc: everybody@example.com",
        }
    )

    assert (
        "\n".join(found)
        == """\
smtp_host (CONTACTCENTER_SMTP_HOST): It must be the name or the address of a host, without a port.
smtp_security (CONTACTCENTER_SMTP_SECURITY): It must be one of tls, starttls, plain.
mail_from_name (CONTACTCENTER_MAIL_FROM_NAME): It must be one line without control characters.
imap_port (contactcenter.toml): It must be a whole number from 1 to 65535.
mail_smtp_listen (CONTACTCENTER_MAIL_SMTP_LISTEN): It must be HOST:PORT, such as 127.0.0.1:2525, \
or the path of a socket, which begins with /.
mail_listen_networks (CONTACTCENTER_MAIL_LISTEN_NETWORKS): It must be addresses or networks such \
as 10.0.0.0/8, separated by commas.
mail_max_bytes (CONTACTCENTER_MAIL_MAX_BYTES): It must be a whole number from 65536 to 134217728."""
    )


def test_a_channels_secret_is_not_repeated_by_what_refuses_it():
    (found,) = of_channels({"CONTACTCENTER_POSTMARK_PASSWORDS": "s3cret"})

    assert found == (
        "postmark_passwords (CONTACTCENTER_POSTMARK_PASSWORDS): "
        "It must be name:password, or several separated by commas."
    )


def test_no_secret_is_shown():
    settings = load(
        {
            "CONTACTCENTER_DATABASE_URL": "postgresql://u:s3cret@h/d",
            "CONTACTCENTER_DATABASE_DIRECT_URL": "postgresql://u:s3cret@h/d",
            "CONTACTCENTER_TWILIO_AUTH_TOKENS": "s3cret",
        }
    )
    out = io.StringIO()
    Console(file=out).print(settings)

    for shown in (repr(settings), str(settings), f"{settings}", out.getvalue()):
        assert "s3cret" not in shown
        assert "8080" in shown
        assert "***" in shown


def test_no_secret_is_in_a_problem():
    found = problems(
        {
            "CONTACTCENTER_DATABASE_URL": "mysql://u:s3cret@h/d",
            "CONTACTCENTER_DATABASE_DIRECT_URL": "s3cret",
        }
    )

    assert "s3cret" not in "".join(found)


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        load().port = 1
    with pytest.raises(TypeError):
        load().channels["x"] = "y"


def test_every_setting_is_described_and_its_example_is_accepted():
    described = describe(channels.settings())

    assert {one.key for one in described} >= set(Settings.__struct_fields__) - {"channels"}
    assert all(one.help.endswith(".") for one in described)
    assert [one.variable for one in described if one.key == "port"] == ["CONTACTCENTER_PORT"]
    assert {one.key for one in described if one.secret} >= {"database_url", "twilio_auth_tokens"}
    examples = {one.variable: one.example for one in described}
    settings = Settings.load({**NOTHING, **examples}, channel_settings=channels.settings())
    assert settings.port == 8080
