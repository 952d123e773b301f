// Sets the theme before the first paint: the user's choice, else the system's. A classic script,
// because a module would come too late and the page would flash.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("lanescope.theme");
  } catch {
    // In a sandboxed frame there is no storage; the system's theme it is.
  }
  if (chosen !== "dark" && chosen !== "light") {
    chosen = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.dataset.theme = chosen;
})();
