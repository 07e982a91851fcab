// The keyboard among rows: j and k or the arrows go from row to row, Enter opens one. "/" is the filter's.
import { useEffect } from "react";

const ROWS = "tbody tr[data-row]";
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** A key that is no text, belongs to nothing that is open above the page, and that nobody has taken. */
export const isFree = (event) =>
  !event.defaultPrevented &&
  !(event.ctrlKey || event.metaKey || event.altKey) &&
  !event.target.closest?.("input, textarea, select") &&
  !document.querySelector("dialog[open], :popover-open");

/** The row's own page where it has one; else every word of the row is shown, in as many lines as that takes. */
function open(row) {
  const link = row.querySelector("a.row-link");
  if (link && !row.closest(".grid")) link.click();
  else row.toggleAttribute("data-whole");
}

function focus(row) {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** j and k begin in the page's first table; the arrows, which scroll a page, only where the focus is in this one. */
export function useRowKeys(box) {
  useEffect(() => {
    const onKeyDown = (event) => {
      const step = STEPS[event.key];
      const at = document.activeElement;
      const isHere = box.current.contains(at);
      const row = isHere ? at.closest(ROWS) : null;
      if (!isFree(event)) return;
      if (event.key === "Enter" && row && at === row) {
        event.preventDefault();
        open(row);
      } else if (step && (isHere || (event.key.length === 1 && !at.closest("tbody") && box.current === document.querySelector(".grid, .held")))) {
        const rows = [...box.current.querySelectorAll(ROWS)];
        const next = rows[row ? rows.indexOf(row) + step : 0];
        if (next) focus(next);
        event.preventDefault();
      }
    };
    // A finger has neither Enter nor a pointer that rests.
    const onClick = (event) => {
      const row = event.target.closest(ROWS);
      if (event.pointerType === "touch" && row?.closest(".grid") && !event.target.closest("a, button")) open(row);
    };
    const here = box.current;
    document.addEventListener("keydown", onKeyDown);
    here.addEventListener("click", onClick);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      here.removeEventListener("click", onClick);
    };
  }, [box]);
}
