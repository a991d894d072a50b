"""What a setting may be, and what is said of what it may not."""

import pytest

import channels
from channels import BadOption, _setting_checks


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (_setting_checks.one_line, ["a b", "سلام"], ["", " ", "a\nb", "a\rb", "\0", "a\u2028b"]),
        (_setting_checks.text, ["a\nb\tc"], ["", "\n", "a\0", "x" * 4097]),
        (
            _setting_checks.port,
            ["1", "587", "65535"],
            ["0", "65536", "-1", "٢٥", "", "25 ", "9" * 99],
        ),
        (
            _setting_checks.host,
            ["mail.example.com", "localhost", "::1", "10.0.0.1", "mail_relay", "a.b."],
            ["mail.example.com:25", "a..b", "-a", "a/b", "a b", "", "a@b", "x" * 64],
        ),
        (_setting_checks.domain, ["example.com"], ["", "a b", "a@b", "a..b", "a/b"]),
        (
            _setting_checks.url,
            ["https://example.com/x", "http://127.0.0.1:8010"],
            ["example.com", "ftp://x", "https://", "https://x:port", "javascript:alert(1)", ""],
        ),
        (_setting_checks.one_of("plus", "plain"), ["plus"], ["", "Plus", "none"]),
        (_setting_checks.whole_number(2, 30), ["2", "30"], ["1", "31", "2.5", "030"]),
    ],
)
def test_each_check_takes_what_would_work_and_nothing_else(check, good, bad):
    for value in good:
        check(value)
    for value in bad:
        with pytest.raises(BadOption):
            check(value)


def test_a_secret_is_no_option_but_what_may_be_shown_may_be_secret():
    channels.check_own("sms", "twilio_account_sid", "AC1")
    channels.check_own("sms", "twilio_account_sid", "AC1", secret=True)
    channels.check_own("sms", "twilio_auth_tokens", "one\ntwo", secret=True)
    with pytest.raises(BadOption, match="is secret"):
        channels.check_own("sms", "twilio_auth_tokens", "one")


def test_what_no_entry_point_reads_for_itself_is_neither():
    for secret in (True, False):
        with pytest.raises(BadOption, match="twilio_account_sid"):
            channels.check_own("sms", "twilio_api_base", "http://x", secret=secret)


def test_every_example_of_a_setting_is_one_it_may_be():
    for setting in channels.settings():
        if setting.check is not None and setting.example:
            setting.check(setting.example)
        if setting.check is not None and setting.default:
            setting.check(setting.default)
