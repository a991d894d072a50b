"""No channel without the contract: a new module in ``channels`` fails here until it is tested."""

import importlib
import re
from pathlib import Path

import pytest
from call_contract import CallContract
from contract import (
    HookContract,
    InboundContract,
    OutboundContract,
    RemembersContract,
    RepeatsContract,
    SocketContract,
)
from recording_inbox import RecordingInbox

import channels


def contracts(channel: str) -> tuple[type, ...]:
    """What a channel keeps.

    Messages are posted by a provider, or come over a socket of ours; a lost answer is either asked
    for, or does no harm to repeat. Where people call nobody is written to.
    """
    env = channels.Env(settings={}, public_url="", region="IR", http=None)
    known = channels.load(env).get(channel)
    if known is not None and known.telephony is not None:
        return (CallContract,)
    lost = RepeatsContract if known is not None and known.repeats_safely else RemembersContract
    routes = [] if known is None else known.routes(RecordingInbox())
    has_socket = any(route.path == f"/hooks/{channel}/socket" for route in routes)
    way_in = SocketContract if has_socket else HookContract
    return InboundContract, way_in, OutboundContract, lost


def lacking(channel: str) -> list[str]:
    """What a channel's tests leave out of the contract, in words; empty when nothing is missing."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(path.stem)
    faults = []
    for contract in contracts(channel):
        tests = [cls for cls in _subclasses(contract) if _is_test_of(cls, channel)]
        if not tests:
            faults.append(f"{channel} has no test that inherits {contract.__name__}")
        faults += [
            f"{channel} replaces {name} of the contract"
            for name in vars(contract)
            if name.startswith("test_")
            and any(getattr(cls, name) is not getattr(contract, name) for cls in tests)
        ]
    return faults


def _subclasses(cls: type) -> set[type]:
    direct = set(cls.__subclasses__())
    return direct | {below for sub in direct for below in _subclasses(sub)}


def _is_test_of(cls: type, channel: str) -> bool:
    """Only what pytest collects counts."""
    return (
        getattr(cls, "channel", None) == channel
        and cls.__name__.startswith("Test")
        and cls.__module__.startswith("test_")
    )


@pytest.mark.parametrize("channel", channels.names())
def test_channel_keeps_the_contract(channel):
    assert lacking(channel) == []


def test_channel_without_a_contract_test_is_found():
    assert lacking("pigeon") == [
        "pigeon has no test that inherits InboundContract",
        "pigeon has no test that inherits HookContract",
        "pigeon has no test that inherits OutboundContract",
        "pigeon has no test that inherits RemembersContract",
    ]


def test_contract_test_that_is_switched_off_is_found():
    class TestOwl(HookContract):
        __module__ = "test_owl"
        __test__ = False  # not for pytest
        channel = "owl"
        test_forged_message_is_refused_and_nothing_is_kept = None

    assert lacking("owl") == [
        "owl replaces test_forged_message_is_refused_and_nothing_is_kept of the contract",
        "owl has no test that inherits OutboundContract",
        "owl has no test that inherits RemembersContract",
    ]
    assert TestOwl.channel == "owl"


def test_every_channel_module_offers_its_name_settings_and_constructor():
    for name in channels.names():
        module = importlib.import_module(f"channels.{name}")

        assert name == module.NAME
        assert all(isinstance(setting, channels.Setting) for setting in module.SETTINGS)
        assert callable(module.create)


def test_secrets_are_marked_as_secrets():
    for setting in channels.settings():
        named_so = any(word in setting.key for word in ("token", "secret", "password"))

        assert setting.secret == named_so, setting.key
        assert setting.help.endswith("."), setting.key


def test_what_is_asked_of_telephones_names_no_provider():
    folder = Path(channels.__file__).parent
    for name in ("_calls.py", "_call_steps.py"):
        text = (folder / name).read_text("utf-8").casefold()
        for word in ("twilio", "twiml", "asterisk", "webhook", "http", "sid"):
            assert word not in re.findall(r"[a-z]+", text), f"{name} speaks of {word}"
