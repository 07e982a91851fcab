// Live rows in React: hooks that read the store, and the bridge that feeds it from Reflex's socket.
// Rows never enter Reflex's state: the server addresses them to the pseudo-substate "~", for which the bridge is the dispatcher.
import { useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { EventLoopContext, StateStoreContext } from "$/utils/context-registry";
import { createLiveStore } from "$/public/stackdock/live_store";

const SUBSTATE = "~";
const SESSION_CHECK_MS = 5000;

let askForSnapshots = () => {};
let tellRefused = () => {};

export const live = createLiveStore({
  onGap: () => askForSnapshots(),
  onEnd: () => leaveOrReload(true),
  onRefused: (mutation, error) => tellRefused(mutation, error),
});

function useTopic(topic, read) {
  const subscribe = useMemo(() => (listener) => live.subscribe(topic, listener), [topic]);
  return useSyncExternalStore(subscribe, read, read);
}

/** The ids of the slot's rows, in order. Renders again only when a row comes, goes or moves. */
export const useLiveIds = (slot) => useTopic(`${slot}\nids`, () => live.getIds(slot));

/** The ids that a table draws: rows do not move while a hand is on them (`HeldRows`). */
export const useHeldIds = (slot) => useTopic(`${slot}\nheld`, () => live.getHeldIds(slot));

/** What is held meanwhile, as numbers: waiting, gone, moved; and whether all that wait belong above what is in sight. */
export const useWaiting = (slot) => useTopic(`${slot}\nheld`, () => live.getWaiting(slot));

/** One row's cells. Renders again only when this row changes. `_changed` maps a cell to the number of its last change. */
export const useLiveRow = (slot, id) => useTopic(live.rowTopic(slot, id), () => live.getRow(slot, id));

/** What is known of the slot: ready, loading, more, stale, count. */
export const useLiveMeta = (slot) => useTopic(`${slot}\nmeta`, () => live.getMeta(slot));

/** One cell of one row: for counts and other single values. */
export const useLiveValue = (slot, id, cell) => useTopic(live.rowTopic(slot, id), () => live.getRow(slot, id)[cell]);

/** connecting, live, reconnecting or ended. */
export const useLiveStatus = () => useTopic("status", live.getStatus);

/**
 * Show a change now, in each of the slots ("dock docks"), until the server acknowledges the mutation. Returns the mutation's id:
 * the given one, or one of its own.
 */
const inEach = (slots, change) => slots.split(" ").reduce((mutation, slot) => change(slot, mutation || undefined), "");
export const patchRow = (slots, id, cells, given) => inEach(slots, (slot, made) => live.patch(slot, id, cells, given || made));
export const insertRow = (slots, id, cells, given) =>
  inEach(slots, (slot, made) => live.insert(slot, id, cells, { mutation: given || made }));
export const removeRow = (slots, id, given) => inEach(slots, (slot, made) => live.remove(slot, id, given || made));

let lastCheckAt = 0;

/** Ask whether the login session still stands. If it does not, go and sign in; if it does, reload when told to. */
async function leaveOrReload(reload) {
  lastCheckAt = Date.now();
  try {
    const answer = await fetch("/auth/session", { credentials: "same-origin", cache: "no-store" });
    if (answer.status === 401) {
      const path = window.location.pathname + window.location.search;
      window.location.assign("/sign-in?ended=1&next=" + encodeURIComponent(path));
    } else if (reload && answer.ok) window.location.reload();
  } catch {
    // The server cannot be reached: Reflex goes on trying, and this is asked again while it does.
    if (reload) window.setTimeout(() => leaveOrReload(true), SESSION_CHECK_MS);
  }
}

/**
 * Placed once in the shell. `onGap()` asks the server for fresh snapshots, `onRefused(mutation, error)` tells of a refusal,
 * `hasAnswered` is whether the server has spoken to this page yet.
 */
export function LiveBridge({ hasAnswered, onGap, onRefused }) {
  const reflexStore = useContext(StateStoreContext);
  const [, connectErrors] = useContext(EventLoopContext) ?? [null, []];
  // While rendering, not in an effect: the dispatcher must be there before the socket's first message.
  useMemo(() => {
    if (reflexStore?.dispatchers) reflexStore.dispatchers[SUBSTATE] = live.receive;
  }, [reflexStore]);
  useEffect(() => {
    let asked = false; // one question per burst of gaps
    askForSnapshots = () => {
      if (asked) return;
      asked = true;
      window.setTimeout(() => (asked = false), 1000);
      onGap?.();
    };
    tellRefused = (mutation, error) => onRefused?.(mutation, error ?? "");
  }, [onGap, onRefused]);
  const failures = connectErrors?.length ?? 0;
  useEffect(() => {
    if (failures === 0) {
      // A restarted server answers afresh, and the line it answers on is up already.
      if (hasAnswered || live.getStatus() !== "connecting") live.setStatus("live");
      return undefined;
    }
    live.setStatus("reconnecting");
    if (Date.now() - lastCheckAt > SESSION_CHECK_MS) leaveOrReload(false);
    const timer = window.setInterval(() => leaveOrReload(false), SESSION_CHECK_MS);
    return () => window.clearInterval(timer);
  }, [failures, hasAnswered]);
  return null;
}
