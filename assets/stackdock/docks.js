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

/** Its last sync failed, or its credential is refused: what it holds is kept, and nobody knows whether it is still true. */
export const hasFailed = (dock) => isBroken(dock) || dock.consecutive_failures > 0;

const isBroken = (dock) => dock.status === "error" || dock.error_code === "CredentialsRejected";

/** The kinds whose deletions wait for a person's word. */
export const heldKinds = (kinds) => kinds.filter((kind) => kind.held_count > 0 && !kind.accepted_at);

/** How many rows are missing and held, of one dock or of all. */
export const heldCount = (kinds, dockId) =>
  heldKinds(kinds).reduce((sum, kind) => sum + (dockId === undefined || kind.dock_id === dockId ? kind.held_count : 0), 0);

/** All of it was listed in time, its last sync went well, and nothing is held back. */
export const isFresh = (dock, kinds) =>
  Boolean(dock.last_complete_at) &&
  !hasFailed(dock) &&
  !dock.error_code &&
  dock.status !== "partial" &&
  heldCount(kinds, dock.id) === 0 &&
  !isLate(dock.last_complete_at, dock.interval_seconds);

/** It was never listed, and will be soon without anybody. */
export const awaitsFirst = (dock) =>
  !dock.last_complete_at &&
  !hasFailed(dock) &&
  (dock.status === "syncing" || (dock.status === "pending" && (!dock.paused_at || Boolean(dock.sync_requested_at))));

/** The docks that wait for a person: their credential is refused, no kind could be read, or deletions are held. */
export const needy = (docks, kinds) => docks.filter((dock) => isBroken(dock) || heldCount(kinds, dock.id) > 0);

/** How many things wait for a person: each such dock, and each kind with deletions held. */
export const needCount = (docks, kinds) => docks.filter(isBroken).length + heldKinds(kinds).length;

/** How many docks could not be read at their last sync. */
export const useBrokenCount = () => useRows("docks").filter(isBroken).length;

const SHORT = { active: "Fresh", pending: "First sync", idle: "Not listed" }; // beside a phone's title

/** Once per page, in the header: how fresh everything on it is. */
export function Freshness() {
  const docks = useRows("docks").filter((dock) => dock.id);
  const kinds = useRows("dock_kinds");
  const words = useTicking(() => describe(docks, kinds));
  if (!words) return null;
  const [shape, main, rest] = words.split("\n");
  return h(
    "span",
    { className: "fresh far" },
    h("span", { className: `st ${shape}` }, h("span", { className: "long" }, main), h("span", { className: "short" }, SHORT[shape] ?? main)),
    rest && h("span", { className: "faint num" }, rest),
  );
}

function describe(docks, kinds) {
  if (docks.length === 0) return "";
  const fresh = docks.filter((dock) => isFresh(dock, kinds)).length;
  const listed = docks.filter((dock) => dock.last_complete_at).map((dock) => dock.last_complete_at);
  if (listed.length === 0) {
    if (docks.some(hasFailed)) return `degraded\n${share(fresh, docks.length)}\nnone listed yet`;
    return docks.some(awaitsFirst) ? "pending\nFirst sync is on its way\n" : "idle\nNothing listed yet\n";
  }
  const oldest = `oldest ${ago(listed.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b)))}`;
  const held = heldCount(kinds);
  const rest = held > 0 ? `Held: ${NUMBER.format(held)} missing` : oldest;
  return `${fresh < docks.length ? "degraded" : "active"}\n${share(fresh, docks.length)}\n${rest}`;
}

function share(fresh, all) {
  if (all === 1) return fresh ? "The dock is fresh" : "The dock is not fresh";
  if (fresh < all) return `${fresh} of ${all} docks fresh`;
  return all === 2 ? "Both docks fresh" : `All ${all} docks fresh`;
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

/** When the row's kind was last listed completely at its dock; marked when that is too long ago, or the last try failed. */
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
  const read = () => {
    const listed = (id && live.getRow("dock_kinds", id)) || NO_ROW;
    const dock = live.getRow("docks", dockId) ?? NO_ROW;
    const failed = hasFailed(dock) || Boolean(listed.error_code);
    return `${listed.last_complete_at ?? ""}\n${failed ? "failed" : ""}\n${dock.interval_seconds ?? 300}`;
  };
  const [at, failed, interval] = useSyncExternalStore(subscribe, read, read).split("\n");
  const words = useTicking(() => (at ? `${failed || isLate(at, Number(interval)) ? "stale" : "fresh"}\n${ago(at)}` : ""));
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

/** "50 of 187 loaded" under a table, while there are more to load. */
export function LoadedCount({ slot, kind }) {
  const { count, more, ready } = useLiveMeta(slot);
  const rows = useRows("counts");
  const matching = useRows("total")[0] ?? NO_ROW;
  if (!ready || !more) return null;
  const total = matching.count ?? rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0);
  // Both are counted by the database, one a moment after the other: never "51 of 50".
  return h("span", { className: "num" }, `${NUMBER.format(count)} of ${NUMBER.format(Math.max(count, total))} loaded`);
}

/** How many rows of a kind there are, in large. */
export function KindTotal({ kind }) {
  const rows = useRows("counts");
  const { ready } = useLiveMeta("counts");
  const total = rows.reduce((sum, row) => sum + (row.kind === kind ? row.count : 0), 0);
  return ready ? NUMBER.format(total) : h("span", { className: "faint" }, "–");
}

export function DemoNote({ children }) {
  const docks = useRows("docks");
  return docks.some((dock) => dock.is_demo) ? h("div", { className: "note" }, children) : null;
}

/** What goes with the demo, in numbers: "2 docks, 214 resources". */
export function DemoContent() {
  const docks = useRows("docks").filter((dock) => dock.is_demo);
  const resources = docks.reduce((sum, dock) => sum + (dock.resource_count ?? 0), 0);
  return `${amount(docks.length, "dock")}, ${amount(resources, "resource")}`;
}

const amount = (count, one) => `${NUMBER.format(count)} ${one}${count === 1 ? "" : "s"}`;
