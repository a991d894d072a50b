"""How a connection with a mail server is kept from being read by others."""

from typing import Literal

#: TLS from the first byte, TLS asked for before anything else is said, or none.
Security = Literal["tls", "starttls", "plain"]
