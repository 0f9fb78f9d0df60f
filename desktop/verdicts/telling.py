"""A file's verdict in words: first the sentence, then each signature, last the standard's terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from signing.report import FileVerdict, Outcome, SignatureVerdict

from .inert import inert
from .phrases import TONE, WORST_FIRST, Phrases
from .telling_signature import tell_signature
from .told import Fact, Heading, Part, Row, Said, Table, ToldFile

SIGNATURES = 100  # of one file, told in detail
_STATE_TONE = {"same": "plain", "changed": "bad", "missing": "care"}


def tell_file(verdict: FileVerdict, phrases: Phrases) -> ToldFile:
    """Everything of one file."""
    signatures = [item for item in verdict.signatures if item.kind == "signature"]
    shown = _shown(verdict)
    warnings = [phrases.said(code, "care") for code in verdict.warnings]
    if len(shown) < len(verdict.signatures):
        facts = {"shown": len(shown), "count": len(verdict.signatures)}
        warnings.append(phrases.said("report.more_signatures", "care", facts))
    return ToldFile(
        name=inert(verdict.file) or "–",
        said=phrases.verdict(verdict),
        facts=tuple(_file_facts(verdict, phrases)),
        warnings=tuple(warnings),
        signatures=tuple(tell_signature(verdict, item, signatures, phrases) for item in shown),
        parts=tuple(_file_parts(verdict, phrases)),
    )


def _shown(verdict: FileVerdict) -> list[SignatureVerdict]:
    """The signatures told in detail, in their order; of too many, those that need attention."""
    if len(verdict.signatures) <= SIGNATURES:
        return list(verdict.signatures)
    ranked = sorted(
        range(len(verdict.signatures)), key=lambda place: WORST_FIRST.index(verdict.signatures[place].outcome)
    )
    return [verdict.signatures[place] for place in sorted(ranked[:SIGNATURES])]


def tell_row(verdict: FileVerdict, phrases: Phrases) -> Row:
    """One file in a folder's table."""
    names = [phrases.signer(item) for item in verdict.signatures if item.kind == "signature"]
    return Row(
        name=inert(verdict.file) or "–",
        word=phrases.value("outcome", verdict.outcome.value),
        tone=TONE[verdict.outcome],
        what=phrases.verdict(verdict).what,
        signers=inert(", ".join(dict.fromkeys(names))) or "–",
    )


def tell_heading(
    counts: Counter[Outcome], moments: tuple[datetime, ...], made: datetime, version: str, phrases: Phrases
) -> Heading:
    """What stands over the report. ``moments``: the first and the last moment of judgement, none where nothing was judged."""
    total = counts.total()
    label = phrases.label
    alone = total == 1
    return Heading(
        title=label("title_file") if alone else label("title_folder", count=total),
        language=phrases.language,
        facts=tuple(
            Fact(name, text)
            for name, text in (
                (label("at"), phrases.moments(moments) if moments else "–"),
                (label("made"), phrases.moment(made)),
                (label("program"), f"Qillqa {version}"),
            )
        ),
        about=label("about"),
        means=label("means"),
        do=label("do"),
        warnings=label("warnings"),
        summary=None if alone else _summary(counts, phrases),
        rows_title=label("files"),
        rows_head=(label("file"), label("verdict"), label("sentence"), label("signers")),
        details_title=label("details"),
    )


def _summary(counts: Counter[Outcome], phrases: Phrases) -> Table:
    label = phrases.label
    rows = [(phrases.value("outcome", outcome.value), str(counts[outcome])) for outcome in WORST_FIRST]
    tones = [TONE[outcome] if counts[outcome] else "plain" for outcome in WORST_FIRST]
    return Table(
        caption=label("summary"),
        head=(label("verdict"), label("count")),
        rows=(*rows, (label("total"), str(counts.total()))),
        shares=(3, 1),
        tones=(*tones, "plain"),
    )


def _file_facts(verdict: FileVerdict, phrases: Phrases) -> Iterable[Fact]:
    label = phrases.label
    yield Fact(label("sha256"), verdict.sha256 or "–", code=True)
    if verdict.size:
        yield Fact(label("size"), label("bytes", count=verdict.size))
    if verdict.pages:
        yield Fact(label("pages"), str(verdict.pages))
    if verdict.revisions:
        yield Fact(label("revisions"), str(verdict.revisions))
    if verdict.at is not None:
        yield Fact(label("at"), phrases.moment(verdict.at))
    if verdict.unsigned_fields:
        yield Fact(label("unsigned_fields"), ", ".join(map(inert, verdict.unsigned_fields)))


def _file_parts(verdict: FileVerdict, phrases: Phrases) -> Iterable[Part]:
    if not verdict.attachments:
        return
    label = phrases.label
    rows = tuple(
        (inert(item.name), label("bytes", count=item.size), item.sha256, phrases.value("attachment", item.state))
        for item in verdict.attachments
    )
    tones = tuple(_STATE_TONE.get(item.state, "care") for item in verdict.attachments)
    remarks = dict.fromkeys(item.state for item in verdict.attachments if item.state != "same")
    said = [
        Said(row.what, row.means, row.do, _STATE_TONE.get(state, "care"))
        for state in remarks
        if (row := phrases.row("attachment", state)) is not None
    ]
    head = (label("name"), label("size"), label("sha256"), label("status"))
    yield Part(
        label("attachments"),
        said=tuple(said),
        tables=(phrases.table(label("attachments"), head, rows, (4, 2, 4, 3), tones),),
    )
