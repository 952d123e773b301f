// What the browser tests share: a server over dist/ with or without isolation, a headless
// Chromium, pages that fail on any error in their console, and the folder of real blocks.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// The built page: `cargo xtask test` names it, `cargo xtask build` makes it.
export const DIST = resolve(process.env.LANESCOPE_DIST ?? join(ROOT, "dist"));

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const BROWSER_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const CONTENT_TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

// The headers a host would send: what the build wrote into dist/_headers.
function hostHeaders(isolated) {
  const lines = readFileSync(join(DIST, "_headers"), "utf8").split("\n");
  const pairs = lines
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim().split(/:\s*(.*)/s, 2));
  assert.ok(pairs.length > 0, `${DIST}/_headers names no header`);
  const isolation = /^cross-origin-(opener|embedder)-policy$/i;
  return Object.fromEntries(pairs.filter(([name]) => isolated || !isolation.test(name)));
}

// Serves dist/ on a free port: `{ url, close() }`. `under` puts it into a sub-folder of the host,
// for example "/docs/lanescope".
export async function serve({ isolated = true, under = "" } = {}) {
  const headers = hostHeaders(isolated);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
    const inside = path.startsWith(`${under}/`) ? path.slice(under.length) : "/outside";
    const file = normalize(join(DIST, inside.endsWith("/") ? `${inside}index.html` : inside));
    try {
      if (!file.startsWith(DIST + sep)) throw new Error("outside");
      const body = await readFile(file);
      const type = CONTENT_TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type, "Cache-Control": "no-store" });
      response.end(body);
    } catch {
      response.writeHead(404, { ...headers, "Content-Type": "text/plain" }).end("not here");
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}${under}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

// A headless Chromium; close() it. Playwright gives it an empty profile of its own.
export async function launch() {
  const executablePath = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  assert.ok(executablePath, "Chromium is missing: install it, or set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: BROWSER_ARGUMENTS, headless: true });
}

// Opens an address in a fresh context: `{ page, context, complaints, close() }`. Whatever the
// page complains about (errors in the console, uncaught ones, requests that fail or leave the
// host) is collected, and close() fails if there was any. `allowed` holds regular expressions of
// complaints that a test causes on purpose; `context` goes to Playwright's newContext.
export async function openPage(browser, url, { allowed = [], context: options = {} } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  const complain = (text) => {
    if (!allowed.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  const { origin } = new URL(url);
  const isLocal = (address) => /^(blob|data):/.test(address) || new URL(address).origin === origin;
  page.on("console", (message) => {
    if (message.type() === "error") complain(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complain(`uncaught: ${error.stack ?? error}`));
  page.on("crash", () => complain("the page crashed"));
  context.on("request", (request) => {
    if (!isLocal(request.url())) complain(`request to another host: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) complain(`${response.status()}: ${response.url()}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return {
    page,
    context,
    complaints,
    async close() {
      await context.close();
      assert.deepEqual(complaints, [], "the page complained");
    },
  };
}

// Opens an address, runs `body(page, opened)` and closes; also fails on complaints of the page.
// When the body fails, the complaints are added to its error, because they often are the cause.
export async function withPage(browser, url, body, options) {
  const opened = await openPage(browser, url, options);
  try {
    await body(opened.page, opened);
  } catch (error) {
    await opened.context.close();
    if (opened.complaints.length > 0) {
      error.message += `\nThe page complained:\n  ${opened.complaints.join("\n  ")}`;
    }
    throw error;
  }
  await opened.close();
}

// The folder of real mainnet blocks, or null, said aloud, where there is none.
export function mainnetDir() {
  const folder = resolve(process.env.LANESCOPE_MAINNET_DIR ?? join(ROOT, "../shared/mainnet"));
  if (existsSync(folder)) return folder;
  console.error(`NO REAL BLOCKS: ${folder} does not exist, so tests on them are left out.`);
  console.error("Set LANESCOPE_MAINNET_DIR to a folder of block files to run them.");
  return null;
}

// The block files in that folder, smallest number first, as full paths; empty where there is none.
export function mainnetBlocks() {
  const folder = mainnetDir();
  if (!folder) return [];
  const names = readdirSync(folder).filter((name) => /\.json(\.gz)?$/.test(name));
  return names.sort((a, b) => parseInt(a, 10) - parseInt(b, 10)).map((name) => join(folder, name));
}
