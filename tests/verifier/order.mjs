// What came before what, what knew of what, and what gives way to what it did not know of.

export function inCausalOrder(events) {
  const byDigest = new Map(events.map((item) => [item.digest, item]));
  const waits = new Map(events.map((item) => [item.digest, item.parents.filter((parent) => byDigest.has(parent)).length]));
  const children = new Map();
  for (const item of events) {
    for (const parent of item.parents) children.set(parent, [...(children.get(parent) ?? []), item]);
  }
  const before = (a, b) => a.at < b.at || (a.at === b.at && a.digest < b.digest);
  const free = events.filter((item) => waits.get(item.digest) === 0);
  const ordered = [];
  while (free.length) {
    let first = 0;
    for (let place = 1; place < free.length; place++) if (before(free[place], free[first])) first = place;
    const [item] = free.splice(first, 1);
    ordered.push(item);
    for (const child of children.get(item.digest) ?? []) {
      waits.set(child.digest, waits.get(child.digest) - 1);
      if (waits.get(child.digest) === 0) free.push(child);
    }
  }
  return ordered;
}

export class Ancestry {
  constructor(events) {
    this.parents = new Map(events.map((item) => [item.digest, item.parents]));
    this.found = new Map();
    this.late = new Map();
    this.overtaken = new Map();
  }

  look(digest) {
    if (!this.found.has(digest)) {
      const seen = new Set();
      const waiting = [...(this.parents.get(digest) ?? [])];
      let complete = this.parents.has(digest);
      while (waiting.length) {
        const at = waiting.pop();
        if (seen.has(at)) continue;
        seen.add(at);
        if (this.parents.has(at)) waiting.push(...this.parents.get(at));
        else complete = false;
      }
      this.found.set(digest, { seen, complete });
    }
    return this.found.get(digest);
  }

  of(digest) {
    return this.look(digest).seen;
  }

  complete(digest) {
    return this.look(digest).complete;
  }

  // Where ancestors are missing it is taken to have known.
  knew(later, earlier) {
    const { seen, complete } = this.look(later);
    return !complete || seen.has(earlier);
  }

  apart(one, other) {
    return !this.knew(one.digest, other.digest) && !this.knew(other.digest, one.digest);
  }
}

export const isOficial = (item) => item.type === "slip.dispatched" && item.body.mode === "oficial";
export const putsAway = (item) => item.type === "slip.concluded" && item.body.mode === "copia";

// Cancellations that a reception or rejection by the addressee is not a descendant of (here an ancestor that is not at hand tells nothing).
export function lateCancellations(mine, known) {
  const to = new Map(mine.filter((item) => item.type === "slip.dispatched").map((item) => [item.id, item.body.to_unit]));
  const taken = mine.filter((item) => ["slip.received", "slip.rejected"].includes(item.type) && item.actor.unit === to.get(item.body.hop));
  const found = new Map();
  for (const item of mine.filter((each) => each.type === "slip.cancelled")) {
    const by = taken.filter((each) => each.body.hop === item.body.hop && !known.of(each.digest).has(item.digest));
    if (!by.length) continue;
    const returned = by.every((each) => each.type === "slip.rejected");
    found.set(item.digest, { hop: item.body.hop, by: new Set(by.map((each) => each.digest)), returned });
  }
  return found;
}

export function overtaken(mine, known) {
  const found = new Map();
  for (const item of mine) {
    const by = mine.filter((each) => goesBefore(each, item) && each.actor.unit === item.actor.unit && known.apart(item, each));
    if (!by.length) continue;
    const hop = item.type === "slip.rejected" ? item.body.hop : "";
    found.set(item.digest, { hop, by: new Set(by.map((each) => each.digest)) });
  }
  return found;
}

function goesBefore(one, other) {
  const concludes = one.type === "slip.concluded" && !putsAway(one);
  switch (other.type) {
    case "slip.concluded":
      return !putsAway(other) && (isOficial(one) || one.type === "slip.reopened");
    case "slip.rejected":
      return one.type === "slip.received" && one.body.hop === other.body.hop;
    case "slip.grouped":
      if (["slip.dispatched", "slip.ungrouped"].includes(one.type)) return true;
      return concludes || groupedOtherwise(one, other);
    case "slip.ungrouped":
      return concludes || isOficial(one);
    default:
      return false;
  }
}

function groupedOtherwise(one, other) {
  if (one.type !== "slip.grouped") return false;
  const same = one.body.principal === other.body.principal && one.body.member === other.body.member;
  return !same && [one.body.member, other.body.member].includes(other.slip);
}
