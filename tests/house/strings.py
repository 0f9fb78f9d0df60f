"""Strings of the window that no translator would ever see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.codes import ROOT, modules

TRANSLATES = frozenset({"tr", "translate", "QT_TRANSLATE_NOOP", "QT_TR_NOOP"})
SHOWS = frozenset(
    {"setText", "setToolTip", "setWindowTitle", "setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "setStatusTip",
     "setWhatsThis", "setTitle", "setLabelText", "setInformativeText", "addTab", "addItem", "addAction", "addRow", "showMessage",
     "QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction", "QMenu", "ActionButton", "label"}
)  # fmt: skip
NAMES = frozenset({"Qillqa"})  # said the same in every language


def untranslated(path: Path, tree: ast.Module) -> Iterator[str]:
    """Literals shown without ``tr``: what is handed to a widget as text, and anything at all that is spelt as Spanish."""
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    silent = _docstrings(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in silent:
            continue
        text = node.value.strip()
        calls = list(_calls_around(node, parents))
        if any(name in TRANSLATES for name, _ in calls):
            continue
        spanish = any(sign.isalpha() and not sign.isascii() for sign in text) or any(sign in "¿¡" for sign in text)
        shown = bool(calls) and calls[0][0] in SHOWS and calls[0][1] and _is_wording(text)
        if spanish or shown:
            yield f"{path}:{node.lineno}: {text!r}"


def all_untranslated() -> list[str]:
    """Every such literal of ``desktop/ui``."""
    return [line for path, tree in modules("desktop/ui") for line in untranslated(path.relative_to(ROOT), tree)]


def _is_wording(text: str) -> bool:
    words = text.replace("Qillqa", "").split()
    return any(sum(sign.isalpha() for sign in word) > 1 and not word.startswith(("Ctrl", "Alt")) for word in words)


def _calls_around(node: ast.AST, parents: dict[int, ast.AST]) -> Iterator[tuple[str, bool]]:
    """The names of the calls whose arguments hold the node, innermost first, and whether it is a positional one."""
    child = node
    while (parent := parents.get(id(child))) is not None:
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            return
        if isinstance(parent, ast.Call) and child is not parent.func:
            function = parent.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            yield name, any(child is one for one in parent.args)
        child = parent


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
