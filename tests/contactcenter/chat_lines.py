"""Channels by which a visitor of a web chat is answered, without a provider."""

from typing import Any, Final

from channels import Address, BadAddress


class Post:
    """A channel to one kind of address; it sends nothing."""

    missing: tuple[str, ...] = ()
    repeats_safely = True
    valid_s: int | None = None
    patience_s: float | None = None
    max_files_bytes = 5_000_000
    telephony: None = None

    def __init__(self, kind: str, *, has_threads: bool = False) -> None:
        self.kind = kind
        self.has_threads = has_threads

    def address(self, text: str) -> Address:
        if self.kind == "email" and "@" not in text:
            raise BadAddress("This is not an e-mail address.")
        return Address(kind=self.kind, value=text.strip().lower())

    def sender(self, entry_point: str) -> str:
        return entry_point

    def size(self, text: str) -> None:
        return None


#: What a centre with a widget, a mailbox and a number has.
CHANNELS: Final[Any] = {
    "webchat": Post("chat"),
    "email": Post("email", has_threads=True),
    "sms": Post("phone"),
}
