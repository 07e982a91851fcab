// Forms and buttons that do their work once, however often they are pressed.
import { createElement as h, useEffect, useLayoutEffect, useRef, useState } from "react";

const MOST_CHARACTERS = 32000; // a longer message would only cut the connection, with no word
const GIVE_UP_MS = 20000; // no answer: the connection is gone, and the key keeps a repetition harmless

/** 22 characters that nobody else has. Not randomUUID: that one is missing on a plain-http address. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** One key for as long as the same thing is asked; another for other values, and after it has been done. */
function useKey() {
  const last = useRef({ asked: null, key: "" });
  return {
    of: (asked) => {
      if (last.current.asked !== asked) last.current = { asked, key: newKey() };
      return last.current.key;
    },
    renew: () => (last.current = { asked: null, key: "" }),
  };
}

/** Busy from the click until `answered` (a number of the state) has grown. */
function useBusy(answered, onAnswer) {
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const stop = () => setBusy((running.current = false));
  useEffect(() => {
    if (running.current) onAnswer?.();
    stop();
  }, [answered]);
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setTimeout(stop, GIVE_UP_MS);
    return () => clearTimeout(timer);
  }, [busy]);
  const start = () => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    return true;
  };
  return [busy, start];
}

/** `onSend(values)`: what is in the fields, with `idempotency_key`. What was typed stays until the page is left. */
export function ActionForm({ answered = 0, failed = false, label, busyWords, onSend, className, children }) {
  const form = useRef(null);
  const key = useKey();
  const [isTooLong, setIsTooLong] = useState(false);
  const [busy, start] = useBusy(answered, () => {
    if (!failed) key.renew();
  });
  useEffect(() => {
    if (failed) form.current?.querySelector("[aria-invalid=true]")?.focus();
  }, [answered, failed]);
  const onSubmit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form.current));
    const tooLong = Object.values(values).reduce((sum, value) => sum + value.length, 0) > MOST_CHARACTERS;
    setIsTooLong(tooLong);
    if (!tooLong && start()) onSend({ ...values, idempotency_key: key.of(JSON.stringify(values)) });
  };
  return h(
    "form",
    { ref: form, onSubmit, className, noValidate: true, autoComplete: "off", "aria-label": label, "aria-busy": busy },
    children,
    h("p", { role: "alert", className: "error" }, isTooLong ? "That is too long. Nothing was sent." : ""),
    busyWords && h("p", { role: "status", className: "muted small busy-words" }, busy ? busyWords : ""),
  );
}

/** What takes the focus of a button that goes: the button that came in its place, else the page's title. */
function focusNextTo(place) {
  if (![null, document.body].includes(document.activeElement)) return;
  const next = place?.isConnected ? place.querySelector("button:not(:disabled)") : null;
  (next ?? document.querySelector("h1[tabindex]"))?.focus({ preventScroll: true });
}

/**
 * A button that sends one key per press and rests until it is answered, or for `restMs` where nothing answers; it says `busyWords`
 * meanwhile. One that goes with its work does not take the focus along.
 */
export function OnceButton({ answered = 0, restMs = 1500, label, className, disabled, busyWords, onRun, children }) {
  const key = useRef("");
  const button = useRef(null);
  const [resting, setResting] = useState(false);
  useLayoutEffect(() => {
    const place = button.current.parentElement;
    const here = button.current;
    return () => {
      if (document.activeElement === here) queueMicrotask(() => focusNextTo(place));
    };
  }, []);
  useEffect(() => {
    if (!resting) return undefined;
    const timer = setTimeout(() => setResting(false), restMs);
    return () => clearTimeout(timer);
  }, [resting, restMs]);
  useEffect(() => setResting(false), [answered]);
  const onClick = () => {
    if (resting || disabled) return;
    key.current = newKey();
    setResting(true);
    onRun(key.current);
  };
  // Not `disabled` while it rests: that would take the focus away from whoever pressed it.
  return h(
    "button",
    { ref: button, type: "button", className, disabled, "aria-disabled": resting, "aria-busy": resting, "aria-label": label, title: label, onClick },
    resting && busyWords ? busyWords : children,
  );
}

/** A button that first says what will go. `onOpen` asks the server, `children` shows its answer. */
export function ConfirmDialog({ trigger, triggerClass, triggerLabel, title, confirm, answered = 0, onOpen, onConfirm, children }) {
  const dialog = useRef(null);
  const key = useKey();
  const [busy, start] = useBusy(answered, () => dialog.current?.close());
  const open = () => {
    key.renew();
    onOpen?.();
    dialog.current.showModal();
  };
  return h(
    "div",
    { className: "confirm-anchor" },
    h("button", { type: "button", className: triggerClass, onClick: open, "aria-label": triggerLabel || undefined }, trigger),
    h(
      "dialog",
      { ref: dialog, className: "dialog", role: "alertdialog", "aria-label": title },
      h("h2", null, title),
      h("div", { className: "dialog-body" }, children),
      h(
        "div",
        { className: "actions" },
        h("button", { type: "button", className: "btn", autoFocus: true, onClick: () => dialog.current.close() }, "Cancel"),
        h(
          "button",
          { type: "button", className: "btn danger-fill", "aria-busy": busy, "aria-disabled": busy, onClick: () => start() && onConfirm(key.of(title)) },
          confirm,
        ),
      ),
    ),
  );
}
