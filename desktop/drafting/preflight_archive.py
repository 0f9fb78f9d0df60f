"""Rules of PDF/A: ISO 19005-2:2011 and, where files are embedded, ISO 19005-3:2012. Each yields the places it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from .preflight_walk import Walk

# fmt: off
_ACTIONS = frozenset((
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans",
    "/GoTo3DView", "/JavaScript",
))
# fmt: on
_ANNOTATIONS = frozenset(["/3D", "/Sound", "/Screen", "/Movie"])
# fmt: off
_BLENDS = frozenset((
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge",
    "/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color",
    "/Luminosity",
))
# fmt: on
_FLAG_HIDDEN, _FLAG_PRINT = 0b1_0010_0011, 0b100  # Invisible, Hidden, NoView, ToggleNoView; Print


def _number(item: pikepdf.Object) -> str:
    return f"object {item.objgen[0]}" if item.is_indirect else "direct object"


def header(walk: Walk) -> Iterator[str]:
    """The first line names the version, the second has four bytes above 127."""
    if not re.match(rb"%PDF-1\.[0-7][\r\n]{1,2}%[\x80-\xff]{4}", walk.raw):
        yield "byte 0"


def trailer_id(walk: Walk) -> Iterator[str]:
    """The trailer has an /ID, so that versions can be told apart."""
    if len(walk.document.trailer.get("/ID", Array())) != 2:
        yield "trailer"


def no_encryption(walk: Walk) -> Iterator[str]:
    """No password and no permission bits."""
    if walk.document.is_encrypted or "/Encrypt" in walk.document.trailer:
        yield "trailer"


def nothing_after_end(walk: Walk) -> Iterator[str]:
    """Only one line end may follow the last %%EOF."""
    if not re.search(rb"%%EOF(\r\n|\r|\n)?\Z", walk.raw):
        yield f"byte {len(walk.raw)}"


def streams_inside(walk: Walk) -> Iterator[str]:
    """Streams lie in the file itself and are not LZW-compressed (6.1.7)."""
    for item in walk.objects:
        if isinstance(item, Stream):
            filters = item.get("/Filter", Array())
            names = list(filters) if isinstance(filters, Array) else [filters]
            if any(key in item for key in ("/F", "/FFilter", "/FDecodeParms")) or Name.LZWDecode in names:
                yield _number(item)


def output_intent(walk: Walk) -> Iterator[str]:
    """A GTS_PDFA1 output intent with an embedded profile says what the colours mean."""
    intents = [i for i in walk.root.get("/OutputIntents", Array()) if i.get("/S") == Name.GTS_PDFA1]
    if not intents:
        yield "catalog"
    for intent in intents:
        profile = intent.get("/DestOutputProfile")
        if not isinstance(profile, Stream) or b"acsp" not in profile.read_bytes()[36:40]:
            yield "OutputIntents"


def colours_covered(walk: Walk) -> Iterator[str]:
    """No device CMYK, which the RGB output intent does not describe."""
    for item in walk.objects:
        if item.get("/ColorSpace") == Name.DeviceCMYK or item.get("/CS") == Name.DeviceCMYK:
            yield _number(item)
    for number, page in enumerate(walk.pages, start=1):
        if any(str(i.operator) in {"k", "K"} for i in pikepdf.parse_content_stream(page, "k K")):
            yield f"page {number}"


def graphics_state(walk: Walk) -> Iterator[str]:
    """No transfer or halftone functions of the device, no blend mode of somebody's own (6.2.5, 6.2.10)."""
    for item in walk.objects:
        modes = item.get("/BM", Array())
        listed = list(modes) if isinstance(modes, Array) else [modes]
        device = item.get("/Type") == Name.ExtGState and ("/TR" in item or "/HTP" in item)
        if device or any(str(mode) not in _BLENDS for mode in listed):
            yield _number(item)


def images_plain(walk: Walk) -> Iterator[str]:
    """No alternates, no OPI, no interpolation; no PostScript and no reference XObject (6.2.8, 6.2.9)."""
    forbidden = {"/Image": ("/Alternates", "/OPI"), "/Form": ("/Ref", "/PS", "/OPI")}
    for item in walk.objects:
        kind = item.get("/Subtype")
        keys = forbidden.get(str(kind), ()) if isinstance(item, Stream) else ()
        smoothed = kind == Name.Image and bool(item.get("/Interpolate", False))
        if kind == Name.PS or smoothed or any(key in item for key in keys):
            yield _number(item)


def fonts_embedded(walk: Walk) -> Iterator[str]:
    """Every font program is inside the file."""
    for font in walk.fonts:
        if font.get("/Subtype") == Name.Type3:
            continue
        holder = font.DescendantFonts[0] if font.get("/Subtype") == Name.Type0 else font
        descriptor = holder.get("/FontDescriptor", Dictionary())
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield str(font.get("/BaseFont", "font")).lstrip("/")


def fonts_unicode(walk: Walk) -> Iterator[str]:
    """Every font says which characters its glyphs are."""
    for font in walk.fonts:
        if "/ToUnicode" not in font and not str(font.get("/Encoding", "")).endswith(
            ("WinAnsiEncoding", "RomanEncoding")
        ):
            yield str(font.get("/BaseFont", "font")).lstrip("/")


def glyphs_known(walk: Walk) -> Iterator[str]:
    """No page shows .notdef, the box that stands for a letter which the font does not have (6.2.11.8)."""
    for number, page in enumerate(walk.pages, start=1):
        fonts = page.get("/Resources", Dictionary()).get("/Font", Dictionary())
        wide = {name for name, font in fonts.items() if font.get("/Encoding") == Name("/Identity-H")}
        if any(0 in codes for codes in _shown_codes(page, wide)):
            yield f"page {number}"


def _shown_codes(page: pikepdf.Object, wide: set[str]) -> Iterator[list[int]]:
    """The two-byte codes of each text that a page shows in one of those fonts."""
    font = ""
    for instruction in pikepdf.parse_content_stream(page, "Tf Tj TJ ' \""):
        operands = instruction.operands
        if str(instruction.operator) == "Tf":
            font = str(operands[0])
        elif font in wide:
            parts = list(operands[-1]) if isinstance(operands[-1], Array) else [operands[-1]]
            shown = b"".join(bytes(part) for part in parts if isinstance(part, String))
            yield [int.from_bytes(shown[at : at + 2], "big") for at in range(0, len(shown), 2)]


def layers_named(walk: Walk) -> Iterator[str]:
    """Layers have a name, and none is switched by a viewer of itself (6.9)."""
    layers = walk.root.get("/OCProperties", Dictionary())
    for each in (layers.get("/D", Dictionary()), *layers.get("/Configs", Array())):
        if "/OCProperties" in walk.root and (not str(each.get("/Name", "")) or "/AS" in each):
            yield "OCProperties"


def annotation_kinds(walk: Walk) -> Iterator[str]:
    """No film, sound or screen; shown, printed, never hidden (6.3.1, 6.3.2)."""
    for page, item in walk.annotations:
        flags = int(item.get("/F", 0))
        if str(item.get("/Subtype")) in _ANNOTATIONS or not flags & _FLAG_PRINT or flags & _FLAG_HIDDEN:
            yield f"page {page}"


def annotation_appearance(walk: Walk) -> Iterator[str]:
    """What has a size has a normal appearance, and no other (6.3.3)."""
    for page, item in walk.annotations:
        if item.get("/Subtype") in {Name.Popup, Name.Link} or _empty(item.Rect):
            continue
        if list(item.get("/AP", Dictionary()).keys()) != ["/N"]:
            yield f"page {page}"


def _empty(rectangle: pikepdf.Object) -> bool:
    left, bottom, right, top = (float(str(value)) for value in rectangle)
    return left == right and bottom == top


def no_form_actions(walk: Walk) -> Iterator[str]:
    """Fields do nothing of themselves; no XFA; appearances are drawn, not asked for (6.4.1, 6.4.2)."""
    form = walk.root.get("/AcroForm", Dictionary())
    if "/XFA" in form or form.get("/NeedAppearances", False) is True:
        yield "AcroForm"
    for page, item in walk.annotations:
        if item.get("/Subtype") == Name.Widget and ("/A" in item or "/AA" in item):
            yield f"page {page}"


def no_actions(walk: Walk) -> Iterator[str]:
    """No script, no program, no additional actions anywhere (6.5)."""
    for item in walk.objects:
        if str(item.get("/S", "")) in _ACTIONS or ("/JS" in item and "/S" in item):
            yield _number(item)
    holders = [("catalog", walk.root), *((f"page {n}", page) for n, page in enumerate(walk.pages, start=1))]
    yield from (place for place, holder in holders if "/AA" in holder)
    if "/JavaScript" in walk.root.get("/Names", Dictionary()):
        yield "catalog"


def metadata_claim(walk: Walk) -> Iterator[str]:
    """XMP, uncompressed, claims part 2 or 3, level A (6.6.2, 6.6.4)."""
    stream = walk.root.get("/Metadata")
    plain = isinstance(stream, Stream) and "/Filter" not in stream
    if not plain or walk.xmp_text("pdfaid:part") not in {"2", "3"} or walk.xmp_text("pdfaid:conformance") != "A":
        yield "XMP"


def dates_agree(walk: Walk) -> Iterator[str]:
    """The document information and XMP tell the same title and times (a rule of this house)."""
    info = walk.document.docinfo
    for key, name in (("/CreationDate", "xmp:CreateDate"), ("/ModDate", "xmp:ModifyDate")):
        digits = re.sub(r"\D", "", str(info.get(key, "")))[:14]
        if digits != re.sub(r"\D", "", walk.xmp_text(name))[:14]:
            yield name
    if "/Title" in info and str(info["/Title"]) != walk.xmp_text("dc:title"):
        yield "dc:title"


def embedded_files(walk: Walk) -> Iterator[str]:
    """None in part 2; in part 3 each with both names, type, relationship, and associated with the document (6.8)."""
    associated = {item.objgen for item in walk.root.get("/AF", Array())}
    for item in walk.objects:
        if "/EF" not in item:
            continue
        stream = item.EF.get("/F", Dictionary())
        told = all(key in item for key in ("/F", "/UF", "/AFRelationship")) and "/Subtype" in stream
        if walk.xmp_text("pdfaid:part") != "3" or not told or item.objgen not in associated:
            yield str(item.get("/UF", "file"))


def no_alternates(walk: Walk) -> Iterator[str]:
    """No alternate presentations, no requirements on the reader (6.10, 6.11)."""
    names = walk.root.get("/Names", Dictionary())
    if "/AlternatePresentations" in names or "/Requirements" in walk.root:
        yield "catalog"
    yield from (f"page {number}" for number, page in enumerate(walk.pages, start=1) if "/PresSteps" in page)


Rule = tuple[str, str, Callable[[Walk], Iterator[str]]]
RULES: tuple[Rule, ...] = (
    ("header", "ISO 19005-2 6.1.2", header),
    ("trailer_id", "ISO 19005-2 6.1.3", trailer_id),
    ("no_encryption", "ISO 19005-2 6.1.3", no_encryption),
    ("nothing_after_end", "ISO 19005-2 6.1.3", nothing_after_end),
    ("streams_inside", "ISO 19005-2 6.1.7", streams_inside),
    ("output_intent", "ISO 19005-2 6.2.3", output_intent),
    ("colours_covered", "ISO 19005-2 6.2.4.3", colours_covered),
    ("graphics_state", "ISO 19005-2 6.2.5", graphics_state),
    ("images_plain", "ISO 19005-2 6.2.8", images_plain),
    ("fonts_embedded", "ISO 19005-2 6.2.11.4", fonts_embedded),
    ("fonts_unicode", "ISO 19005-2 6.2.11.7", fonts_unicode),
    ("glyphs_known", "ISO 19005-2 6.2.11.8", glyphs_known),
    ("annotation_kinds", "ISO 19005-2 6.3.2", annotation_kinds),
    ("annotation_appearance", "ISO 19005-2 6.3.3", annotation_appearance),
    ("no_form_actions", "ISO 19005-2 6.4.1", no_form_actions),
    ("no_actions", "ISO 19005-2 6.5.1", no_actions),
    ("metadata_claim", "ISO 19005-2 6.6.4", metadata_claim),
    ("dates_agree", "house", dates_agree),
    ("embedded_files", "ISO 19005-3 6.8", embedded_files),
    ("layers_named", "ISO 19005-2 6.9", layers_named),
    ("no_alternates", "ISO 19005-2 6.10", no_alternates),
)
