// The frame's own behaviour: drawer, connection, theme, toasts, and the filter that lives in the address.
import { Children, createElement as h, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useLocation, useSearchParams } from "react-router";
import { ColorModeContext, StateStoreContext } from "$/utils/context-registry";
import { isTaken, useLeftBehind, useTold } from "$/public/stackdock/attempts";
import { useLiveStatus } from "$/public/stackdock/live";
import { isFree } from "$/public/stackdock/row_keys";

const CONNECTION = {
  connecting: ["pending", "Connecting…"],
  live: ["active", "Live"],
  reconnecting: ["degraded", "Reconnecting…"],
  ended: ["stopped", "Signed out"],
};
const TOAST_MS = { error: 12000, warning: 10000, info: 6000, success: 6000 };
const TOAST_SHAPE = { error: "failed", warning: "degraded", info: "idle", success: "closed" };
const SEARCH_PAUSE_MS = 250;
const LAST_NOTICE = "stackdock-last-notice";

export function Connection() {
  const [shape, words] = CONNECTION[useLiveStatus()];
  return h("span", { className: "connection", role: "status" }, h("span", { className: `st ${shape}` }, words));
}

/**
 * A restarted server answers a reconnect with states as they were before anybody arrived, and then fills them. What the frame
 * knows is kept for that moment: otherwise every form, dialog and row would be taken down. `keeps` maps a state to the var that is
 * empty until it has arrived.
 */
export function Keeper({ keeps }) {
  const store = useContext(StateStoreContext);
  useMemo(() => {
    for (const [state, mark] of Object.entries(keeps)) {
      const dispatch = store?.dispatchers?.[state];
      if (!dispatch || dispatch.keeps) continue;
      let held = null;
      store.dispatchers[state] = (delta) => {
        if (mark in delta && !delta[mark] && store.getSnapshot(state)?.[mark]) {
          held = delta;
          return;
        }
        dispatch(held ? { ...held, ...delta } : delta);
        held = null;
      };
      store.dispatchers[state].keeps = true;
    }
  }, [store]);
  return null;
}

let lastPath = null;

/** After a way inside the console the focus is at the new page's title, not at the document's start. The tab is named after it. */
export function FocusedTitle({ className, children }) {
  const title = useRef(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const isMoved = lastPath !== null && lastPath !== pathname;
    lastPath = pathname;
    if (isMoved && [null, document.body].includes(document.activeElement)) title.current.focus({ preventScroll: true });
  }, [pathname]);
  // Its words are drawn by a component of their own, which renders without this one.
  useEffect(() => {
    const name = () => title.current.textContent && (document.title = `${title.current.textContent} · StackDock`);
    const observer = new MutationObserver(name);
    observer.observe(title.current, { characterData: true, childList: true, subtree: true });
    name();
    return () => observer.disconnect();
  }, []);
  return h("h1", { ref: title, tabIndex: -1, className }, children);
}

/** On a phone, whose sidebar is in the menu: a line in the header while the rows are not live. */
export function ConnectionLine() {
  const status = useLiveStatus();
  const [shape, words] = CONNECTION[status];
  const isDown = status === "reconnecting" || status === "ended";
  return h("span", { className: "connection-line", role: "status" }, isDown && h("span", { className: `st ${shape}` }, words));
}

/** A button (the first child) and a modal drawer (the second). Following a link closes it. */
export function Drawer({ label, children }) {
  const [icon, content] = Children.toArray(children);
  const dialog = useRef(null);
  const onClick = (event) => {
    if (event.target === dialog.current || event.target.closest("a")) dialog.current.close();
  };
  return h(
    "div",
    { className: "drawer-anchor" },
    h("button", { type: "button", className: "icon-btn burger", "aria-label": label, onClick: () => dialog.current.showModal() }, icon),
    h("dialog", { ref: dialog, className: "drawer", "aria-label": label, onClick }, content),
  );
}

/** A button (the first child) that opens a panel (the second); the browser closes it with Escape or a click elsewhere. */
export function Panel({ id, label, className, panelClass, children }) {
  const [face, content] = Children.toArray(children);
  const panel = useRef(null);
  const [open, setOpen] = useState(false);
  const onClick = (event) => event.target.closest("a") && panel.current.hidePopover();
  return h(
    "div",
    { className: "panel-anchor" },
    h("button", { type: "button", className, popoverTarget: id, "aria-label": label, "aria-expanded": open, "aria-haspopup": "dialog" }, face),
    h(
      "div",
      {
        id,
        ref: panel,
        popover: "auto",
        role: "dialog",
        "aria-label": label,
        className: `panel ${panelClass ?? ""}`,
        onClick,
        onToggle: (event) => setOpen(event.newState === "open"),
      },
      content,
    ),
  );
}

/** A plain form: signing out works without the socket. Reflex's own form element keeps the browser from sending it. */
export function SignOut() {
  return h("form", { method: "post", action: "/sign-out" }, h("button", { type: "submit", className: "btn" }, "Sign out"));
}

/** Light, dark, or what the system says. Kept in this browser. */
export function ThemeChoice({ name }) {
  const { rawColorMode, setColorMode } = useContext(ColorModeContext);
  const choice = (mode, words) =>
    h(
      "label",
      { key: mode, className: "segment" },
      h("input", { type: "radio", name, value: mode, checked: rawColorMode === mode, onChange: () => setColorMode(mode) }),
      h("span", null, words),
    );
  return h(
    "fieldset",
    { className: "segments" },
    h("legend", { className: "unseen" }, "Theme"),
    choice("light", "Light"),
    choice("dark", "Dark"),
    choice("system", "System"),
  );
}

let lastNotice = ""; // for a browser that keeps nothing

/** Whether this tab has not shown it yet: with every page that is loaded the server sends its newest notice again. */
function isNews(id) {
  try {
    lastNotice = sessionStorage.getItem(LAST_NOTICE) ?? lastNotice;
    sessionStorage.setItem(LAST_NOTICE, id);
  } catch {
    // Then it is known until the page is loaded again.
  }
  const isOld = id === lastNotice;
  lastNotice = id;
  return !isOld;
}

/** `notice` is the newest one: {id, tone, text, attempt}. What a form's own attempt was refused is said beside that form. */
export function Toaster({ notice }) {
  const [toasts, setToasts] = useState([]);
  const close = (id) => setToasts((shown) => shown.filter((one) => one.id !== id));
  const show = (one) => setToasts((shown) => [...shown.filter(({ id, text }) => id !== one.id && text !== one.text), one].slice(-3));
  useTold(show);
  useLeftBehind();
  useEffect(() => {
    if (!notice?.id || !isNews(notice.id) || isTaken(notice)) return undefined;
    show(notice);
    const timer = setTimeout(() => close(notice.id), TOAST_MS[notice.tone] ?? TOAST_MS.info);
    return () => clearTimeout(timer);
  }, [notice?.id]);
  useEffect(() => {
    // A notice that has been followed by another still leaves in its own time.
    const timers = toasts.map((one) => setTimeout(() => close(one.id), TOAST_MS[one.tone] ?? TOAST_MS.info));
    return () => timers.forEach(clearTimeout);
  }, [toasts.map((one) => one.id).join()]);
  return h(
    "div",
    { className: "toasts", role: "status", "aria-live": "polite" },
    toasts.map((one) =>
      h(
        "div",
        { key: one.id, className: "toast" },
        h("span", { className: `st ${TOAST_SHAPE[one.tone] ?? "idle"}` }, one.text),
        h("button", { type: "button", className: "btn quiet", onClick: () => close(one.id) }, "Dismiss"),
      ),
    ),
  );
}

/** The filter of a page is in its address, so that it can be sent and survives a reload. "/" goes to it. */
export function SearchField({ label, placeholder, children }) {
  const [params, setParams] = useSearchParams();
  const given = params.get("q") ?? "";
  const [text, setText] = useState(given);
  const sent = useRef(given);
  const input = useRef(null);
  useEffect(() => {
    const onKeyDown = (event) => {
      if (event.key !== "/" || !isFree(event)) return;
      event.preventDefault();
      input.current.focus();
      input.current.select();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  useEffect(() => {
    if (given !== sent.current) setText((sent.current = given));
  }, [given]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      setParams(sent.current ? { q: sent.current } : {}, { replace: true });
    }, SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, setParams]);
  return h(
    "div",
    { className: "search", role: "search" },
    children,
    h("input", {
      ref: input,
      type: "search",
      "aria-keyshortcuts": "/",
      className: "input",
      "aria-label": label,
      placeholder,
      maxLength: 100,
      value: text,
      onChange: (event) => setText(event.target.value),
    }),
    h("kbd", { "aria-hidden": true }, "/"),
  );
}
