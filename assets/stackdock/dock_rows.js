// A dock in words: its status, what it does now, and the figures of all docks together.
import { createElement as h } from "react";
import { useLiveMeta } from "$/public/stackdock/live";
import { awaitsFirst, heldCount, isFresh, needCount, needy, NUMBER, useRows } from "$/public/stackdock/docks";
import { ago, until, useTicking } from "$/public/stackdock/time";

const NONE = "–";

const FAILURES = {
  CredentialsRejected: "Token rejected",
  AccessRefused: "Access refused",
  RateLimited: "Rate limited",
  ProviderUnavailable: "Unreachable",
  UnexpectedResponse: "Unexpected answer",
  AddressRefused: "Address refused",
};

function describe(dock, kinds) {
  if (dock.status === "syncing") return ["pending", "Syncing"];
  if (dock.status === "error") return ["failed", FAILURES[dock.error_code] ?? "Failed"];
  const held = heldCount(kinds, dock.id);
  if (held > 0) return ["degraded", `Held: ${NUMBER.format(held)} missing`];
  if (dock.paused_at) return ["idle", "Paused"];
  if (dock.status === "pending") return ["pending", "Pending"];
  if (dock.status === "partial") return ["degraded", "Partial"];
  return isFresh(dock, kinds) ? ["active", "Fresh"] : ["degraded", "Stale"];
}

/** `dock` is a row of the view "docks". */
export function DockStatus({ dock }) {
  const kinds = useRows("dock_kinds");
  const [shape, words] = useTicking(() => describe(dock, kinds).join("\n")).split("\n");
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
    if (dock.status === "syncing") return NONE;
    if (dock.paused_at && !dock.sync_requested_at) return "paused";
    return dock.next_sync_at ? until(dock.next_sync_at) : NONE;
  });
  if (words === NONE) return h("span", { className: "faint" }, NONE);
  const failures = dock.consecutive_failures > 0 ? ` after ${dock.consecutive_failures} failed` : "";
  return h("span", { className: "num" }, words + failures);
}

const FIGURES = {
  resources: (docks) => [NUMBER.format(docks.reduce((sum, dock) => sum + (dock.resource_count ?? 0), 0)), `in ${docks.length === 1 ? "one dock" : `${docks.length} docks`}`],
  fresh: (docks, kinds) => {
    const listed = docks.filter((dock) => dock.last_complete_at).map((dock) => dock.last_complete_at);
    const oldest = listed.length ? `oldest ${ago(listed.sort()[0])}` : "none listed yet";
    return [`${docks.filter((dock) => isFresh(dock, kinds)).length} of ${docks.length}`, oldest];
  },
  needy: (docks, kinds) => {
    const waiting = needy(docks, kinds);
    return [String(waiting.length), waiting.length ? waiting.map((dock) => dock.name).join(", ") : "nobody is needed"];
  },
  held: (docks, kinds) => {
    const held = heldCount(kinds);
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
    h("span", { className: ready ? "big" : "big faint" }, ready ? value : NONE),
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

/** How many things wait for a person; with `empty`, what is said when nothing does and every dock was read. */
export function Needs({ empty }) {
  const docks = useRows("docks");
  const kinds = useRows("dock_kinds");
  const { ready } = useLiveMeta("docks");
  if (!ready) return null;
  const count = needCount(docks, kinds);
  if (!empty) return h("span", { className: "num" }, count);
  return count ? null : h("p", { className: "quiet-line muted" }, unread(docks) || empty);
}

/** Why it is too early to say that nobody is needed. */
function unread(docks) {
  const first = docks.filter(awaitsFirst);
  if (first.length) return `The first sync of ${first.map((dock) => dock.name).join(", ")} is on its way.`;
  const partly = docks.filter((dock) => dock.error_code);
  return partly.length ? `Not everything could be read at ${partly.map((dock) => dock.name).join(", ")}; the next sync tries again.` : "";
}

const KINDS = { server: "servers", block_volume: "volumes", database: "databases", domain: "domains" };
const NUMBERS = [["added", "new"], ["changed", "changed"], ["removed", "gone"], ["restored", "back"], ["held", "held"]];

function found(kind) {
  const name = KINDS[kind.kind] ?? kind.kind;
  if (kind.outcome === "failed" || kind.outcome === "skipped") return `${name} ${kind.outcome}`;
  const changes = NUMBERS.filter(([field]) => kind[field] > 0).map(([field, word]) => `${kind[field]} ${word}`);
  return `${NUMBER.format(kind.seen)} ${name}${changes.length ? ` (${changes.join(", ")})` : ""}`;
}

/** Shows where the new token goes. The form is further down, on a phone below everything else. */
export function ReplaceToken() {
  const show = () => {
    const form = document.getElementById("credentials");
    form?.scrollIntoView({ block: "center" });
    form?.querySelector("input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
  };
  return h("button", { type: "button", className: "btn primary", onClick: show }, "Replace token");
}

/** What a run did, kind by kind: "64 servers (2 changed), 12 volumes", and why it ended if it failed. */
export function RunKinds({ run }) {
  const kinds = useRows("run_kinds").filter((kind) => kind.run_id === run.id);
  const said = [kinds.map(found).join(", "), run.error_message].filter(Boolean).join(" · ");
  return said || h("span", { className: "faint" }, NONE);
}
