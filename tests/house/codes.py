"""Which codes the source raises or names, read off its syntax."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop.records.events import EventKind

ROOT = Path(__file__).resolve().parents[2]
ERRORS = frozenset({"OfficeError", "SigningError", "TokenError", "PinError"})
_CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_ENDINGS = frozenset(
    {"conf", "csv", "db", "der", "html", "js", "json", "jws", "log", "md", "otf", "pdf", "pem", "png", "py", "qm", "qss", "so", "sqlite3",
     "svg", "toml", "ts", "ttf", "txt", "typ", "xml", "xsd", "zip", "lock", "tmp", "new", "age", "com", "dll"}
)  # fmt: skip


@dataclass(slots=True)
class Use:
    """Where a code stands, and the facts that travel with it; ``open`` when some come from elsewhere."""

    places: list[str] = field(default_factory=list)
    facts: set[str] = field(default_factory=set)
    open: bool = False


def modules(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of these packages, parsed."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"), str(path))


def codes() -> dict[str, Use]:
    """Every code: those raised, and every literal that looks like one of the same families."""
    trees = list(modules("desktop", "signing"))
    found: dict[str, Use] = {}
    for path, tree in trees:
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _raises(node)]
        adds = any(not list(_literals(call.args[0])) for call in calls if call.args)  # raises again, with facts added
        for call in calls:
            for code in _literals(call.args[0]) if call.args else ():
                use = found.setdefault(code, Use())
                use.places.append(_place(path, call))
                use.facts.update(word.arg for word in call.keywords if word.arg)
                use.open = use.open or adds or any(word.arg is None for word in call.keywords)
    families = {code.partition(".")[0] for code in found} | {"signature", "file", "timestamp", "pages"}
    kinds = {kind.value for kind in EventKind}
    for path, tree in trees:
        if "ui" in path.relative_to(ROOT).parts:  # the window names its jobs the same way
            continue
        for node in _plain_strings(tree):
            if node.value not in found and node.value not in kinds and _looks_like_code(node.value, families):
                found.setdefault(node.value, Use(open=True)).places.append(_place(path, node))
    return found


def _raises(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in ERRORS


def _literals(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)


def _looks_like_code(text: str, families: set[str]) -> bool:
    family, _, rest = text.partition(".")
    return _CODE.fullmatch(text) is not None and family in families and rest not in _ENDINGS


def _plain_strings(tree: ast.Module) -> Iterator[ast.Constant]:
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node


def _place(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"
