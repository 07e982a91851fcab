// Forms that do their work once, however often they are sent, and keep what was typed.
import { createContext, createElement as h, useContext, useEffect, useRef, useState } from "react";
import { newKey, tellDone, useAttempt, useKey } from "$/public/stackdock/attempts";

const MOST_CHARACTERS = 32000; // a longer message would only cut the connection, with no word
const TOO_LONG = "That is too long. Nothing was sent.";

const Fields = createContext({ limits: new Map(), tooLong: {}, isAnswered: false });

/** `onSend(values)`: what is in the fields, with `attempt` and `idempotency_key`. With `empties`, success clears the fields. */
export function ActionForm({ answered = "", failed = false, empties = false, label, busyWords, onSend, className, children }) {
  const form = useRef(null);
  const limits = useRef(new Map()); // field → the most characters; a script gets round maxLength, not round this
  const key = useKey();
  const [tooLong, setTooLong] = useState({}); // field → words
  const attempt = useAttempt(answered, () => {
    if (failed) return;
    key.renew();
    if (empties) form.current.reset();
    tellDone();
  });
  const { busy, trouble, isAnswered } = attempt;
  useEffect(() => {
    if (isAnswered && failed) form.current?.querySelector("[aria-invalid=true]")?.focus();
  }, [answered, failed, isAnswered]);
  const onSubmit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form.current));
    const long = Object.keys(values).filter((name) => values[name].length > (limits.current.get(name) ?? Infinity));
    setTooLong(Object.fromEntries(long.map((name) => [name, `${TOO_LONG} At most ${limits.current.get(name)} characters fit.`])));
    attempt.setTrouble("");
    if (long.length) return form.current.elements.namedItem(long[0]).focus();
    const total = Object.values(values).reduce((sum, value) => sum + value.length, 0);
    if (total > MOST_CHARACTERS) return attempt.setTrouble(TOO_LONG);
    const id = newKey();
    if (attempt.start(id)) onSend({ ...values, attempt: id, idempotency_key: key.of(JSON.stringify(values)) });
  };
  const onInput = ({ target }) => target.name in tooLong && setTooLong(({ [target.name]: _, ...rest }) => rest);
  return h(
    Fields.Provider,
    { value: { limits: limits.current, tooLong, isAnswered } },
    h(
      "form",
      { ref: form, onSubmit, onInput, className, noValidate: true, autoComplete: "off", "aria-label": label, "aria-busy": busy },
      children,
      h("p", { role: "alert", className: "error trouble" }, trouble),
      busyWords && h("p", { role: "status", className: "muted small busy-words" }, busy ? busyWords : ""),
    ),
  );
}

/** What is wrong with a field: the browser's own word, else the server's, if it answers what this form has sent. */
function useWrong(name, error) {
  const { tooLong, isAnswered } = useContext(Fields);
  return tooLong[name] || (isAnswered && error) || "";
}

export function FieldInput({ name, error, maxLength, ...rest }) {
  const { limits } = useContext(Fields);
  const wrong = useWrong(name, error);
  useEffect(() => {
    limits.set(name, maxLength);
    return () => limits.delete(name);
  }, [limits, name, maxLength]);
  return h("input", { ...rest, name, maxLength, autoComplete: "off", spellCheck: false, className: "input", "aria-invalid": wrong !== "" });
}

export function FieldSelect({ name, error, children, ...rest }) {
  const wrong = useWrong(name, error);
  return h("select", { ...rest, name, className: "input", "aria-invalid": wrong !== "" }, children);
}

/** The line below a field; with no `name`, of a refusal that no single field is to blame for. */
export function FieldError({ name = "", error, className = "", ...rest }) {
  const wrong = useWrong(name, error);
  return h("p", { ...rest, role: "alert", className: `error ${className}`.trim() }, wrong);
}
