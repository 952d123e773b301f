// What `cargo xtask bench-page` runs in Chromium: opens the page over dist/, pans over long runs,
// presses keys, and prints one JSON object with what was measured. Budgets are not its affair.
//
// LANESCOPE_TRACES names a folder with traces of 10,000 and 1,000,000 bars: 10000.lstr and
// 1000000.lstr.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { withEngines } from "./engine-driver.mjs";
import { DIST, launch, serve } from "./harness.mjs";

const PAN_MS = 4000;
const KEYS = 30;
const PATIENCE = { timeout: 300_000 };

const by = (page, id) => page.getByTestId(id);
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)] ?? 0;
const brotli = (path) => brotliCompressSync(readFileSync(join(DIST, path))).length;

// Runs in the page before anything else: remembers long tasks, frames, and input until paint.
function watch() {
  const seen = { tasks: [], frames: [], inputs: [] };
  globalThis.seen = seen;
  const note = (list) => list.getEntries().forEach(({ duration }) => seen.tasks.push(duration));
  new PerformanceObserver(note).observe({ type: "longtask", buffered: true });
  const frame = (now) => {
    seen.frames.push(now);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const painted = new MessageChannel();
  let pressed = null;
  painted.port1.onmessage = () => {
    seen.inputs.push(performance.now() - pressed);
    pressed = null;
  };
  const press = (event) => {
    if (pressed !== null) return;
    pressed = event.timeStamp;
    requestAnimationFrame(() => painted.port2.postMessage(0));
  };
  addEventListener("keydown", press, { capture: true });
}

const take = (page, what) => page.evaluate((what) => globalThis.seen[what].splice(0), what);
const longest = async (page) => Math.max(0, ...(await take(page, "tasks")));

// Zooms in so that there is somewhere to go, and pans to and fro as a wheel does.
async function pan(page) {
  const canvas = by(page, "lane-canvas");
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.keyboard.down("Control");
  for (let turn = 0; turn < 3; turn += 1) await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await page.waitForTimeout(300);
  await take(page, "frames");
  const start = Date.now();
  for (let turn = 0; Date.now() - start < PAN_MS; turn += 1) {
    await page.mouse.wheel(Math.floor(turn / 20) % 2 === 0 ? 24 : -24, 0);
  }
  const frames = await take(page, "frames");
  const apart = frames.slice(1).map((at, before) => at - frames[before]);
  return { fps: 1000 / median(apart), worst_ms: Math.max(...apart) };
}

async function keys(page) {
  await take(page, "inputs");
  for (let key = 0; key < KEYS; key += 1) {
    await page.keyboard.press(key % 2 ? "ArrowRight" : "ArrowLeft");
    await page.waitForTimeout(50);
  }
  const inputs = await take(page, "inputs");
  return { median_ms: median(inputs), worst_ms: Math.max(...inputs) };
}

async function openTrace(page, bars) {
  await by(page, "file").setInputFiles(join(process.env.LANESCOPE_TRACES, `${bars}.lstr`));
  await by(page, "stored").waitFor(PATIENCE);
  await by(page, "lane-dense").waitFor(PATIENCE);
}

async function drawing(browser, figures) {
  const host = await serve({ isolated: true });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  await page.goto(host.url);
  await page.waitForFunction(() => document.documentElement.dataset.state === "done", null, PATIENCE);
  figures.renderer = await page.evaluate(() => {
    const gl = document.createElement("canvas").getContext("webgl");
    const names = gl?.getExtension("WEBGL_debug_renderer_info");
    return names ? gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : "none: Chromium draws in software";
  });
  const ours = requests.filter((url) => url.startsWith(host.url));
  figures.third_party = requests.filter((url) => /^https?:/.test(url)).length - ours.length;
  const engine = ours.findIndex((url) => /engine-\w+_bg\.wasm/.test(url));
  const before = ours.slice(0, engine < 0 ? ours.length : engine);
  const paths = new Set(before.map((url) => new URL(url).pathname.slice(1) || "index.html"));
  figures.bytes_before = [...paths].reduce((sum, path) => sum + brotli(path), 0);
  await page.waitForTimeout(3000);
  figures.small = { ...(await keys(page)) };
  figures.small.longest_ms = await longest(page);
  for (const bars of [10_000, 1_000_000]) {
    await openTrace(page, bars);
    const opening = await longest(page);
    const panned = await pan(page);
    figures[bars] = { ...panned, keys: await keys(page) };
    figures[bars].longest_ms = Math.max(opening, await longest(page));
  }
  await context.close();
  await host.close();
}

async function engines(browser, figures) {
  figures.engine_bytes = Object.fromEntries(
    ["single", "threads"].map((name) => [
      name,
      brotli(`engine-${name}.js`) + brotli(`engine-${name}_bg.wasm`),
    ]),
  );
  await withEngines(browser, {}, async (start) => {
    const engine = await start("flavour=threads&threads=2");
    await engine.hearOne("ready");
    const scenario = await engine.compose("transfers", { count: 100, users: 100 });
    const settings = { strategy: "block-stm", lanes: 2, clock: "threads" };
    await engine.send({ bench: { run: 1, scenario, settings } });
    figures.wasm = [];
    for (let left = 1; left > 0; ) {
      const { report } = await engine.hearOne("benched");
      figures.wasm.push(report.figures);
      left = report.left;
    }
    await engine.end();
  });
}

const browser = await launch();
const figures = {};
try {
  await drawing(browser, figures);
  await engines(browser, figures);
} finally {
  await browser.close();
}
console.log(JSON.stringify(figures));
