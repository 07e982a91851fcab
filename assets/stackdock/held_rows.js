// Around a table: nothing moves under the user's hand. Says which rows are in sight, and what waits above them.
import { createElement as h, useEffect, useLayoutEffect, useRef } from "react";
import { useLocation } from "react-router";
import { live, useWaiting } from "$/public/stackdock/live";
import { useRowKeys } from "$/public/stackdock/row_keys";

const ROWS = "tbody tr[data-row]";

// Rows that appear under a resting pointer have no hand on them, though the browser tells of a pointer that came over them.
let restsAt = "";
const placeOf = (event) => `${event.screenX},${event.screenY}`;
// From the start, not with the first table: the pointer may come to rest before there is one. The build draws with no document.
globalThis.document?.addEventListener("pointermove", (event) => (restsAt = placeOf(event)), { capture: true, passive: true });

/** The element that scrolls `box` up and down: itself, or what it stands in. */
function scrollerOf(box) {
  for (let one = box; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight) return one;
  }
  return document.scrollingElement;
}

/** The rows in sight, or null while nobody has a hand on them: all from the first on are to be seen, and no pointer or focus is there. */
function look(box, isPointed) {
  const rows = [...box.querySelectorAll(ROWS)];
  if (rows.length === 0) return null;
  const frame = scrollerOf(box).getBoundingClientRect();
  const top = Math.max(frame.top, 0, box.querySelector("thead th")?.getBoundingClientRect().bottom ?? 0);
  const bottom = Math.min(frame.bottom, window.innerHeight);
  const isScrolled = rows[0].getBoundingClientRect().top < top - 1;
  if (!isScrolled && !isPointed && !isFocused(box)) return null;
  const last = rows.findLast((row) => row.getBoundingClientRect().top < bottom);
  if (!last) return null;
  const first = rows.find((row) => row.getBoundingClientRect().bottom > top + 1) ?? last;
  return { first: first.dataset.row, last: last.dataset.row };
}

/** A row or the button that shows what waits; not the region itself, which a click beside the rows would focus. */
const isFocused = (box) => Boolean(document.activeElement?.closest("tbody, .waiting")) && box.contains(document.activeElement);

function words({ waiting, gone, moved, isAbove }) {
  return [waiting && `${waiting} new${isAbove ? " above" : ""}`, gone && `${gone} gone`, moved && `${moved} moved`].filter(Boolean).join(", ");
}

/** `children` is the table. `label` names it where it scrolls by itself, and takes the focus for the keyboard. */
export function HeldRows({ slot, label, className, children }) {
  const box = useRef(null);
  const isPointed = useRef(false);
  const { pathname, search } = useLocation();
  const place = useRef(pathname + search);
  useRowKeys(box);
  useLayoutEffect(() => live.hold(slot, () => look(box.current, isPointed.current)), [slot]);
  useLayoutEffect(() => {
    if (place.current === pathname + search) return;
    place.current = pathname + search;
    live.expectOthers(slot);
  }, [slot, pathname, search]);
  useEffect(() => {
    const again = () => live.look(slot);
    // Capture: it may be the page that scrolls, not the table.
    document.addEventListener("scroll", again, { capture: true, passive: true });
    return () => document.removeEventListener("scroll", again, { capture: true });
  }, [slot]);
  const point = (is) => (event) => {
    if (is && !isPointed.current && placeOf(event) === restsAt) return;
    isPointed.current = is && event.pointerType !== "touch" && Boolean(event.target.closest("tbody, .waiting"));
    if (!isPointed.current) live.look(slot);
  };
  const onBlur = () => queueMicrotask(() => live.look(slot));
  const showWaiting = () => {
    live.showWaiting(slot);
    const scroller = scrollerOf(box.current);
    if (scroller === box.current) scroller.scrollTo({ top: 0 });
    else if (box.current.getBoundingClientRect().top < scroller.getBoundingClientRect().top) box.current.scrollIntoView();
    box.current.focus({ preventScroll: true });
  };
  return h(
    "div",
    {
      ref: box,
      className,
      tabIndex: label ? 0 : -1,
      role: label ? "region" : undefined,
      "aria-label": label,
      onPointerOver: point(true),
      onPointerLeave: point(false),
      onBlur,
    },
    h(Waiting, { slot, onShow: showWaiting }),
    children,
  );
}

function Waiting({ slot, onShow }) {
  const held = useWaiting(slot);
  const said = words(held);
  return h(
    "div",
    { className: "waiting" },
    said && h("button", { type: "button", className: "btn pill", onClick: onShow }, said),
    // Said once, when the first row begins to wait: not again with each one that follows.
    h("span", { className: "unseen", role: "status" }, said ? "Rows have changed above. They wait until you ask for them." : ""),
  );
}
