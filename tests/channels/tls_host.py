"""A web server on this machine that speaks TLS under any name, and names that lead to it."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.abc import AbstractResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = (
    "*.provider.example",
    "provider.example",
    "*.cdn.example",
    "notprovider.example",
    "sns.eu-central-1.amazonaws.com",
)


def certificate(folder):
    """A key and certificate for ``NAMES``; gives the server's context and the client's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in NAMES]), False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(
        cadata=signed.public_bytes(serialization.Encoding.PEM).decode()
    )
    return server, client


class Names(AbstractResolver):
    """Answers each look-up of a name with the next of its ``answers``, the last one for ever."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        known = self.answers.get(host.lower())
        if known is None:
            raise OSError(f"no such host: {host}")
        addresses = known.pop(0) if len(known) > 1 else known[0]
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in addresses
        ]

    async def close(self):
        pass


class Site:
    """Answers by path, whatever the name it was asked by, and remembers every request."""

    def __init__(self):
        self.requests = []
        self.pages = {}

    async def handle(self, request):
        self.requests.append(request)
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        if callable(page):
            return await page(request)
        return web.Response(body=page.body, status=page.status, headers=page.headers)

    @property
    def seen(self):
        """What was asked: host, path, and whether the key came along."""
        return [
            (r.host.partition(":")[0], r.path, r.headers.get("Authorization"))
            for r in self.requests
        ]
