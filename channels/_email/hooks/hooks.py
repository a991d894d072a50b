"""Mail by provider webhooks: SendGrid Inbound Parse, Mailgun, Postmark, Amazon SES over SNS.

Each has a hook under ``/hooks/email/`` and a setting with the keys it is believed by, which
an entry point may have of its own. ``docs/email.md`` says how each is set up.
"""

from collections.abc import Callable, Sequence
from typing import Final

from aiohttp import web

from channels._base import Env, Inbox, Setting
from channels._email.hooks import door as hook_door
from channels._email.hooks import postmark, sendgrid, ses
from channels._email.hooks.bodies import Rooms
from channels._email.hooks.door import PROVIDER, Deadlines, Door
from channels._email.hooks.mailgun import Mailgun
from channels._email.hooks.payload import Provider
from channels._email.hooks.postmark import Postmark
from channels._email.hooks.sendgrid import SendGrid
from channels._email.hooks.ses import Ses
from channels._email.hooks.sns import Sns
from channels._email.receiving import Receiver
from channels._failures import BadOption
from channels._fetch import Fetcher
from channels._listed import listed
from channels._messages import Inbound, Raw, Unreadable


def _each(is_key: Callable[[str], bool], what: str) -> Callable[[str], None]:
    """Check a list whose members must all be of one kind."""

    def check(value: str) -> None:
        parts = listed(value)
        if not parts or not all(is_key(one) for one in parts):
            raise BadOption(f"It must be {what}, or several separated by commas.")

    return check


SETTINGS: tuple[Setting, ...] = (
    Setting(
        key=SendGrid.key,
        help="Public keys of SendGrid's security policies for Inbound Parse; old and new.",
        required=False,
        many=True,
        example="MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIVxjp2WYRhka3/rLaLMZlu6MFXW4GBlOOV"
        "DFUOBb+whpd6bkWKWz2W39TjZSuDtC8qWkpnDg8BnwvBS4hRc0Og==",
        check=_each(sendgrid.is_key, "a public key as SendGrid shows it"),
    ),
    Setting(
        key=Mailgun.key,
        help="Mailgun's HTTP webhook signing keys; the old one too while it is replaced.",
        secret=True,
        required=False,
        many=True,
        example="0123456789abcdef0123456789abcdef",
        check=_each(bool, "a signing key"),
    ),
    Setting(
        key=Postmark.key,
        help="Name and password, with a colon between, in the address Postmark posts to.",
        secret=True,
        required=False,
        many=True,
        example="postmark:a-long-password",
        check=_each(postmark.is_key, "name:password"),
    ),
    Setting(
        key=Ses.key,
        help="SNS topics that Amazon SES hands mails to; messages of others are not believed.",
        required=False,
        many=True,
        example="arn:aws:sns:eu-central-1:123456789012:mails",
        check=_each(ses.is_key, "the ARN of an SNS topic"),
    ),
)

_PATH: Final = "/hooks/email/"
#: Mailgun posts the mail as it came only to an address that ends so.
_MORE_PATHS: Final = {Mailgun.name: ("/mime",)}

_CERTIFICATE_BYTES: Final = 64 * 1024
_SNS_DEADLINE_S: Final = 5.0


class Hooks:
    """The doors of all providers; one a process. ``providers`` is for tests."""

    def __init__(
        self,
        env: Env,
        receiver: Receiver,
        *,
        deadlines: Deadlines | None = None,
        providers: Sequence[Provider] | None = None,
    ) -> None:
        self._env = env
        self._receiver = receiver
        self._deadlines = deadlines or Deadlines()
        self._providers = {one.name: one for one in providers or _every()}
        self._doors: list[Door] = []

    def routes(self, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:
        """One hook a provider; Mailgun's has two addresses."""
        rooms = Rooms()
        found: list[web.AbstractRouteDef] = []
        for name, provider in self._providers.items():
            door = Door(
                provider,
                env=self._env,
                receiver=self._receiver,
                inbox=inbox,
                rooms=rooms,
                deadlines=self._deadlines,
            )
            self._doors.append(door)
            paths = ("", *_MORE_PATHS.get(name, ()))
            found += [web.post(f"{_PATH}{name}{more}", door.answer) for more in paths]
        return found

    async def again(self, raw: Raw) -> Inbound | Unreadable:
        """Look at a kept request as its hook would now."""
        provider = self._providers[raw.headers[PROVIDER]]
        return await hook_door.again(provider, self._receiver, raw)

    async def close(self) -> None:
        """Finish what is being told."""
        for door in self._doors:
            await door.alarm.close()


def is_kept_request(raw: Raw) -> bool:
    """Whether a payload is a provider's whole request and not a mail."""
    return PROVIDER in raw.headers


def _every() -> Sequence[Provider]:
    fetcher = Fetcher(
        domain="amazonaws.com",
        own_origin=None,
        most_bytes=_CERTIFICATE_BYTES,
        deadline_s=_SNS_DEADLINE_S,
        most_redirects=0,
    )
    return (SendGrid(), Mailgun(), Postmark(), Ses(Sns(fetcher)))
