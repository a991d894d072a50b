"""A real Dovecot on this machine, of one test: its own folder, its own ports, any user may run it."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import imapclient
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: The one password of all users, whose names are any.
PASSWORD = "open-sesame"
_STARTS_WITHIN_S = 20
_STOPS_WITHIN_S = 0.5
_ANEW_S = 20
#: Where it keeps the numbers of a mailbox.
_NUMBERS = ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache")
_BINARY = shutil.which("dovecot") or "/usr/sbin/dovecot"

needed = pytest.mark.skipif(
    not os.access(_BINARY, os.X_OK), reason="Dovecot is not installed (dovecot-imapd)"
)

_CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = {host}
ssl = {ssl}
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = {plaintext_is_refused}
auth_mechanisms = {mechanisms}
auth_username_chars =
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mailbox_idle_check_interval = 1 secs
mailbox_list_index = no
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service imap {{
  process_limit = 64
}}
service stats {{
  chroot =
}}
{passdb}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
"""
_BY_PASSWORD = "passdb {{\n  driver = static\n  args = password={password}\n}}"
_BY_USER = "passdb {{\n  driver = passwd-file\n  args = {folder}/users\n}}"
_BY_TOKEN = (
    "passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {folder}/oauth2.conf\n}}"
)


class Dovecot:
    """Runs from ``start`` to ``stop``; what lies in its mailboxes stays in between."""

    def __init__(self, folder: Path, *, introspection: str | None = None) -> None:
        self.folder = folder
        #: Only a peer at the same address may show a password in the clear all the same.
        self.host = "127.0.0.1"
        self.port, self.tls_port = free_port(), free_port()
        self.authority = folder / "cert.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._introspection = introspection
        self.refuse_plaintext = False
        self.ssl = "yes"
        #: Those who may sign in, with their passwords; without any, everybody by ``PASSWORD``.
        self.users: dict[str, str] = {}

    def start(self) -> None:
        for name in ("run", "state", "mail", "home"):
            at = self.folder / name
            at.mkdir(exist_ok=True)
            if os.geteuid() == 0 and name in ("mail", "home"):
                os.chown(at, self._owner.pw_uid, self._owner.pw_gid)
        if not self.authority.exists():
            _certificate(self.folder)
        config = self.folder / "dovecot.conf"
        config.write_text(self._config())
        self._process = subprocess.Popen(  # noqa: S603
            [_BINARY, "-F", "-c", config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._await_greeting()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOPS_WITHIN_S)
        with suppress(ProcessLookupError):  # it leads a group of its own, and no other
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def _config(self) -> str:
        is_root = os.geteuid() == 0
        me = self._owner.pw_name
        passdb = _BY_PASSWORD.format(password=PASSWORD)
        if self.users:
            passdb = _BY_USER.format(folder=self.folder)
            lines = [f"{name}:{{PLAIN}}{password}\n" for name, password in self.users.items()]
            (self.folder / "users").write_text("".join(lines))
        if self._introspection is not None:
            passdb = _BY_TOKEN.format(folder=self.folder)
            (self.folder / "oauth2.conf").write_text(
                f"introspection_mode = post\nintrospection_url = {self._introspection}\n"
                "username_attribute = username\n"
            )
        return _CONFIG.format(
            folder=self.folder,
            port=self.port,
            tls_port=self.tls_port,
            host=self.host,
            ssl=self.ssl,
            plaintext_is_refused="yes" if self.refuse_plaintext else "no",
            mechanisms="plain login" if self._introspection is None else "xoauth2 oauthbearer",
            login_user="dovenull" if is_root else me,
            internal_user="dovecot" if is_root else me,
            internal_group="dovecot" if is_root else grp.getgrgid(os.getegid()).gr_name,
            uid=self._owner.pw_uid,
            gid=self._owner.pw_gid,
            passdb=passdb,
        )

    def _await_greeting(self) -> None:
        until = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < until:
            assert self._process is not None
            assert self._process.poll() is None, self.log()
            try:
                with socket.create_connection((self.host, self.port), timeout=1) as at:
                    if at.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"Dovecot does not start: {self.log()}")

    def log(self) -> str:
        at = self.folder / "log"
        return at.read_text(errors="replace")[-4000:] if at.exists() else ""

    @contextmanager
    def client(self, user: str) -> Iterator[imapclient.IMAPClient]:
        """Signed in as a person would be, who looks at the mailbox meanwhile."""
        with imapclient.IMAPClient(self.host, self.port, ssl=False, timeout=30) as client:
            client.login(user, PASSWORD)
            yield client

    def put(self, user: str, mails: list[bytes], mailbox: str = "INBOX") -> None:
        """Mails arrive."""
        with self.client(user) as client:
            if not client.folder_exists(mailbox):
                client.create_folder(mailbox)
            for mail in mails:
                client.append(mailbox, mail)

    def fill(self, user: str, mails: list[bytes]) -> None:
        """Many mails arrive in the inbox, as if delivered there."""
        folder = self.folder / "mail" / user
        for name in ("", "cur", "new", "tmp"):
            (folder / name).mkdir(exist_ok=True)
        for n, mail in enumerate(mails):
            (folder / "new" / f"{1_700_000_000 + n}.{n}.here").write_bytes(mail)
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def flags(self, user: str, mailbox: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        with self.client(user) as client:
            client.select_folder(mailbox, readonly=True)
            return dict(client.get_flags(client.search()))


def free_port() -> int:
    with socket.socket() as at:
        at.bind(("127.0.0.1", 0))
        found: int = at.getsockname()[1]
        return found


@contextmanager
def running(*, introspection: str | None = None, **options: object) -> Iterator[Dovecot]:
    """A Dovecot that is gone at the end, with all it kept."""
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)  # its processes are several users where root runs it
    dovecot = Dovecot(folder, introspection=introspection)
    for name, value in options.items():
        setattr(dovecot, name, value)
    try:
        dovecot.start()
        yield dovecot
    finally:
        dovecot.stop()
        shutil.rmtree(folder, ignore_errors=True)


def forget_numbers(dovecot: Dovecot, user: str) -> None:
    """What a server does that was restored from a backup: the same mails, numbered anew.

    Whoever still has the mailbox open may write the old numbers down once more; then again.
    """
    folder = dovecot.folder / "mail" / user
    before = _uid_validity(dovecot, user)
    deadline = time.monotonic() + _ANEW_S
    while _uid_validity(dovecot, user) == before:
        assert time.monotonic() < deadline, f"{user} keeps its numbers"
        for name in _NUMBERS:
            (folder / name).unlink(missing_ok=True)


def _uid_validity(dovecot: Dovecot, user: str) -> int:
    with dovecot.client(user) as client:
        return int(client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"])


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
