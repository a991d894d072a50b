"""Mail by provider webhooks: SendGrid Inbound Parse, Mailgun, Postmark, Amazon SES over SNS.

Each has a hook under ``/hooks/email/`` and a setting with the keys it is believed by, which
an entry point may have of its own. ``docs/email.md`` says how each is set up.
"""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from channels import _email_hooks_door
from channels._base import Env, Inbox, Setting
from channels._email_hooks_body import Rooms
from channels._email_hooks_door import PROVIDER, Deadlines, Door
from channels._email_hooks_mailgun import Mailgun
from channels._email_hooks_payload import Provider
from channels._email_receiving import Receiver
from channels._messages import Inbound, Raw, Unreadable

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key=Mailgun.key,
        help="Mailgun's HTTP webhook signing keys; the old one too while it is replaced.",
        secret=True,
        required=False,
        many=True,
        example="0123456789abcdef0123456789abcdef",
    ),
)

_PATHS: Final = {Mailgun.name: ("/hooks/email/mailgun", "/hooks/email/mailgun/mime")}


class Hooks:
    """The doors of all providers; one a process."""

    def __init__(self, env: Env, receiver: Receiver, *, deadlines: Deadlines | None = None) -> None:
        self._env = env
        self._receiver = receiver
        self._deadlines = deadlines or Deadlines()
        self._providers: dict[str, Provider] = {one.name: one for one in (Mailgun(),)}
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
            found += [web.post(path, door.answer) for path in _PATHS[name]]
        return found

    async def again(self, raw: Raw) -> Inbound | Unreadable:
        """Look at a kept request as its hook would now."""
        provider = self._providers[raw.headers[PROVIDER]]
        return await _email_hooks_door.again(provider, self._receiver, raw)

    async def close(self) -> None:
        """Finish what is being told."""
        for door in self._doors:
            await door.alarm.close()


def is_kept_request(raw: Raw) -> bool:
    """Whether a payload is a provider's whole request and not a mail."""
    return PROVIDER in raw.headers
