// A second verifier of events, written against docs/formats/events.md, that shares nothing with the program: node 18 or later alone.
//
//   node verify.mjs DIRECTORY.json EVENTS.json [--mailbox UNIT] [--devices A,B]
//
// DIRECTORY.json: {"admin_key", "jws"}. EVENTS.json: a list of compact JWS, or a list of such lists (each is judged by itself).
// Prints JSON; exit 0 where everything is whole, 1 where something is not, 2 where the directory or the files cannot be read.
import { readFileSync } from "node:fs";
import { canonical, Refusal, takeApart, readCanonical, requireSignature } from "./envelope.mjs";
import { readEvent } from "./event.mjs";
import { foldSlip } from "./fold.mjs";

const EVENT = "qillqa-event+jws";
const DIRECTORY = "qillqa-directory+jws";

function readDirectory({ admin_key: key, jws }) {
  const envelope = takeApart(jws, DIRECTORY);
  if (envelope.kid !== "admin") throw new Refusal("directory.wrong_key");
  requireSignature(envelope, key);
  return readCanonical(envelope.payload);
}

export function prove(texts, directory, { mailbox = "", devices = [] } = {}) {
  const known = new Map();
  const altered = [];
  texts.forEach((jws, place) => {
    try {
      const item = readEvent(takeApart(jws, EVENT), directory);
      known.set(item.digest, item);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      altered.push({ place, code: error.code });
    }
  });
  const events = [...known.values()];
  const slips = [...new Set(events.map((item) => item.slip).filter(Boolean))].sort();
  const views = slips.map((slip) => foldSlip(slip, events));
  const named = new Set(events.flatMap((item) => item.parents));
  return {
    events: known.size,
    slips: views,
    hops: views.flatMap((view) => view.hops),
    missing: [...named].filter((digest) => !known.has(digest)).sort(),
    altered,
    ...faultsOfDevices(known, devices),
    gaps: mailbox ? gapsOf(events, mailbox) : [],
    refused: views.flatMap((view) => view.refused),
  };
}

function faultsOfDevices(known, devices) {
  const signed = new Map();
  for (const item of known.values()) {
    const place = canonical([item.device, item.seq]);
    signed.set(place, [...(signed.get(place) ?? []), item.digest]);
  }
  const doubled = [...signed].filter(([, digests]) => digests.length > 1).map(([place]) => JSON.parse(place));
  const broken = new Map();
  const unpreceded = new Map();
  for (const item of known.values()) {
    const place = [item.device, item.seq];
    const before = signed.get(canonical([item.device, item.seq - 1])) ?? [];
    const named = known.get(item.prev);
    const stranger = named && (named.device !== item.device || named.seq !== item.seq - 1);
    if ((before.length && !before.includes(item.prev)) || stranger) broken.set(canonical(place), place);
    if (devices.includes(item.device) && item.prev && !named) unpreceded.set(canonical(place), place);
  }
  return { doubled: inOrder(doubled), broken: inOrder(broken.values()), unpreceded: inOrder(unpreceded.values()) };
}

function inOrder(places) {
  return [...places].sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : m - n));
}

function gapsOf(events, unit) {
  const seen = new Map();
  for (const { device, deliveries } of events) {
    if (Object.hasOwn(deliveries, unit)) seen.set(device, (seen.get(device) ?? new Set()).add(deliveries[unit]));
  }
  const found = [];
  for (const device of [...seen.keys()].sort()) {
    let last = 0;
    for (const seq of [...seen.get(device)].sort((a, b) => a - b)) {
      if (seq > last + 1) found.push({ unit, device, first: last + 1, last: seq - 1 });
      last = seq;
    }
  }
  return found;
}

function isWhole(proof) {
  return proof.events > 0 && ["missing", "altered", "doubled", "broken", "unpreceded", "gaps"].every((name) => !proof[name].length);
}

function main([directoryFile, eventsFile, ...rest]) {
  let directory, events;
  try {
    directory = readDirectory(JSON.parse(readFileSync(directoryFile, "utf8")));
    events = JSON.parse(readFileSync(eventsFile, "utf8"));
    if (!Array.isArray(events)) throw new TypeError("a list is expected");
  } catch (error) {
    process.stderr.write(`${error.code ?? error.message}\n`);
    return 2;
  }
  const option = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : "");
  const wanted = { mailbox: option("--mailbox"), devices: option("--devices").split(",").filter(Boolean) };
  const several = events.length > 0 && events.every(Array.isArray);
  const proofs = (several ? events : [events]).map((each) => {
    const proof = prove(each, directory, wanted);
    return { ...proof, whole: isWhole(proof) };
  });
  process.stdout.write(JSON.stringify(several ? proofs : proofs[0], null, 1) + "\n");
  return proofs.every((proof) => proof.whole) ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
