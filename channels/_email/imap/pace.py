"""How long reading mailboxes waits for what."""

import random

from msgspec import Struct


class Pace(Struct, frozen=True, kw_only=True):
    """All in seconds. Between ``poll_s`` the server may tell of new mails by itself.

    It must answer within ``silence_s`` then, so a connection that died silently is noticed within
    both together. Source: https://www.rfc-editor.org/rfc/rfc2177 (a new IDLE within 29 minutes)
    """

    connect_s: float = 20
    silence_s: float = 60
    command_s: float = 180
    fetch_s: float = 600
    store_s: float = 60
    poll_s: float = 300
    poll_without_idle_s: float = 60
    lease_s: int = 30
    look_s: float = 2
    retry_s: float = 1
    first_pause_s: float = 5
    refused_pause_s: float = 60
    longest_pause_s: float = 300

    def pause_s(self, failures: int, chance: random.Random, *, refused: bool) -> float:
        """How long to wait after so many failures in a row: doubled each time, and spread."""
        least_s = self.refused_pause_s if refused else self.first_pause_s
        whole_s = min(self.longest_pause_s, least_s * 2.0 ** min(failures - 1, 10))
        return whole_s * (0.5 + chance.random() / 2)
