"""Facts of tokens from what a child answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desktop.practice.pki import ISSUING, ROOT
from signing.report import PinState, Token
from signing.tokens import issuers_of, merge_tokens, signing_certificates, token_from
from signing.worker_pipe import pack
from tests.signing.test_subject import NOW as SUBJECT_NOW
from tests.signing.test_subject import certificate

NOW = datetime.now(UTC)


def answer(*certificates: bytes) -> dict:
    return {
        "slot": 3, "label": "T", "serial": "1", "model": "m", "manufacturer": "f", "pin_state": "final_try", "pin_pad": True,
        "min_pin": 4, "max_pin": 16,
        "certificates": [{"der": pack(der), "label": f"c{i}", "key_id": "01"} for i, der in enumerate(certificates)],
    }  # fmt: skip


def test_repeated_certificates_are_listed_once_and_unreadable_ones_last(lab):
    der = lab.pki.certificate_of("juana")
    token = token_from(answer(der, b"rubbish", der), module=Path("m.so"), now=NOW)
    assert [(one.der, one.unusable) for one in token.certificates] == [(der, ""), (b"rubbish", "unreadable")]
    assert token.certificates[1].person.name == "c1"
    assert signing_certificates(token) == token.certificates[:1]
    assert (token.pin_state, token.pin_pad) == (PinState.FINAL_TRY, True)


def test_the_certificate_for_documents_comes_before_the_one_for_logging_in_and_for_encryption():
    documents = certificate(usage=("digital_signature", "content_commitment"))
    login, secret = certificate(usage=("digital_signature",)), certificate(usage=("key_encipherment",))
    token = token_from(answer(secret, login, documents), module=Path("m.so"), now=SUBJECT_NOW)
    assert [one.der for one in token.certificates] == [documents, login, secret]
    assert [one.der for one in signing_certificates(token)] == [documents, login]


def test_two_certificates_with_one_label_are_two():
    facts = answer(certificate(name="Juana Mamani"), certificate("p256", name="Juana Mamani"))
    for item in facts["certificates"]:
        item["label"] = "FIRMA"
    token = token_from(facts, module=Path("m.so"), now=SUBJECT_NOW)
    assert [one.label for one in token.certificates] == ["FIRMA", "FIRMA"]
    assert len({one.id for one in token.certificates}) == 2


def test_a_key_that_the_child_knows_to_be_absent(lab):
    facts = answer(lab.pki.certificate_of("juana"))
    facts["certificates"][0]["private_key"] = False
    assert token_from(facts, module=Path("m.so"), now=NOW).certificates[0].unusable == "no_private_key"


def test_authorities_are_the_chain_and_never_sign(lab):
    ders = [lab.pki.certificate_of(label) for label in (ROOT, "juana", ISSUING)]
    token = token_from(answer(*ders), module=Path("m.so"), now=NOW)
    (signer,) = signing_certificates(token)
    assert signer.der == ders[1]
    assert set(issuers_of(signer, token)) == {ders[0], ders[2]}


def test_dates_are_judged_by_the_clock_given(lab):
    der = lab.pki.certificate_of("juana")
    for year, reason in ((2000, "not_yet_valid"), (2090, "expired")):
        token = token_from(answer(der), module=Path("m.so"), now=datetime(year, 1, 1, tzinfo=UTC))
        assert token.certificates[0].unusable == reason
        assert signing_certificates(token) == ()


def seen(module: str, *ders: bytes, **facts: object) -> Token:
    return token_from({**answer(*ders), **facts}, module=Path(module), now=SUBJECT_NOW)


RANKS = {"vendor": 0, "opensc": 1, "softhsm": 2}


def merged(*tokens: Token) -> list[tuple[str, tuple[str, ...]]]:
    return [(token.module, token.also_in) for token in merge_tokens(tokens, rank=lambda module: RANKS[module])]


def test_one_token_seen_by_two_modules_is_shown_once_through_its_own_driver():
    assert merged(seen("opensc"), seen("vendor")) == [("vendor", ("opensc",))]


def test_the_same_serial_with_another_label_is_one_when_maker_and_model_agree():
    assert merged(seen("vendor"), seen("opensc", label="JUANA (User PIN)")) == [("vendor", ("opensc",))]
    assert len(merged(seen("vendor"), seen("opensc", label="other", model="other"))) == 2
    assert len(merged(seen("vendor"), seen("opensc", serial="2"))) == 2


def test_a_token_without_serial_is_never_taken_for_another():
    assert len(merged(seen("vendor", serial=""), seen("opensc", serial=""))) == 2


def test_the_same_certificate_under_other_names_is_the_same_token():
    der = certificate()
    other = {"serial": "77", "label": "x", "model": "y"}
    assert merged(seen("opensc", der, **other), seen("vendor", der)) == [("vendor", ("opensc",))]
    authority = certificate(ca=True)
    assert len(merged(seen("vendor", authority), seen("opensc", authority, **other))) == 2


def test_two_tokens_of_one_module_stay_two_even_with_one_certificate():
    der = certificate()
    copies = [seen("vendor", der, slot=slot, serial=str(slot)) for slot in (1, 2)]
    others = [seen("opensc", der, slot=slot, serial=str(slot)) for slot in (2, 1)]
    both = merge_tokens([*others, *copies], rank=lambda module: RANKS[module])
    assert [(token.module, token.serial, token.also_in) for token in both] == [
        ("vendor", "1", ("opensc",)),
        ("vendor", "2", ("opensc",)),
    ]


def test_tokens_that_can_sign_come_first():
    empty, full = seen("vendor", serial="1"), seen("opensc", certificate(), serial="2", model="other")
    assert [token.serial for token in merge_tokens([empty, full])] == ["2", "1"]


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(RANKS)), st.sampled_from("123"), st.sampled_from("AB")),
        unique=True,
        max_size=9,
    )
)
def test_merging_loses_and_invents_nothing(rows):
    tokens = [seen(module, serial=serial, label=label, model=label) for module, serial, label in rows]
    found = merge_tokens(tokens, rank=lambda module: RANKS[module])
    assert sum(1 + len(token.also_in) for token in found) == len(tokens)
    assert len({(token.serial, token.label) for token in found}) == len(found) == len({row[1:] for row in rows})
    for token in found:
        modules = (token.module, *token.also_in)
        assert len(set(modules)) == len(modules)
        assert RANKS[token.module] == min(RANKS[module] for module in modules)
