"""The keys that secrets in the database are encrypted with; they never lie in the database.

Either the setting ``secret_keys``, or a file in the data folder, one key a line, made when the
first secret is kept. The first key encrypts, all decrypt. Fernet: AES-128-CBC with HMAC-SHA-256.

Source: https://cryptography.io/en/latest/fernet/
"""

import functools
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from contactcenter.settings import Settings

FILE_NAME: Final = "secret.key"
#: Only its owner may read the file.
MODE: Final = 0o600

#: Where a secret belongs: the entry point's id and the secret's name.
Place = tuple[int, str]


class KeyMissing(Exception):
    """There is no key to encrypt with or to decrypt by; the message says where it was sought."""


class NotDecrypted(Exception):
    """No key decrypts this, or it was sealed for another place."""


class _Sealed(Struct, frozen=True, array_like=True):
    """What is encrypted: the place comes along, so that rows cannot be swapped."""

    entry_point_id: int
    name: str
    value: str


class SecretKeys:
    """Seals and opens secrets. The file is read each time: another process may have made it."""

    def __init__(self, settings: Settings) -> None:
        self._listed = settings.secret_keys
        self.file: Final = None if self._listed else settings.data_dir / FILE_NAME

    @property
    def are_there(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._keys())

    def make(self) -> None:
        """Make the file with a first key, unless there is one; of several processes one does."""
        if self.file is not None and not self.are_there:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self.file, [new_key()], replace=False)

    def add(self) -> str:
        """Put a new key before the others of the file; returns it.

        Raises ``KeyMissing`` where the keys come from the settings.
        """
        if self.file is None:
            raise KeyMissing(
                "the keys come from the setting secret_keys: put a new one first there"
            )
        key = new_key()
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self.file, [key, *self._keys()], replace=True)
        return key

    def seal(self, place: Place, value: str) -> bytes:
        """Encrypt a value for its place with the first key; raises ``KeyMissing``."""
        return self._ring().encrypt(msgspec.json.encode(_Sealed(*place, value)))

    def open(self, place: Place, sealed: bytes) -> str:
        """Decrypt a value; raises ``NotDecrypted`` or ``KeyMissing``."""
        try:
            found = msgspec.json.decode(self._ring().decrypt(sealed), type=_Sealed)
        except (InvalidToken, msgspec.MsgspecError) as error:
            raise NotDecrypted from error
        if (found.entry_point_id, found.name) != place:
            raise NotDecrypted
        return found.value

    def resealed(self, place: Place, sealed: bytes) -> bytes | None:
        """The same under the first key; None if it is already. Raises as ``open`` does."""
        value = self.open(place, sealed)
        try:
            Fernet(self._keys()[0]).decrypt(sealed)
        except InvalidToken:
            return self.seal(place, value)
        return None

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """A key of 32 bytes for another purpose from each key, the first to be used; made if none.

        Source: https://www.rfc-editor.org/rfc/rfc5869
        """
        self.make()
        return tuple(_derived(key, purpose) for key in self._keys())

    def _ring(self) -> MultiFernet:
        keys = self._keys()
        if not keys:
            raise KeyMissing(
                f"there is no key in {self.file}, and the setting secret_keys is empty"
            )
        return MultiFernet([Fernet(key) for key in keys])

    def _keys(self) -> list[str]:
        if self._listed:
            return list(self._listed)
        assert self.file is not None, "the keys are listed, or they lie in a file"
        try:
            return self.file.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return []


@functools.cache
def _derived(key: str, purpose: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return hkdf.derive(key.encode())


def new_key() -> str:
    """Make a key: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


def _write(file: Path, keys: list[str], *, replace: bool) -> None:
    """Write the whole file at once; without ``replace`` one that is there stays."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.writelines(f"{key}\n" for key in keys)
            out.flush()
            os.fsync(out.fileno())
        if replace:
            draft.replace(file)
        else:
            with suppress(FileExistsError):
                os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
