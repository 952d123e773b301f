// What `cargo xtask bench-page` runs in Chromium: opens the page over dist/, plays, opens a real
// block and long runs, pans over them, presses keys, and prints one JSON object with what was
// measured: of every number the median of a few rounds. Budgets are not its affair.
//
// LANESCOPE_TRACES names a folder with traces of 10,000 and 1,000,000 bars: 10000.lstr and
// 1000000.lstr.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { traced } from "./bench-trace.mjs";
import { withEngines } from "./engine-driver.mjs";
import { DIST, launch, mainnetBlocks, serve } from "./harness.mjs";

const ROUNDS = Number(process.env.LANESCOPE_ROUNDS ?? 3);
const PAN_MS = 3000;
const PLAY_MS = 3000;
const KEYS = 20;
const PATIENCE = { timeout: 300_000 };
const BELOW = ["graph", "heat", "versions", "matrix"];
const BESIDE = ["findings", "steps", "why"];

const by = (page, id) => page.getByTestId(id);
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)] ?? 0;
const brotli = (path) => brotliCompressSync(readFileSync(join(DIST, path))).length;

// Of objects of the same shape, the object of medians.
function middle(rounds) {
  const known = rounds.filter((value) => value !== undefined);
  if (typeof known[0] !== "object") return typeof known[0] === "number" ? median(known) : known[0];
  const names = Object.keys(known[0]);
  return Object.fromEntries(names.map((name) => [name, middle(known.map((round) => round[name]))]));
}

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

async function play(page) {
  await page.keyboard.press("Home");
  await take(page, "frames");
  await by(page, "play").click();
  await page.waitForTimeout(PLAY_MS);
  const frames = await take(page, "frames");
  return 1000 / median(frames.slice(1).map((at, before) => at - frames[before]));
}

// Opens every tab once; those that were open at first, last.
async function tabs(page) {
  for (const tab of [...BELOW, ...BESIDE]) {
    await by(page, `tab-${tab}`).click();
    await page.waitForTimeout(200);
  }
}

const runs = (page) => page.evaluate(() => Number(document.documentElement.dataset.run ?? 0));
const isDone = (before) =>
  document.documentElement.dataset.state === "done" &&
  Number(document.documentElement.dataset.run) > before;

async function openBlock(page, path) {
  const before = await runs(page);
  await by(page, "file").setInputFiles(path);
  await page.waitForFunction(isDone, before, PATIENCE);
  await page.waitForTimeout(1000);
}

async function openTrace(page, bars) {
  await by(page, "file").setInputFiles(join(process.env.LANESCOPE_TRACES, `${bars}.lstr`));
  const words = bars.toLocaleString("en-US");
  await by(page, "lane-dense").filter({ hasText: `${words} bars` }).waitFor(PATIENCE);
  await page.waitForTimeout(500);
}

// What was requested before the engine, and by whom.
function weigh(requests, url) {
  const ours = requests.filter((asked) => asked.startsWith(url));
  const third_party = requests.filter((asked) => /^https?:/.test(asked)).length - ours.length;
  const engine = ours.findIndex((asked) => /engine-\w+_bg\.wasm/.test(asked));
  const before = ours.slice(0, engine < 0 ? ours.length : engine);
  const paths = new Set(before.map((asked) => new URL(asked).pathname.slice(1) || "index.html"));
  const bytes_before = [...paths].reduce((sum, path) => sum + brotli(path), 0);
  return { third_party, [form(["page"])]: { bytes_before } };
}

// Whether modules were made as small as they get, as for publication: then nothing tells any more
// what made them.
function form(names) {
  const bytes = (name) => readFileSync(join(DIST, `${name}_bg.wasm`));
  const marks = (name) => WebAssembly.Module.customSections(new WebAssembly.Module(bytes(name)), "producers");
  return names.every((name) => marks(name).length === 0) ? "shrunk" : "unshrunk";
}

const renderer = (page) =>
  page.evaluate(() => {
    const gl = document.createElement("canvas").getContext("webgl");
    const names = gl?.getExtension("WEBGL_debug_renderer_info");
    return names ? gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : "none: Chromium draws in software";
  });

// Everything that is drawn, once.
async function round(browser, host, figures) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  const seen = {};
  seen.start = await traced(browser, page, async () => {
    await page.goto(host.url);
    await page.waitForFunction(isDone, 0, PATIENCE);
    await page.waitForTimeout(1000);
  });
  figures.renderer ??= await renderer(page);
  if (figures.third_party === undefined) Object.assign(figures, weigh(requests, host.url));
  let fps;
  seen.playing = await traced(browser, page, async () => {
    fps = await play(page);
  });
  seen.playing.fps = fps;
  await by(page, "last").click();
  seen.small = await keys(page);
  const [block] = mainnetBlocks().filter((path) => /\/13287210\./.test(path));
  if (block) {
    seen.block = await traced(browser, page, () => openBlock(page, block));
    seen.block_tabs = await traced(browser, page, () => tabs(page));
  }
  for (const bars of [10_000, 1_000_000]) {
    const opening = await traced(browser, page, () => openTrace(page, bars));
    let panned;
    const panning = await traced(browser, page, async () => {
      panned = await pan(page);
    });
    const looking = await traced(browser, page, () => tabs(page));
    seen[bars] = { ...panned, opening, panning, tabs: looking, keys: await keys(page) };
  }
  await context.close();
  return seen;
}

async function drawing(browser, figures) {
  const host = await serve({ isolated: true });
  const rounds = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) rounds.push(await round(browser, host, figures));
  Object.assign(figures, middle(rounds));
  await host.close();
}

async function engines(browser, figures) {
  for (const name of ["single", "threads"]) {
    const sizes = (figures[form([`engine-${name}`])] ??= {});
    sizes[name] = brotli(`engine-${name}.js`) + brotli(`engine-${name}_bg.wasm`);
  }
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
  if (!process.argv.includes("--page-only")) await engines(browser, figures);
} finally {
  await browser.close();
}
console.log(JSON.stringify(figures));
