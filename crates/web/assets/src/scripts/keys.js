// "/" goes to the search, as in most tools where one looks things up all day.

export function keys(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = root.getElementById("q");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
}
