"""One root over many digests; each leads there, nothing else does."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.archive.hash_tree import build, climb
from desktop.records.errors import OfficeError

DIGESTS = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=200, unique=True)


def leaf(number: int) -> bytes:
    return hashlib.sha512(b"%d" % number).digest()


@given(DIGESTS, st.randoms())
def test_every_leaf_leads_to_the_root_and_the_order_does_not_matter(digests: list[bytes], chance: object) -> None:
    tree = build(digests, "sha256")
    shuffled = list(digests)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert build(shuffled, "sha256").root == tree.root
    for one in digests:
        assert climb(one, tree.reduced(one), "sha256") == tree.root


@given(DIGESTS, st.binary(min_size=32, max_size=32))
def test_nothing_else_does(digests: list[bytes], stranger: bytes) -> None:
    tree = build(digests, "sha256")
    if stranger in digests:
        return
    with pytest.raises(OfficeError, match=r"evidence\.not_covered"):
        tree.reduced(stranger)
    for one in digests[:5]:
        path = tree.reduced(one)
        if not path:
            assert climb(stranger, path, "sha256") != tree.root
            continue
        with pytest.raises(OfficeError, match=r"evidence\.not_covered"):
            climb(stranger, path, "sha256")
        if len(digests) > 1:  # put in place of the leaf, it leads elsewhere
            forged = (tuple(stranger if item == one else item for item in path[0]), *path[1:])
            assert climb(stranger, forged, "sha256") != tree.root


def test_by_hand_for_three() -> None:
    a, b, c = sorted(leaf(number) for number in range(3))
    tree = build([c, a, b])
    ab = hashlib.sha512(a + b).digest()
    assert tree.root == hashlib.sha512(min(ab, c) + max(ab, c)).digest()
    assert tree.reduced(a) == ((a, b), (c,))
    assert tree.reduced(c) == (tuple(sorted((c, ab))),)


def test_one_alone_is_its_own_root() -> None:
    tree = build([leaf(1)])
    assert tree.root == leaf(1)
    assert tree.reduced(leaf(1)) == ()
    assert climb(leaf(1), (), "sha512") == leaf(1)


def test_the_way_up_is_short() -> None:
    tree = build(leaf(number) for number in range(5000))
    assert all(len(tree.reduced(leaf(number))) <= 13 for number in (0, 17, 4999))


@pytest.mark.parametrize(("leaves", "code"), [([], r"evidence\.empty"), ([b"short"], r"evidence\.bad_digest")])
def test_what_is_no_tree(leaves: list[bytes], code: str) -> None:
    with pytest.raises(OfficeError, match=code):
        build(leaves)
