"""Where the lines of the archive's log lie: files of a month beside a root in a folder, one key per entry beside a root in a bucket."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore
from desktop.storage.durable import sync_folder
from desktop.store.record_log import try_lock

from .audit import AuditLog, Entry, Line
from .folder_root import FolderRoot
from .s3_root import S3Root

if TYPE_CHECKING:
    from .audit import Place
    from .roots import Root

FOLDER = "bitacora"
README = "LEEME.txt"
_PATIENCE = 20.0  # seconds that another writer may hold the log
_TAIL = 1 << 16  # bytes of a file's end in which its last entry is looked for first


def log_of(root: Root) -> AuditLog:
    """The log beside that root. Nothing is made before the first entry."""
    place: Place
    if isinstance(root, FolderRoot):
        place = FilesOfMonths(root.path.parent / FOLDER)
    elif isinstance(root, S3Root):
        place = Keys(root.store)
    else:  # pragma: no cover - there are but two kinds
        raise TypeError(type(root).__name__)
    return AuditLog(place)


class FilesOfMonths:
    """``bitacora/AAAA-MM.jsonl``. Lines are only ever added at the end, one writer at a time; a torn one is left standing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def lines(self, after: int = 0) -> Iterator[Line]:
        """From the file in which the entry after that number can be."""
        files = self._files()
        with _told(self._folder):
            for at in range(len(files) - 1, -1, -1):
                if after and (first := _first_number(files[at])) is not None and first <= after:
                    files = files[at:]
                    break
            for path in files:
                yield from _lines(path)

    def last(self, known: int) -> bytes | None:  # noqa: ARG002 - the end of a file is found without it
        """From the end of the newest file."""
        with _told(self._folder):
            return _last_line(self._files())

    def add(self, number: int, month: str, lines: Sequence[bytes], last: bytes | None) -> int:  # noqa: ARG002 - keys have it
        """Under the lock: look at the end, add, sync."""
        with _told(self._folder):
            self._begin()
            with self._locked():
                files = self._files()
                if _last_line(files) != last:
                    return 0
                path = self._folder / f"{max(month, files[-1].stem) if files else month}.jsonl"
                new = not path.exists()
                with path.open("ab") as stream:
                    piece = b"" if new or _ends_whole(path) else b"\n"  # of a writer that died: it stays, by itself
                    stream.write(piece + b"".join(line + b"\n" for line in lines))
                    stream.flush()
                    os.fsync(stream.fileno())
                if new:
                    sync_folder(self._folder)
        return len(lines)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"))

    def _begin(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder.parent)
        readme = self._folder / README
        if not readme.exists():
            readme.write_text(_README, "utf-8")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        end = time.monotonic() + _PATIENCE
        with (self._folder / ".lock").open("ab") as stream:
            while not try_lock(stream):
                if time.monotonic() > end:
                    raise OfficeError("archive.busy", on_disk="unchanged", object=FOLDER)
                time.sleep(0.01)
            yield


class Keys:
    """``bitacora/<number>.json``, each put only where there is none: of several writers one gets the number."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def lines(self, after: int = 0) -> Iterator[Line]:
        """One listing from there on, one request per entry."""
        return (Line(key, self._line(key)) for key in self._keys(after))

    def last(self, known: int) -> bytes | None:
        """One listing from the known entry on; from the beginning where that is gone."""
        for after in dict.fromkeys((max(known - 1, 0), 0)):
            for key in reversed(list(self._keys(after))):
                if _is_entry(data := self._line(key)):
                    return data
        return None

    def add(self, number: int, month: str, lines: Sequence[bytes], last: bytes | None) -> int:  # noqa: ARG002 - files have it
        """One conditional put each, until another writer was quicker."""
        if number == 1:
            self._store.put_if_absent(f"{FOLDER}/{README}", _README.encode())
        for place, line in enumerate(lines):
            if not self._store.put_if_absent(_key(number + place), line + b"\n"):
                return place
        return len(lines)

    def _keys(self, after: int) -> Iterator[str]:
        entries = self._store.list(f"{FOLDER}/", after=_key(after) if after else "")
        return (entry.key for entry in entries if entry.key.endswith(".json"))

    def _line(self, key: str) -> bytes:
        return self._store.get(key).removesuffix(b"\n")


def _key(number: int) -> str:
    return f"{FOLDER}/{number:09d}.json"


def _lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as stream:
        for number, data in enumerate(stream, 1):
            yield Line(f"{FOLDER}/{path.name}:{number}", data.removesuffix(b"\n"))


def _first_number(path: Path) -> int | None:
    for line in _lines(path):
        try:
            return Entry.read(line.data).number
        except OfficeError:
            continue
    return None


def _last_line(files: list[Path]) -> bytes | None:
    """The last entry that can be read, without reading a whole month where its end is enough."""
    for path in reversed(files):
        size = path.stat().st_size
        for start in dict.fromkeys((max(size - _TAIL, 0), 0)):
            with path.open("rb") as stream:
                stream.seek(start)
                for data in reversed(stream.read().split(b"\n")):
                    if _is_entry(data):
                        return data
    return None


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        if not stream.seek(0, os.SEEK_END):
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _is_entry(data: bytes) -> bool:
    try:
        Entry.read(data)
    except OfficeError:
        return False
    return True


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = "storage.denied" if isinstance(error, PermissionError) else "storage.unreachable"
        reason = error.strerror or type(error).__name__
        raise OfficeError(code, on_disk="unchanged", url=f"folder:{folder}", reason=reason, key=FOLDER) from error


_README = """BITÁCORA DEL ARCHIVO

Cada renglón es un acto sobre el archivo, en JSON: n (número), hora (UTC), acto, expediente, version, quien, equipo, datos y anterior.
«anterior» es la suma SHA-256 del renglón de número n-1, sin su fin de renglón; el primero lleva ceros. Así se comprueba sin ningún programa
especial, por ejemplo para los renglones 4 y 5 de un mes:

    sed -n 4p AAAA-MM.jsonl | tr -d '\\n' | sha256sum        debe dar lo que dice «anterior» en:    sed -n 5p AAAA-MM.jsonl

Quien cambie o quite un renglón rompe la cadena desde ahí. Anote en papel, de tiempo en tiempo, el número y la suma del último renglón:
así también se nota si alguien corta el final. Nunca se borra ni se corrige un renglón: lo equivocado se aclara con otro renglón.
"""
