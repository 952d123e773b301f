// Splitting a hot slot, in a real browser: offered where somebody lost, run, changed, taken back.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PATIENCE, afterRun as rerun, by, firstRun } from "./first-run.mjs";

const { open: atEnd } = firstRun();

async function afterRun(page, doing) {
  await rerun(page, doing);
  await by(page, "last").click();
}

// A page whose first run is over, with the details of its last abort open.
const open = (body) =>
  atEnd(async (page) => {
    await page.keyboard.press("KeyK");
    await by(page, "split-offer").waitFor(PATIENCE);
    await body(page);
  });

describe("a hot slot", () => {
  test("is split with those that belong to it, and is put together again", () =>
    open(async (page) => {
      assert.match(await by(page, "split-offer").textContent(), /another contract: its results differ/);
      await afterRun(page, () => by(page, "split-together").click());
      assert.equal(await by(page, "split").count(), 4, "both reserves, and what the pool owns of both tokens");
      const [pool] = (await by(page, "splits").textContent()).match(/Pool [AB]/);
      await page.locator(".row", { hasText: pool }).first().click();
      assert.match(await by(page, "details").textContent(), /\(copy \d of 4\)/);
      assert.match(await by(page, "splits").textContent(), /Pool [AB]\.reserve0/);
      assert.match(await page.locator("body").textContent(), /same result as one lane/);

      await afterRun(page, () => page.getByRole("button", { name: /^More copies of Pool [AB]\.reserve0$/ }).click());
      assert.equal((await by(page, "split-copies").allTextContents()).filter((it) => it === "8 copies").length, 1);
      await afterRun(page, () => by(page, "split-by-1").selectOption("sender"));
      await afterRun(page, () => by(page, "split-initial-1").selectOption("first"));
      await afterRun(page, () => by(page, "split-remove").last().click());
      assert.equal(await by(page, "split").count(), 3);

      await afterRun(page, () => by(page, "split-clear").click());
      assert.equal(await by(page, "splits").count(), 0);
      await afterRun(page, () => by(page, "undo").click());
      assert.equal(await by(page, "split").count(), 3);
    }));
});
