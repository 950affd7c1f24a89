// Shows that a file may be let go here. The input takes the dropped file by itself.

export function dropFields(root) {
  for (const [type, over] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
    root.addEventListener(type, ({ target }) => {
      target.closest?.(".drop > input[type=file]")?.classList.toggle("over", over);
    });
  }
}
