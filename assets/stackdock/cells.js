// What a table cell does by itself: tints when its value changed, copies its text.
import { createElement as h, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLiveMeta } from "$/public/stackdock/live";

const TINT_MS = 1200;
const COPIED_MS = 1500;

const prefersStillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const PHONE = "(max-width: 720px)";

/** Only what is cut off has a title: the whole text. */
function nameWhatIsCut({ currentTarget: cell }) {
  const isCut = [cell, ...cell.querySelectorAll(".clip, .mono")].some((part) => part.scrollWidth > part.clientWidth && part.clientWidth > 0);
  if (isCut) cell.title = cell.innerText;
  else cell.removeAttribute("title");
}

/** A table cell. `changed` grows with each change of what it shows; the first value is no change. */
export function LiveCell({ changed, className, children, scope }) {
  const cell = useRef(null);
  const seen = useRef(changed);
  useEffect(() => {
    if (changed === seen.current) return;
    seen.current = changed;
    if (!changed || prefersStillness()) return;
    const tint = getComputedStyle(cell.current).getPropertyValue("--bg-changed");
    const steps = [{ backgroundColor: tint }, { backgroundColor: tint, offset: 0.3 }, { backgroundColor: "transparent" }];
    // On a phone the cell is half as wide as the screen: only its mark and words are tinted.
    const part = (window.matchMedia(PHONE).matches && cell.current.querySelector(".st")) || cell.current;
    part.animate(steps, { duration: TINT_MS, id: "changed" });
  }, [changed]);
  return h(scope ? "th" : "td", { ref: cell, className, scope, onPointerEnter: nameWhatIsCut }, children);
}

/** Around "Load more": what a person has loaded is asked for again after a restart, and the place in it is found again. */
export function KeptRows({ slot, pageSize, onMore, children }) {
  const { count, more, ready } = useLiveMeta(slot);
  const here = useRef(null);
  const kept = useRef({ rows: 0, top: 0, search: "" });
  const grid = () => here.current?.parentElement?.previousElementSibling;
  const onClickCapture = () => Object.assign(kept.current, { rows: count + pageSize, search: window.location.search });
  useEffect(() => {
    const table = grid();
    const isWhole = () => table.querySelectorAll("tbody tr").length > pageSize;
    const onScroll = () => isWhole() && (kept.current.top = table.scrollTop);
    table?.addEventListener("scroll", onScroll, { passive: true });
    return () => table?.removeEventListener("scroll", onScroll);
  }, [pageSize]);
  const before = useRef(count);
  useLayoutEffect(() => {
    const had = before.current;
    before.current = count;
    if (!ready || kept.current.search !== window.location.search) return;
    const wanted = kept.current.rows;
    if (more && count < had && count < wanted) kept.current.isBack = true;
    if (!kept.current.isBack) return;
    if (more && count + pageSize <= wanted) onMore();
    else {
      kept.current.isBack = false;
      grid()?.scrollTo({ top: kept.current.top });
    }
  }, [count, more, ready]);
  return h("span", { ref: here, className: "kept", onClickCapture }, children);
}

/** Text that is copied when pressed. Says so to screen readers, and only there in words. */
export function CopyButton({ text, label = "Copy" }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [done]);
  if (!text) return h("span", { className: "faint" }, "–");
  return h(
    "button",
    { type: "button", className: done ? "copy done" : "copy", title: `${label} ${text}`, "aria-label": `${label} ${text}`, onClick: () => copy(text).then(setDone) },
    h("span", { className: "clip mono" }, text),
    h(
      "svg",
      { viewBox: "0 0 24 24", width: 12, height: 12, fill: "none", stroke: "currentColor", strokeWidth: 2, "aria-hidden": true },
      done ? h("path", { d: "m4 12 6 6L20 6" }) : [h("path", { key: 1, d: "M8 8h12v12H8z" }), h("path", { key: 2, d: "M16 8V4H4v12h4" })],
    ),
    h("span", { className: "unseen", role: "status" }, done ? "Copied" : ""),
  );
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // no clipboard API on a plain-http address
  }
}

function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
