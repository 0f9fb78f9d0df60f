"""From the words that a remark is about to their place in a text, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from desktop.records.errors import OfficeError
from desktop.records.observations import Mark

from .body import Body, text_of
from .changes import Anchor, Position
from .leaves import leaf, parts

AROUND = 40  # signs of context kept on each side of the quoted words


def placed(body: Body, mark: Mark) -> Mark:
    """The mark with its place in this text, and with the words around. A mark without words is about the whole.

    Raises ``observe.words_not_found`` and ``observe.words_ambiguous`` (with ``count``) where no place, or more than one, fits.
    """
    if mark.place is not None:
        anchor = _read(mark)
        return _with_words(body, mark, anchor)
    if not mark.quote.strip():
        return mark
    found = find(body, mark)
    if len(found) != 1:
        code = "observe.words_ambiguous" if found else "observe.words_not_found"
        raise OfficeError(code, words=mark.quote, count=len(found))
    return _with_words(body, mark, found[0])


def anchor_in(body: Body, mark: Mark, *, same_text: bool) -> Anchor | None:
    """Where the mark's words stand in the author's text; None where they cannot be told apart or are not there.

    ``same_text``: the text is the one that the mark's place counts in.
    """
    if same_text and mark.place is not None:
        try:
            anchor = _read(mark)
            _words(body, anchor)
        except OfficeError:
            pass
        else:
            return anchor
    if not mark.quote.strip():
        return None
    found = find(body, mark)
    return found[0] if len(found) == 1 else None


def find(body: Body, mark: Mark) -> list[Anchor]:
    """Every place where the quoted words stand, whatever the spaces between them; by the words around where those decide."""
    text = _Text(body)
    words = r"\s+".join(re.escape(word) for word in mark.quote.split())
    found = list(re.finditer(words, text.all)) if words else []
    if len(found) > 1:
        near = [m for m in found if _around(text.all, m.start(), m.end(), mark)]
        found = near or found
    return [text.anchor(m.start(), m.end()) for m in found]


def _around(text: str, start: int, end: int, mark: Mark) -> bool:
    before, after = _bare(mark.before), _bare(mark.after)
    return _bare(text[:start]).endswith(before) and _bare(text[end:]).startswith(after) and bool(before or after)


def _bare(text: str) -> str:
    return "".join(text.split())


class _Text:
    """All leaves in reading order as one text, and the way back to the places."""

    def __init__(self, body: Body) -> None:
        self.leaves = list(_leaves(body))
        self.all = "\n".join(words for _, _, words in self.leaves)

    def anchor(self, start: int, end: int) -> Anchor:
        return Anchor(self._position(start), self._position(end))

    def _position(self, at: int) -> Position:
        for number, part, words in self.leaves:
            if at <= len(words):
                return Position(number, part, at)
            at -= len(words) + 1
        raise IndexError(at)

    def index(self, place: Position) -> int:
        """Raises ``drafting.no_such_place``."""
        at = 0
        for number, part, words in self.leaves:
            if (number, part) == (place.block, place.part) and 0 <= place.offset <= len(words):
                return at + place.offset
            at += len(words) + 1
        raise OfficeError("drafting.no_such_place", place=f"blocks[{place.block}].{place.part}[{place.offset}]")


def _leaves(body: Body) -> Iterator[tuple[int, str, str]]:
    for number, block in enumerate(body.blocks):
        for part in parts(block):
            yield number, part, text_of(leaf(block, part))


def _read(mark: Mark) -> Anchor:
    assert mark.place is not None
    return Anchor(*(Position(*end) for end in mark.place))


def _words(body: Body, anchor: Anchor) -> tuple[str, int, int]:
    text = _Text(body)
    start, end = text.index(anchor.start), text.index(anchor.end)
    if start > end:
        raise OfficeError("drafting.no_such_place", place=f"blocks[{anchor.start.block}]")
    return text.all, start, end


def _with_words(body: Body, mark: Mark, anchor: Anchor) -> Mark:
    text, start, end = _words(body, anchor)
    first, last = anchor.start, anchor.end
    return replace(
        mark,
        quote=text[start:end],
        before=text[max(start - AROUND, 0) : start],
        after=text[end : end + AROUND],
        place=((first.block, first.part, first.offset), (last.block, last.part, last.offset)),
    )
