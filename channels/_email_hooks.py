"""Mail by provider webhooks: SendGrid Inbound Parse, Mailgun, Postmark, Amazon SES over SNS."""

from collections.abc import Sequence

from aiohttp import web

from channels._base import Env, Inbox, Setting
from channels._email_receiving import Receiver

SETTINGS: tuple[Setting, ...] = ()


def routes(env: Env, receiver: Receiver, inbox: Inbox) -> Sequence[web.AbstractRouteDef]:  # noqa: ARG001
    """One hook a provider, all under ``/hooks/email/``."""
    return ()
