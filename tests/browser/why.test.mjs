// Why, in a real browser: the story of an abort, the way along causes, the versions of a location.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { by, firstRun } from "./first-run.mjs";

const { open } = firstRun();

const selected = (page) => by(page, "details").getAttribute("data-version");
const position = (page) => by(page, "position").textContent();

// The first run of the transaction that was thrown away last.
async function lastAbort(page) {
  await page.keyboard.press("KeyK");
  return selected(page);
}

describe("the story of an abort", () => {
  test("says in steps what happened, what it cost and leads to each moment", () =>
    open(async (page) => {
      const victim = await lastAbort(page);
      await by(page, "incarnation").first().click();
      assert.equal(await selected(page), victim);
      await by(page, "last").click();
      const story = by(page, "story");
      assert.match(await by(page, "why").textContent(), /Why did it run/);
      assert.match(await story.textContent(), / read .* at .* wrote it at .* was thrown away at/);
      assert.match(await by(page, "story-costs").textContent(), /Cost: .* gas thrown away/);
      const end = await position(page);
      const step = by(page, "story-step").nth(1);
      const about = await step.getAttribute("data-version");
      await step.focus();
      await page.keyboard.press("Enter");
      assert.equal(await selected(page), about);
      assert.notEqual(await position(page), end, "the playhead goes to the moment");
      assert.deepEqual(await by(page, "crumb").allTextContents(), [victim, about]);
      await by(page, "crumb").first().click();
      assert.equal(await selected(page), victim);
      assert.equal(await by(page, "crumb").count(), 0);
    }));

  test("does not tell what has not happened yet", () =>
    open(async (page) => {
      await lastAbort(page);
      await by(page, "incarnation").first().click();
      await by(page, "first").click();
      assert.equal(await by(page, "story").count(), 0);
    }));
});

describe("the keys [ and ]", () => {
  test("walk to the cause and back, and J and K go from abort to abort", () =>
    open(async (page) => {
      const victim = await lastAbort(page);
      await page.keyboard.press("BracketLeft");
      const cause = await selected(page);
      assert.notEqual(cause, victim);
      const crumbs = by(page, "crumb");
      assert.deepEqual(await crumbs.allTextContents(), [victim, cause]);
      assert.equal(await crumbs.last().getAttribute("aria-current"), "location");
      await page.keyboard.press("BracketRight");
      assert.equal(await selected(page), victim);
      await page.keyboard.press("Home");
      await page.keyboard.press("KeyJ");
      const first = await position(page);
      await page.keyboard.press("KeyJ");
      assert.notEqual(await position(page), first);
      await page.keyboard.press("KeyK");
      assert.equal(await position(page), first);
    }));

  test("bring the moment into view", () =>
    open(async (page) => {
      await page.keyboard.press("KeyK");
      await by(page, "lane-view").getByRole("grid").focus();
      await by(page, "last").click();
      await by(page, "lane-view").getByRole("grid").focus();
      for (let zoom = 0; zoom < 8; zoom += 1) await page.keyboard.press("KeyW");
      const before = await by(page, "lane-canvas").screenshot();
      await page.keyboard.press("BracketLeft");
      await page.waitForTimeout(200);
      const after = await by(page, "lane-canvas").screenshot();
      assert.ok(!before.equals(after));
    }));
});

describe("the versions of a location", () => {
  test("are those at the playhead, and lead to who wrote and who read", () =>
    open(async (page) => {
      const victim = await lastAbort(page);
      await by(page, "incarnation").first().click();
      const read = by(page, "reads").getByTestId("place").first();
      const name = await read.textContent();
      await read.click();
      assert.equal(await read.getAttribute("aria-pressed"), "true");
      await by(page, "tab-versions").click();
      const place = by(page, "versions-place");
      assert.equal(await place.locator("option:checked").textContent(), name);
      const states = () =>
        by(page, "version-row").evaluateAll((rows) => rows.map((row) => row.dataset.state));
      await by(page, "last").click();
      const end = await states();
      assert.equal(end[0], "before block");
      assert.ok(end.slice(1).every((state) => state === "committed"), end.join());
      assert.match(await by(page, "next-read").textContent(), /^A read by T\d+ now would see/);
      await by(page, "first").click();
      const start = await states();
      assert.ok(start.slice(1).every((state) => state === "not yet written"), start.join());
      await by(page, "last").click();
      const stale = by(page, "versions").locator(".version-reader.bad").first();
      assert.match(await stale.textContent(), /⊗ .*no longer holds/);
      const reader = stale.getByTestId("version-reader");
      const who = await reader.textContent();
      await reader.click();
      assert.equal(await selected(page), who);
      assert.ok(victim);
      await by(page, "version").first().click();
      assert.equal(await selected(page), await by(page, "version").first().textContent());
    }));

  test("can be chosen from the hot ones and stand on a phone", () =>
    open(
      async (page) => {
        await by(page, "tab-versions").click();
        const place = by(page, "versions-place");
        const names = await place.locator("option").allTextContents();
        assert.ok(names.length > 1);
        await place.selectOption({ label: names[1] });
        await page.waitForFunction(
          (name) => document.querySelector(".versions caption")?.textContent.includes(name),
          names[1],
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `the page is ${wide} px too wide`);
      },
      { viewport: { width: 360, height: 740 } },
    ));
});
