// The slip as its events tell it: "Folding" in docs/formats/events.md. Whatever the rules forbid is thrown and ends up in `refused`.
import { Ancestry, inCausalOrder, isOficial, putsAway, lateCancellations, overtaken } from "./order.mjs";

class Forbidden extends Error {}

function insist(holds, why) {
  if (!holds) throw new Forbidden(why);
}

export function foldSlip(id, events) {
  return shown(fold(id, events, new Map()));
}

function fold(id, events, decided) {
  const known = new Ancestry(events);
  const mine = inCausalOrder(events).filter((item) => item.slip === id);
  const view = new Slip(id, known);
  known.late = lateCancellations(mine, known);
  known.overtaken = overtaken(mine, known);
  settlementsOf(view, mine, events, decided);
  for (const item of mine) {
    try {
      view.apply(item);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      view.refused.push(item.digest);
    }
  }
  return view;
}

function settlementsOf(view, mine, events, decided) {
  const { known } = view;
  const made = mine.filter((item) => item.type === "slip.settled" && known.complete(item.digest));
  for (const item of made) {
    if (decided.has(item.digest)) continue;
    const before = known.of(item.digest);
    const then = fold(view.id, events.filter((each) => before.has(each.digest)), decided);
    const { about, keep, drop } = item.body;
    const hops = new Set([keep, ...drop]);
    decided.set(
      item.digest,
      !drop.includes(keep) &&
        then.openConflicts().some(
          (each) =>
            each.unit === item.actor.unit && each.about === about && each.hops.length === hops.size && each.hops.every((hop) => hops.has(hop)),
        ),
    );
  }
  const possible = made.filter((item) => decided.get(item.digest));
  const hopsOf = ({ body }) => [body.keep, ...body.drop];
  const contradict = (one, other) =>
    one.body.keep !== other.body.keep && hopsOf(one).some((hop) => hopsOf(other).includes(hop)) && known.apart(one, other);
  view.settlements = possible.filter((one) => !possible.some((other) => contradict(one, other)));
}

class Slip {
  constructor(id, known) {
    Object.assign(this, {
      id, known, number: "", document: "", origin: "", opened: false, hops: [], documents: [], concluded: false, refused: [], principal: null,
      members: [], folder: "", paper: { what: "", where: "", unit: "", hop: "" }, settlements: [], conclusion: "", grouping: "",
    });
  }

  // --- where the OFICIAL is

  hop(id) {
    const found = this.hops.find((each) => each.id === id);
    insist(found, "unknown hop");
    return found;
  }

  outgoing(place) {
    return this.hops.filter((hop) => hop.oficial && hop.came_from === place && isOut(hop));
  }

  // In force; of a dropped holding all.
  onward(place) {
    const dropped = place !== "" && this.hops.some((hop) => hop.id === place && hop.void);
    return this.outgoing(place).filter((hop) => hop.void === dropped);
  }

  get held() {
    let place = "";
    for (;;) {
      const on = this.onward(place);
      if (on.length !== 1 || on[0].state === "sent") return place;
      place = on[0].id;
    }
  }

  unitOf(place) {
    return place ? this.hop(place).to_unit : this.origin;
  }

  get holder() {
    return this.unitOf(this.held);
  }

  get contested() {
    const on = this.onward(this.held);
    return on.length > 1 ? on : [];
  }

  tips() {
    const found = [];
    const waiting = [""];
    while (waiting.length) {
      const place = waiting.shift();
      const on = this.onward(place);
      if (!on.length) found.push(place);
      waiting.push(...on.filter((hop) => hop.state !== "sent").map((hop) => hop.id));
    }
    return found;
  }

  closed(place) {
    return place ? this.hop(place).state === "concluded" : this.concluded && !this.onward("").length;
  }

  // After a change of an OFICIAL hop: who passed it on has it again where everything came back.
  follow() {
    for (const hop of this.hops.filter((each) => each.oficial && ["received", "passed_on"].includes(each.state))) {
      hop.state = this.onward(hop.id).length ? "passed_on" : "received";
    }
    if (!this.onward("").length) return;
    const at = this.held;
    this.concluded = at !== "" && !this.onward(at).length && this.closed(at);
  }

  change(hop, members) {
    Object.assign(hop, members);
    if (hop.oficial) this.follow();
  }

  // The slip without those hops of a conflict of which that event did not know.
  asSeenBy(item) {
    const strange = new Set(this.contested.filter((hop) => !this.known.knew(item.digest, hop.digest)).map((hop) => hop.id));
    const seen = Object.assign(new Slip(this.id, this.known), this);
    seen.hops = this.hops.filter((hop) => !strange.has(hop.id));
    return seen;
  }

  knewConcluded(item) {
    return this.concluded && this.known.knew(item.digest, this.conclusion);
  }

  knewDropped(digest, hop) {
    for (let at = hop; at; at = at.came_from ? this.hop(at.came_from) : null) {
      const by = this.settlements.filter(({ body }) => body.drop.includes(at.id));
      if (by.some((each) => this.known.knew(digest, each.digest))) return true;
    }
    return false;
  }

  // --- rules

  insistHolding(unit) {
    insist(!this.concluded, "concluded");
    const on = this.onward(this.held);
    insist(on.length === 0, on.length > 1 ? "in conflict" : "in transit");
    insist(this.holder === unit, "not the holder");
  }

  // A member of a group moves with its principal; `item` may not have known that it is one.
  insistAlone(group, item = null) {
    const free = this.principal === null || (item !== null && !this.known.knew(item.digest, this.grouping));
    insist(free || group === this.principal, "grouped");
  }

  actOn(item, side, states) {
    const hop = this.hop(item.body.hop);
    const crossed =
      item.type === "slip.rejected" && [...this.known.late.values()].some((each) => each.hop === hop.id && each.returned) && hop.state === "cancelled";
    insist(hop[side] === item.actor.unit && (states.includes(hop.state) || crossed), "forbidden");
    insist(!(item.type === "slip.answered" && this.knewConcluded(item)), "concluded");
    insist(!hop.void || !this.knewDropped(item.digest, hop), "superseded");
    if (hop.oficial && !hop.void && hop.state !== "cancelled") {
      this.insistAlone(["slip.answered", "slip.justified", "slip.reassigned"].includes(item.type) ? "" : (item.body.principal ?? ""), item);
    }
    return hop;
  }

  // --- acts

  apply(item) {
    const late = this.known.late.get(item.digest);
    if (late?.returned) return this.cancelBesideRejection(item);
    insist(!late && !this.known.overtaken.has(item.digest), "overtaken");
    const act = {
      "slip.opened": this.open, "slip.dispatched": this.dispatch, "slip.received": this.receive, "slip.rejected": this.reject,
      "slip.cancelled": this.cancel, "slip.answered": this.answer, "slip.justified": this.justify, "slip.reassigned": this.reassign,
      "slip.concluded": this.conclude, "slip.reopened": this.reopen, "slip.grouped": this.group, "slip.ungrouped": this.ungroup,
      "slip.paper_moved": this.movePaper, "slip.settled": this.settled,
    }[item.type];
    act?.call(this, item);
  }

  open({ body, actor, document }) {
    insist(!this.opened, "already open");
    Object.assign(this, { opened: true, number: body.number, document, documents: [document], origin: actor.unit });
    this.paper = { what: "", where: "", unit: actor.unit, hop: "" };
  }

  dispatch(item) {
    const hop = newHop(item);
    insist(!this.hops.some((each) => each.id === hop.id), "a hop of that id is there");
    if (hop.oficial) {
      hop.came_from = this.leavesFrom(hop);
      this.insistAlone(hop.group, item);
      hop.void = this.settlements.some(({ body }) => body.drop.includes(hop.id)) || (hop.came_from !== "" && this.hop(hop.came_from).void);
      if (hop.paper && !hop.void) this.paper = { ...this.paper, what: hop.paper, hop: hop.id };
    } else {
      insist(!this.knewConcluded(item), "concluded");
      const had = [this.origin, ...this.hops.flatMap((each) => [each.from_unit, each.to_unit])].filter(Boolean);
      insist(had.includes(hop.from_unit), "never had it");
      if (hop.from_unit === this.holder) this.insistAlone(hop.group, item);
    }
    this.documents = [...new Set([...this.documents, ...hop.documents])];
    this.hops.push(hop);
    if (hop.oficial) this.follow();
  }

  leavesFrom(hop) {
    const { known } = this;
    const contested = this.contested;
    insist(!contested.length || !contested.every((each) => known.knew(hop.digest, each.digest)), "in conflict");
    const held = this.hops.filter(
      (each) =>
        each.oficial && each.to_unit === hop.from_unit && ["received", "passed_on", "concluded"].includes(each.state) && known.knew(hop.digest, each.digest),
    );
    const places = held.filter((each) => !each.void).map((each) => each.id);
    if (this.origin === hop.from_unit) places.unshift("");
    const dropped = held.filter((each) => each.void).map((each) => each.id);
    for (const place of [...places.reverse(), ...dropped.reverse()]) {
      if (this.outgoing(place).some((left) => this.inTheWay(left, hop))) continue;
      insist(!this.closed(place), "concluded");
      insist(!place || !this.hop(place).void || !this.knewDropped(hop.digest, this.hop(place)), "superseded");
      return place;
    }
    throw new Forbidden("not the holder");
  }

  inTheWay(left, hop) {
    const { known } = this;
    if (!known.complete(hop.digest)) return !left.void;
    if (!known.knew(hop.digest, left.digest)) return false;
    const crossed = [...known.late, ...known.overtaken];
    const thoughtBack = crossed.some(
      ([digest, each]) => each.hop === left.id && known.knew(hop.digest, digest) && ![...each.by].some((by) => known.knew(hop.digest, by)),
    );
    return !thoughtBack && !this.knewDropped(hop.digest, left);
  }

  receive(item) {
    const hop = this.actOn(item, "to_unit", ["sent"]);
    this.insistAddressee(hop, item);
    const paper = item.body.paper ?? "";
    this.change(hop, {
      state: "received", received_at: item.time, received_by: item.actor.official, received_for: item.on_behalf_of ?? "", paper_received: paper,
    });
    if (hop.oficial && paper) this.paper = { what: paper, where: "", unit: item.actor.unit, hop: "" };
  }

  reject(item) {
    const hop = this.actOn(item, "to_unit", ["sent"]);
    this.insistAddressee(hop, item);
    this.comesBack(hop, { state: "rejected", reason: item.body.reason });
  }

  cancel(item) {
    this.comesBack(this.actOn(item, "from_unit", ["sent"]), { state: "cancelled", reason: item.body.reason ?? "" });
  }

  cancelBesideRejection(item) {
    const hop = this.hop(item.body.hop);
    insist(hop.from_unit === item.actor.unit && hop.state === "sent" && !hop.void, "forbidden");
    if (hop.oficial) this.insistAlone("");
    this.comesBack(hop, { state: "cancelled" });
    this.refused.push(item.digest);
  }

  insistAddressee(hop, { on_behalf_of: behalf }) {
    insist(!behalf || ["", behalf].includes(hop.to_official), "not addressed to him");
  }

  comesBack(hop, members) {
    if (this.paper.hop === hop.id) this.paper = { ...this.paper, hop: "" };
    this.change(hop, members);
  }

  answer(item) {
    const hop = this.actOn(item, "to_unit", ["received"]);
    this.documents = [...new Set([...this.documents, item.body.answer])];
    hop.answered_with = [...hop.answered_with, item.body.answer];
  }

  justify(item) {
    const hop = this.actOn(item, "to_unit", ["received"]);
    const { reason, until } = item.body;
    hop.justifications = [...hop.justifications, { reason, until: until ?? null, official: whoOf(item), at: item.time }];
  }

  reassign(item) {
    const hop = this.actOn(item, "to_unit", ["sent", "received"]);
    const { official: after, reason } = item.body;
    hop.reassignments = [...hop.reassignments, { before: hop.to_official, after, reason, official: whoOf(item), at: item.time }];
    hop.to_official = after;
  }

  // Of another document of the slip it concerns that document alone.
  isBeside({ document, actor }) {
    insist(this.documents.includes(document), "not its document");
    if (document === this.document) return false;
    insist(this.holder === actor.unit || this.tips().some((place) => this.unitOf(place) === actor.unit), "not the holder");
    return true;
  }

  conclude(item) {
    const folder = item.body.folder ?? "";
    if (putsAway(item)) {
      const hop = this.hop(item.body.hop);
      insist((!hop.oficial || hop.void) && hop.to_unit === item.actor.unit && hop.state === "received", "forbidden");
      return this.change(hop, { state: "concluded", folder });
    }
    if (this.isBeside(item)) return;
    const seen = this.asSeenBy(item);
    seen.insistHolding(item.actor.unit);
    seen.insistAlone(item.body.principal ?? "");
    Object.assign(this, { conclusion: item.digest, folder });
    if (seen.held) this.change(this.hop(seen.held), { state: "concluded", folder });
    else this.concluded = true;
  }

  reopen(item) {
    if (this.isBeside(item)) return;
    const closed = this.tips().filter((place) => this.unitOf(place) === item.actor.unit && this.closed(place));
    insist(closed.length, "not concluded there");
    this.insistAlone(item.body.principal ?? "");
    Object.assign(this, { concluded: false, folder: "" });
    const place = closed.at(-1);
    if (place) this.change(this.hop(place), { state: "received", folder: "" });
  }

  group(item) {
    const { principal, member } = item.body;
    const seen = this.asSeenBy(item);
    seen.insistHolding(item.actor.unit);
    insist(this.principal === null, "grouped");
    insist(!(this.id === member && this.members.length), "a group of groups");
    insist(principal !== member && [principal, member].includes(this.id) && !this.members.includes(member), "not so grouped");
    if (this.id === principal) this.members = [...this.members, member];
    else Object.assign(this, { grouping: item.digest, principal });
  }

  ungroup(item) {
    const { principal, member } = item.body;
    this.asSeenBy(item).insistHolding(item.actor.unit);
    insist(this.id === member ? this.principal === principal : this.id === principal && this.members.includes(member), "not grouped");
    if (this.id === member) this.principal = null;
    else this.members = this.members.filter((each) => each !== member);
  }

  movePaper(item) {
    const { hop: id, paper: what, where } = item.body;
    const unit = item.actor.unit;
    if (id) {
      const hop = this.hop(id);
      const has = unit === hop.to_unit && ["received", "concluded"].includes(hop.state);
      insist(has || (unit === hop.from_unit && isOut(hop) && !hop.void), "forbidden");
      if (!hop.oficial || hop.void) {
        hop.paper_received = where || hop.paper_received;
        return;
      }
    } else {
      insist(this.holder === unit, "not the holder");
    }
    this.paper = { what: what || this.paper.what, where, unit, hop: "" };
  }

  settled(item) {
    insist(this.settlements.includes(item), "nothing to settle");
  }

  // --- conflicts

  openConflicts() {
    const late = new Set([...this.known.late.values()].map((each) => each.hop));
    const contested = this.contested.map((hop) => hop.id);
    const noted = this.settlements.filter(({ body }) => body.about === "cancelacion").map(({ body }) => body.keep);
    const found = [];
    if (contested.length) {
      const about = contested.some((id) => late.has(id)) ? "cancelacion" : "oficial";
      found.push({ about, hops: contested, unit: this.hop(contested[0]).from_unit, open: true });
    }
    for (const hop of this.hops) {
      const told = contested.includes(hop.id) || noted.includes(hop.id);
      if (late.has(hop.id) && !told && isOut(hop) && !hop.void) found.push({ about: "cancelacion", hops: [hop.id], unit: hop.from_unit, open: true });
    }
    return found;
  }
}

const isOut = (hop) => !["rejected", "cancelled"].includes(hop.state);
const whoOf = (item) => item.on_behalf_of ?? item.actor.official;

function newHop(item) {
  const { body } = item;
  return {
    id: item.id, digest: item.digest, oficial: isOficial(item), from_unit: item.actor.unit, from_official: whoOf(item),
    sent_by: item.on_behalf_of ? item.actor.official : "", to_unit: body.to_unit, to_official: body.to_official ?? "", mode: body.mode,
    action: body.action, actions: [...new Set([body.action, ...(body.actions ?? [])])], remark: body.remark ?? "", urgent: body.urgent ?? false,
    deadline: body.deadline ?? null, sheets: body.sheets ?? 0, paper: body.paper ?? "", coordinate: body.coordinate ?? "",
    unscanned: body.unscanned ?? "", sent_at: item.time, documents: body.documents ?? [], group: body.principal ?? "", state: "sent",
    received_at: null, received_by: "", received_for: "", reason: "", answered_with: [], paper_received: "", justifications: [],
    reassignments: [], came_from: "", void: false, folder: "",
  };
}

function shown(view) {
  const { id, number, holder, held, concluded, folder, principal, members, documents, paper, refused } = view;
  const settled = view.settlements.map(({ body, actor }) => ({
    about: body.about, hops: [body.keep, ...body.drop], unit: actor.unit, open: false,
  }));
  const hops = view.hops.map(({ oficial, ...hop }) => hop);
  return {
    id, number, holder, held, concluded, folder, principal, members, documents, paper, refused, hops, conflicts: [...settled, ...view.openConflicts()],
  };
}
