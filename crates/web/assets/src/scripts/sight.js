// Who can see something opens above the page; the link leads to the same as a page of its own.
export function sight(root) {
  root.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a.who-sees");
    const isPlain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!link || !isPlain) return;
    event.preventDefault();
    const answer = await fetch(link.href).catch(() => null);
    const text = answer?.ok ? await answer.text() : "";
    const page = new DOMParser().parseFromString(text, "text/html");
    const [title, readers] = ["#main h1", "#main .readers"].map((at) => page.querySelector(at));
    if (!title || !readers) {
      location.assign(link.href);
      return;
    }
    show(box(), title.textContent, readers);
  });
}

function show(dialog, title, readers) {
  const heading = document.createElement("h2");
  heading.id = "sight-h";
  heading.tabIndex = -1;
  heading.textContent = title;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.hidePopover());
  dialog.replaceChildren(heading, readers, close);
  dialog.showPopover();
  heading.focus();
}

function box() {
  const known = document.getElementById("sight");
  if (known) return known;
  const made = document.createElement("div");
  made.id = "sight";
  made.className = "dialog wide";
  made.popover = "auto";
  made.setAttribute("role", "dialog");
  made.setAttribute("aria-labelledby", "sight-h");
  document.body.append(made);
  return made;
}
