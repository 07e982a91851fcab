// "Nothing moves under the user's hand": what a table shows of a slot while somebody has a hand on its rows. No React, no DOM.
//
// A table *holds* a slot with a function `look()`: null while nobody has a hand on the rows, else the rows in sight {first, last}
// (ids). It is asked at every change of the order. Cells are not held: they change in place. What is held is only what the
// table draws; the slot's own ids and rows are the truth at any time, for counts and whoever else reads them.
import { heldOrder } from "./row_order.js";

const NOTHING = Object.freeze({ waiting: 0, gone: 0, moved: 0, isAbove: true });

const isNothing = ({ waiting, gone, moved }) => waiting + gone + moved === 0;

export function createHolds({ getIds, hasMore, notify, rowTopic }) {
  const holds = new Map(); // slot → {look, ids, waiting, gone: Map(id → row), last, expectsOthers}

  function hold(slot, look) {
    const mine = { look, ids: getIds(slot), waiting: NOTHING, gone: new Map(), last: -1, expectsOthers: false };
    holds.set(slot, mine);
    return () => {
      if (holds.get(slot) !== mine) return;
      holds.delete(slot);
      notify(`${slot}\nheld`);
    };
  }

  /** Show what may be shown now. `isAsked`: all of it, because the person says so. */
  function update(slot, { isAsked = false } = {}) {
    const held = holds.get(slot);
    if (!held) {
      notify(`${slot}\nheld`);
      return;
    }
    const order = getIds(slot);
    const sight = isAsked || held.expectsOthers ? null : held.look();
    if (sight) {
      const last = held.ids.indexOf(sight.last);
      // The browser may not have drawn the latest rows yet: what it held so far it holds on to.
      held.last = last < 0 ? held.last : last;
      const next = heldOrder(held.ids, order, Math.max(0, held.ids.indexOf(sight.first)), held.last);
      markGone(slot, held, next.gone, hasMore(slot));
      show(slot, held, next.ids, {
        waiting: next.waiting.length,
        gone: next.gone.length,
        moved: next.moved.length,
        isAbove: next.isAbove,
      });
    } else {
      markGone(slot, held, [], false);
      held.last = -1;
      show(slot, held, order, NOTHING);
    }
  }

  /** The hand may have gone, or look elsewhere. */
  function look(slot) {
    if (holds.has(slot) && holds.get(slot).waiting !== NOTHING) update(slot);
  }

  function show(slot, held, ids, waiting) {
    const isSame = ids.length === held.ids.length && ids.every((id, at) => id === held.ids[at]);
    if (!isSame) held.ids = ids;
    if (isNothing(waiting)) waiting = NOTHING;
    const isSameWaiting = Object.keys(NOTHING).every((key) => waiting[key] === held.waiting[key]);
    if (!isSameWaiting) held.waiting = Object.freeze(waiting);
    if (!isSame || !isSameWaiting) notify(`${slot}\nheld`);
  }

  /** A row that went stays as it was, marked, unless it may only have been pushed beyond the end of what is loaded. */
  function markGone(slot, held, ids, isCut) {
    const isGone = new Set(ids);
    for (const id of held.gone.keys()) if (!isGone.has(id)) held.gone.delete(id);
    const lastThere = isCut ? held.ids.findLastIndex((id) => !isGone.has(id)) : held.ids.length;
    for (const id of ids) {
      const row = held.gone.get(id);
      const _gone = held.ids.indexOf(id) < lastThere;
      if (!row || row._gone === _gone) continue;
      held.gone.set(id, { ...row, _gone });
      notify(rowTopic(slot, id));
    }
  }

  return {
    hold,
    update,
    look,
    ids: (slot) => holds.get(slot)?.ids ?? getIds(slot),
    waiting: (slot) => holds.get(slot)?.waiting ?? NOTHING,
    goneRow: (slot, id) => holds.get(slot)?.gone.get(id),
    keepGone: (slot, row) => holds.get(slot)?.gone.set(row.id, row),
    /** The person chose other rows (a filter): the next ones to come are theirs, and nothing is held before. */
    expectOthers: (slot) => holds.has(slot) && (holds.get(slot).expectsOthers = true),
    arrived: (slot) => holds.has(slot) && (holds.get(slot).expectsOthers = false),
  };
}
