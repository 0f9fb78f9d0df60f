"""What stands inside what: the flat row of blocks as lists and articles with their own blocks, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .body import Article, Block, ListItem, Paragraph


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
    Everything else stands outside and ends the lists above. Articles count on through the whole body.
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
                begins = start is not None
                last = into[-1] if into else None
                goes_on = isinstance(last, ItemList) and last.kind == kind and not begins
                number = (
                    last.items[-1].number + 1 if isinstance(last, ItemList) and goes_on else (start or int(not begins))
                )
                open_items.append(_add(into, Item(place, block, number), kind, begins=begins))
            case Paragraph(_, _, level) if level and open_items:
                del open_items[level:]
                open_items[-1].inside.append(Leaf(place, block))
            case _:
                open_items = []
                top.append(Leaf(place, block))
    return top


def _add(into: list[Node], item: Item, kind: str, *, begins: bool) -> Item:
    last = into[-1] if into else None
    if begins or not isinstance(last, ItemList) or last.kind != kind:
        last = ItemList(kind)
        into.append(last)
    last.items.append(item)
    return item
