// Says something to everybody: aloud through the status line, and on the page as a toast.

/** The polite live region. It has to exist before its text changes, or nothing is read out. */
export function statusLine() {
  let line = document.getElementById("status");
  if (!line) {
    line = document.createElement("p");
    line.id = "status";
    line.className = "sr";
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  return line;
}

export function announce(text) {
  statusLine().textContent = text;
}

/** Shows a sentence in the corner until it is closed or the next one comes. */
export function toast(text) {
  document.querySelector(".toasts")?.remove();
  const corner = element("div", "toasts");
  const box = element("div", "toast");
  box.dataset.tone = "bad";
  const words = element("span");
  words.textContent = text;
  const close = element("button", "btn btn-s");
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => corner.remove());
  box.append(words, close);
  corner.append(box);
  document.body.append(corner);
  announce(text);
}

function element(name, className = "") {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
