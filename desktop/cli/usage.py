"""What was typed wrongly, said in Spanish: the parser's own sentences are English and cannot be translated by catalogue."""

from __future__ import annotations

from desktop.words import words


def usage_words(error: Exception) -> str:
    """One sentence for a usage error of the parser; what this room wrote itself is given back as it is."""
    kind, said = type(error).__name__, str(error)
    param = getattr(error, "param", None)
    facts = {"name": str(getattr(error, "option_name", "")) or _name(param), "said": said}
    match kind:
        case "NoSuchOption":
            code = "usage.no_such_option"
        case "MissingParameter":
            code = "usage.missing"
        case "BadOptionUsage":
            code = "usage.needs_value"
        case "BadParameter" if param is not None:
            code = "usage.bad_value"
            _, _, facts["choices"] = said.rstrip(".").partition(" is not one of ")
            if facts["choices"]:
                code = "usage.not_one_of"
        case "UsageError" if said.startswith("No such command"):
            code, facts["name"] = "usage.no_such_command", said.split("'")[1] if "'" in said else ""
        case "UsageError" if said.startswith("Got unexpected extra"):
            code, facts["name"] = "usage.too_many", said.rpartition("(")[2].rstrip(").")
        case _:
            return said
    return words(code, "es", facts).what


def _name(param: object) -> str:
    """How a person types it: the option with its dashes, or the argument in capitals as the help shows it."""
    options = [str(each) for each in getattr(param, "opts", ())]
    return next((each for each in options if each.startswith("--")), str(getattr(param, "name", "") or "").upper())
