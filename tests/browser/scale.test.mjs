// Long runs from files: a stored trace opens, pans, keeps the page alive, and gives the own block
// back; damaged files are refused in a sentence.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, serve, withPage } from "./harness.mjs";

const PATIENCE = { timeout: 90_000 };
// Generous: other programs run beside this one, and it is not a measurement.
const TASK_MS_MAX = 500;

const by = (page, id) => page.getByTestId(id);
const native = process.env.LANESCOPE_NATIVE;

describe("stored traces", { skip: !native && "LANESCOPE_NATIVE names no program" }, () => {
  let browser, host, folder, long;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "lanescope-"));
    long = join(folder, "long.lstr");
    const made = ["--synthetic-bars", "100000", "--format", "trace", "--output", long];
    execFileSync(native, ["export", ...made]);
    browser = await launch();
    host = await serve();
  });

  after(async () => {
    await browser?.close();
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // Opens the page, waits for its first run, and counts long tasks from then on.
  const withRun = (body) =>
    withPage(browser, host.url, async (page) => {
      const done = () => document.documentElement.dataset.state === "done";
      await page.waitForFunction(done, null, PATIENCE);
      await by(page, "last").click();
      await page.evaluate(() => {
        globalThis.tasks = [];
        const note = (list) => tasks.push(...list.getEntries().map(({ duration }) => duration));
        new PerformanceObserver(note).observe({ type: "longtask" });
      });
      await body(page);
    });

  test("100,000 bars open and pan without blocking the page", async () => {
    await withRun(async (page) => {
      const rows = await by(page, "block-row").count();
      await by(page, "file").setInputFiles(long);
      await by(page, "stored").waitFor(PATIENCE);
      assert.match(await by(page, "stored").textContent(), /“long.lstr” is a stored trace/);
      assert.match(await by(page, "lane-dense").textContent(), /^100,000 bars; zoom in/);
      assert.equal(await by(page, "run").isDisabled(), true);
      assert.match(await by(page, "run").getAttribute("title"), /nothing to run/);

      const box = await by(page, "lane-canvas").boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.keyboard.down("Control");
      for (let turn = 0; turn < 3; turn += 1) await page.mouse.wheel(0, -300);
      await page.keyboard.up("Control");
      for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(turn < 20 ? 24 : -24, 0);
      const longest = Math.max(0, ...(await page.evaluate(() => tasks)));
      assert.ok(longest <= TASK_MS_MAX, `a task took ${longest} ms`);

      await by(page, "stored-back").click();
      await by(page, "stored").waitFor({ state: "detached" });
      assert.equal(await by(page, "block-row").count(), rows, "the own block is back");
      assert.equal(await by(page, "run").isDisabled(), false);
    });
  });

  test("damaged traces are refused in one sentence", async () => {
    const cut = join(folder, "cut.lstr");
    writeFileSync(cut, readFileSync(long).subarray(0, 5000));
    const other = join(folder, "other.lstr");
    writeFileSync(other, "not a trace");
    await withRun(async (page) => {
      await by(page, "file").setInputFiles(cut);
      await by(page, "alert").waitFor(PATIENCE);
      const words = await by(page, "alert").textContent();
      assert.match(words, /"cut\.lstr": the trace is damaged: it is cut off\./);
      await by(page, "alert-dismiss").click();
      await by(page, "file").setInputFiles(other);
      await by(page, "alert").waitFor(PATIENCE);
      assert.match(await by(page, "alert").textContent(), /"other\.lstr" is not a Lanescope trace/);
      assert.equal(await by(page, "stored").count(), 0);
    });
  });
});
