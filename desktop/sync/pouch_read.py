"""Letters of a pouch, opened and shown as the mailbox they are for, so that ``pull`` takes them as it takes everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.protocol import Entry

from .envelopes import digest_of
from .keys import Letter, Mail, head_key, pouch_prefix, read_pouch_letter
from .letters import MAX_BYTES, open_letter

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore

    from .device import DeviceKey
    from .push import Problem

_KEPT = 16_000_000  # characters of opened letters that are held; others are opened again
_THROUGH = ("blobs/", "directory/")


class Opened:
    """An object store that can only be read: mailboxes of ``units`` out of the letters of ``source``, and its blobs and directories.

    With ``device`` only what that one sent. Letters up to the cursor of their sender are not opened again. ``problems`` tells those that
    could not be; ``senders`` are the devices of which there was any letter, ``letters`` how many there were. Reading it is safe from
    any thread.
    """

    def __init__(
        self,
        source: ObjectStore,
        key: DeviceKey,
        entity: str,
        units: Sequence[str],
        cursors: Mapping[str, Mapping[str, int]],
        *,
        device: str = "",
    ) -> None:
        self._source = source
        self._key = key
        self._mails: dict[str, str] = {}  # key of the mailbox → key of the letter
        self._held: dict[str, bytes] = {}
        self._room = _KEPT
        self._heads: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.senders: set[str] = set()
        self.letters = 0
        for unit in units:
            self._find(pouch_prefix(entity, unit, device), cursors.get(unit, {}))

    @property
    def url(self) -> str:
        """Where the letters lie."""
        return self._source.url

    def holds(self, key: str) -> bool:
        """Whether that delivery is among them."""
        return key in self._mails

    def get(self, key: str) -> bytes:
        """An opened letter, a hint, a blob or a directory. Raises ``storage.not_found`` for anything else."""
        if key in self._held:
            return self._held[key]
        if key in self._mails:
            return self._open(self._mails[key])
        if key in self._heads:
            return str(self._heads[key]).encode("ascii")
        if key.startswith(_THROUGH):
            return self._source.get(key)
        raise OfficeError("storage.not_found", url=self.url, key=key)

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The bytes and their digest."""
        data = self.get(key)
        return data, hashlib.sha256(data).hexdigest()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Nothing is written here."""
        del key, data
        return True

    def put(self, key: str, data: bytes) -> None:
        """Nothing is written here."""

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        """Nothing is written here."""
        del key, data, tag
        return False

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """Entries in the order of their keys."""
        if prefix.startswith(_THROUGH):
            yield from self._source.list(prefix, after=after)
            return
        for key in sorted({**self._mails, **self._heads}):
            if key.startswith(prefix) and key > after:
                yield Entry(key, 1)

    def head(self, key: str) -> Entry | None:
        """The entry, or None."""
        try:
            return Entry(key, len(self.get(key)))
        except OfficeError as error:
            if error.code != "storage.not_found":
                raise
            return None

    def close(self) -> None:
        """Nothing to give back."""

    def _find(self, prefix: str, cursors: Mapping[str, int]) -> None:
        for entry in self._source.list(prefix):
            letter = read_pouch_letter(entry.key)
            if letter is None:
                continue
            self.letters += 1
            self.senders.add(letter.device)
            if letter.seq > cursors.get(letter.device, 0):
                self._note(letter, entry)

    def _note(self, letter: Letter, entry: Entry) -> None:
        try:
            if entry.size > MAX_BYTES:
                raise OfficeError("letter.damaged", reason="size")
            jws = self._open(entry.key)
        except OfficeError as error:
            if not error.code.startswith(("letter.", "mail.", "storage.not_found")):
                raise
            self.problems.append((error.code, {**error.facts, "key": entry.key}))
            return
        mail = Mail(letter.entity, letter.unit, letter.device, letter.seq, digest_of(jws.decode("ascii")))
        self._mails[mail.key] = entry.key
        if self._room > 0:
            self._held[mail.key] = jws
            self._room -= len(jws)
        head = head_key(letter.entity, letter.unit, letter.device)
        self._heads[head] = max(self._heads.get(head, 0), letter.seq)

    def _open(self, key: str) -> bytes:
        letter, data = read_pouch_letter(key), self._source.get(key)
        if letter is None or hashlib.sha256(data).hexdigest() != letter.digest:
            raise OfficeError("mail.damaged", key=key)
        return open_letter(data, self._key).encode("ascii")
