// Buttons that do their work once, however often they are pressed.
import { createElement as h, useEffect, useLayoutEffect, useRef } from "react";
import { useAttempt, useConnection, useKey } from "$/public/stackdock/attempts";

const SAME_WISH_MS = 60000;

/** What takes the focus of a button that goes: the button that came in its place, else the page's title. */
function focusNextTo(place) {
  if (![null, document.body].includes(document.activeElement)) return;
  const next = place?.isConnected ? place.querySelector("button:not(:disabled)") : null;
  (next ?? document.querySelector("h1[tabindex]"))?.focus({ preventScroll: true });
}

/**
 * A button that sends one key per press and rests until that is answered, or `counted` has changed where no key is sent along; it says
 * `busyWords` meanwhile. Nothing is sent while there is no connection, now or later. One that goes with its work does not take the
 * focus along.
 */
export function OnceButton({ answered = "", counted, label, className, disabled, busyWords, onRun, children }) {
  const keys = useKey();
  const button = useRef(null);
  const pressed = useRef({ key: "", at: 0, counted });
  const isCounted = counted !== undefined && counted !== pressed.current.counted;
  const { busy, start } = useAttempt(isCounted ? pressed.current.key : answered, () => keys.renew(), { isTold: true });
  useLayoutEffect(() => {
    const place = button.current.parentElement;
    const here = button.current;
    return () => {
      if (document.activeElement === here) queueMicrotask(() => focusNextTo(place));
    };
  }, []);
  const onClick = () => {
    if (disabled) return;
    // What was pressed again at once is the same wish; a while later it is a new one.
    if (Date.now() - pressed.current.at > SAME_WISH_MS) keys.renew();
    const key = keys.of("");
    if (!start(key)) return;
    pressed.current = { key, at: Date.now(), counted };
    onRun(key);
  };
  // Not `disabled` while it rests: that would take the focus away from whoever pressed it.
  return h(
    "button",
    { ref: button, type: "button", className, disabled, "aria-disabled": busy, "aria-busy": busy, "aria-label": label, title: label, onClick },
    busy && busyWords ? busyWords : children,
  );
}

/**
 * A button that first says what will go. `onOpen` asks the server, `children` show its answer, and until it is `ready` nothing can
 * be confirmed. A server that was restarted meanwhile has forgotten what it said: it is asked again.
 */
export function ConfirmDialog({ trigger, triggerClass, triggerLabel, title, confirm, ready = true, answered = "", onOpen, onConfirm, children }) {
  const dialog = useRef(null);
  const key = useKey();
  const connection = useConnection();
  const { busy, trouble, setTrouble, start } = useAttempt(answered, () => dialog.current?.close());
  useEffect(() => {
    if (dialog.current?.open && connection.length === 0) onOpen?.();
  }, [connection]);
  const open = () => {
    key.renew();
    setTrouble("");
    onOpen?.();
    dialog.current.showModal();
  };
  const onClick = () => {
    const mutation = key.of(title);
    if (ready && start(mutation)) onConfirm(mutation);
  };
  return h(
    "div",
    { className: "confirm-anchor" },
    h("button", { type: "button", className: triggerClass, onClick: open, "aria-label": triggerLabel || undefined }, trigger),
    h(
      "dialog",
      { ref: dialog, className: "dialog", role: "alertdialog", "aria-label": title },
      h("h2", null, title),
      h("div", { className: "dialog-body" }, children, h("p", { role: "alert", className: "error" }, trouble)),
      h(
        "div",
        { className: "actions" },
        h("button", { type: "button", className: "btn", autoFocus: true, onClick: () => dialog.current.close() }, "Cancel"),
        h("button", { type: "button", className: "btn danger-fill", "aria-busy": busy, "aria-disabled": busy || !ready, onClick }, confirm),
      ),
    ),
  );
}
