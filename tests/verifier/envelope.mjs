// Compact JWS of one possible text, RFC 8785 JSON, Ed25519: "Envelope" in docs/formats/events.md.
import { createHash, createPublicKey, verify } from "node:crypto";

const LONGEST = 16_000_000;

export class Refusal extends Error {
  constructor(code, why = "") {
    super(why || code);
    this.code = code;
  }
}

// RFC 8785: members in the order of their UTF-16 units, which is that of JavaScript's own comparison.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "string" && Buffer.from(value, "utf8").toString("utf8") !== value) {
    throw new Refusal("envelope.malformed", "half a surrogate pair");
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new Refusal("envelope.malformed", "number");
  return JSON.stringify(value);
}

function decode(part) {
  const raw = Buffer.from(part, "base64url");
  if (raw.toString("base64url") !== part) throw new Refusal("envelope.malformed", "base64url");
  return raw;
}

function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal("envelope.malformed", "JSON");
  }
}

export function takeApart(jws, typ) {
  if (typeof jws !== "string" || jws.length > LONGEST) throw new Refusal("envelope.malformed", "text");
  const parts = jws.split(".");
  if (parts.length !== 3) throw new Refusal("envelope.malformed", "parts");
  const [head, payload, signature] = parts.map(decode);
  const header = parse(head);
  const { kid, typ: found } = header ?? {};
  if (typeof kid !== "string" || found === undefined || signature.length !== 64) throw new Refusal("envelope.malformed", "header");
  if (!head.equals(Buffer.from(canonical({ alg: "Ed25519", kid, typ: found })))) throw new Refusal("envelope.malformed", "header");
  if (found !== typ) throw new Refusal("envelope.wrong_type");
  const digest = createHash("sha256").update(jws, "ascii").digest("hex");
  return { kid, payload, signature, digest, signed: Buffer.from(jws.slice(0, jws.lastIndexOf(".")), "ascii") };
}

export function requireSignature(envelope, verifyKey) {
  let holds = false;
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: verifyKey }, format: "jwk" });
    holds = verify(null, envelope.signed, key, envelope.signature);
  } catch {
    holds = false;
  }
  if (!holds) throw new Refusal("envelope.bad_signature");
}

// Members named twice and every other way of writing fall out here: the value is written again and the bytes are compared.
export function readCanonical(payload) {
  const value = parse(payload);
  if (!payload.equals(Buffer.from(canonical(value), "utf8"))) throw new Refusal("envelope.not_canonical");
  return value;
}
