"""Who asks: a person in a session, or a program with a token that acts for its owner."""

from enum import IntEnum
from typing import Final, Literal

from msgspec import Struct

from contactcenter.errors import Forbidden

RoleName = Literal["agent", "supervisor", "admin"]
Scope = Literal["read", "write", "admin"]
SCOPES: Final[frozenset[Scope]] = frozenset({"read", "write", "admin"})


class Role(IntEnum):
    """Who an operation is open to; each includes those above it in number."""

    PUBLIC = 0
    AGENT = 1
    SUPERVISOR = 2
    ADMIN = 3

    @classmethod
    def named(cls, name: RoleName) -> "Role":
        """The role an account's row names."""
        return cls[name.upper()]


class Actor(Struct, frozen=True, kw_only=True):
    """Who is signed in.

    ``team_ids`` are the teams this person is a member of, ascending. ``scopes`` is what the token
    allows; a session allows everything its role does. ``token_id`` is None in a session,
    ``session_sha256`` is None with a token.
    """

    user_id: int
    name: str
    role: RoleName
    language: str
    kind: Literal["session", "token"]
    scopes: frozenset[Scope]
    team_ids: tuple[int, ...]
    must_change_password: bool
    token_id: int | None = None
    session_sha256: bytes | None = None
    csrf_sha256: bytes | None = None

    @property
    def reference(self) -> str:
        """How events name this actor: ``user:7`` or ``token:3``."""
        return f"user:{self.user_id}" if self.token_id is None else f"token:{self.token_id}"

    def is_at_least(self, role: Role) -> bool:
        """Whether this person has the role or one that includes it."""
        return Role.named(self.role) >= role


class PasswordChangeRequired(Forbidden):
    """Set a password of your own first."""

    code = "password_change_required"
