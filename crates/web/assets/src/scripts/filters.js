// Filters send themselves. A form with data-filter is sent when one of its controls changes, and
// while typing when htmx swaps only the list (a whole page load would take the focus away).

const TYPING_PAUSE_MS = 200;

export function filters(root) {
  root.addEventListener("change", ({ target }) => send(target.form));
  root.addEventListener("input", ({ target }) => {
    if (!target.matches("input[type=search], input[type=text]")) return;
    if (!target.form?.matches("[hx-get]")) return;
    clearTimeout(pauses.get(target.form));
    pauses.set(target.form, setTimeout(send, TYPING_PAUSE_MS, target.form));
  });
  root.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-filter]")) sent.set(target, values(target));
  }, { capture: true });
}

const pauses = new WeakMap();
const sent = new WeakMap();

function send(form) {
  if (!form?.matches("[data-filter]")) return;
  clearTimeout(pauses.get(form));
  // Leaving a field after typing is also a change, of something that was sent already.
  if (sent.get(form) === values(form)) return;
  form.requestSubmit();
}

function values(form) {
  return new URLSearchParams(new FormData(form)).toString();
}
