// What happens around a swapped fragment: what changed is said, the focus is never lost, and an
// answer that is not the fragment is not put in its place.
import { announce, statusLine, toast } from "./say.js";

const NO_ANSWER = "The server did not answer. What you wrote is still here; try again.";
const NOT_SAVED = "That did not work. What you wrote is still here; try again.";

export function swaps(root) {
  statusLine();
  said = sentence(root);
  root.addEventListener("htmx:before:swap", refuse);
  root.addEventListener("htmx:after:swap", () => {
    const now = sentence(root);
    if (now && now !== said) announce(now);
    said = now;
    settle(root);
  });
  root.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx) toast(NO_ANSWER);
  });
}

let said = "";

// A fragment carries its own summary: <section data-announce="12 customers found">.
function sentence(root) {
  const parts = [...root.querySelectorAll("[data-announce]")].map((one) => one.dataset.announce);
  return parts.join(" ");
}

// 422 is a form with its errors and belongs in place. Any other failure is a whole page.
function refuse(event) {
  const status = event.detail.ctx?.response?.status ?? 200;
  if (status < 400 || status === 422) return;
  event.preventDefault();
  if (status === 401) {
    location.reload(); // signed out elsewhere: the server leads to the sign-in and back here
  } else {
    toast(event.detail.ctx.response.headers.get("x-problem") ?? NOT_SAVED);
  }
}

// htmx gives the focus back to an element of the same id. If there is none any more, the error
// summary or whatever the fragment marks with data-focus takes it.
function settle(root) {
  if (root.activeElement && root.activeElement !== root.body) return;
  root.querySelector(".error-summary, [data-focus]")?.focus();
}
