// Changes by hand in a real browser: drag a row, crash a lane, fork at the playhead, stack runs.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PATIENCE, afterRun, by, firstRun, over } from "./first-run.mjs";

const { open } = firstRun();

const words = async (page, id) => (await by(page, id).textContent()).trim();

const senders = (page) =>
  page.locator("[data-testid=block-row] .row-who").evaluateAll((rows) => rows.map((row) => row.textContent));

// Presses a row with the mouse and lets it go over another.
async function drag(page, from, to) {
  const [a, b] = [await page.locator(`#row-${from}`).boundingBox(), await page.locator(`#row-${to}`).boundingBox()];
  await page.mouse.move(a.x + 60, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(a.x + 60, a.y + a.height / 2 + 12, { steps: 3 });
  await page.mouse.move(b.x + 60, b.y + b.height / 2, { steps: 6 });
  await page.mouse.up();
}

async function seek(page, steps) {
  await by(page, "first").click();
  for (let step = 0; step < steps; step++) await page.keyboard.press("ArrowRight");
}

describe("a change by hand", () => {
  test("drags a row, says what that brings, shows both runs, and goes back", () =>
    open(async (page) => {
      const order = await senders(page);
      assert.equal(await by(page, "whatif").count(), 0, "nothing was changed yet");
      await afterRun(page, () => drag(page, 4, 1));
      const [moved, ...rest] = [order[4], ...order.slice(0, 4), ...order.slice(5)];
      assert.deepEqual(await senders(page), [...rest.slice(0, 1), moved, ...rest.slice(1)]);
      assert.match(await words(page, "whatif-words"), /^Before: [\d.]+× · Now: [\d.]+× — moving T5 behind T1 /);
      await by(page, "see-both").click();
      assert.equal(await by(page, "stack-row").count(), 2);
      assert.match(await words(page, "stack-sentence"), /oving T5 behind T1 .*\.$/);
      const look = await by(page, "stack").evaluate((stack) => {
        const { fontFamily, paddingInlineStart } = getComputedStyle(stack);
        return { plain: fontFamily === getComputedStyle(document.body).fontFamily, inset: parseFloat(paddingInlineStart) };
      });
      assert.ok(look.plain && look.inset > 0, `it looks like a list of opcodes: ${JSON.stringify(look)}`);
      // One playhead: what is sought in one run is sought in both.
      const playheads = () =>
        page.locator("[data-testid=stack-row] [data-testid=lane-grid]").evaluateAll((grids) =>
          grids.map((grid) => grid.getAttribute("aria-label")));
      await by(page, "first").click();
      await page.keyboard.press("ArrowRight");
      const [one, other] = await playheads();
      assert.equal(one, other);
      // The same transaction is selected in both, under its own number.
      await page.locator("#row-1").click();
      const chosen = await page.locator("[data-testid=stack-row] [role=gridcell][aria-selected=true]").evaluateAll((cells) =>
        cells.map((cell) => cell.dataset.version.split("·")[0]));
      assert.ok(chosen.every((tx, at) => tx === ["T5", "T2"].slice(-chosen.length)[at]), chosen.join());
      await by(page, "last").click();
      const total = by(page, "ledger-causes").locator(".ledger-total td");
      const perTransaction = by(page, "ledger-transactions").locator(".ledger-total td");
      assert.deepEqual(await total.allTextContents(), await perTransaction.allTextContents());
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "stack").count(), 0);
      await by(page, "whatif-back").click();
      assert.deepEqual(await senders(page), order);
      assert.equal(await by(page, "whatif").count(), 0);
    }));

  test("moves with the keyboard as well, and forgets when told to", () =>
    open(async (page) => {
      await page.locator("#row-3").click();
      await afterRun(page, () => page.keyboard.press("Alt+ArrowDown"));
      assert.match(await words(page, "whatif-words"), /moving T4 behind T5/);
      await by(page, "whatif-forget").click();
      assert.equal(await by(page, "whatif").count(), 0);
      await afterRun(page, () => by(page, "tx-remove").click());
      assert.match(await words(page, "whatif-words"), /removing T5/, "compared with the run that was kept");
    }));

  test("crashes a lane at its name, where the playhead stands", () =>
    open(async (page) => {
      await seek(page, 10);
      const at = await words(page, "position");
      const name = by(page, "lane-name-2");
      await name.focus();
      await page.keyboard.press("Enter");
      assert.equal(await name.getAttribute("aria-expanded"), "true");
      assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), "lane-crash");
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "lane-crash").count(), 0);
      await name.click();
      assert.ok(await by(page, "lane-recover").isDisabled());
      await afterRun(page, () => by(page, "lane-crash").click());
      assert.match(await words(page, "whatif-words"), /crashing lane 2 at /);
      assert.equal((await words(page, "position")).split(" of ")[0], at.split(" of ")[0], "the playhead stays");
      assert.match(await words(page, "provenance"), /1 fault/);
      await name.click();
      await afterRun(page, () => by(page, "lane-recover").click());
      assert.equal(await by(page, "whatif").count(), 0, "what never was is not compared");
    }));
});

describe("a fork", () => {
  test("locks what has begun, keeps the past, and ends on either side", () =>
    open(async (page) => {
      const order = await senders(page);
      await seek(page, 10);
      await page.keyboard.press("KeyH");
      assert.match(await words(page, "fork-words"), /^Forked at .* begun and are locked\./);
      assert.equal(await by(page, "fork").getAttribute("aria-pressed"), "true");
      const locked = await page.locator(".row.locked").count();
      assert.ok(locked > 0 && locked < 12, `${locked} rows are locked`);
      await drag(page, 0, 3);
      assert.match(await words(page, "alert"), /T\d+ had begun at .*: it belongs to the past of the fork/);
      await by(page, "alert-dismiss").click();
      assert.deepEqual(await senders(page), order);
      await by(page, "lanes-plus").click();
      assert.match(await words(page, "alert"), /A fork keeps its lanes/);
      await by(page, "alert-dismiss").click();
      await page.locator("#row-11").click();
      await afterRun(page, () => by(page, "tx-remove").click());
      assert.match(await words(page, "fork-past"), /^✓ The past is the same/);
      assert.match(await words(page, "stack-sentence"), /emoving T12/);
      await by(page, "fork-drop").click();
      assert.deepEqual(await senders(page), order);
      assert.equal(await page.locator(".row.locked").count(), 0);
    }));
});

describe("strategies", () => {
  test("are stacked under one playhead once they are ticked", () =>
    open(async (page) => {
      await page.keyboard.press("KeyC");
      await page.waitForFunction(
        () => document.querySelector("[data-testid=compare]")?.dataset.stand === "done",
        undefined,
        PATIENCE,
      );
      assert.ok(await by(page, "show-stacked").isDisabled());
      for (const strategy of ["block-stm", "access-list", "rounds"]) await by(page, `tick-${strategy}`).click();
      await by(page, "show-stacked").click();
      assert.equal(await by(page, "stack-row").count(), 3);
      assert.match(await words(page, "stack-sentence"), /finish.* sooner than .*its producer took /);
      assert.deepEqual(await by(page, "stack-speed").count(), 3);
      const position = () => words(page, "position");
      const start = await position();
      await page.keyboard.press("Space");
      await page.waitForFunction(
        (start) => document.querySelector("[data-testid=position]").textContent !== start,
        start,
        PATIENCE,
      );
      await page.keyboard.press("Space");
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "compare").count(), 1, "back to the comparison");
    }));
});
