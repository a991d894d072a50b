"""A real mail server on this machine: Exim with a configuration of its own, for one test.

It takes mails for its ``domains`` into a folder, and hands mails for relayed domains on by SMTP or
LMTP, to us. Nothing of the system's own mail is touched: its spool, its log and its ports are the
test's, and it speaks with 127.0.0.1 only.
"""

import asyncio
import contextlib
import getpass
import grp
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Final

import pytest

PROGRAM: Final = next(
    (
        found
        for name in ("exim4", "exim")
        if (found := shutil.which(name, path="/usr/sbin:/usr/bin"))
    ),
    None,
)
SWAKS: Final = shutil.which("swaks")
needs_exim: Final = pytest.mark.skipif(PROGRAM is None, reason="Exim is not installed")
needs_swaks: Final = pytest.mark.skipif(SWAKS is None, reason="swaks is not installed")

_USER: Final = "Debian-exim"
_START_S: Final = 10.0
_STOP_S: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Where mails for a domain go: ``protocol`` is smtp or lmtp; a ``socket`` is a path, for lmtp.

    ``tls``: required means that without it nothing is handed over; the certificate is not looked at.
    """

    domain: str
    port: int = 0
    protocol: str = "smtp"
    socket: Path | None = None
    tls: str = "avoid"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A mail in the folder: its envelope, and its bytes as they came (line ends are LF there)."""

    sender: str
    recipient: str
    raw: bytes

    def parsed(self) -> EmailMessage:
        """As Python reads it."""
        message = BytesParser(policy=policy.default).parsebytes(self.raw)
        assert isinstance(message, EmailMessage)
        return message


class Exim:
    """A running Exim; listens at ``port`` of 127.0.0.1."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.folder = folder

    def taken(self) -> list[Taken]:
        """All mails in its folder, in no order."""
        new = self.folder / "inbox" / "new"
        return [_taken(file.read_bytes()) for file in sorted(new.glob("*"))] if new.exists() else []

    async def wait_for(self, count: int, *, within_s: float = 15.0) -> list[Taken]:
        """Wait until so many mails are in the folder."""
        async with asyncio.timeout(within_s):
            while len(found := self.taken()) < count:
                await asyncio.sleep(0.05)
        return found

    def queued(self) -> int:
        """How many mails it still has to hand on."""
        return len(list((self.folder / "spool" / "input").rglob("*-H")))

    async def wait_until_empty(self, *, within_s: float = 15.0) -> None:
        """Wait until it has handed on, bounced or stored all it took."""
        async with asyncio.timeout(within_s):
            while self.queued():
                await asyncio.sleep(0.05)

    def log(self) -> str:
        """What it wrote into its log: ``=>`` handed on, ``**`` refused for good, ``==`` later."""
        file = self.folder / "log" / "mainlog"
        return file.read_text(errors="replace") if file.exists() else ""


@contextlib.asynccontextmanager
async def running_exim(
    *,
    domains: Sequence[str] = (),
    relays: Sequence[Relay] = (),
    accounts: Mapping[str, str] | None = None,
    certificate: tuple[Path, Path] | None = None,
    refused: Mapping[str, str] | None = None,
    size_limit_bytes: int = 60_000_000,
    utf8: bool = True,
    eight_bit: bool = True,
    retry_s: int = 1,
) -> AsyncIterator[Exim]:
    """Run one; ends it and removes all it wrote afterwards.

    ``accounts``: names and passwords; with any, nobody sends without. ``certificate``: files of a
    certificate and its key; with it STARTTLS is offered. ``refused``: what is answered at RCPT for
    an address, such as ``550 5.1.1 Nobody here``.
    """
    assert PROGRAM is not None
    setup = _Setup(
        folder=Path(tempfile.mkdtemp(prefix="contactcenter-exim-")),
        port=_free_port(),
        domains=domains,
        relays=relays,
        accounts=accounts or {},
        certificate=certificate,
        refused=refused or {},
        size_limit_bytes=size_limit_bytes,
        utf8=utf8,
        eight_bit=eight_bit,
        retry_s=retry_s,
    )
    try:
        _write(setup)
        async with _process(PROGRAM, setup):
            yield Exim(setup.port, setup.folder)
    finally:
        shutil.rmtree(setup.folder, ignore_errors=True)


async def swaks(*arguments: str, within_s: float = 30.0) -> tuple[int, str]:
    """Run swaks; its exit status (0: the mail was taken) and the conversation."""
    assert SWAKS is not None
    process = await asyncio.create_subprocess_exec(
        SWAKS,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(within_s):
        said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")


@dataclass(frozen=True, kw_only=True)
class _Setup:
    folder: Path
    port: int
    domains: Sequence[str]
    relays: Sequence[Relay]
    accounts: Mapping[str, str]
    certificate: tuple[Path, Path] | None
    refused: Mapping[str, str]
    size_limit_bytes: int
    utf8: bool
    eight_bit: bool
    retry_s: int


def _account() -> tuple[str, str]:
    """As whom it runs: as root it gives that up, else it is who runs the tests."""
    if os.getuid() == 0:
        account = pwd.getpwnam(_USER)
        return _USER, grp.getgrgid(account.pw_gid).gr_name
    return getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


def _write(setup: _Setup) -> None:
    """Write what it needs to start, and make that its own."""
    folder = setup.folder
    for name in ("spool", "log", "inbox"):
        (folder / name).mkdir()
    if setup.certificate is not None:  # it must be able to read them
        for name, file in zip(("tls.crt", "tls.key"), setup.certificate, strict=True):
            shutil.copy(file, folder / name)
    lines = [
        *_main(setup),
        *_offers(setup),
        *_access(setup),
        *_routers(setup),
        *_transports(setup),
        "begin retry",
        f"* * F,1h,{setup.retry_s}s",
        "",
    ]
    (folder / "exim.conf").write_text("\n".join(lines))
    folder.chmod(0o755)
    if os.getuid() == 0:
        for file in (folder, *folder.rglob("*")):
            shutil.chown(file, *_account())


def _main(setup: _Setup) -> list[str]:
    user, group = _account()
    folder = setup.folder
    return [
        f"exim_user = {user}",
        f"exim_group = {group}",
        "deliver_drop_privilege = true",
        f"spool_directory = {folder}/spool",
        f"log_file_path = {folder}/log/%slog",
        f"pid_file_path = {folder}/exim.pid",
        "primary_hostname = mx.peer.example",
        f"daemon_smtp_ports = {setup.port}",
        "local_interfaces = 127.0.0.1",
        "domainlist local_domains = " + " : ".join(setup.domains),
        "domainlist relay_domains = " + " : ".join(one.domain for one in setup.relays),
        f"message_size_limit = {setup.size_limit_bytes}",
        "host_lookup =",
        "rfc1413_hosts =",
        "keep_environment =",
        "allow_utf8_domains = true",
        "bounce_return_size_limit = 10K",
        "queue_run_max = 4",
        "remote_max_parallel = 4",
        "smtp_accept_queue_per_connection = 0",
        "smtp_accept_max_nonmail = 50",
        "log_selector = +smtp_confirmation +received_recipients",
        "acl_smtp_rcpt = check_rcpt",
    ]


def _offers(setup: _Setup) -> list[str]:
    folder = setup.folder
    offers = [
        f"smtputf8_advertise_hosts = {'*' if setup.utf8 else ':'}",
        f"accept_8bitmime = {'true' if setup.eight_bit else 'false'}",
        f"tls_advertise_hosts = {'*' if setup.certificate else ':'}",
    ]
    if setup.certificate:
        offers += [f"tls_certificate = {folder}/tls.crt", f"tls_privatekey = {folder}/tls.key"]
    return offers


def _access(setup: _Setup) -> list[str]:
    lines = ["begin acl", "check_rcpt:"]
    for address, answer in setup.refused.items():
        verb = "defer" if answer.startswith("4") else "deny"
        lines += [f"  {verb} recipients = {address}", f"    message = {answer}"]
    if setup.accounts:
        lines += ["  deny !authenticated = *", "    message = 530 5.7.0 Sign in first"]
    lines += [
        "  accept domains = +local_domains : +relay_domains",
        "  accept senders = :",
        "  deny message = 550 5.7.1 No relaying",
    ]
    return [*lines, *_authenticators(setup)] if setup.accounts else lines


def _authenticators(setup: _Setup) -> list[str]:
    known = "".join(
        f"{{and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{word}}}}}}}}}"
        for name, word in setup.accounts.items()
    )
    return [
        "begin authenticators",
        "plain:",
        "  driver = plaintext",
        "  public_name = PLAIN",
        "  server_prompts = :",
        f"  server_condition = ${{if or{{{known}}}}}",
        "  server_set_id = $auth2",
    ]


def _routers(setup: _Setup) -> list[str]:
    lines = ["begin routers"]
    for place, relay in enumerate(setup.relays):
        lines += [f"relay_{place}:"]
        if relay.socket is not None:
            lines += ["  driver = accept"]
        else:
            lines += ["  driver = manualroute", f"  route_data = 127.0.0.1::{relay.port}"]
            lines += ["  self = send"]
        lines += [f"  domains = {relay.domain}", f"  transport = relay_{place}", "  no_more"]
    lines += ["inbox:", "  driver = accept", "  domains = +local_domains", "  transport = inbox"]
    return lines


def _transports(setup: _Setup) -> list[str]:
    user, group = _account()
    whose = [f"  user = {user}", f"  group = {group}"]
    lines = ["begin transports"]
    for place, relay in enumerate(setup.relays):
        lines += [
            f"relay_{place}:",
            *(_by_socket(relay) + whose if relay.socket else _by_tcp(relay)),
        ]
    return [
        *lines,
        "inbox:",
        "  driver = appendfile",
        f"  directory = {setup.folder}/inbox",
        "  maildir_format",
        "  create_directory",
        "  return_path_add",
        "  envelope_to_add",
        *whose,
    ]


def _by_socket(relay: Relay) -> list[str]:
    # Several recipients in one conversation, as over TCP.
    return ["  driver = lmtp", f"  socket = {relay.socket}", "  batch_max = 100"]


def _by_tcp(relay: Relay) -> list[str]:
    return [
        "  driver = smtp",
        f"  protocol = {relay.protocol}",
        f"  port = {relay.port}",
        "  allow_localhost",
        "  hosts_try_fastopen = :",
        "  message_linelength_limit = 100000000",
        "  hosts_try_prdr = :",
        "  hosts_try_dane = :",
        "  hosts_require_tls = *" if relay.tls == "required" else "  hosts_avoid_tls = *",
        "  tls_try_verify_hosts = :",
    ]


@contextlib.asynccontextmanager
async def _process(program: str, setup: _Setup) -> AsyncIterator[None]:
    user, group = _account()
    as_root = {"user": user, "group": group, "extra_groups": ()} if os.getuid() == 0 else {}
    with (setup.folder / "stderr").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            program,
            *("-C", str(setup.folder / "exim.conf"), "-bdf", "-q1s"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=setup.folder,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            start_new_session=True,
            **as_root,
        )
    try:
        await _answering(process, setup)
        yield
    finally:
        await _end(process)


async def _answering(process: asyncio.subprocess.Process, setup: _Setup) -> None:
    async with asyncio.timeout(_START_S):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", setup.port)
                writer.close()
                await writer.wait_closed()
                return
            assert process.returncode is None, (setup.folder / "stderr").read_text()
            await asyncio.sleep(0.02)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End it and those that deliver for it, which are in its process group."""
    for number in (15, 9):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _taken(written: bytes) -> Taken:
    """Take off the two lines that Exim writes above what it was given."""
    lines = written.split(b"\n", 2)
    assert lines[0].startswith(b"Return-path: "), written[:200]
    assert lines[1].startswith(b"Envelope-to: "), written[:200]
    return Taken(
        sender=lines[0].removeprefix(b"Return-path: ").decode().strip("<> "),
        recipient=lines[1].removeprefix(b"Envelope-to: ").decode().strip(),
        raw=lines[2],
    )
