"""Chooses the keys a request of Twilio's must be signed with: each account signs with its own."""

from collections.abc import Callable
from functools import lru_cache, partial

from channels import _phone_number
from channels._failures import BadAddress
from channels._signature import Pairs, Verifier
from channels._twilio_account import Account, Accounts

#: The parameter that names our address: where a customer wrote to, or whom our message was from.
RECEIVER, SENDER = b"To", b"From"
#: The account a request comes from: what is told about rooms and recordings names no address.
_ACCOUNT = b"AccountSid"

_LONGEST_ADDRESS = 64  # bytes; a stranger may post any
_MOST_KEPT = 1000

Choice = Callable[[Pairs], Verifier]


class Verifiers:
    """One verifier for every set of keys.

    A request about an entry point with an account of its own is checked with that account's keys
    and with no other; any other request, also one that names no address of ours, with the keys of
    the settings.
    """

    def __init__(
        self, accounts: Accounts, *, public_url: str, fallback_url: str | None, region: str
    ) -> None:
        self._accounts = accounts
        self._public_url = public_url
        self._fallback_url = fallback_url
        self._region = region
        self._general = self._made(accounts.general.tokens)
        self._own: dict[tuple[str, ...], Verifier] = {}

    def by(self, parameter: bytes) -> Choice:
        """Choose by this parameter of the form; without a look where all share one account."""
        if not self._accounts.may_differ:
            return lambda _: self._general
        return partial(self._chosen, parameter)

    def by_account(self) -> Choice:
        """Choose by the account that the request says it comes from, where no address is told.

        Who holds the keys of one account can sign for that account alone: whether an address that
        is named belongs to it, is for the caller to see.
        """
        if not self._accounts.may_differ:
            return lambda _: self._general
        return self._of_account

    def _of_account(self, pairs: Pairs) -> Verifier:
        for name, value in pairs:
            if name == _ACCOUNT:
                return self._kept(self._accounts.with_sid(value.decode(errors="replace")))
        return self._general

    def _chosen(self, parameter: bytes, pairs: Pairs) -> Verifier:
        """Look at the first parameter of that name, which is the one that counts later on."""
        for name, value in pairs:
            if name == parameter:
                return self._of(value)
        return self._general

    def _of(self, address: bytes) -> Verifier:
        if len(address) > _LONGEST_ADDRESS:
            return self._general
        entry_point = _canonical(address, self._region)
        return self._kept(self._accounts.of(entry_point) if entry_point else None)

    def _kept(self, account: Account | None) -> Verifier:
        if account is None or account is self._accounts.general:
            return self._general
        if account.tokens not in self._own:
            if len(self._own) >= _MOST_KEPT:  # keys were replaced a thousand times
                self._own.clear()
            self._own[account.tokens] = self._made(account.tokens)
        return self._own[account.tokens]

    def _made(self, keys: tuple[str, ...]) -> Verifier:
        return Verifier(self._public_url, keys, fallback_url=self._fallback_url)


@lru_cache(maxsize=1024)
def _canonical(address: bytes, region: str) -> str | None:
    try:
        return _phone_number.entry_point(address.decode(), region)
    except (BadAddress, UnicodeDecodeError):
        return None
