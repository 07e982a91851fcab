// One attempt to have something done: from the press to its answer, or to the moment when none is to be expected any more.
import { useContext, useEffect, useRef, useState } from "react";
import { EventLoopContext } from "$/utils/context-registry";
import { live, useLiveStatus } from "$/public/stackdock/live";

const GIVE_UP_MS = 20000;
const OFFLINE = "There is no connection at the moment. Nothing was sent.";
const LOST = "The connection was lost before an answer came. Try it again: nothing is done twice.";
const LATE = "No answer came within 20 seconds. Try it again: nothing is done twice.";

const NOTICE = "stackdock:notice";
const DONE = "stackdock:done";
const TOLD = "stackdock:told";
const NO_ERRORS = Object.freeze([]);

/** 22 characters that nobody else has. Not randomUUID: that one is missing on a plain-http address. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** One key for as long as the same thing is asked; another for other values, and after it has been done. */
export function useKey() {
  const last = useRef({ asked: null, key: "" });
  return {
    of: (asked) => {
      if (last.current.asked !== asked) last.current = { asked, key: newKey() };
      return last.current.key;
    },
    renew: () => (last.current = { asked: null, key: "" }),
  };
}

/** Another array after every drop of the socket: with errors while it cannot connect, empty once it has. */
export const useConnection = () => useContext(EventLoopContext)?.[1] ?? NO_ERRORS;

/** Offer a notice to whoever sent the attempt that it answers. True: it is shown there, and needs no toast. */
export const isTaken = (notice) => !window.dispatchEvent(new CustomEvent(NOTICE, { detail: notice, cancelable: true }));

/** What another form was refused is old now. */
export const tellDone = () => window.dispatchEvent(new Event(DONE));

/** Say it as a notice, where there is no form to say it beside. */
export const tell = (text, tone = "warning") => window.dispatchEvent(new CustomEvent(TOLD, { detail: { id: newKey(), text, tone } }));
export const useTold = (listener) => useWindowEvent(TOLD, ({ detail }) => listener(detail));

/** Hears of every refusal that no form's own state holds; `event.preventDefault()` takes it. */
export const useRefusals = (listener) => useWindowEvent(NOTICE, listener);

const left = new Set(); // attempts whose button went with what they show, before the answer came

function leaveBehind(id) {
  left.add(id);
  setTimeout(() => left.delete(id), GIVE_UP_MS);
}

/** Once per page: what a line that drops has left unanswered is said, also where the button is gone. */
export function useLeftBehind() {
  const connection = useConnection();
  const status = useLiveStatus();
  useEffect(() => {
    const isOpen = [...left].some((id) => live.isShown(id));
    left.clear();
    if (isOpen) tell(LOST);
  }, [connection, status]);
}

function useWindowEvent(name, listener) {
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => {
    const listen = (event) => newest.current(event);
    window.addEventListener(name, listen);
    return () => window.removeEventListener(name, listen);
  }, [name]);
}

/**
 * `answered` is the id of the attempt that the state's words answer: those of another attempt, of another form or from before a
 * restart are not ours. `trouble` says in words why no answer of the state will come. `start(id)` is false when nothing may be sent. With `isTold` the words are a notice
 * instead, and so is a refusal.
 */
export function useAttempt(answered, onAnswer, { isTold = false } = {}) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [id, setId] = useState("");
  const running = useRef(false); // at once, where `busy` waits for the next drawing
  const connection = useConnection();
  const startedOn = useRef(connection);
  const sent = useRef("");
  // "connecting" is no obstacle: what asks is drawn only after the server has spoken.
  const status = useLiveStatus();
  const isDown = status === "reconnecting" || status === "ended" || connection.length > 0;
  const say = (words) => (isTold ? words && tell(words) : setTrouble(words));
  const end = (words) => {
    running.current = false;
    setBusy(false);
    say(words);
  };
  useEffect(() => {
    if (!id || answered !== id) return;
    end("");
    onAnswer?.();
  }, [answered, id]);
  useEffect(() => {
    if (!busy) return undefined;
    if (isDown || connection !== startedOn.current) return end(LOST);
    const timer = setTimeout(() => end(LATE), GIVE_UP_MS);
    return () => clearTimeout(timer);
  }, [busy, isDown, connection]);
  useEffect(() => {
    if (isTold) return () => running.current && leaveBehind(sent.current);
  }, []);
  useRefusals((event) => {
    if (!id || event.detail.attempt !== id) return;
    if (isTold) return end("");
    event.preventDefault();
    end(event.detail.text);
  });
  useWindowEvent(DONE, () => running.current || setTrouble(""));
  const start = (next) => {
    if (running.current) return false;
    if (isDown) {
      say(OFFLINE);
      return false;
    }
    running.current = true;
    startedOn.current = connection;
    sent.current = next;
    setId(next);
    setTrouble("");
    setBusy(true);
    return true;
  };
  return { busy, trouble, setTrouble, start, isAnswered: id !== "" && answered === id };
}
