"""Colour roles, light and dark (design/window.md), and the contrast between them. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Roles:
    """Every colour of the window by what it is for, as ``#rrggbb``. A ``*_ground`` is what its word is written on."""

    ground: str
    panel: str
    rail: str
    rail_text: str
    rail_dim: str
    rail_here: str
    rail_line: str
    text: str
    dim: str
    line: str
    edge: str  # outline of a control: 3:1 against panel (WCAG 2.2, 1.4.11)
    hover: str
    accent: str
    accent_hover: str
    accent_ground: str
    on_accent: str
    good: str
    good_ground: str
    care: str
    care_ground: str
    bad: str
    bad_ground: str
    new: str
    new_hover: str
    on_new: str
    sheet: str
    shade: str

    def as_dict(self) -> dict[str, str]:
        """Role name to colour."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


LIGHT = Roles(
    ground="#f6f5f2",
    panel="#ffffff",
    rail="#22384d",
    rail_text="#dbe5ee",
    rail_dim="#a9bccd",
    rail_here="#41566a",
    rail_line="#3d5267",
    text="#1d2429",
    dim="#5a6670",
    line="#dfddd7",
    edge="#8b9299",
    hover="#f0efeb",
    accent="#1f5f8b",
    accent_hover="#184c70",
    accent_ground="#e6f0f7",
    on_accent="#ffffff",
    good="#1f6b43",
    good_ground="#e3f2e9",
    care="#8a5200",
    care_ground="#fbeed9",
    bad="#a8231b",
    bad_ground="#fae4e2",
    new="#f2b84b",
    new_hover="#f7c868",
    on_new="#231a06",
    sheet="#ffffff",
    shade="#d9d6ce",
)

DARK = Roles(
    ground="#171b1f",
    panel="#1f252a",
    rail="#10161b",
    rail_text="#d5dee6",
    rail_dim="#94a3b0",
    rail_here="#2f373e",
    rail_line="#2a333b",
    text="#e8ebed",
    dim="#a3afb9",
    line="#333c44",
    edge="#6d7a85",
    hover="#2a3238",
    accent="#7cb8e0",
    accent_hover="#97c8ea",
    accent_ground="#22384a",
    on_accent="#0e2233",
    good="#7fd1a3",
    good_ground="#1d3a2b",
    care="#f0be6f",
    care_ground="#40321b",
    bad="#f3a09a",
    bad_ground="#472422",
    new="#f2b84b",
    new_hover="#f7c868",
    on_new="#231a06",
    sheet="#ffffff",
    shade="#0c0f12",
)

# What is written on what; the test holds each pair to 4.5:1 (WCAG 2.0, 1.4.3).
WRITTEN_ON: tuple[tuple[str, str], ...] = (
    ("text", "ground"),
    ("text", "panel"),
    ("text", "hover"),
    ("text", "accent_ground"),
    ("text", "good_ground"),
    ("text", "care_ground"),
    ("text", "bad_ground"),
    ("dim", "ground"),
    ("dim", "panel"),
    ("dim", "hover"),
    ("dim", "accent_ground"),
    ("accent", "panel"),
    ("accent", "ground"),
    ("accent", "accent_ground"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("good", "panel"),
    ("good", "good_ground"),
    ("care", "panel"),
    ("care", "care_ground"),
    ("bad", "panel"),
    ("bad", "bad_ground"),
    ("rail_text", "rail"),
    ("rail_text", "rail_here"),
    ("rail_dim", "rail"),
    ("on_new", "new"),
    ("on_new", "new_hover"),
)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.0, definition of contrast ratio)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
