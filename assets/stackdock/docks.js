// What is worked out in the browser from the small live views "docks" and "dock_kinds": freshness, counts, staleness.
// Staleness depends on the time, which no query is run again for.
import { createElement as h, useMemo, useRef, useSyncExternalStore } from "react";
import { live, useLiveIds, useLiveMeta } from "$/public/stackdock/live";
import { ago, exactly, secondsSince, useTicking } from "$/public/stackdock/time";

const NO_ROW = Object.freeze({});
const LATE = 1.5; // times the interval
const SLACK_SECONDS = 30; // a demo's interval is a few seconds: shorter than a sync may take

/** All rows of a small slot. */
export function useRows(slot) {
  const ids = useLiveIds(slot);
  const last = useRef([]);
  const subscribe = useMemo(
    () => (listener) => {
      const stops = ids.map((id) => live.subscribe(live.rowTopic(slot, id), listener));
      return () => stops.forEach((stop) => stop());
    },
    [slot, ids],
  );
  const read = () => {
    const rows = ids.map((id) => live.getRow(slot, id));
    const same = rows.length === last.current.length && rows.every((row, at) => row === last.current[at]);
    return same ? last.current : (last.current = rows);
  };
  return useSyncExternalStore(subscribe, read, read);
}

const isLate = (at, interval) => at && secondsSince(at) > Math.max(LATE * interval, interval + SLACK_SECONDS);

export const isFresh = (dock) => Boolean(dock.last_complete_at) && !isLate(dock.last_complete_at, dock.interval_seconds);

/** The docks that wait for a person: their credential is refused, no kind could be read, or deletions are held. */
export function needy(docks, kinds) {
  const held = new Set(kinds.filter((kind) => kind.held_count > 0 && !kind.accepted_at).map((kind) => kind.dock_id));
  return docks.filter((dock) => dock.status === "error" || dock.error_code === "CredentialsRejected" || held.has(dock.id));
}

/** Once per page, in the header: how fresh everything on it is. */
export function Freshness() {
  const docks = useRows("docks").filter((dock) => dock.id);
  const words = useTicking(() => describe(docks));
  if (!words) return null;
  const [shape, main, rest] = words.split("\n");
  return h(
    "span",
    { className: "fresh far" },
    h("span", { className: `st ${shape}` }, main),
    rest && h("span", { className: "faint num" }, rest),
  );
}

function describe(docks) {
  if (docks.length === 0) return "";
  const fresh = docks.filter(isFresh);
  const listed = docks.filter((dock) => dock.last_complete_at).map((dock) => dock.last_complete_at);
  if (listed.length === 0) return "pending\nFirst sync is on its way\n";
  const oldest = `oldest ${ago(listed.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b)))}`;
  if (fresh.length < docks.length) return `degraded\n${fresh.length} of ${docks.length} docks fresh\n${oldest}`;
  return `active\n${docks.length === 1 ? "The dock is fresh" : docks.length === 2 ? "Both docks fresh" : `All ${docks.length} docks fresh`}\n${oldest}`;
}

const byKind = new WeakMap(); // ids of the slot → Map("dock kind" → id): worked out once per change of the list

function kindRowId(dockId, kind) {
  const ids = live.getIds("dock_kinds");
  let index = byKind.get(ids);
  if (!index) {
    index = new Map(ids.map((id) => [id, live.getRow("dock_kinds", id)]).map(([id, row]) => [`${row.dock_id} ${row.kind}`, id]));
    byKind.set(ids, index);
  }
  return index.get(`${dockId} ${kind}`);
}

/** When the row's kind was last listed completely at its dock; marked when that is too long ago. */
export function Seen({ dockId, kind }) {
  useLiveIds("dock_kinds");
  const id = kindRowId(dockId, kind);
  const subscribe = useMemo(
    () => (listener) => {
      const stops = [live.subscribe(live.rowTopic("dock_kinds", id), listener), live.subscribe(live.rowTopic("docks", dockId), listener)];
      return () => stops.forEach((stop) => stop());
    },
    [id, dockId],
  );
  const read = () => (id && live.getRow("dock_kinds", id).last_complete_at) ?? "";
  const at = useSyncExternalStore(subscribe, read, read);
  const interval = live.getRow("docks", dockId).interval_seconds ?? 300;
  const words = useTicking(() => (at ? `${isLate(at, interval) ? "stale" : "fresh"}\n${ago(at)}` : ""));
  if (!words) return h("span", { className: "faint" }, "–");
  const [state, when] = words.split("\n");
  return h(
    "time",
    { dateTime: at, title: `Last listed completely: ${exactly(at)}`, className: state === "stale" ? "stale num" : "faint num" },
    h("span", { "aria-hidden": true }, state === "stale" ? `Stale · ${when}` : when),
    h("span", { className: "unseen" }, `${state === "stale" ? "Stale, " : ""}${exactly(at)}`),
  );
}

export const NUMBER = new Intl.NumberFormat("en-GB");

/** The number beside a kind in the sidebar. */
export function KindCount({ kind }) {
  const rows = useRows("counts");
  const { ready } = useLiveMeta("counts");
  const total = rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0);
  return ready ? h("span", { className: "n num" }, NUMBER.format(total)) : null;
}

/** The number of docks, in red and with a word when somebody is needed. */
export function DockCount() {
  const docks = useRows("docks");
  const kinds = useRows("dock_kinds");
  const { ready } = useLiveMeta("docks");
  if (!ready) return null;
  const waiting = needy(docks, kinds).length;
  return waiting
    ? h("span", { className: "n num bad" }, `${waiting} ${waiting === 1 ? "needs you" : "need you"}`)
    : h("span", { className: "n num" }, NUMBER.format(docks.length));
}

/** "187" or "50 of 187" beside a page's title: rows that match the filter, of all there are. */
export function RowCount({ kind, filtered }) {
  const rows = useRows("counts");
  const matching = useRows("total")[0] ?? NO_ROW;
  const { ready } = useLiveMeta("counts");
  if (!ready) return null;
  const total = rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0);
  const words = filtered && matching.count !== undefined ? `${NUMBER.format(matching.count)} of ${NUMBER.format(total)}` : NUMBER.format(total);
  return h("span", { className: "count num faint" }, words);
}

/** A kind's rows by status, as a thin bar. */
export function StatusBar({ kind }) {
  const rows = useRows("counts").filter((row) => row.kind === kind && row.count > 0);
  const words = rows.map((row) => `${NUMBER.format(row.count)} ${row.status}`).join(", ");
  return h(
    "span",
    { className: "split", role: "img", "aria-label": words || "none", title: words },
    rows.map((row) => h("i", { key: row.id, className: row.status, style: { flexGrow: row.count } })),
  );
}

/** "50 of 187 loaded" under a table. */
export function LoadedCount({ slot, kind }) {
  const { count, ready } = useLiveMeta(slot);
  const rows = useRows("counts");
  const matching = useRows("total")[0] ?? NO_ROW;
  if (!ready) return null;
  const total = matching.count ?? rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0);
  // Both are counted by the database, one a moment after the other: never "51 of 50".
  return h("span", { className: "num" }, `${NUMBER.format(count)} of ${NUMBER.format(Math.max(count, total))} loaded`);
}

/** How many rows of a kind there are, in large. */
export function KindTotal({ kind }) {
  const rows = useRows("counts");
  const { ready } = useLiveMeta("counts");
  return ready ? NUMBER.format(rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0)) : "–";
}

export function DemoNote({ children }) {
  const docks = useRows("docks");
  return docks.some((dock) => dock.is_demo) ? h("div", { className: "note" }, children) : null;
}

export function DemoContent() {
  const docks = useRows("docks").filter((dock) => dock.is_demo);
  return h(
    "ul",
    null,
    docks.map((dock) => h("li", { key: dock.id }, `${dock.name}, ${NUMBER.format(dock.resource_count)} resources`)),
  );
}
