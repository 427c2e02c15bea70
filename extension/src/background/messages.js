// Who may send what to the worker. One table; whatever is not in it, comes from elsewhere, or has
// other fields than said, is refused before anything else looks at it.

import { boundAs } from "./binding.js";
import { isConsoleOrigin, isLocation } from "./consoles.js";

const text = (max) => (value) => typeof value === "string" && value.length <= max;
const number = (min, max) => (value) => Number.isFinite(value) && value >= min && value <= max;
const flag = (value) => typeof value === "boolean";
const orNull = (check) => (value) => value === null || check(value);
const oneOf = (...choices) => (value) => choices.includes(value);
const optional = (check) => (value) => value === undefined || check(value);

/** Largest saved state, in characters of its JSON. */
const STATE_MAX = 262_144;

const json = (value) => {
  try {
    return JSON.stringify(value)?.length <= STATE_MAX;
  } catch {
    return false;
  }
};

const ANY = ["dock", "side", "window"];

/** Type to senders and fields. `console` is the content script in a console's top document. */
const MESSAGES = {
  location: { from: ["console"], fields: { location: orNull(isLocation), start: flag } },
  mount: { from: ["console"], fields: {} },
  "dock.lost": { from: ["console"], fields: {} },

  hello: { from: ["page"], fields: { nonce: orNull(text(64)), ratio: number(0, 100) } },

  "session.get": { from: ANY, fields: {} },
  "session.login": { from: ANY, fields: { user: text(256), password: text(4096) } },
  "session.refresh": { from: ANY, fields: {} },
  "session.logout": { from: ANY, fields: {} },
  "backend.set": { from: ANY, fields: { address: text(2048) } },
  "state.save": { from: ANY, fields: { key: text(1024), value: json } },
  "state.load": { from: ANY, fields: { key: text(1024) } },
  "window.open": { from: ANY, fields: { proposal: optional(orNull(text(128))) } },
  open_console: { from: ANY, fields: { url: text(8192) } },
  badge: {
    from: ANY,
    fields: { priority: orNull(oneOf("P1", "P2", "P3", "P4", "ok")), percent: optional(orNull(number(0, 100))) },
  },
  "proof.pixel_ratio": { from: ANY, fields: {} },
  "dock.collapse": { from: ["dock"], fields: {} },
  "dock.open": { from: ["dock"], fields: {} },
  "dock.width": { from: ["dock"], fields: { px: number(0, 10_000) } },
  "dock.move": { from: ["dock"], fields: { y: number(0, 1) } },
};

/**
 * The sender's part: the content script of a console, a page of ours that is not bound, or a bound document.
 * @param {chrome.runtime.MessageSender} sender
 * @returns {Promise<{
 *   as: string, tab?: number, origin?: string, document?: string, bound?: import("./binding.js").Bound,
 * } | null>}
 */
async function senderOf(sender, window) {
  if (sender.id !== chrome.runtime.id) return null;
  if (isConsoleOrigin(sender.origin)) {
    const top = sender.frameId === 0 && sender.tab?.id !== undefined;
    return top ? { as: "console", tab: sender.tab.id, origin: sender.origin } : null;
  }
  if (`${sender.origin}/` !== chrome.runtime.getURL("")) return null;
  const known = await boundAs(sender, window);
  return known ? { as: known.bound.surface, ...known } : { as: "page" };
}

/**
 * The sender if he may send `message`, or why not.
 * @returns {Promise<{from: NonNullable<Awaited<ReturnType<typeof senderOf>>>} | {refused: string}>}
 */
export async function admit(message, sender) {
  const rule = typeof message === "object" && message !== null && Object.hasOwn(MESSAGES, message.type)
    ? MESSAGES[message.type]
    : undefined;
  if (!rule) return { refused: "no such message" };
  const from = await senderOf(sender, message.window);
  if (!from || !rule.from.includes(from.as)) return { refused: "not from this sender" };
  if (!hasShape(message, sender.tab === undefined ? { ...rule.fields, window: Number.isInteger } : rule.fields)) return { refused: "not of this shape" };
  if (from.as === "console" && message.location && `https://${message.location.host}` !== from.origin) {
    return { refused: "not this page's address" };
  }
  return { from };
}

function hasShape(message, fields) {
  const known = Object.keys(message).every((key) => key === "type" || Object.hasOwn(fields, key));
  return known && Object.entries(fields).every(([key, check]) => check(message[key]));
}
