"""Quick reading is pyHanko's own reading, only quicker: same values, same places in the stream, same faults."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from signing import quick_reading

quick_reading.read_quickly()
own = quick_reading._before
near_names = st.lists(
    st.sampled_from([b"/", b"A", b"#41", b"#", b"#4", b" ", b"\0", b"\x0b", b"\n", b"(", b"<", b">", b"%", b"]", b"{", b"\x80", b"~", b"!",
                     b"\"", b"&", b"+", b",", b"^", b"_", b"`", b"|", b"long" * 20])
).map(b"".join)  # fmt: skip
near_hex = st.lists(
    st.sampled_from([b"<", b">", b"0", b"a", b"F", b"4e", b" ", b"\n", b"\0", b"\x0b", b"%c\n", b"g", b"feff00e1", b"efbbbf", b"00" * 3000])
).map(b"".join)  # fmt: skip


def outcome(read, data: bytes) -> tuple[object, ...]:
    stream = io.BytesIO(data)
    stream.seek(1)
    try:
        value = read(stream)
    except Exception as error:  # noqa: BLE001 - the same fault is wanted, whatever it is
        return type(error), str(error)
    return type(value), value, getattr(value, "autodetected_encoding", None), stream.tell()


@settings(deadline=None)
@given(near_names | st.binary())
@example(b"Type /Page")
@example(b"Type")
@example(b"A#42 ")
@example(b" ")
def test_names_are_read_as_pyhanko_reads_them(data):
    for text in (b"x/" + data, b"x" + data):
        assert outcome(quick_reading._read_name, text) == outcome(own["read_name"], text)


@settings(deadline=None)
@given(near_hex | st.binary())
@example(b"4e6f76>")
@example(b"4e6>x")
@example(b">")
@example(b"00" * 40000 + b">tail")
@example(b"00" * 40000)
def test_hexadecimal_is_read_as_pyhanko_reads_it(data):
    text = b"x<" + data
    assert outcome(quick_reading._read_hex, text) == outcome(own["read_hex"], text)


@settings(deadline=None)
@given(st.text().map(lambda text: "/" + text) | st.text() | near_names.map(lambda data: data.decode("latin-1")))
@example("/Type")
@example("/a b#ñ(")
@example("/Line\n")
def test_names_are_written_as_pyhanko_writes_them(text):
    def written(write) -> tuple[object, ...]:
        out = io.BytesIO()
        try:
            write(generic.NameObject(text), out)
        except Exception as error:  # noqa: BLE001 - the same fault is wanted, whatever it is
            return type(error), str(error)
        return (out.getvalue(),)

    assert written(quick_reading._write_name) == written(own["write_name"])


def test_pyhanko_reads_by_it_and_only_once_installed():
    quick_reading.read_quickly()
    assert generic.read_hex_string_from_stream is quick_reading._read_hex
    assert own["read_hex"] is not quick_reading._read_hex
    assert own["read_name"] is not quick_reading._read_name
    read = generic.read_object(io.BytesIO(b"<</Contents <4e6f> /Type /Sig>> "), generic.Reference(1, 0, None))
    assert read == {"/Contents": "No", "/Type": "/Sig"}


@pytest.mark.parametrize("opening", ["open_reader(s)", "open_again(s, strict=True)"])
def test_whoever_opens_a_file_reads_quickly(opening):
    program = (
        "import io\nfrom signing.revisions import open_again, open_reader\nfrom signing import quick_reading\n"
        f"s = io.BytesIO(b'')\ntry:\n    {opening}\nexcept Exception:\n    pass\nassert quick_reading._before\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
