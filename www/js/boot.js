// Starts the page's Wasm module. If that fails, says so in a sentence where the picture stands.
import init from "../page.js";

try {
  await init({ module_or_path: new URL("../page_bg.wasm", import.meta.url) });
} catch (error) {
  const place = document.getElementById("boot-failed");
  if (place) {
    place.textContent =
      typeof WebAssembly === "object"
        ? `The page could not start: ${error instanceof Error ? error.message : error}. Reload to try again.`
        : "Lanescope runs a real EVM in your browser, and needs WebAssembly for it. This browser has none, or it is switched off: use a current browser, or allow WebAssembly for this site.";
    place.hidden = false;
  }
  document.documentElement.dataset.state = "failed";
}
