// Runs the browser's store on a log of steps from standard input and prints what each step left visible.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { createLiveStore } = await import(pathToFileURL(process.argv[2]).href);
const steps = JSON.parse(readFileSync(0, "utf8"));

let gaps = 0;
const refused = [];
const ends = [];
const timers = [];
const store = createLiveStore({
  onGap: () => (gaps += 1),
  onEnd: (reason) => ends.push(reason),
  onRefused: (mutation, error) => refused.push([mutation, error]),
  timers: {
    setTimeout: (run, delay) => timers.push({ run, delay }) - 1,
    clearTimeout: (at) => (timers[at].run = () => {}),
  },
});

const hands = {};
const renders = {};
const watched = new Set();
function watch(topic) {
  if (watched.has(topic)) return;
  watched.add(topic);
  renders[topic] = 0;
  store.subscribe(topic, () => (renders[topic] += 1));
}

const output = [];
for (const step of steps) {
  if (step.receive) store.receive(step.receive);
  if (step.watch) step.watch.forEach(([slot, id]) => watch(id === undefined ? `${slot}\nids` : store.rowTopic(slot, id)));
  if (step.patch) store.patch(...step.patch);
  if (step.insert) store.insert(...step.insert);
  if (step.remove) store.remove(...step.remove);
  if (step.hold) store.hold(step.hold, () => hands[step.hold] ?? null);
  if (step.hand) Object.assign(hands, step.hand);
  if (step.expectOthers) store.expectOthers(step.expectOthers);
  if (step.look) store.look(step.look);
  if (step.ask) store.showWaiting(step.ask);
  if (step.expire) timers.forEach((timer) => timer.run());
  const slots = {};
  for (const slot of step.show ?? ["servers"]) {
    slots[slot] = { rows: store.getIds(slot).map((id) => store.getRow(slot, id)), meta: store.getMeta(slot) };
    slots[slot].held = { rows: store.getHeldIds(slot).map((id) => store.getRow(slot, id)), ...store.getWaiting(slot) };
  }
  output.push({ slots, gaps, refused: [...refused], ends: [...ends], renders: { ...renders }, sizes: store.sizes() });
}
process.stdout.write(JSON.stringify(output));
