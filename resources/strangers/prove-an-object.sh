#!/bin/sh
# Proves one object of a Qillqa archive without Qillqa: root -> object -> files -> signers -> timestamps.
#
#   sh prove-an-object.sh --ca ROOTS.pem [options] ARCHIVE OBJECT
#
# ARCHIVE  the folder in which root/ lies        OBJECT  its id (urn:uuid:...), first column of indice.csv
# --ca ROOTS.pem           the root certificates that YOU trust, signers' and timestamps'; get them from their authorities, never
#                          from the archive
# --receipt RECEIPT.jws    the custodian's receipt, kept elsewhere: the object must be the one that was receipted
# --device-key KEY         the custodian's device key (base64url, from the entity's directory): the receipt's signature is checked
# --at SECONDS             judge as of then (seconds since 1970) instead of now
# --version vN             the documents as of that version instead of the newest
# --without-timestamp      take a signature without any timestamp: then its time is only what the signer's computer said
# --out FOLDER             write there each document exactly as each signer signed it
#
# Needs sha512sum, openssl (3 or later), python3 (its json alone) and what every Unix has. Exit: 0 proven, 1 not proven,
# 2 intact, but signed by nobody; 64 usage.
# docs/archive-for-strangers.md says what is proven by this and what is not.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

usage() { sed -n '2,19s/^# \{0,1\}//p' "$0" >&2; exit 64; }
fail() { printf 'NOT PROVEN (NO PROBADO): %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*"; }

ca='' receipt='' key='' at='' version='' stamped_only=yes out=''
while [ $# -gt 0 ]; do
  case $1 in
    --ca) ca=${2-}; shift 2 || usage ;;
    --receipt) receipt=${2-}; shift 2 || usage ;;
    --device-key) key=${2-}; shift 2 || usage ;;
    --at) at=${2-}; shift 2 || usage ;;
    --version) version=${2-}; shift 2 || usage ;;
    --without-timestamp) stamped_only=no; shift ;;
    --out) out=${2-}; shift 2 || usage ;;
    -*) usage ;;
    *) break ;;
  esac
done
[ $# -eq 2 ] && [ -n "$ca" ] || usage
base=$1 id=$2
[ -r "$ca" ] || fail "cannot read $ca"
[ -n "$at" ] || at=$(date +%s)
[ -z "$out" ] || mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cat > "$work/read.py" <<'PYTHON'
import json
import sys

LIMIT = 1 << 31


def refuse(why):
    sys.stderr.write(why + "\n")
    sys.exit(1)


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse("a name stands twice in a JSON object")
    return found


def data_of(path):
    with open(path, "rb") as stream:
        return stream.read()


def json_of(path):
    return json.loads(data_of(path).decode("utf-8"), object_pairs_hook=once)


def plain(path):
    if any(ord(char) < 32 or char in "\\\x7f" for char in path):
        refuse("a path with a character that has no business there: " + ascii(path))
    return path


def by_path(digests):
    found = {}
    for digest, paths in digests.items():
        for path in paths:
            if path in found:
                refuse("named twice: " + path)
            found[plain(path)] = digest.lower()
    return found


def place(identifier, digest):
    """Layout 0003-hash-and-id-n-tuple."""
    safe = "".join(
        char if char in "-_" or char.isascii() and char.isalnum() else "".join("%%%02x" % byte for byte in char.encode())
        for char in identifier
    )
    if len(safe) > 100:
        safe = safe[:100] + "-" + digest
    print("/".join((digest[:3], digest[3:6], digest[6:9], safe)))


def inventory(identifier, found, work):
    """Writes what must be summed (for sha512sum -c); prints the newest version."""
    newest = json_of("inventory.json")
    if newest["id"] != identifier:
        refuse("the inventory is that of another object: " + str(newest["id"]))
    if newest["digestAlgorithm"] != "sha512" or newest.get("contentDirectory", "content") != "content":
        refuse("another algorithm or folder than this archive uses")
    names = ["v%d" % number for number in range(1, len(newest["versions"]) + 1)]
    if sorted(newest["versions"]) != sorted(names) or newest["head"] != names[-1]:
        refuse("the versions are not v1 to the newest")
    manifest = by_path(newest["manifest"])
    states = {name: by_path(newest["versions"][name]["state"]) for name in names}
    for name, state in states.items():
        if not set(state.values()) <= set(manifest.values()):
            refuse("a digest of %s is not in the manifest" % name)
    sums = dict(manifest)
    for name in ("", *(name + "/" for name in names)):
        beside = data_of(name + "inventory.json.sha512").decode("ascii")
        digest, _, rest = beside.partition(" ")
        if rest.strip() != "inventory.json":
            refuse("no sidecar: " + name + "inventory.json.sha512")
        sums[name + "inventory.json"] = digest.lower()
    if data_of("inventory.json") != data_of(names[-1] + "/inventory.json"):
        refuse("the object's inventory is not that of its newest version")
    for number, name in enumerate(names, 1):
        then = json_of(name + "/inventory.json")
        earlier = {path: one for path, one in manifest.items() if int(path.split("/")[0][1:]) <= number}
        if (then["id"], then["head"], by_path(then["manifest"])) != (identifier, name, earlier):
            refuse("the inventory of %s tells another story than the newest" % name)
        for known in names[:number]:
            if then["versions"].get(known) != newest["versions"][known]:
                refuse("%s was another when %s was made" % (known, name))
    beside = {name + "inventory.json.sha512" for name in ("", *(name + "/" for name in names))}
    expected = set(sums) | beside | {"0=ocfl_object_1.1"}
    there = {plain(line[2:]) for line in data_of(found).decode("utf-8").split("\n") if line}
    if there != expected:
        refuse("not as the inventory says: " + ", ".join(sorted(there ^ expected)))
    for before, after in zip(names, names[1:]):
        if not set(states[before]) <= set(states[after]):
            refuse("%s lost a file" % after)
    with open(work + "/sums", "w", encoding="utf-8") as stream:
        stream.writelines("%s  %s\n" % (digest, path) for path, digest in sorted(sums.items()))
    print(names[-1])


def deposited(work, chosen):
    """What the desk said that it deposited: each file with its SHA-256; what follows a document's bytes was only appended.

    Writes the files, the documents as of the chosen version, and the manifest as the desk signed it.
    """
    newest = json_of("inventory.json")
    names = list(newest["versions"])
    where = {digest: path for path, digest in sorted(by_path(newest["manifest"]).items(), reverse=True)}
    states = {name: by_path(newest["versions"][name]["state"]) for name in names}
    if chosen not in states:
        refuse("there is no version " + chosen)
    first, last = ({path: where[digest] for path, digest in states[name].items()} for name in ("v1", chosen))
    for path in ("metadata/other/deposit.json", "metadata/other/deposit.jws"):
        if len({states[name].get(path) for name in names}) != 1:
            refuse("the deposit's manifest changed after the first version")
    deposit = json_of(first["metadata/other/deposit.json"])
    rows, documents = [], []
    signers = {document["id"]: document for document in deposit["documents"]}
    told = set()
    for file in deposit["files"]:
        data = "representations/rep1/data/" if file["role"] in ("document", "attachment") else "metadata/other/events/"
        path = plain(data + file["path"])
        if path not in first:
            refuse("deposited, and not there: " + path)
        rows.append("%s\t%s\n" % (file["sha256"], first[path]))
        before, after = data_of(first[path]), data_of(last[path])
        document = signers.get(file["document"])
        if file["role"] == "document" and document and document["sha256"] == file["sha256"]:
            told.add(document["id"])
            if after[: len(before)] != before:
                refuse("not the same bytes with something appended: " + path)
            people = document["cite"] + ", " + "; ".join(document["signers"])
            documents.append("%s\t%d\t%s\n" % (last[path], len(document["signers"]), plain(people)))
        elif before != after:
            refuse("changed after it was deposited: " + path)
    if told != set(signers):
        refuse("a document without its file")
    for name, lines in (("deposited", rows), ("documents", documents)):
        with open(work + "/" + name, "w", encoding="utf-8") as stream:
            stream.writelines(lines)
    with open(work + "/jws", "w", encoding="ascii") as stream:
        stream.write(first["metadata/other/deposit.jws"])
    with open(work + "/payload.json", "wb") as stream:
        stream.write(canonical(deposit))


def canonical(value):
    """RFC 8785, as far as a manifest needs it: no fractions, names of ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def jws(path, work):
    """Takes a compact JWS apart: what was signed, and header, payload and signature in base64 for openssl."""
    signed = data_of(path).decode("ascii").strip()
    parts = signed.split(".")
    if len(parts) != 3:
        refuse("no JWS: " + path)
    with open(work + "/jws.signed", "w", encoding="ascii") as stream:
        stream.write(".".join(parts[:2]))
    for name, part in zip(("header", "payload", "signature"), parts):
        text = part.replace("-", "+").replace("_", "/")
        with open(work + "/jws." + name, "w", encoding="ascii") as stream:
            stream.write(text + "=" * (-len(text) % 4))


def receipt(path, identifier, head, work):
    """Prints the version and the digest that its inventory must have."""
    told = json_of(path)
    if told["type"] != "receipt" or told["state"] != "accepted" or told["object"] != identifier:
        refuse("the receipt is not for this object")
    if int(told["version"][1:]) > int(head[1:]):
        refuse("the receipt is for a version that is not there")
    print(told["version"], told["inventory_sha512"])


def spki(text, path):
    """A raw Ed25519 key, decoded by openssl, as SubjectPublicKeyInfo (RFC 8410)."""
    raw = data_of(text)
    if len(raw) != 32:
        refuse("no Ed25519 key")
    with open(path, "wb") as stream:
        stream.write(bytes.fromhex("302a300506032b6570032100") + raw)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unpadded(text):
    """Strict base64url without padding: one text for the same bytes."""
    data = bytearray()
    for at in range(0, len(text), 4):
        piece, value = text[at : at + 4], 0
        for char in piece:
            value = value << 6 | LETTERS.index(char)
        spare = len(piece) * 6 % 8
        if len(piece) == 1 or value & (1 << spare) - 1:
            refuse("base64")
        data += (value >> spare).to_bytes(len(piece) * 6 // 8, "big")
    return bytes(data)


def paper(text, name):
    """Header, payload, what was signed and the signature of a compact JWS."""
    parts = text.split(".")
    if len(parts) != 3:
        refuse("no JWS: " + name)
    header, payload, signature = (unpadded(part) for part in parts)
    read = [json.loads(one.decode("utf-8"), object_pairs_hook=once) for one in (header, payload)]
    return read[0], read[1], ".".join(parts[:2]).encode("ascii"), signature


def write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def acts(work):
    """The acts of the office, and the deposit's manifest: by which device each is signed, and whose token enrolled that device.

    Writes what openssl checks, and prints a row for each check.
    """
    newest = json_of("inventory.json")
    names = list(newest["versions"])
    where = {digest: path for path, digest in sorted(by_path(newest["manifest"]).items(), reverse=True)}
    states = [by_path(newest["versions"][name]["state"]) for name in names]
    extract = "metadata/other/devices.json"
    if len({state.get(extract) for state in states}) != 1:
        refuse("devices.json changed after the first version")
    first = {path: where[digest] for path, digest in states[0].items()}
    deposit = json_of(first["metadata/other/deposit.json"])
    lines = []
    for file in deposit["files"]:
        if file["role"] == "events":
            text = data_of(first["metadata/other/events/" + file["path"]]).decode("ascii")
            lines += [(file["path"], line) for line in text.splitlines() if line.strip()]
    if extract not in first:
        print("none", len(lines), sep="\t")
        return
    told = json_of(first[extract])
    if told["entity"] != deposit["entity"]["id"]:
        refuse("devices.json is of another entity")
    devices = {one["id"]: (number, one) for number, one in enumerate(told["devices"], 1)}
    if len(devices) != len(told["devices"]):
        refuse("a device stands twice in devices.json")
    rows, counts, people = [], {}, {}
    jws = data_of(first["metadata/other/deposit.jws"]).decode("ascii").strip()
    for number, (name, line) in enumerate([("deposit.jws", jws), *lines]):
        header, payload, signed, signature = paper(line, name)
        kind = "qillqa-event+jws" if number else "qillqa-receipt+jws"
        if (header["alg"], header["typ"]) != ("Ed25519", kind):
            refuse("no act of a device: " + name)
        if header["kid"] not in devices:
            refuse("an act by a device that devices.json does not name: " + name)
        if number and (payload["device"], payload["entity"]) != (header["kid"], told["entity"]):
            refuse("an act of another device or entity than the one that signed it: " + name)
        if number:
            counts[header["kid"]] = counts.get(header["kid"], 0) + 1
            people.setdefault(header["kid"], set()).add(payload["actor"]["official"])
        start = "%s/act.%d" % (work, number)
        write(start + ".signed", signed)
        write(start + ".sig", signature)
        rows.append("act\t%d\t%d\t%s" % (devices[header["kid"]][0], number, plain(name)))
    for name, (number, device) in devices.items():
        key = unpadded(device["verify_key"])
        if len(key) != 32:
            refuse("no Ed25519 key")
        write("%s/device.%d.der" % (work, number), bytes.fromhex("302a300506032b6570032100") + key)
        since = device["revoked_at"]
        about = "%s (%s), %d acts%s" % (name, device["unit_name"], counts.get(name, 0), since and "; revoked " + since)
        print("device", number, plain(about), "", sep="\t")
        if not device["enrolments"]:
            refuse("nobody's token enrolled the device " + name)
        for place, one in enumerate(device["enrolments"], 1):
            enrolment(work, "%d.%d" % (number, place), one, told["entity"], device)
        for official in sorted(people.get(name, set()) - {one["official"] for one in device["enrolments"]}):
            print("care", number, plain("acts for the official %s, whose token did not enrol it" % official), "", sep="\t")
    print("\n".join(rows))
    print("all", len(lines), sep="\t")


def enrolment(work, number, told, entity, device):
    """A statement by which a token says that a device's key acts for its holder."""
    header, payload, signed, signature = paper(told["statement"], "an enrolment")
    said = [payload[name] for name in ("type", "v", "entity", "device", "verify_key", "official")]
    if said != ["qillqa-enrolment", 1, entity, device["id"], device["verify_key"], told["official"]]:
        refuse("an enrolment of another device: " + device["id"])
    digest, half = {"RS256": ("sha256", 0), "ES256": ("sha256", 32), "ES384": ("sha384", 48)}[header["alg"]]
    if half:
        if len(signature) != 2 * half:
            refuse("no signature of that kind")
        signature = sequence(integer(signature[:half]) + integer(signature[half:]))
    start = work + "/enrolment." + number
    write(start + ".signed", signed)
    write(start + ".sig", signature)
    chain = [one[:64] + "".join("\n" + one[at : at + 64] for at in range(64, len(one), 64)) for one in header["x5c"]]
    pem = ["-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % one for one in chain]
    write(start + ".pem", pem[0].encode("ascii"))
    write(start + ".chain", "".join(pem).encode("ascii"))
    print("enrolment", number, digest, moment(payload["time"]), sep="\t")


def integer(data):
    short = data.lstrip(b"\0") or b"\0"
    short = b"\0" * (short[0] >> 7) + short
    return bytes([2, len(short)]) + short


def sequence(content):
    return bytes([0x30, len(content)]) + content


def element(data, at=0):
    """One DER element: tag, content, itself, where the next begins."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length == 0x80:
        refuse("not DER")
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if start + length > len(data):
        refuse("a signature is cut off")
    return tag, data[start : start + length], data[at : start + length], start + length


def children(content):
    found, at = [], 0
    while at < len(content):
        tag, inner, whole, at = element(content, at)
        found.append((tag, inner, whole))
    return found


DATA, TST_INFO = bytes.fromhex("2a864886f70d010701"), bytes.fromhex("2a864886f70d0109100104")
STAMP, CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910020e"), bytes.fromhex("2a864886f70d010910022f")


def cms(der, start):
    """Kind (S a signature, T a timestamp), whether it names its certificate, whether it bears a timestamp. Writes its parts."""
    whole = element(der)
    signed = children(children(children(whole[1])[1][1])[0][1])
    encapsulated = children(signed[2][1])
    kind = {DATA: "S", TST_INFO: "T"}.get(encapsulated[0][1])
    if kind is None or kind == "S" and len(encapsulated) > 1:
        refuse("a signature over something else than the document")
    infos = children(signed[-1][1])
    if signed[-1][0] != 0x31 or len(infos) != 1:
        refuse("a signature must have one signer")
    parts = children(infos[0][1])
    value = [inner for tag, inner, _ in parts if tag == 0x04][-1]
    attributes = [inner for tag, inner, _ in parts if tag == 0xA0]
    stamps = []
    for tag, inner, _ in parts:
        if tag == 0xA1:
            for _, attribute, _ in children(inner):
                kinds = children(attribute)
                if kinds[0][1] == STAMP:
                    stamps += [one for _, _, one in children(kinds[1][1])]
    with open(start + ".cms", "wb") as stream:
        stream.write(whole[2])
    with open(start + ".value", "wb") as stream:
        stream.write(value)
    if stamps:
        with open(start + ".stamp", "wb") as stream:
            stream.write(stamps[0])
    named = kind == "S" and any(CERTIFICATE_V2 in one for one in attributes)
    return kind, "yes" if named else "no", "yes" if stamps else "no"


def pdf(path, start, out, name):
    """Every signature and timestamp of a PDF, the newest first: number, kind, ... and the end of what it covers."""
    data = data_of(path)
    if len(data) > LIMIT:
        refuse("too large")
    found, at = [], data.find(b"/ByteRange")
    while at >= 0:
        opened, closed = data.find(b"[", at), data.find(b"]", at)
        numbers = data[opened + 1 : closed].split() if 0 < opened < closed < at + 200 else []
        if len(numbers) != 4 or not all(one.isdigit() for one in numbers):
            refuse("a /ByteRange that is none")
        zero, first, second, rest = map(int, numbers)
        gap = data[first:second]
        text = gap[1:-1].strip()
        hexadecimal = len(text) % 2 == 0 and all(char in b"0123456789abcdefABCDEF" for char in text)
        if zero or first >= second or second + rest > len(data) or gap[:1] + gap[-1:] != b"<>" or not hexadecimal:
            refuse("a signature that leaves out more than itself")
        if not first <= second + rest or not data[: second + rest].rstrip().endswith(b"%%EOF"):
            refuse("a signature that does not cover a whole file")
        if at > second + rest:
            refuse("a signature that does not cover itself")
        found.append((second + rest, first, second, bytes.fromhex(text.decode())))
        at = data.find(b"/ByteRange", closed)
    found.sort(reverse=True)
    if found and found[0][0] != len(data):
        refuse("%d bytes follow the newest signature or timestamp, and nobody signed them" % (len(data) - found[0][0]))
    for number, (end, first, second, der) in enumerate(found, 1):
        with open("%s.%d.signed" % (start, number), "wb") as stream:
            stream.write(data[:first] + data[second:end])
        kind, named, stamped = cms(der, "%s.%d" % (start, number))
        if out and kind == "S":
            with open("%s/%s-firma-%d.pdf" % (out, name, len(found) - number + 1), "wb") as stream:
                stream.write(data[:end])
        print(number, kind, named, stamped, end)


def seconds(text):
    """Of openssl's "Nov 28 16:17:12 2026 GMT", with or without a fraction."""
    month, day, clock, year, _ = text.split()
    hour, minute, second = clock.split(".")[0].split(":")
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split().index(month) + 1
    print(since_1970(int(year), month, int(day)) + int(hour) * 3600 + int(minute) * 60 + int(second))


def since_1970(year, month, day):
    years = year - (month <= 2)
    of_era = years % 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = years // 400 * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
    return days * 86400


def moment(text):
    """Seconds of "2026-11-28T16:17:12-04:00"."""
    year, month, day, hour, minute, second = (int(text[at : at + size]) for at, size in
                                              ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2)))
    offset = (int(text[20:22]) * 60 + int(text[23:25])) * 60
    offset = {"+": offset, "-": -offset}[text[19]]
    return since_1970(year, month, day) + hour * 3600 + minute * 60 + second - offset


try:
    commands = {"place": place, "inventory": inventory, "deposited": deposited, "jws": jws, "receipt": receipt}
    commands.update({"spki": spki, "pdf": pdf, "seconds": seconds, "acts": acts})
    commands[sys.argv[1]](*sys.argv[2:])
except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as error:
    refuse("%s: %s" % (type(error).__name__, error))
PYTHON

read_with_python() { python3 -I -S "$work/read.py" "$@" 2> "$work/why" || fail "$(cat "$work/why")"; }
sha256_of() { openssl dgst -sha256 -r "$1" | cut -c1-64; }
decoded() { openssl base64 -d -A -in "$1" -out "$2" || fail "base64"; }

# --- the root and where the object must lie in it
root=$base/root
[ "$(cat "$root/0=ocfl_1.1" 2> /dev/null)" = ocfl_1.1 ] || fail "$root is no OCFL 1.1 storage root"
printf %s "$id" > "$work/id"
where=$(read_with_python place "$id" "$(sha256_of "$work/id")") || exit 1
object=$root/$where
[ "$(cat "$object/0=ocfl_object_1.1" 2> /dev/null)" = ocfl_object_1.1 ] || fail "there is no object $id in $root"
say "root      $root (OCFL 1.1)"
say "object    $id"
say "folder    root/$where"

# --- the object: inventories, sidecars, every byte
cd "$object"
[ -z "$(find . ! -type f ! -type d)" ] || fail "a link or a device lies in the object"
find . -type f > "$work/found"
head=$(read_with_python inventory "$id" "$work/found" "$work") || exit 1
sha512sum --check --strict --quiet "$work/sums" > "$work/summed" 2>&1 || fail "$(cat "$work/summed")"
say "versions  v1 to $head: $(wc -l < "$work/sums") files and inventories have their SHA-512"
number=1
while [ -e "v$number/inventory.json" ]; do
  say "inventory v$number $(sha512sum "v$number/inventory.json" | cut -c1-128)"
  number=$((number + 1))
done

read_with_python deposited "$work" "${version:-$head}"
read_with_python acts "$work" > "$work/acts" || exit 1
cd - > /dev/null

# --- the custodian's receipt, kept elsewhere, pins the inventory
if [ -n "$receipt" ]; then
  read_with_python jws "$receipt" "$work"
  decoded "$work/jws.payload" "$work/receipt.json"
  pinned=$(read_with_python receipt "$work/receipt.json" "$id" "$head" "$work") || exit 1
  [ "$(sha512sum "$object/${pinned%% *}/inventory.json" | cut -c1-128)" = "${pinned##* }" ] ||
    fail "the inventory of ${pinned%% *} is not the one that was receipted"
  if [ -n "$key" ]; then
    printf '%s=' "$key" | tr '_-' '/+' > "$work/key.b64"
    decoded "$work/key.b64" "$work/key.raw"
    read_with_python spki "$work/key.raw" "$work/key.der"
    decoded "$work/jws.signature" "$work/jws.sig"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/jws.signed" -sigfile "$work/jws.sig" \
      > "$work/why" 2>&1 || fail "the receipt is not signed by that device"
    say "receipt   ${pinned%% *} is what was receipted, and the receipt's signature holds"
  else
    say "receipt   ${pinned%% *} is what was receipted; its signature was not checked (no --device-key)"
  fi
fi

# --- what the desk deposited
read_with_python jws "$object/$(cat "$work/jws")" "$work"
decoded "$work/jws.payload" "$work/deposited.json"
cmp -s "$work/deposited.json" "$work/payload.json" || fail "deposit.json is not what deposit.jws says"
tab=$(printf '\t')
alone='-no-CApath -no-CAstore' # nobody is trusted whom this computer may trust besides
while IFS=$tab read -r digest path; do
  [ "$(sha256_of "$object/$path")" = "$digest" ] || fail "not what was deposited: $path"
done < "$work/deposited"
say "deposit   $(wc -l < "$work/deposited") files are those of the deposit's manifest"

# --- each document: timestamps from the newest back, each judged at the time that the one after it proves; then the signatures
verify_stamp() { # token, what it covers, at -> its time in $time, as text in $told, who gave it in $by
  openssl ts -verify -data "$2" -in "$1" -token_in -CAfile "$ca" -attime "$3" > "$work/why" 2>&1 ||
    fail "a timestamp of $path: $(cat "$work/why")"
  openssl ts -reply -in "$1" -token_in -text > "$work/token" 2> /dev/null
  told=$(sed -n 's/^Time stamp: //p' "$work/token")
  time=$(read_with_python seconds "$told") || exit 1
  [ "$time" -le "$3" ] || fail "a timestamp of $path is of later than what came after it"
  openssl cms -verify -inform DER -in "$1" -CAfile "$ca" $alone -purpose timestampsign -attime "$3" -signer "$work/stamper.pem" \
    -out /dev/null > "$work/why" 2>&1 || fail "a timestamp of $path: $(cat "$work/why")"
  by=$(openssl x509 -in "$work/stamper.pem" -noout -subject -nameopt utf8,sep_comma_plus_space)
}

count=0 signed=0
while IFS=$tab read -r path expected cite; do
  count=$((count + 1))
  say "document  $path"
  say "          $cite"
  if [ "$expected" -eq 0 ]; then
    say "          nobody here signed it: kept as it came"
    continue
  fi
  read_with_python pdf "$object/$path" "$work/d$count" "$out" "$count" > "$work/parts" || exit 1
  signed=$((signed + 1))
  until=$at dated=no
  : > "$work/d$count.signers"
  while read -r number kind named stamped end; do
    part=$work/d$count.$number
    if [ "$kind" = T ]; then
      verify_stamp "$part.cms" "$part.signed" "$until"
      until=$time dated=yes
      say "timestamp $told, over the first $end bytes, by"
      say "          $by"
      continue
    fi
    moment=$until proof=$dated
    if [ "$stamped" = yes ]; then
      verify_stamp "$part.stamp" "$part.value" "$until"
      moment=$time proof=yes
      say "timestamp $told, over the signature that follows, by"
      say "          $by"
    fi
    [ "$proof" = yes ] || [ "$stamped_only" = no ] || fail "no timestamp dates a signature of $path (see --without-timestamp)"
    cades=''
    [ "$named" = no ] || cades=-cades
    openssl cms -verify -binary -inform DER -in "$part.cms" -content "$part.signed" -CAfile "$ca" $alone -purpose any -attime "$moment" \
      $cades -signer "$work/signer.pem" -out /dev/null > "$work/why" 2>&1 || fail "a signature of $path: $(cat "$work/why")"
    openssl x509 -in "$work/signer.pem" -noout -fingerprint -sha256 >> "$work/d$count.signers"
    say "signature over the first $end bytes, by"
    openssl x509 -in "$work/signer.pem" -noout -subject -issuer -serial -dates -fingerprint -sha256 \
      -nameopt utf8,sep_comma_plus_space | sed 's/^/          /'
    [ "$proof" = yes ] || say "          its time is NOT proven: only what the signer's computer said"
  done < "$work/parts"
  signers=$(sort -u "$work/d$count.signers" | wc -l)
  [ "$signers" -ge "$expected" ] || fail "$path has signatures of $signers people, and $expected signed it"
done < "$work/documents"
[ "$count" -gt 0 ] || fail "the object has no documents"

# --- the acts of the office: each by a device, each device enrolled by somebody's token
while IFS=$tab read -r row number told more; do
  case $row in
    none)
      say "acts      the object does not tell whose devices signed its $number acts:"
      say "          their signatures were NOT checked (NO COMPROBADAS)"
      ;;
    device) say "device    $told" ;;
    care) say "          MIND (OJO): $told" ;;
    enrolment)
      part=$work/enrolment.$number
      openssl x509 -in "$part.pem" -pubkey -noout > "$part.key" 2> "$work/why" || fail "an enrolment: $(cat "$work/why")"
      openssl dgst "-$told" -verify "$part.key" -signature "$part.sig" "$part.signed" > "$work/why" 2>&1 ||
        fail "an enrolment is not signed by its certificate"
      openssl verify -CAfile "$ca" $alone -untrusted "$part.chain" -purpose any -attime "$more" "$part.pem" \
        > "$work/why" 2>&1 || fail "an enrolment: $(cat "$work/why")"
      say "          enrolled by the token of"
      openssl x509 -in "$part.pem" -noout -subject -issuer -serial -dates -fingerprint -sha256 -nameopt utf8,sep_comma_plus_space |
        sed 's/^/          /'
      ;;
    act)
      openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/device.$number.der" -rawin -in "$work/act.$told.signed" \
        -sigfile "$work/act.$told.sig" > "$work/why" 2>&1 || fail "not signed by the device that it names: $more"
      ;;
    all) say "acts      $number acts and the deposit's manifest are signed by these devices" ;;
    *) fail "what the acts are" ;;
  esac
done < "$work/acts"
if [ "$signed" -eq 0 ]; then
  say "INTACT (ÍNTEGRO): $id; nobody of the entity signed any of its $count documents, so nobody's signature proves them"
  exit 2
fi
say "PROVEN (PROBADO): $signed signed documents of $id; $((count - signed)) kept as they came"
