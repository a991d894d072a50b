"""Understanding a mail: bytes in, a ``Mail`` or ``NotUnderstood`` out, and no other error.

Nothing here sends, stores or waits. ``understand`` is the way in; each other module knows one
thing: structure, header fields, charsets, HTML, whose words are new, what kind of mail it is.
"""

from channels._mail.addresses import MailAddress
from channels._mail.bodies import File
from channels._mail.bounces import Bounce
from channels._mail.understanding import Mail, NotUnderstood, understand

__all__ = ["Bounce", "File", "Mail", "MailAddress", "NotUnderstood", "understand"]
