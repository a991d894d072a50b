"""Who may hand over mails, how many at once, and how much of them is held in memory."""

import math
from collections import Counter
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import structlog
from msgspec import Struct

Network = IPv4Network | IPv6Network

#: So many refused peers are told in the log by name; then it begins anew.
_TOLD: Final = 1_000
#: A line that begins with a dot has one more on its way.
_STUFFED: Final = 4 / 3
#: The line end before a mail and the dot after it.
_AROUND: Final = 5

log = structlog.get_logger()


class Limits(Struct, frozen=True, kw_only=True):
    """What a mail server may ask of us.

    ``held_bytes`` are those of all mails that are being received at once. ``errors`` are commands
    that make no sense; ``strangers`` are recipients that are none of ours, and many in one
    conversation are somebody who looks for those that are. ``command_s`` is how long we wait for
    a command, ``data_s`` for a whole mail and ``store_s`` for it to be stored: mail servers wait
    600 s for the answer. ``stop_s`` is what conversations get at the end.
    Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3
    """

    message_bytes: int
    held_bytes: int = 256 * 1024 * 1024
    connections: int = 100
    connections_a_peer: int = 50
    recipients: int = 100
    errors: int = 10
    strangers: int = 200
    command_s: float = 300.0
    data_s: float = 600.0
    store_s: float = 120.0
    handshake_s: float = 30.0
    stop_s: float = 3.0

    @property
    def received_bytes(self) -> int:
        """More than this on its way is more than ``message_bytes`` in any case."""
        return math.ceil(self.message_bytes * _STUFFED) + _AROUND


class Door:
    """Lets peers in and counts them; one for all listeners of a process."""

    def __init__(self, networks: tuple[Network, ...], limits: Limits) -> None:
        self.limits = limits
        self._networks = networks
        self._inside: Counter[str] = Counter()
        self._told: set[str] = set()
        self._held_bytes = 0

    def enter(self, peer: str) -> str | None:
        """Let a peer in, or say why not; who is let in has to ``leave``.

        ``peer`` is an IP address, empty for a socket in the file system. The refusal is for now
        only: a setting that is wrong must not make a mail server give mails back.
        """
        if peer and not self._is_known(peer):
            self._tell(peer)
            return "421 4.7.0 Not from this address"
        if self._inside.total() >= self.limits.connections:
            return "421 4.3.2 Too many connections, try again later"
        if peer and self._inside[peer] >= self.limits.connections_a_peer:
            return "421 4.7.0 Too many connections from you, try again later"
        self._inside[peer] += 1
        return None

    def leave(self, peer: str) -> None:
        """Note that a peer that was let in is gone."""
        self._inside[peer] -= 1
        if not self._inside[peer]:
            del self._inside[peer]

    def hold(self, size_bytes: int) -> bool:
        """Whether so much more can be held; if so it has to be let go."""
        if self._held_bytes + size_bytes > self.limits.held_bytes:
            return False
        self._held_bytes += size_bytes
        return True

    def let_go(self, size_bytes: int) -> None:
        """Note that so much is held no more."""
        self._held_bytes -= size_bytes

    def _is_known(self, peer: str) -> bool:
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)

    def _tell(self, peer: str) -> None:
        if len(self._told) >= _TOLD:
            self._told.clear()
        if peer not in self._told:
            self._told.add(peer)
            log.warning("mail_peer_refused", peer=peer)
