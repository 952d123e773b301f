// Splitting a hot slot, in a real browser: offered where somebody lost, run, changed, taken back.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, serve, withPage } from "./harness.mjs";

let browser;
let host;
before(async () => {
  browser = await launch();
  host = await serve({ isolated: false });
});
after(async () => {
  await browser?.close();
  await host?.close();
});

const PATIENCE = { timeout: 90_000 };

const by = (page, id) => page.getByTestId(id);

function over(page, last = 0) {
  return page.waitForFunction(
    (last) => {
      const { state, run } = document.documentElement.dataset;
      return state === "done" && Number(run) > last;
    },
    last,
    PATIENCE,
  );
}

async function afterRun(page, doing) {
  const last = await page.evaluate(() => Number(document.documentElement.dataset.run));
  await doing();
  await over(page, last);
  await by(page, "last").click();
}

// A page whose first run is over, with the details of its last abort open.
function open(body) {
  return withPage(browser, host.url, async (page) => {
    await over(page);
    await by(page, "last").click();
    await page.keyboard.press("KeyK");
    await by(page, "split-offer").waitFor(PATIENCE);
    await body(page);
  });
}

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
