// One event: its members, what its body must hold, and what the directory says of who made it.
import { Refusal, readCanonical, requireSignature } from "./envelope.mjs";

const MEMBERS = [
  "actor", "blobs", "body", "deliveries", "device", "document", "entity", "id", "on_behalf_of", "parents", "prev", "seq", "slip", "time", "type", "v",
];
const ROLES = ["document", "attachment", "text", "history"];

const text = (value) => typeof value === "string";
const full = (value) => text(value) && value !== "";
const whole = (value) => Number.isSafeInteger(value) && value >= 0;
const flag = (value) => typeof value === "boolean";
const object = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const digest = (value) => text(value) && /^[0-9a-f]{64}$/.test(value);
const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
const oneOf = (...values) => (value) => values.includes(value);
const optional = (value, name, check) => !Object.hasOwn(value, name) || check(value[name]);
const exactly = (value, names) => object(value) && Object.keys(value).sort().join() === [...names].sort().join();

function day(value) {
  if (value === null) return true;
  return text(value) && /^\d{4}-\d\d-\d\d$/.test(value) && isDay(value);
}

function isDay(value) {
  const [year, month, date] = value.split("-").map(Number);
  return year > 0 && month > 0 && month < 13 && date > 0 && date <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

const people = (value) => object(value) && Object.entries(value).every(([who, acts]) => full(who) && full(acts));
const attachment = (value) =>
  object(value) && full(value.name) && whole(value.size) && digest(value.sha256) && text(value.type) && optional(value, "pages", whole);
const end = (value) => Array.isArray(value) && value.length === 3 && whole(value[0]) && text(value[1]) && whole(value[2]);
const place = (value) => value === null || (Array.isArray(value) && value.length === 2 && value.every(end));
const mark = (value) =>
  object(value) && full(value.text) && ["quote", "before", "after"].every((name) => optional(value, name, text)) &&
  optional(value, "page", whole) && optional(value, "place", place);
const ORIGIN = ["name", "post", "ci", "nit", "entity", "phone", "mail", "cite", "enclosures", "paper"];
const origin = (value) =>
  object(value) && ORIGIN.every((name) => optional(value, name, text)) && optional(value, "sheets", whole) &&
  optional(value, "dated", (found) => found === "" || (found !== null && day(found)));
const access = (value) => whole(value) && value <= 5;
const append = { old: digest, new: digest, level: text };
const pair = { principal: full, member: full };

// What must be there, and what must be of its type where it is there. Other members may be there and are not looked at.
const MUST = {
  "document.drafted": { kind: full, subject: text },
  "document.registered": { kind: full, subject: full, number: full, digest, pages: whole, origin },
  "document.scanned": { digest, pages: whole },
  "document.numbered": { cite: full },
  "document.frozen": { digest, pages: whole },
  "document.approved": {},
  "document.observed": { remark: full },
  "document.signed": append,
  "document.raised": append,
  "document.voided": {},
  "document.number_settled": { cite: full, documents: listOf(text), keep: listOf(text), reason: full },
  "slip.opened": { number: full, subject: text },
  "slip.dispatched": { to_unit: full, mode: oneOf("oficial", "copia"), action: full },
  "slip.received": { hop: full },
  "slip.rejected": { hop: full, reason: full },
  "slip.cancelled": { hop: full },
  "slip.answered": { hop: full, answer: full },
  "slip.concluded": {},
  "slip.reopened": {},
  "slip.grouped": pair,
  "slip.ungrouped": pair,
  "slip.justified": { hop: full, reason: full },
  "slip.paper_moved": { hop: text, paper: text, where: text },
  "slip.reassigned": { hop: full, official: full, reason: full },
  "slip.settled": { about: oneOf("oficial", "cancelacion"), keep: full, drop: listOf(full), reason: full },
  "deposit.made": {},
  "keys.shared": { documents: listOf(full), reason: text },
};
const texts = listOf(text);
const MAY = {
  "document.drafted": { approvers: texts, signers: texts, access, practice: flag },
  "document.registered": { attachments: listOf(attachment), scanned: flag, access, practice: flag },
  "document.scanned": { attachments: listOf(attachment) },
  "document.frozen": {
    attachments: listOf(attachment), fields: texts, text: digest, supersedes: digest, acting: people, subject: text, signers: texts,
    approvers: texts, access,
  },
  "document.approved": { digest },
  "document.observed": { digest, text: digest, marks: listOf(mark) },
  "document.signed": { field: text },
  "document.raised": { field: text },
  "document.voided": { reason: text },
  "slip.opened": { procedure: text, addressee: text, deadline: day },
  "slip.dispatched": {
    to_official: text, remark: text, urgent: flag, deadline: day, sheets: whole, paper: text, documents: texts, coordinate: text,
    unscanned: text, actions: texts,
  },
  "slip.received": { paper: text },
  "slip.cancelled": { reason: text },
  "slip.answered": { unit: full },
  "slip.concluded": { folder: text },
  "slip.justified": { until: day },
};
const DELEGABLE = ["document.frozen", "document.approved", "document.observed", "document.signed"];
const SECRETARIAL = ["slip.opened", "slip.dispatched", "slip.cancelled", "slip.received", "slip.rejected", "slip.paper_moved"];

export function readEvent(envelope, directory) {
  const device = directory.devices.find((each) => each.id === envelope.kid);
  if (!device) throw new Refusal("event.unknown_device");
  requireSignature(envelope, device.verify_key);
  const value = readCanonical(envelope.payload);
  if (!object(value)) throw new Refusal("event.malformed", "payload");
  if (Number.isInteger(value.v) && value.v > 1) throw new Refusal("event.newer_format");
  if (text(value.type) && !Object.hasOwn(MUST, value.type)) throw new Refusal("event.unknown_kind");
  requireMembers(value);
  requireBody(value);
  if (value.device !== device.id) throw new Refusal("event.other_device");
  if (value.entity !== directory.entity.id) throw new Refusal("event.foreign_entity");
  const at = Date.parse(value.time);
  requireDevice(device, value, at);
  requireActor(directory, device, value, at);
  return { ...value, digest: envelope.digest, at };
}

function insist(holds, what) {
  if (!holds) throw new Refusal("event.malformed", what);
}

function requireMembers(value) {
  insist(exactly(value, MEMBERS), "members");
  insist(value.v === 1, "v");
  for (const name of ["id", "entity", "document", "device"]) insist(full(value[name]), name);
  for (const name of ["slip", "on_behalf_of"]) insist(value[name] === null || full(value[name]), name);
  insist(text(value.type), "type");
  insist(exactly(value.actor, ["official", "post", "unit"]) && Object.values(value.actor).every(text), "actor");
  insist(isTime(value.time), "time");
  insist(listOf(digest)(value.parents) && new Set(value.parents).size === value.parents.length, "parents");
  insist(whole(value.seq) && value.seq > 0, "seq");
  insist(value.seq === 1 ? value.prev === "" : digest(value.prev), "prev");
  insist(object(value.deliveries) && Object.values(value.deliveries).every((seq) => whole(seq) && seq > 0), "deliveries");
  insist(object(value.body), "body");
  insist(listOf(isBlob)(value.blobs), "blobs");
}

function isBlob(value) {
  return (
    exactly(value, ["sha256", "size", "name", "type", "role", "cipher", "keys"]) && digest(value.sha256) && digest(value.cipher) &&
    whole(value.size) && text(value.name) && text(value.type) && ROLES.includes(value.role) && object(value.keys) &&
    Object.values(value.keys).every(text)
  );
}

function isTime(value) {
  const found = text(value) && /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(value);
  return Boolean(found) && isDay(found[1]) && !value.endsWith("-00:00");
}

function requireBody({ type, body, slip, on_behalf_of: behalf, parents }) {
  for (const [name, check] of Object.entries(MUST[type])) insist(Object.hasOwn(body, name) && check(body[name]), `body.${name}`);
  for (const [name, check] of Object.entries(MAY[type] ?? {})) insist(optional(body, name, check), `body.${name}`);
  const claimed = body.delegation;
  if (behalf !== null) insist(object(claimed) && full(claimed.memorandum) && text(claimed.post), "body.delegation");
  if (type.startsWith("slip.") && !["slip.concluded", "slip.reopened"].includes(type)) insist(slip !== null, "slip");
  if (type === "keys.shared") insist(slip === null && parents.length === 0, "slip");
}

function requireDevice(device, { seq }, at) {
  if (device.revoked_at) {
    const beyond = device.last_seq !== null && device.last_seq !== undefined && seq > device.last_seq;
    if (at >= Date.parse(device.revoked_at) || beyond) throw new Refusal("event.device_revoked");
  }
  if (at >= Date.parse(device.valid_until)) throw new Refusal("event.device_expired");
}

function requireActor(directory, device, event, at) {
  const official = directory.officials.find((each) => each.id === event.actor.official);
  if (!official) throw new Refusal("event.unknown_official");
  if (!Object.hasOwn(device.enrolments, official.id)) throw new Refusal("event.not_enrolled");
  const today = dayIn(directory.entity.zone, at);
  if (official.until && today > official.until) throw new Refusal("event.official_left");
  const home = event.type === "slip.answered" ? (event.body.unit ?? null) : null;
  for (const unit of [event.actor.unit, ...(home === null ? [] : [home])]) {
    if (!actsFor(directory, device, official, unit, today)) throw new Refusal("event.wrong_unit");
  }
  if (event.on_behalf_of !== null) requireStanding(directory, official.id, event, today);
}

function actsFor(directory, device, official, unit, today) {
  if (unit === official.unit) return true;
  const found = directory.units.find((each) => each.id === unit);
  if (!found) return false;
  if (found.ended_on && successorsOf(directory, unit)[0] === official.unit) return true;
  if (official.former?.length) return official.former.some(([former, last]) => former === unit && today <= last);
  return unit === device.unit;
}

// The living units that have what an ended one had, in the directory's order.
function successorsOf(directory, id) {
  const unit = directory.units.find((each) => each.id === id);
  return unit.ended_on ? (unit.successors ?? []).flatMap((each) => successorsOf(directory, each)) : [id];
}

function requireStanding(directory, actor, { on_behalf_of: holder, type, body }, today) {
  const { memorandum, post } = body.delegation;
  const inForce = (each) => each.first_day <= today && today <= each.last_day;
  const substitutes = DELEGABLE.includes(type) || type.startsWith("slip.");
  const delegated = (directory.delegations ?? []).some(
    (each) =>
      each.holder === holder && each.substitute === actor && inForce(each) && each.memorandum === memorandum && [undefined, "", post].includes(each.post),
  );
  if (substitutes && delegated) return;
  const clerks = (directory.secretaries ?? []).filter((each) => each.chief === holder && each.official === actor && inForce(each));
  if (SECRETARIAL.includes(type) && clerks.some((each) => each.acts.includes(type) && each.memorandum === memorandum)) return;
  throw new Refusal(clerks.length ? "event.secretary_only" : "event.no_delegation");
}

// YYYY-MM-DD in that zone.
function dayIn(zone, at) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  const part = (type) => parts.find((each) => each.type === type).value;
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}
