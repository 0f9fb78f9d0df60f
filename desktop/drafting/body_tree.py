"""What stands inside what: the flat row of blocks as lists and articles with their own blocks, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .body import Article, Block, ListItem, PageBreak, Paragraph


@dataclass(slots=True)
class Item:
    """An item or article: where it stands in the body, its count, and what stands inside it."""

    place: int
    block: ListItem | Article
    number: int
    inside: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class ItemList:
    """Neighbouring items of one kind: ``bullet``, ``number`` or ``article``."""

    kind: str
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Leaf:
    """A block that holds no others, and where it stands in the body."""

    place: int
    block: Block


Node = Leaf | ItemList


def body_tree(blocks: Iterable[Block]) -> list[Node]:
    """The nodes in order.

    A paragraph or item stands inside the nearest item above that is one level out; a level that skips is closed up.
    Everything else stands outside and ends the lists above; the count goes on behind a page break. Articles count on
    through the whole body.
    """
    top: list[Node] = []
    open_items: list[Item] = []
    articles = 0
    for place, block in enumerate(blocks):
        match block:
            case Article(_, number, _):
                articles = articles + 1 if number is None else number
                open_items = [_add(top, Item(place, block, articles), "article", begins=False)]
            case ListItem(_, kind, level, start):
                del open_items[level:]
                into = open_items[-1].inside if open_items else top
                number = _next_number(into, kind) if start is None else start
                open_items.append(_add(into, Item(place, block, number), kind, begins=start is not None))
            case Paragraph(_, _, level) if level and open_items:
                del open_items[level:]
                open_items[-1].inside.append(Leaf(place, block))
            case _:
                open_items = []
                top.append(Leaf(place, block))
    return top


def _next_number(into: list[Node], kind: str) -> int:
    last = next(
        (node for node in reversed(into) if not (isinstance(node, Leaf) and isinstance(node.block, PageBreak))), None
    )
    return last.items[-1].number + 1 if isinstance(last, ItemList) and last.kind == kind else 1


def _add(into: list[Node], item: Item, kind: str, *, begins: bool) -> Item:
    last = into[-1] if into else None
    if begins or not isinstance(last, ItemList) or last.kind != kind:
        last = ItemList(kind)
        into.append(last)
    last.items.append(item)
    return item
