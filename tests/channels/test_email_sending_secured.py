"""What is sent is sent over a connection that is secured as it was asked for, signed if asked for."""

import base64
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import dkim
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from exim import needs_exim, running_exim
from msgspec.structs import replace
from smtp_scripts import Answer, ScriptedSmtp, scripted_smtp
from test_email_sending import MAIL, OUTBOUND, env, sending

from channels import Receipt, SendFailure, Unavailable
from channels._email.sending.sending import Sending
from channels._mail.understanding import understand

pytestmark = pytest.mark.slow

TLS: Mapping[str, Answer] = {
    "EHLO": ["250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS", "250-x\r\n250 AUTH PLAIN"]
}


class Authority:
    """A certificate for ``name`` and its key, as files."""

    def __init__(self, folder: Path, name: str = "localhost") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.certificate = folder / "tls.crt"
        self.key = folder / "tls.key"
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


async def outcome(http: aiohttp.ClientSession, port: int, **settings: str) -> Receipt | SendFailure:
    async with sending(http, port, smtp_host="localhost", **settings) as made:
        try:
            return await made.send(OUTBOUND)
        except SendFailure as failure:
            return failure


@needs_exim
async def test_a_real_server_is_talked_with_by_starttls(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    ours = Authority(tmp_path)
    async with running_exim(
        domains=["customer.example"], certificate=(ours.certificate, ours.key)
    ) as exim:
        receipt = await outcome(
            http, exim.port, smtp_security="starttls", smtp_ca_file=str(ours.certificate)
        )
        await exim.wait_for(1)
        log = exim.log()

    assert isinstance(receipt, Receipt)
    assert "X=TLS" in log


async def test_a_connection_may_be_secured_from_the_first_byte(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    ours = Authority(tmp_path)
    async with scripted_smtp(tls=ours.server(), from_the_start=True) as smtp:
        receipt = await outcome(
            http, smtp.port, smtp_security="tls", smtp_ca_file=str(ours.certificate)
        )

    assert isinstance(receipt, Receipt)
    assert len(smtp.taken) == 1


@pytest.mark.parametrize(
    "fault",
    ["not offered", "refused", "no handshake", "unknown authority", "another name", "no such file"],
)
async def test_what_cannot_be_secured_is_not_sent(
    http: aiohttp.ClientSession, tmp_path: Path, fault: str
) -> None:
    ours = Authority(tmp_path, "elsewhere.example" if fault == "another name" else "localhost")
    trusted = {"smtp_ca_file": str(ours.certificate)}
    if fault == "unknown authority":
        trusted = {}
    if fault == "no such file":
        trusted = {"smtp_ca_file": str(tmp_path / "none.pem")}
    answers = dict(TLS)
    if fault == "not offered":
        answers = {"EHLO": "250-x\r\n250 AUTH PLAIN"}
    if fault == "refused":
        answers |= {"STARTTLS": "454 4.7.0 Not now"}
    server = None if fault == "no handshake" else ours.server()
    async with scripted_smtp(tls=server, **answers) as smtp:
        failure = await outcome(
            http,
            smtp.port,
            smtp_security="starttls",
            smtp_username="desk",
            smtp_password="a secret",
            **trusted,
        )

    assert type(failure) is Unavailable
    assert_nothing_was_said(smtp)


def assert_nothing_was_said(smtp: ScriptedSmtp) -> None:
    assert smtp.heard == []
    verbs = {line.partition(" ")[0] for line in smtp.commands}
    assert not verbs & {"AUTH", "MAIL", "RCPT", "DATA"}


async def test_an_entry_points_own_server_is_never_given_the_general_password(
    http: aiohttp.ClientSession,
) -> None:
    class Own:
        def of(self, channel: str, address: str) -> Mapping[str, str]:
            return {
                "smtp_host": "127.0.0.1",
                "smtp_port": str(own.port),
                "smtp_security": "plain",
                "mail_from_name": "Sales",
            }

        def addresses(self, channel: str) -> tuple[str, ...]:
            return ("support@desk.example",)

    async with scripted_smtp() as own, scripted_smtp() as general:
        settings = env(http, general.port, smtp_username="desk", smtp_password="a secret")
        made = Sending(replace(settings, own=Own()))
        await made.send(OUTBOUND)
        await made.close()

        assert len(own.taken) == 1
        assert general.connections == 0
        assert not any(line.startswith("AUTH") for line in own.commands)
        assert made.account("support@desk.example") == f"127.0.0.1:{own.port}"


async def test_a_mail_is_signed_so_that_others_find_it_whole(http: aiohttp.ClientSession) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    public = base64.b64encode(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    asked = []

    def published(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return b"v=DKIM1; k=rsa; p=" + public

    async with (
        scripted_smtp() as smtp,
        sending(
            http, smtp.port, dkim_selector="s2026", dkim_secret_key=pem.replace("\n", "\\n")
        ) as made,
    ):
        await made.send(replace(OUTBOUND, mail=replace(MAIL, bulk=True)))

    [taken] = smtp.taken
    assert dkim.verify(taken.raw, dnsfunc=published)
    assert asked == [b"s2026._domainkey.desk.example."]
    changed = taken.raw.replace(b"Subject: ", b"Subject: Not ")
    assert not dkim.verify(changed, dnsfunc=published)
    elsewhere = taken.raw.replace(b"/hooks/email/unsubscribe", b"/hooks/email/unsubscribf")
    assert not dkim.verify(elsewhere, dnsfunc=published)


async def test_without_a_key_that_works_nothing_goes_out_unsigned(
    http: aiohttp.ClientSession,
) -> None:
    async with scripted_smtp() as smtp:
        failure = await outcome(
            http, smtp.port, smtp_security="plain", dkim_selector="s", dkim_secret_key="no key"
        )

    assert type(failure) is Unavailable
    assert smtp.connections == 0


async def test_each_entry_point_has_a_name_and_a_signature_of_its_own(
    http: aiohttp.ClientSession,
) -> None:
    class Own:
        def of(self, channel: str, address: str) -> Mapping[str, str]:
            of_sales = {"mail_from_name": "فروش", "mail_signature": "با احترام،\nفروشگاه <نمونه>"}
            return of_sales if address == "sales@desk.example" else {}

        def addresses(self, channel: str) -> tuple[str, ...]:
            return ("sales@desk.example",)

    async with scripted_smtp() as smtp:
        settings = env(http, smtp.port, mail_from_name="Desk", mail_signature="Example Ltd.")
        made = Sending(replace(settings, own=Own()))
        for entry_point in ("sales@desk.example", "support@desk.example"):
            await made.send(replace(OUTBOUND, entry_point=entry_point))
        await made.close()

    of_sales, of_support = (understand(one.raw) for one in smtp.taken)
    assert of_sales.text.endswith("\n\n-- \nبا احترام،\nفروشگاه <نمونه>")
    assert "فروشگاه &lt;نمونه&gt;" in (of_sales.html or "")
    assert (of_sales.author and of_sales.author.name) == "فروش"
    assert of_support.text.endswith("\n\n-- \nExample Ltd.")
    assert "Example Ltd." in (of_support.html or "")
    assert (of_support.author and of_support.author.name) == "Desk"
    assert "فروش" not in of_support.text
    assert of_sales.new_text.split() == of_support.new_text.split(), "nobody said a signature"
