"""What signing tells its callers: frozen data, no prose, no behaviour beyond small derivations. Times are aware datetimes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Level(StrEnum):
    """PAdES baseline levels, EN 319 142-1 §6."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def rank(self) -> int:
        """0 for B-B to 3 for B-LTA."""
        return list(Level).index(self)


class Padding(StrEnum):
    """How an RSA key signs (RFC 8017 §8); keys on elliptic curves do not look at it."""

    PKCS1 = "pkcs1"  # RSASSA-PKCS1-v1_5: what every validator and token knows
    PSS = "pss"  # RSASSA-PSS, MGF1 over the same digest, salt as long as the digest (RFC 4056 §3)


class PinState(StrEnum):
    """Token flags of PKCS#11 §3.2 (CK_TOKEN_INFO); no count of remaining tries exists there."""

    OK = "ok"
    LOW = "low"  # CKF_USER_PIN_COUNT_LOW: at least one wrong PIN since the last right one
    FINAL_TRY = "final_try"
    LOCKED = "locked"
    UNINITIALISED = "uninitialised"


@dataclass(frozen=True, slots=True)
class Person:
    """Subject of a certificate by the profile of the Bolivian ECAs (research A9). Empty where the subject lacks it.

    ``ci`` is uidNumber (1.3.6.1.1.1.1.0), ``complement`` UID, ``document_type`` dnQualifier, ``post`` title, ``nit`` serialNumber.
    """

    name: str
    ci: str = ""
    complement: str = ""
    document_type: str = ""
    post: str = ""
    organisation: str = ""
    unit: str = ""
    nit: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate on a token. ``id`` is the SHA-256 hex of ``der``; ``key_id`` the hex CKA_ID shared with its key.

    ``unusable`` is empty when it can sign, else a code: ``is_ca``, ``no_digital_signature``, ``wrong_purpose``, ``no_private_key``,
    ``weak_key``, ``unsupported_key``, ``not_yet_valid``, ``expired``, ``unreadable``.
    """

    id: str
    label: str
    key_id: str
    person: Person
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    key_usage: tuple[str, ...]
    algorithm: str
    der: bytes
    unusable: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token in a slot, as seen without a PIN. PIN lengths are in characters, as the token states them.

    ``also_in``: other modules through which the same token was seen (it is listed once). ``soft``: a PKCS#12 file, whose password is
    asked where a PIN would be; its certificates are known only after it was given.
    """

    module: str
    slot: int
    label: str
    serial: str
    model: str
    manufacturer: str
    pin_state: PinState
    pin_pad: bool
    min_pin: int
    max_pin: int
    certificates: tuple[Certificate, ...] = ()
    also_in: tuple[str, ...] = ()
    soft: bool = False


@dataclass(frozen=True, slots=True)
class SignReceipt:
    """One signature made and checked. Digests are SHA-256 hex of whole files; ``claimed_time`` is the PC's clock.

    ``degraded`` is empty, or the code of what kept the level below the one asked for (e.g. ``tsa.unreachable``).
    """

    output: str
    before: str
    after: str
    field: str
    level: Level
    signer: Certificate
    claimed_time: datetime
    degraded: str = ""


@dataclass(frozen=True, slots=True)
class RaiseReceipt:
    """A file raised to a higher level without touching any /Contents (EN 319 142-1 §5.5).

    ``degraded`` is empty, or the code of what kept the level below the one asked for (e.g. ``revocation.unreachable``).
    """

    output: str
    before: str
    after: str
    level: Level
    timestamp: datetime | None
    degraded: str = ""


@dataclass(frozen=True, slots=True)
class PageWords:
    """What can be read on a page. ``boxes``: four numbers for each sign of ``text`` (left, top, right, bottom), in points from the upper
    left corner of the page as it is drawn; all 0 where nothing is seen, as for spaces.
    """

    text: str
    boxes: Sequence[float]

    def box(self, place: int) -> tuple[float, float, float, float]:
        """Where that sign is seen."""
        left, top, right, bottom = self.boxes[place * 4 : place * 4 + 4]
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class PageDifferences:
    """Where a page looks otherwise than in an earlier revision: rectangles in points from its upper left corner (left, top, right,
    bottom). ``before`` and ``after``: how many pages the two have.
    """

    before: int
    after: int
    regions: tuple[tuple[float, float, float, float], ...] = ()


class Outcome(StrEnum):
    """Our verdict, per signature and per file."""

    VALID = "valid"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


class Indication(StrEnum):
    """EN 319 102-1 §5.1.3 main status of the signed revision, untouched."""

    TOTAL_PASSED = "TOTAL-PASSED"
    TOTAL_FAILED = "TOTAL-FAILED"
    INDETERMINATE = "INDETERMINATE"


class LaterChanges(StrEnum):
    """What was appended to the file after the signed revision; says nothing about the signed bytes themselves (see ``Integrity``)."""

    NONE = "none"
    PERMITTED = "permitted"
    SUSPICIOUS = "suspicious"


class Integrity(StrEnum):
    """Whether digest and signature value of the signed bytes hold, whoever signed and whatever came afterwards."""

    INTACT = "intact"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # could not be computed: unsupported or unreadable


class ChangeKind(StrEnum):
    """What a later revision did. The first six can be permitted; whether one is depends on DocMDP, FieldMDP and what it looks like."""

    SIGNATURE = "signature"  # another signature, in a field that was there or in a new one
    TIMESTAMP = "timestamp"  # a document timestamp
    VALIDATION_DATA = "validation_data"  # DSS and VRI (EN 319 142-1 §5.4)
    FORM_FILLED = "form_filled"
    ANNOTATION = "annotation"  # a remark of a harmless kind
    BOOKKEEPING = "bookkeeping"  # metadata, tags of new fields, versions: nothing of the content
    SIGNATURE_FIELD = "signature_field"  # an empty signature field was added
    # from here on never permitted
    CONTENT = "content"  # content streams, fonts, pictures or sizes of a page
    PAGES = "pages"  # pages added, removed or in another order
    ANNOTATION_HIDES = "annotation_hides"  # a remark that can hide or imitate content, or does
    STAMP_COVERS = "stamp_covers"  # a signature's picture over what was signed
    FORM_CHANGED = "form_changed"  # fields added, removed, moved, or that show another value than they hold
    SIGNATURE_CHANGED = "signature_changed"  # an earlier signature was altered or removed
    BEHAVIOUR = "behaviour"  # actions, scripts, layers, attachments, bookmarks of the document
    STRUCTURE = "structure"  # cross-references, encryption, catalog: a file that two readers may read in two ways
    UNKNOWN = "unknown"  # changed and not explained by any of the above


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that came after the signed revision. ``page`` from 1, 0 where it is of no page; ``name`` is the field's, where it has one.

    ``detail``: the place in the document's tree, for the experts' report (``Root/Pages/Kids/0/Contents``).
    """

    kind: ChangeKind
    permitted: bool
    page: int = 0
    name: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Revocation:
    """``status``: good, revoked, unknown, not_checked. ``source``: ocsp, crl, empty. ``date``: thisUpdate of the answer.

    ``kept``: ``file``, ``cache``, ``online`` or empty: where the answer lay. ``revoked_at``, ``cause`` (RFC 5280 §5.3.1): when revoked.
    """

    status: str
    source: str = ""
    date: datetime | None = None
    kept: str = ""
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A use of an algorithm. ``use``: ``digest``, ``signature``, ``certificate``, ``timestamp``. ``bits``: key or digest size.

    ``trusted_until``: the day after which the dated table no longer trusts it (None: no end is known). ``weak``: it was past that day
    at the best time known for its use.
    """

    use: str
    name: str
    bits: int
    trusted_until: date | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A certificate of the path, leaf first. ``anchor``: where trust in it was set, empty when it is no anchor."""

    subject: str
    issuer: str
    serial: int
    sha256: str
    not_before: datetime
    not_after: datetime
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """Something that the verdict rests on. ``kind``: ``certificate``, ``ocsp``, ``crl``, ``timestamp``.

    ``source``: ``signature``, ``file``, ``cache``, ``online``, ``trust``. ``about``: whom it speaks of; ``date``: thisUpdate, genTime or
    notBefore; ``sha256`` of its DER.
    """

    kind: str
    source: str
    about: str
    sha256: str
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignatureTimestamp:
    """A token of the unsigned attribute signature-time-stamp (EN 319 122-1 §5.3), judged by EN 319 102-1 §5.4."""

    time: datetime | None
    authority: str
    outcome: Outcome
    indication: Indication
    subindication: str
    reason: str


@dataclass(frozen=True, slots=True)
class Countersignature:
    """A CMS countersignature (RFC 5652 §11.4) on a signature value. ``integrity`` is its mathematics; it is not judged further."""

    name: str
    issuer: str
    claimed_time: datetime | None
    integrity: Integrity


@dataclass(frozen=True, slots=True)
class SignatureIdentity:
    """What tells a signature from every other (TS 119 102-2 §4.3.3). Digests are hex by ``digest_algorithm`` (``sha256``).

    ``document_digest``: of the bytes in ``byte_range``; ``attributes_digest``: of the signed attributes; ``value``: hex of the
    signature value.
    """

    digest_algorithm: str
    document_digest: str
    attributes_digest: str
    value: str
    byte_range: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """One signature or document timestamp (``kind``: ``signature`` or ``timestamp``).

    ``outcome`` is never better than the weakest of indication, integrity, coverage and later changes.
    ``reason`` is a code with words: verdict sentence, what it means, what to do. ``also``: further codes that hold beside it.
    ``proven_time`` comes from a timestamp that passed; ``proven_by`` names it (``signature_timestamp``, ``document_timestamp``).
    """

    field: str
    kind: str
    outcome: Outcome
    indication: Indication
    subindication: str
    reason: str
    level: Level | None
    person: Person | None
    issuer: str
    serial: int
    certificate_sha256: str
    claimed_time: datetime | None
    proven_time: datetime | None
    proven_by: str
    covers_whole_file: bool
    later_changes: LaterChanges
    revocation: Revocation
    signed_revision: int  # bytes of the file that the signature covers, as an end offset
    changed_pages: tuple[int, ...] = ()
    integrity: Integrity = Integrity.UNKNOWN
    also: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    certifies: int = 0  # DocMDP P of this signature (ISO 32000-1 §12.8.2.2); 0: an approval signature
    subfilter: str = ""
    stated_reason: str = ""  # /Reason, as the signer wrote it
    stated_place: str = ""  # /Location
    algorithms: tuple[Algorithm, ...] = ()
    timestamps: tuple[SignatureTimestamp, ...] = ()
    countersignatures: tuple[Countersignature, ...] = ()
    chain: tuple[ChainLink, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    identity: SignatureIdentity | None = None


@dataclass(frozen=True, slots=True)
class AttachmentVerdict:
    """A file of the list on the last page, or lying embedded; ``size`` in bytes as found, 0 where it was not; ``sha256`` as signed.

    ``state``: ``same``, ``changed``, ``missing`` (neither beside the file nor in it), ``not_checked`` (a name that leads elsewhere, a
    link, too large, no time left, unreadable), ``embedded`` (in the signed document and in no row of its list).
    """

    name: str
    size: int
    sha256: str
    state: str


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """A whole file. ``reason`` is a code with words; ``warnings`` are codes; ``sha256`` is hex of the file's bytes, ``size`` in bytes.

    ``at``: the moment of judgement.
    """

    file: str
    sha256: str
    outcome: Outcome
    reason: str
    signatures: tuple[SignatureVerdict, ...] = ()
    unsigned_fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pages: int = 0
    size: int = 0
    at: datetime | None = None
    revisions: int = 0
    attachments: tuple[AttachmentVerdict, ...] = ()
