// A dock in words: its status, what it does now, and the figures of all docks together.
import { createElement as h } from "react";
import { useLiveMeta } from "$/public/stackdock/live";
import { isFresh, needy, NUMBER, useRows } from "$/public/stackdock/docks";
import { ago, until, useTicking } from "$/public/stackdock/time";

const FAILURES = {
  CredentialsRejected: "Token rejected",
  AccessRefused: "Access refused",
  RateLimited: "Rate limited",
  ProviderUnavailable: "Unreachable",
  UnexpectedResponse: "Unexpected answer",
  AddressRefused: "Address refused",
};

function describe(dock) {
  if (dock.status === "syncing") return ["pending", "Syncing"];
  if (dock.status === "error") return ["failed", FAILURES[dock.error_code] ?? "Failed"];
  if (dock.paused_at) return ["idle", "Paused"];
  if (dock.status === "pending") return ["pending", "Pending"];
  if (dock.status === "partial") return ["degraded", "Partial"];
  return isFresh(dock) ? ["active", "Fresh"] : ["degraded", "Stale"];
}

/** `dock` is a row of the view "docks". */
export function DockStatus({ dock }) {
  const [shape, words] = useTicking(() => describe(dock).join("\n")).split("\n");
  const by = dock.paused_at && dock.paused_by ? `Paused by ${dock.paused_by}` : undefined;
  return h("span", { className: `st ${shape}`, title: by }, h("span", { className: "clip" }, words));
}

/** Progress while it syncs, the complaint after a failure, else how much it holds. */
export function DockNow({ dock }) {
  if (dock.status === "syncing") {
    return h(
      "span",
      { className: "now" },
      h("span", { className: "meter", "aria-hidden": true }, h("i")),
      h("span", { className: "clip" }, dock.progress || "Starting"),
    );
  }
  if (dock.error_message) return h("span", { title: dock.error_message }, dock.error_message);
  return `${NUMBER.format(dock.resource_count ?? 0)} ${dock.resource_count === 1 ? "resource" : "resources"}`;
}

/** When the next sync is due, ticking; a failing dock says how often it has failed. */
export function DockNext({ dock }) {
  const words = useTicking(() => {
    if (dock.status === "syncing") return "";
    if (dock.paused_at && !dock.sync_requested_at) return "paused";
    return dock.next_sync_at ? until(dock.next_sync_at) : "–";
  });
  const failures = dock.consecutive_failures > 0 ? ` after ${dock.consecutive_failures} failed` : "";
  return h("span", { className: "num" }, words && words + failures);
}

const FIGURES = {
  resources: (docks) => [NUMBER.format(docks.reduce((sum, dock) => sum + (dock.resource_count ?? 0), 0)), `in ${docks.length} docks`],
  fresh: (docks) => {
    const listed = docks.filter((dock) => dock.last_complete_at).map((dock) => dock.last_complete_at);
    const oldest = listed.length ? `oldest ${ago(listed.sort()[0])}` : "none listed yet";
    return [`${docks.filter(isFresh).length} of ${docks.length}`, oldest];
  },
  needy: (docks, kinds) => {
    const waiting = needy(docks, kinds);
    return [String(waiting.length), waiting.length ? waiting.map((dock) => dock.name).join(", ") : "nobody is needed"];
  },
  held: (docks, kinds) => {
    const held = kinds.reduce((sum, kind) => sum + (kind.accepted_at ? 0 : (kind.held_count ?? 0)), 0);
    return [NUMBER.format(held), held ? "a person decides" : "nothing to decide"];
  },
};

/** One of the figures above the list of docks. */
export function DockFigure({ label, figure }) {
  const docks = useRows("docks");
  const kinds = useRows("dock_kinds");
  const { ready } = useLiveMeta("docks");
  const [value, below] = useTicking(() => FIGURES[figure](docks, kinds).join("\n")).split("\n");
  return h(
    "div",
    { className: "card stat" },
    h("span", { className: "muted" }, label),
    h("span", { className: "big" }, ready ? value : "–"),
    h("span", { className: "faint clip" }, ready ? below : ""),
  );
}

/** "next sync in 4 s", of all docks. */
export function NextSync() {
  const docks = useRows("docks");
  const words = useTicking(() => {
    const due = docks.filter((dock) => !dock.paused_at && dock.next_sync_at).map((dock) => dock.next_sync_at);
    return due.length ? `next sync ${until(due.sort()[0])}` : "";
  });
  return h("span", { className: "num" }, words);
}

/** How many docks wait for a person; with `empty`, what is said when none does. */
export function Needs({ empty }) {
  const docks = useRows("docks");
  const kinds = useRows("dock_kinds");
  const { ready } = useLiveMeta("docks");
  if (!ready) return null;
  const count = needy(docks, kinds).length;
  if (empty) return count ? null : h("p", { className: "quiet-line muted" }, empty);
  return h("span", { className: "num" }, count);
}

const KINDS = { server: "servers", block_volume: "volumes", database: "databases", domain: "domains" };
const NUMBERS = [["added", "new"], ["changed", "changed"], ["removed", "gone"], ["restored", "back"], ["held", "held"]];

function found(kind) {
  const name = KINDS[kind.kind] ?? kind.kind;
  if (kind.outcome === "failed" || kind.outcome === "skipped") return `${name} ${kind.outcome}`;
  const changes = NUMBERS.filter(([field]) => kind[field] > 0).map(([field, word]) => `${kind[field]} ${word}`);
  return `${NUMBER.format(kind.seen)} ${name}${changes.length ? ` (${changes.join(", ")})` : ""}`;
}

/** What a run did, kind by kind: "64 servers (2 changed), 12 volumes". */
export function RunKinds({ run }) {
  const kinds = useRows("run_kinds").filter((kind) => kind.run_id === run.id);
  const words = kinds.map(found).join(", ");
  const said = [words, run.error_message].filter(Boolean).join(" · ");
  return h("span", { title: said, className: "clip" }, said || "–");
}
