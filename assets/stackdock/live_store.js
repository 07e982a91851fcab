// The browser's half of a live view: what the server said, what was patched before it answered, and who is listening.
// No React and no DOM here, so that Node can run it in the tests against the same messages as the Python model.
//
// A *view* is a result set that the server keeps true, known by a short id. A *slot* is a name that the page reads ("servers"),
// bound to one view at a time. Messages, each one object:
//
//   {b: {slot: view | null}}                   the slot shows this view from its snapshot on; null: the slot is dropped
//   {only: [slots]}                            every other slot is dropped, also one bound on an earlier connection
//   {v, s, c: [cell names], r: [[id, …]], m}   snapshot number s of a view: all its rows, in order
//   {v, s, u: {id: {cell: value}}, a: {id: […]}, d: [id], o: [[id, index]], i: [id], m}
//                                              patch s of a view: cells changed, rows added and removed; o moves or places rows
//                                              (after removals, by ascending final index), i is a whole new order
//   {k: [mutation, ok, error]}                 the server has answered a mutation, after its rows were sent
//   {end: reason}                              the server ends this connection on purpose
//
// Invariants: a slot with a view shows exactly the view's rows with its own overlays on top · a patch is applied only to the
// number before it · a row object is replaced, never mutated, and only when it looks different, so that React renders only
// rows that changed · a view that no slot is bound to is forgotten.

import { createHolds } from "./row_hold.js";
import { reordered } from "./row_order.js";

const OVERLAY_TTL_MS = 15000; // an unanswered mutation shows nothing any more; the server's word stands
const NO_ROW = Object.freeze({});
const NO_IDS = Object.freeze([]);
const NO_META = Object.freeze({ ready: false, loading: false, more: false, stale: false, count: 0 });

export function createLiveStore({ onGap = () => {}, onEnd = () => {}, onRefused = () => {}, timers = globalThis } = {}) {
  const views = new Map(); // view id → {id, seq, columns, rows: Map(row id → row), order: [row id], meta}
  const slots = new Map(); // slot name → {name, view, wanted, overlays, rows, ids, meta}
  const listeners = new Map(); // topic → Set of functions; a topic is "slot\nkind" or "slot\nrow\nid"
  let status = "connecting"; // connecting → live ⇄ reconnecting → ended
  let nextMutation = 1;
  const mutationPrefix = Math.random().toString(36).slice(2, 10);

  const notify = (topic) => listeners.get(topic)?.forEach((listener) => listener());
  const rowTopic = (slot, id) => `${slot}\nrow\n${id}`;
  const getIds = (slot) => slots.get(slot)?.ids ?? NO_IDS;
  const getMeta = (slot) => slots.get(slot)?.meta ?? NO_META;
  const holds = createHolds({ getIds, hasMore: (slot) => Boolean(slots.get(slot)?.view?.meta.more), notify, rowTopic });

  function subscribe(topic, listener) {
    let set = listeners.get(topic);
    if (!set) listeners.set(topic, (set = new Set()));
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && listeners.get(topic) === set) listeners.delete(topic);
    };
  }

  function slotNamed(name) {
    let slot = slots.get(name);
    if (!slot) {
      slot = { name, view: null, wanted: null, overlays: [], rows: new Map(), ids: NO_IDS, meta: NO_META };
      slots.set(name, slot);
    }
    return slot;
  }

  // --- what the server sends -------------------------------------------------------------------------------------------

  function receive(message) {
    if (message.only) for (const name of [...slots.keys()]) if (!message.only.includes(name)) bind(name, null);
    if (message.b) for (const name in message.b) bind(name, message.b[name]);
    if (message.r) applySnapshot(message);
    else if (message.v) applyPatch(message);
    if (message.k) acknowledge(...message.k);
    if (message.end !== undefined) {
      setStatus("ended");
      onEnd(message.end);
    }
  }

  function bind(name, viewId) {
    const slot = slotNamed(name);
    slot.wanted = viewId;
    if (viewId === null) {
      slot.view = null;
      holds.expectOthers(name);
      slots.delete(name);
      slot.overlays.forEach((overlay) => timers.clearTimeout(overlay.timer));
      slot.overlays = [];
    } else if (views.has(viewId)) slot.view = views.get(viewId);
    // Until the wanted view's snapshot is here the slot goes on showing the rows it has: no flash of skeletons.
    showAll(slot);
    forgetUnusedViews();
  }

  function applySnapshot({ v, s, c, r, m }) {
    const before = views.get(v);
    const view = { id: v, seq: s, columns: c, rows: new Map(), order: [], meta: { ...m } };
    for (const values of r) {
      const row = makeRow(c, values[0], values.slice(1));
      const old = before?.rows.get(row.id);
      view.rows.set(row.id, old && sameCells({ ...row, _changed: old._changed }, { ...row, ...old }) ? old : row);
      view.order.push(row.id);
    }
    views.set(v, view);
    for (const slot of slots.values()) {
      if (slot.wanted !== v) continue;
      slot.view = view;
      showAll(slot);
      holds.arrived(slot.name);
    }
    forgetUnusedViews();
  }

  function applyPatch({ v, s, u, a, d, o, i, m }) {
    const view = views.get(v);
    if (view && s <= view.seq) return; // the snapshot we have already holds it
    if (!view || s !== view.seq + 1) {
      onGap();
      return;
    }
    view.seq = s;
    const touched = [];
    for (const id in u) {
      const old = view.rows.get(id);
      const changed = { ...old._changed };
      for (const cell in u[id]) changed[cell] = s;
      view.rows.set(id, { ...old, ...u[id], _changed: changed });
      touched.push(id);
    }
    for (const id in a) {
      view.rows.set(id, makeRow(view.columns, id, a[id]));
      touched.push(id);
    }
    if (d) for (const id of d) view.rows.delete(id);
    if (i) view.order = i;
    else if (d || o) view.order = reordered(view.order, d, o);
    if (m) view.meta = { ...view.meta, ...m };
    for (const slot of slots.values()) {
      if (slot.view !== view) continue;
      for (const id of touched) showRow(slot, id);
      if (d) for (const id of d) showRow(slot, id);
      if (i || d || o) showOrder(slot);
      showMeta(slot);
    }
  }

  // --- what the page reads ---------------------------------------------------------------------------------------------

  /** Recompute one row of a slot: the server's row with the overlays on top. Notifies only when it looks different. */
  function showRow(slot, id) {
    let row = slot.view?.rows.get(id);
    for (const overlay of slot.overlays) {
      if (overlay.id !== id) continue;
      if (overlay.kind === "remove") row = undefined;
      else if (overlay.kind === "insert") row = { id, ...overlay.cells, ...row, _pending: true };
      else if (row) row = { ...row, ...overlay.cells, _pending: true };
    }
    const shown = slot.rows.get(id);
    if (row === shown || (row && shown && sameCells(row, shown))) return;
    if (row) slot.rows.set(id, row);
    else {
      slot.rows.delete(id);
      holds.keepGone(slot.name, shown);
    }
    notify(rowTopic(slot.name, id));
  }

  /** `isOwn`: the person at this browser did it, and wants to see it at once. */
  function showOrder(slot, isOwn = false) {
    let ids = slot.view ? slot.view.order : NO_IDS;
    for (const overlay of slot.overlays) {
      if (overlay.kind === "remove") ids = ids.filter((id) => id !== overlay.id);
      else if (overlay.kind === "insert" && !ids.includes(overlay.id)) {
        ids = [...ids.slice(0, overlay.index), overlay.id, ...ids.slice(overlay.index)];
      }
    }
    if (ids.length === slot.ids.length && ids.every((id, at) => id === slot.ids[at])) return;
    slot.ids = ids;
    notify(`${slot.name}\nids`);
    holds.update(slot.name, { isAsked: isOwn });
  }

  function showMeta(slot) {
    const meta = {
      ...NO_META,
      ...slot.view?.meta,
      ready: slot.view !== null,
      loading: slot.wanted !== null && slot.view?.id !== slot.wanted,
      count: slot.ids.length,
    };
    const keys = Object.keys({ ...meta, ...slot.meta });
    if (keys.every((key) => meta[key] === slot.meta[key])) return;
    slot.meta = meta;
    notify(`${slot.name}\nmeta`);
  }

  /** Make everything a slot shows true again. The order of steps matters: a row is there before it is listed. */
  function showAll(slot) {
    const gone = new Set(slot.rows.keys());
    for (const id of slot.view ? slot.view.rows.keys() : []) {
      gone.delete(id);
      showRow(slot, id);
    }
    for (const overlay of slot.overlays) {
      gone.delete(overlay.id);
      showRow(slot, overlay.id);
    }
    showOrder(slot);
    for (const id of gone) showRow(slot, id);
    showMeta(slot);
  }

  function forgetUnusedViews() {
    const used = new Set();
    for (const slot of slots.values()) used.add(slot.view?.id).add(slot.wanted);
    for (const id of views.keys()) if (!used.has(id)) views.delete(id);
  }

  // --- patches shown before the server has answered ----------------------------------------------------------------------

  /** Lay a change over the slot's rows until `acknowledge` or the time limit. Returns the mutation's id, to send along. */
  function overlay(slotName, kind, id, { cells = {}, index = 0, mutation } = {}) {
    const mid = mutation ?? `${mutationPrefix}-${nextMutation++}`;
    const slot = slotNamed(slotName);
    const timer = timers.setTimeout(() => drop(mid), OVERLAY_TTL_MS);
    timer?.unref?.();
    slot.overlays.push({ mid, kind, id, cells, index, timer });
    showRow(slot, id);
    showOrder(slot, true);
    showMeta(slot);
    return mid;
  }

  /** Whether a change shows that the server has not answered. */
  const isShown = (mid) => [...slots.values()].some((slot) => slot.overlays.some((overlay) => overlay.mid === mid));

  function acknowledge(mid, ok, error) {
    drop(mid);
    if (!ok) onRefused(mid, error);
  }

  function drop(mid) {
    for (const slot of slots.values()) {
      const dropped = slot.overlays.filter((one) => one.mid === mid);
      if (dropped.length === 0) continue;
      slot.overlays = slot.overlays.filter((one) => one.mid !== mid);
      for (const one of dropped) {
        timers.clearTimeout(one.timer);
        showRow(slot, one.id);
      }
      showOrder(slot, true);
      showMeta(slot);
    }
  }

  function setStatus(next) {
    if (status === next || status === "ended") return;
    status = next;
    notify("status");
  }

  return {
    receive,
    subscribe,
    rowTopic,
    setStatus,
    isShown,
    getStatus: () => status,
    getIds,
    getRow: (slot, id) => slots.get(slot)?.rows.get(id) ?? holds.goneRow(slot, id) ?? NO_ROW,
    getMeta,
    getHeldIds: holds.ids,
    getWaiting: holds.waiting,
    hold: holds.hold,
    look: holds.look,
    showWaiting: (slot) => holds.update(slot, { isAsked: true }),
    expectOthers: holds.expectOthers,
    patch: (slot, id, cells, mutation) => overlay(slot, "patch", id, { cells, mutation }),
    insert: (slot, id, cells, { index = 0, mutation } = {}) => overlay(slot, "insert", id, { cells, index, mutation }),
    remove: (slot, id, mutation) => overlay(slot, "remove", id, { mutation }),
    sizes: () => ({ views: views.size, slots: slots.size, topics: listeners.size }),
  };
}

function makeRow(columns, id, values) {
  const row = { id };
  columns.forEach((name, at) => (row[name] = values[at]));
  return row;
}

function sameCells(a, b) {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => sameValue(a[key], b[key]));
}

function sameValue(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
