// Opcodes of one incarnation, in a real browser, with both engines: asked for, stepped through,
// searched, in time with the playhead.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, serve, withPage } from "./harness.mjs";

const PATIENCE = { timeout: 60_000 };
const by = (page, id) => page.getByTestId(id);

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function over(page) {
  await page.waitForFunction(
    () => document.documentElement.dataset.state === "done",
    undefined,
    PATIENCE,
  );
  await by(page, "last").click();
}

// Chooses the first transaction that was thrown away, in its first run.
async function chooseAborted(page) {
  await page.keyboard.press("Home");
  await page.keyboard.press("KeyJ");
  await by(page, "show-steps").click();
}

async function shown(page) {
  await page.waitForFunction(
    () => document.querySelector("[data-testid=steps]")?.dataset.stand === "here",
    undefined,
    PATIENCE,
  );
}

const at = (page) => by(page, "step-now").getAttribute("data-step").then(Number);

for (const [name, isolated] of [["one thread", false], ["real threads", true]]) {
  describe(`opcodes with ${name}`, () => {
    let host;
    before(async () => {
      host = await serve({ isolated });
    });
    after(() => host?.close());
    const open = (body, options) =>
      withPage(browser, host.url, async (page) => {
        await over(page);
        await body(page);
      }, options);

    test("are those of an incarnation that was thrown away", () =>
      open(async (page) => {
        await chooseAborted(page);
        await shown(page);
        assert.match(await by(page, "steps-verdict").innerText(), /gas, as in the run/);
        assert.match(await by(page, "step-touch").innerText(), /stale/, "it begins at what went wrong");
        assert.match(await by(page, "steps-gas").innerText(), /SLOAD|SSTORE/);
      }));

    test("go one by one with the keyboard, and take the playhead along", () =>
      open(async (page) => {
        await chooseAborted(page);
        await shown(page);
        const from = await at(page);
        await by(page, "step-list").focus();
        await page.keyboard.press("ArrowDown");
        assert.equal(await at(page), from + 1);
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("ArrowUp");
        assert.equal(await at(page), from - 1);
        const row = page.locator(`[data-testid=step-row][data-index="${from - 1}"]`);
        assert.equal(await row.getAttribute("aria-selected"), "true");
        await page.keyboard.press("End");
        await page.keyboard.press("Home");
        assert.equal(await at(page), 0);
      }));

    test("are found by name and by what they touch", () =>
      open(async (page) => {
        await chooseAborted(page);
        await shown(page);
        await by(page, "step-list").focus();
        await page.keyboard.press("Home");
        await by(page, "step-search").fill("sstore");
        await by(page, "step-search").press("Enter");
        assert.match(await by(page, "step-now").innerText(), /^SSTORE/);
        const store = await at(page);
        await by(page, "jump-to").selectOption("touch");
        await by(page, "jump-back").click();
        assert.ok((await at(page)) < store);
        assert.match(await by(page, "step-touch").innerText(), /=/);
      }));
  });
}
