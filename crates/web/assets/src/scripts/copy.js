// A button that copies a secret shown once: <button data-needs-js data-copy="token">.
import { announce } from "./say.js";

export function copyButtons(root) {
  root.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const source = root.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    announce("Copied.");
  });
}
