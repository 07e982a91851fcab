// The order of rows, without React and without the store: what a patch makes of it, and what is shown while a hand is on it.

/** The order after removals and moves. `placed` is by ascending final index, so each splice finds everything before it in place. */
export function reordered(order, removed = [], placed = []) {
  const leaving = new Set(removed);
  for (const [id] of placed) leaving.add(id);
  const next = order.filter((id) => !leaving.has(id));
  for (const [id, index] of placed) next.splice(index, 0, id);
  return next;
}

/**
 * What a table shows while somebody looks at the rows `first` to `last` of `shown` (indices) and the true order is `order`.
 *
 * `ids`: everything down to `last` stays where it is, rows that have gone included; below it follows the truth.
 * `waiting`: rows of `order` that belong among or above those, and are not shown yet. `gone`: rows shown that `order` has not.
 * `moved`: rows shown at a place that is theirs no more. `isAbove`: all that wait belong above `first`.
 * Nothing is lost: `ids` without `gone`, and `waiting`, are together the rows of `order`, each once.
 */
export function heldOrder(shown, order, first, last) {
  const places = new Map(order.map((id, place) => [id, place]));
  const kept = shown.slice(0, last + 1);
  const isKept = new Set(kept);
  const steady = inOrder(shown, places);
  const steadyPlaces = kept.filter((id) => steady.has(id)).map((id) => places.get(id));
  const fence = steadyPlaces.at(-1) ?? -1; // what belongs before it would push it down
  const inSight = kept.slice(first).find((id) => steady.has(id));
  const top = inSight === undefined ? fence : places.get(inSight);
  const others = order.filter((id) => !isKept.has(id));
  const waiting = others.filter((id) => places.get(id) < fence);
  return {
    ids: [...kept, ...others.slice(waiting.length)],
    waiting,
    gone: kept.filter((id) => !places.has(id)),
    moved: kept.filter((id) => places.has(id) && !steady.has(id)),
    isAbove: waiting.every((id) => places.get(id) < top),
  };
}

/** The most rows that stand in `shown` in the order of their `places`: those did not move, the others did. */
function inOrder(shown, places) {
  const ends = []; // ends[n]: the row with the lowest place that ends a run of n + 1 rows
  const before = new Map();
  for (const id of shown) {
    if (!places.has(id)) continue;
    let at = ends.length;
    while (at > 0 && places.get(ends[at - 1]) > places.get(id)) at -= 1;
    before.set(id, ends[at - 1]);
    ends[at] = id;
  }
  const steady = new Set();
  for (let id = ends.at(-1); id !== undefined; id = before.get(id)) steady.add(id);
  return steady;
}
