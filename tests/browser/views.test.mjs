// The views below the lanes: one choice is seen in all of them, and each has the keyboard.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { by, firstRun } from "./first-run.mjs";

const { open } = firstRun({ isolated: true });

const selected = (page) => by(page, "details").getAttribute("data-version");

// How many pixels of a canvas are not empty, and a sum that changes with any of them.
const ink = (page, id) =>
  by(page, id).evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let [count, sum] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 0) count += 1;
      sum = (sum * 31 + data[at] + data[at + 1] * 3 + data[at + 2] * 7) % 1_000_000_007;
    }
    return { count, sum };
  });

// Waits until a canvas looks different.
async function repainted(page, id, doing) {
  const before = await ink(page, id);
  await doing();
  await assert.doesNotReject(async () => {
    for (let tries = 0; tries < 50; tries += 1) {
      if ((await ink(page, id)).sum !== before.sum) return;
      await page.waitForTimeout(50);
    }
    throw new Error(`${id} looks as before`);
  });
}

describe("the views below the lanes", () => {
  test("show one choice everywhere", () =>
    open(async (page) => {
      assert.ok((await ink(page, "matrix-canvas")).count > 1000, "the matrix is painted");
      // From the block list to the matrix.
      await repainted(page, "matrix-canvas", () => by(page, "block-row").nth(1).click());
      assert.match(await selected(page), /^T2·/);
      const chosen = page.locator("[data-testid=matrix-cell][aria-selected=true]");
      assert.match(await chosen.first().textContent(), /^T2 /);
      // From heat to lanes, block list, matrix and graph.
      await by(page, "tab-heat").click();
      const slot = by(page, "heat-slot").first();
      await repainted(page, "lane-canvas", () => slot.click());
      assert.equal(await slot.getAttribute("aria-pressed"), "true");
      assert.ok((await by(page, "row-touches").count()) > 1);
      await by(page, "tab-matrix").click();
      const row = page.locator("[data-testid=matrix-row][aria-selected=true]");
      assert.match(await row.first().textContent(), /Pool [AB]\.reserve/);
      // From the graph to everything.
      await by(page, "tab-graph").click();
      await by(page, "graph-list").focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowRight");
      await repainted(page, "graph-canvas", () => page.keyboard.press("ArrowRight"));
      await page.keyboard.press("Enter");
      const node = page.locator("[data-testid=graph-node][aria-selected=true]");
      const tx = /^T\d+/.exec(await node.textContent())[0];
      assert.equal((await selected(page)).split("·")[0], tx);
      assert.match(await page.locator("[data-testid=block-row].looked-at").textContent(), new RegExp(`^${tx.slice(1)}`));
      // Escape takes the place back first, then the run.
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "row-touches").count(), 0);
      assert.equal((await selected(page)).split("·")[0], tx);
    }));

  test("tell a stale read in words, and choose it with a click", () =>
    open(async (page) => {
      const stale = by(page, "matrix-cell").filter({ hasText: / read .+ before T\d+ wrote it/ });
      assert.ok((await stale.count()) > 0);
      const canvas = by(page, "matrix-canvas");
      const { width } = await canvas.boundingBox();
      let words = "";
      // Somewhere on the hottest row there is one.
      for (let x = width * 0.2; x < width && !/before T\d+ wrote it/.test(words); x += 12) {
        await canvas.hover({ position: { x, y: 38 } });
        const tip = by(page, "view-tip");
        words = (await tip.count()) > 0 ? await tip.textContent() : "";
      }
      assert.match(words, /^T\d+ read Pool [AB]\.\w+ before T\d+ wrote it$/);
      await page.mouse.down();
      await page.mouse.up();
      assert.equal((await selected(page)).split("·")[0], /^T\d+/.exec(words)[0]);
      assert.ok((await by(page, "row-touches").count()) > 1, "the place is chosen as well");
    }));

  test("have the keyboard", () =>
    open(async (page) => {
      const active = (id) => by(page, id).getAttribute("aria-activedescendant");
      await by(page, "matrix-grid").focus();
      await page.keyboard.press("ArrowDown");
      assert.match(await active("matrix-grid"), /^cell-0-/);
      await page.keyboard.press("ArrowDown");
      assert.match(await active("matrix-grid"), /^cell-1-/);
      const before = await active("matrix-grid");
      await page.keyboard.press("Home");
      assert.notEqual(await active("matrix-grid"), before);
      await page.keyboard.press("PageDown");
      const cell = await active("matrix-grid");
      assert.match(cell, /^cell-11-/);
      assert.equal(await page.locator(`#${cell}`).count(), 1, "the cell is there to be read");
      await page.keyboard.press("Enter");
      assert.equal(await selected(page).then((version) => Number(/\d+/.exec(version)[0]) - 1), Number(cell.split("-")[2]));
      // V goes round.
      for (const id of ["graph", "heat", "matrix"]) {
        await page.keyboard.press("v");
        await by(page, id).waitFor();
      }
      await by(page, "tab-heat").click();
      await by(page, "heat-contract").first().focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      const focused = page.locator("[data-testid=heat-slot]:focus");
      assert.equal(await focused.getAttribute("aria-pressed"), "true");
      await page.keyboard.press("ArrowLeft");
    }));

  test("fit a narrow telephone", () =>
    open(
      async (page) => {
        for (const id of ["matrix", "graph", "heat"]) {
          await by(page, `tab-${id}`).click();
          await by(page, id).waitFor();
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= 360, `with ${id} the page is ${width} px wide`);
        }
      },
      { context: { viewport: { width: 360, height: 740 }, hasTouch: true } },
    ));
});
