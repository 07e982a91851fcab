// Times that tick by themselves: one timer for the whole page, and a render only when the words change.
import { createElement as h, useSyncExternalStore } from "react";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

const listeners = new Set();
let timer = null;

export function onTick(listener) {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((one) => one()), 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** Renders again whenever `read()` gives another value at a tick. `read` must return a primitive. */
export const useTicking = (read) => useSyncExternalStore(onTick, read, read);

export const secondsSince = (at, now = Date.now()) => (now - Date.parse(at)) / 1000;

function amount(seconds) {
  if (seconds < MINUTE) return `${Math.floor(seconds)} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} d`;
}

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long" });

/** "4 s ago"; a clock that runs behind the server's does not make the past a future. */
export function ago(at, now = Date.now()) {
  const seconds = secondsSince(at, now);
  if (seconds < 5) return "just now";
  return seconds < 30 * DAY ? `${amount(seconds)} ago` : DATE.format(new Date(at));
}

/** "in 4 min", and "now" once it is due. */
export function until(at, now = Date.now()) {
  const seconds = -secondsSince(at, now);
  return seconds < 1 ? "now" : `in ${amount(seconds)}`;
}

/** How long something has taken so far or took: "1.4 s", "2 min". */
export function lasted(from, to, now = Date.now()) {
  const seconds = Math.max(0, ((to ? Date.parse(to) : now) - Date.parse(from)) / 1000);
  return seconds < 10 && to ? `${seconds.toFixed(1)} s` : amount(seconds);
}

export const exactly = (at) => EXACT.format(new Date(at));

/** An instant in words, with the exact one on hover and for screen readers. `tense`: past, future or date. */
export function RelativeTime({ at, tense = "past", none = "–" }) {
  const words = useTicking(() => {
    if (!at) return none;
    if (tense === "date") return DATE.format(new Date(at));
    return tense === "future" ? until(at) : ago(at);
  });
  if (!at) return h("span", { className: "faint" }, none);
  return h(
    "time",
    { dateTime: at, title: exactly(at), className: "num" },
    h("span", { "aria-hidden": true }, words),
    h("span", { className: "unseen" }, exactly(at)),
  );
}

/** From one instant to another, ticking while there is no end. */
export function Duration({ since, end }) {
  const words = useTicking(() => (since ? lasted(since, end) : ""));
  if (!words) return h("span", { className: "faint" }, "–");
  return h("span", { className: "num" }, words);
}
