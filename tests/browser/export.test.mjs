// What can be taken away from the page, opened elsewhere; and what is found in a run.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { by, firstRun } from "./first-run.mjs";

const { open } = firstRun();

async function take(page, kind) {
  await by(page, "export").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    by(page, `export-${kind}`).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

describe("files", () => {
  test("a picture stands alone, with its letters and words for those who do not see it", () =>
    open(async (page) => {
      const { name, bytes } = await take(page, "svg");
      assert.match(name, /\.block-stm\.4-lanes\.svg$/);
      const text = bytes.toString();
      assert.match(text, /<title>.+<\/title>/);
      assert.match(text, /<desc>.+<\/desc>/);
      assert.match(text, /@font-face\{font-family:"Inter"[^}]*data:font\/woff2;base64,/);
      assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:/);
      const size = await page.evaluate(async (text) => {
        const image = new Image();
        image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      }, text);
      const lanes = await by(page, "lane-canvas").boundingBox();
      assert.equal(size[0], Math.round(lanes.width));
      assert.ok(size[1] >= Math.round(lanes.height), `${size}`);
    }));

  test("a picture of pixels is twice as fine as the screen", () =>
    open(async (page) => {
      const { bytes } = await take(page, "png");
      assert.equal(bytes.subarray(1, 4).toString(), "PNG");
      const lanes = await by(page, "lane-canvas").boundingBox();
      assert.equal(bytes.readUInt32BE(16), Math.round(lanes.width * 2));
    }));

  test("arrows of a Chrome trace begin and end in slices, in time", () =>
    open(async (page) => {
      const { bytes } = await take(page, "chrome-trace");
      const { traceEvents } = JSON.parse(bytes);
      const slices = traceEvents.filter((one) => one.ph === "X");
      const inSlice = (end) =>
        slices.some((s) => s.tid === end.tid && s.ts <= end.ts && end.ts < s.ts + s.dur);
      const starts = traceEvents.filter((one) => one.ph === "s");
      assert.ok(starts.length > 0, "the default scenario has aborts");
      for (const start of starts) {
        const end = traceEvents.find((one) => one.ph === "f" && one.id === start.id);
        assert.ok(end && inSlice(start) && inSlice(end) && start.ts <= end.ts, JSON.stringify(start));
      }
    }));

  test("a trace, its JSON, a table and a transcript tell the same run", () =>
    open(async (page) => {
      const trace = await take(page, "trace");
      assert.equal(trace.bytes.subarray(0, 4).toString(), "LSTR");
      assert.match(trace.name, /\.lstr$/);
      const json = JSON.parse((await take(page, "json")).bytes);
      assert.equal(json.format, "lanescope-trace");
      const started = json.events.filter((event) => event.kind === "ExecutionStarted").length;
      const rows = (await take(page, "csv")).bytes.toString().trim().split("\n");
      assert.equal(rows.length - 1, started);
      const told = (await take(page, "transcript")).bytes.toString();
      const aborted = json.events.filter((event) => event.kind === "Aborted").length;
      assert.equal(told.match(/runs again\./g)?.length ?? 0, aborted);
      assert.match(told, /is final/);
    }));

  test("the menu is walked with arrows and left with Escape", () =>
    open(async (page) => {
      await by(page, "export").click();
      const focused = () => page.evaluate(() => document.activeElement.dataset.testid);
      assert.equal(await focused(), "export-save");
      await page.keyboard.press("ArrowDown");
      assert.equal(await focused(), "export-svg");
      await page.keyboard.press("End");
      assert.equal(await focused(), "export-csv");
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "export-menu").count(), 0);
      assert.equal(await focused(), "export");
    }));
});

describe("findings", () => {
  test("the hot pool is found, with its evidence to go and look at", () =>
    open(async (page) => {
      await by(page, "tab-findings").click();
      const first = page.locator("[data-lint=hot-slot]").first();
      assert.match(await first.textContent(), /Pool A\.reserve0/);
      const run = first.getByTestId("finding-run").first();
      const version = (await run.textContent()).trim();
      await run.click();
      await by(page, "tab-why").click();
      assert.equal(await by(page, "details").getAttribute("data-version"), version);
    }));
});
