// Strategies side by side, in a real browser: what is chosen, promised, compared and refused.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PATIENCE, afterRun, by, firstRun, over } from "./first-run.mjs";

const { open } = firstRun();

async function compare(page) {
  await page.keyboard.press("KeyC");
  await ended(page);
}

function ended(page) {
  return page.waitForFunction(
    () => document.querySelector("[data-testid=compare]")?.dataset.stand === "done",
    undefined,
    PATIENCE,
  );
}

const row = (page, strategy) => page.locator(`[data-testid=compare-row][data-strategy="${strategy}"]`);

describe("how a run was made", () => {
  test("is always said, and a model says what it keeps and leaves out", () =>
    open(async (page) => {
      const line = by(page, "provenance");
      assert.match(await line.textContent(), /Block-STM.*E0 ✓ same result as one lane.*4 lanes.*1 tick = 1 gas/);
      const models = page.locator('[data-testid=strategy] optgroup[label="Models of real systems"] option');
      assert.equal(await models.count(), 17);
      await afterRun(page, () => by(page, "strategy").selectOption("ethereum"));
      assert.match(await line.textContent(), /Model of Ethereum today.*E0 ✓/);
      await by(page, "about-open").click();
      const facts = await by(page, "model-facts").textContent();
      assert.match(facts, /Keeps.+Leaves out.+Source.+as of \d{4}-\d{2}/s);
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "about").count(), 0);
    }));

  test("follows a parameter, and goes back to the defaults", () =>
    open(async (page) => {
      await by(page, "about-open").click();
      await afterRun(page, () => by(page, "parameter-estimates").uncheck());
      assert.match(await by(page, "model").textContent(), /estimates off/);
      await afterRun(page, () => by(page, "parameters-reset").click());
      assert.equal(await by(page, "model").textContent(), "Block-STM");
      assert.ok(await by(page, "parameter-estimates").isChecked());
      await by(page, "strategy").selectOption("declared-locks");
      await by(page, "parameter-order").selectOption("block");
      assert.match(await by(page, "refusal").first().textContent(), /order=block needs overtakes=off/);
      assert.equal(await by(page, "parameter-order").inputValue(), "priority", "what is refused is not chosen");
    }));

  test("takes up to 256 lanes on the gas clock", () =>
    open(async (page) => {
      await afterRun(page, async () => {
        await by(page, "lanes").fill("200");
        await page.keyboard.press("Enter");
      });
      assert.match(await by(page, "provenance").textContent(), /200 lanes/);
    }));
});

describe("the gas clock", () => {
  test("takes costs and faults, and refuses with a sentence", () =>
    open(async (page) => {
      await by(page, "clock-open").click();
      await afterRun(page, async () => {
        await by(page, "cost-cold-read").fill("2100");
        await page.keyboard.press("Enter");
      });
      assert.match(await by(page, "tick").textContent(), /\+ 2100 per cold read/);
      await by(page, "fault-lane").fill("9");
      await by(page, "fault-add").click();
      const refusals = async () => (await by(page, "refusal").allTextContents()).join("");
      assert.match(await refusals(), /on lane 9, but there are 4 lanes/);
      assert.equal(await by(page, "fault").count(), 0);
      await by(page, "fault-lane").fill("2");
      await by(page, "fault-at").fill("50000");
      await by(page, "fault-until").fill("90000");
      await by(page, "fault-add").click();
      assert.match(await by(page, "fault").textContent(), /lane 2 crashes at 50 k and recovers at 90 k/);
      assert.equal(await refusals(), "");
      await by(page, "fault-remove").click();
      assert.equal(await by(page, "fault").count(), 0);
    }));
});

describe("the comparison", () => {
  test("fills every row and the chart, and Escape goes back", () =>
    open(async (page) => {
      await compare(page);
      assert.equal(await by(page, "compare-row").count(), 8);
      for (const text of await by(page, "compare-row").allTextContents()) assert.ok(!text.includes("…"), text);
      assert.match(await row(page, "sequential").textContent(), /E0 ✓.*1×/);
      assert.match(await row(page, "block-stm").textContent(), /E0 ✓.*×/);
      assert.match(await by(page, "compare-headline").textContent(), /fastest|no strategy/);
      const chart = by(page, "compare-chart").locator("svg");
      assert.match(await chart.locator("desc").textContent(), /Block-STM: 1× on 1 lane, .*64 lanes/);
      assert.ok((await by(page, "strip").count()) >= 2);
      await by(page, "sort-speed-up").click();
      const first = by(page, "compare-row").first();
      assert.notEqual(await first.getAttribute("data-strategy"), "sequential");
      const sorted = page.locator("th[aria-sort=descending]");
      assert.match(await sorted.textContent(), /speed-up/);
      await page.keyboard.press("Escape");
      await by(page, "lane-view").waitFor();
    }));

  test("shows what naive lanes do wrong", () =>
    open(async (page) => {
      await compare(page);
      const text = await row(page, "naive").textContent();
      assert.match(text, /✕ wrong result/);
      assert.match(await by(page, "compare-headline").textContent(), /Naive lanes: .* wrong result/);
      await page.keyboard.press("Escape");
      await afterRun(page, () => by(page, "strategy").selectOption("naive"));
      assert.match(await by(page, "badge-same").textContent(), /✕ wrong result/);
      assert.ok((await by(page, "difference").textContent()).length > 10);
    }));

  test("is out of date after an edit, and is not lost", () =>
    open(async (page) => {
      await compare(page);
      const before = await row(page, "block-stm").textContent();
      await by(page, "block-row").first().click();
      await by(page, "tx-remove").click();
      await page.waitForFunction(() =>
        /Out of date/.test(document.querySelector("[data-testid=compare-status]").textContent),
      );
      assert.equal(await row(page, "block-stm").textContent(), before);
      await over(page, 1);
      await by(page, "compare-run").click();
      await ended(page);
      assert.doesNotMatch(await by(page, "compare-status").textContent(), /Out of date/);
    }));

  test("compares what is chosen", () =>
    open(async (page) => {
      await compare(page);
      await by(page, "choose").click();
      await by(page, "choose-none").click();
      assert.ok(await by(page, "compare-run").isDisabled());
      await by(page, "choose-sequential").check();
      await by(page, "choose-ethereum").check();
      await by(page, "compare-run").click();
      await ended(page);
      assert.equal(await by(page, "compare-row").count(), 2);
      assert.match(await row(page, "ethereum").textContent(), /Model of Ethereum today/);
    }));

  test("fits a narrow telephone", () =>
    open(
      async (page) => {
        await by(page, "compare-open").click();
        await ended(page);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 360, `the page is ${width} px wide`);
        await by(page, "compare-close").click();
        await by(page, "about-open").click();
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
      },
      { context: { viewport: { width: 360, height: 740 }, hasTouch: true } },
    ));
});
