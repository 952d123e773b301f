// Finding and doing everything from the keyboard: the search, the palette, the sheet of keys, and
// what stands where there is nothing to find.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { by, firstRun, over } from "./first-run.mjs";

const { visit } = firstRun();

// Opens the page, waits for its first run, and goes to its end.
function open(body, { prepare, ...options } = {}) {
  return visit(async (page) => {
    if (prepare) {
      await prepare(page);
      await page.reload({ waitUntil: "load" });
    }
    await over(page);
    await by(page, "last").click();
    await body(page);
  }, options);
}

const rows = (page, kind) =>
  page.$$eval(`[data-testid=block-row]${kind}`, (rows) => rows.map((row) => Number(row.dataset.index) + 1));

// What the field says about what it found.
const told = (page) => by(page, "find-count").textContent();

// Everything that is painted on a canvas, as a number that changes with it.
const picture = (page, canvas = "lane-canvas") =>
  by(page, canvas).evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += data[at] + data[at + 1] + data[at + 2];
    return sum;
  });

describe("the search", () => {
  test("finds, dims what it left out, and goes from hit to hit", () =>
    open(async (page) => {
      const before = await picture(page);
      const matrix = await picture(page, "matrix-canvas");
      await page.keyboard.press("/");
      await page.keyboard.type("is:aborted");
      assert.match(await told(page), /^3 of 12 transactions · 3 runs$/);
      const found = await rows(page, ".found");
      assert.equal(found.length, 3);
      assert.equal((await rows(page, ".not-found")).length, 9);
      await page.waitForTimeout(100);
      assert.notEqual(await picture(page), before, "the lanes look as before");
      assert.notEqual(await picture(page, "matrix-canvas"), matrix, "the matrix looks as before");

      const seen = [];
      for (const key of ["Enter", "Enter", "Enter", "Enter", "Shift+Enter"]) {
        await page.keyboard.press(key);
        seen.push(await by(page, "details").getAttribute("data-version"));
      }
      assert.deepEqual(seen[3], seen[0], "it does not go round");
      assert.deepEqual(seen[4], seen[2], "it does not go back");
      assert.equal(new Set(seen).size, 3);
      assert.match(await by(page, "find-hit").textContent(), /3 of 3: T\d+·0 .*, aborted$/);

      await by(page, "find-only").click();
      assert.deepEqual(await rows(page, ""), found);
      await by(page, "find-field").focus();
      await page.keyboard.press("Escape");
      assert.equal((await rows(page, "")).length, 12);
      assert.equal((await rows(page, ".found")).length, 0);
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "find").count(), 0);
    }));

  test("names the word that it does not understand and keeps what it found", () =>
    open(async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("is:aborted");
      const found = await rows(page, ".found");
      await page.keyboard.type(" lane:two");
      assert.match(await told(page), /^“lane:two” is not understood: write a lane/);
      assert.equal(await by(page, "find-field").getAttribute("aria-invalid"), "true");
      assert.deepEqual(await rows(page, ".found"), found);
    }));

  test("suggests names of this run, and the keyboard takes them", () =>
    open(async (page) => {
      await page.keyboard.press("/");
      const field = by(page, "find-field");
      assert.equal(await field.getAttribute("role"), "combobox");
      assert.equal(await field.getAttribute("aria-expanded"), "false");
      await page.keyboard.type("to:pool");
      await by(page, "find-suggestions").waitFor();
      assert.equal(await field.getAttribute("aria-expanded"), "true");
      assert.equal(await field.getAttribute("aria-activedescendant"), null);
      await page.keyboard.press("ArrowDown");
      const active = await field.getAttribute("aria-activedescendant");
      const option = page.locator(`#${active}`);
      assert.equal(await option.getAttribute("aria-selected"), "true");
      assert.match(await option.textContent(), /^to:"Pool [AB]"receives/);
      await page.keyboard.press("Enter");
      assert.match(await field.inputValue(), /^to:"Pool [AB]" $/);
      assert.equal(await field.getAttribute("aria-expanded"), "false");
      assert.match(await told(page), /^\d+ of 12 transactions/);
    }));

  test("is asked by a chip beside the lanes, and not while one types elsewhere", () =>
    open(async (page) => {
      await by(page, "block-row").first().click();
      await by(page, "chips").getByRole("button").last().click();
      assert.match(await by(page, "find-field").inputValue(), /^fn:"\w+" to:".+"$/);
      assert.ok((await rows(page, ".found")).includes(1));
      await by(page, "find-close").click();
      await by(page, "lanes").focus();
      await page.keyboard.press("/");
      assert.equal(await by(page, "find").count(), 0);
    }));
});

describe("the palette", () => {
  test("runs a command by its name, and knows it the next time", () =>
    open(async (page) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      const before = await theme();
      await by(page, "find-open").focus();
      await page.keyboard.press("Control+k");
      await by(page, "palette").waitFor();
      await page.keyboard.type("or dark");
      const active = await by(page, "palette-field").getAttribute("aria-activedescendant");
      assert.match(await page.locator(`#${active}`).textContent(), /^Light or dark/);
      await page.keyboard.press("Enter");
      assert.equal(await by(page, "palette").count(), 0);
      assert.notEqual(await theme(), before);
      const focused = await page.evaluate(() => document.activeElement?.dataset.testid);
      assert.equal(focused, "find-open", "the focus is not given back");
      await page.keyboard.press("Control+k");
      assert.match(await page.locator("#palette-0").textContent(), /^Light or dark.*used last/);
    }));

  test("goes to transactions, searches for accounts, and keeps the focus inside", () =>
    open(async (page) => {
      await page.keyboard.press("Control+k");
      await page.keyboard.type("T5");
      await page.locator("#palette-0", { hasText: /^Go to T5: / }).waitFor();
      await page.keyboard.press("Enter");
      assert.match(await by(page, "details").getAttribute("data-version"), /^T5·/);
      await page.keyboard.press("Control+k");
      for (const key of ["Tab", "Tab", "Tab", "Shift+Tab"]) {
        await page.keyboard.press(key);
        const inside = await page.evaluate(
          () => document.activeElement?.closest("[data-testid=palette]") !== null,
        );
        assert.ok(inside, `${key} leaves the palette`);
      }
      await by(page, "palette-field").fill("ana");
      await page.getByRole("option", { name: /^Search for Ana/ }).first().click();
      assert.equal(await by(page, "find-field").inputValue(), "account:Ana");
      const focused = await page.evaluate(() => document.activeElement?.dataset.testid);
      assert.equal(focused, "find-field");
    }));
});

describe("the sheet of keys", () => {
  const azerty = () => {
    const glyphs = new Map([["KeyZ", "w"], ["KeyW", "z"], ["KeyA", "q"], ["KeyK", "k"]]);
    const keyboard = { getLayoutMap: async () => glyphs };
    Object.defineProperty(navigator, "keyboard", { value: keyboard, configurable: true });
  };

  const keysOf = (page, words) =>
    page
      .locator(".keys > div", { hasText: words })
      .locator("kbd")
      .evaluateAll((keys) => keys.map((key) => key.textContent));

  test("shows the glyphs of the user's own keyboard", () =>
    open(
      async (page) => {
        await page.keyboard.press("?");
        await by(page, "key-sheet").waitFor();
        await page.locator(".keys kbd", { hasText: /^Q$/ }).waitFor();
        assert.deepEqual(await keysOf(page, "Take an edit back"), ["Ctrl", "W"]);
        assert.equal((await keysOf(page, "Zoom in"))[0], "Z");
        await page.keyboard.press("?");
        assert.equal(await by(page, "key-sheet").count(), 0);
      },
      { prepare: (page) => page.addInitScript(azerty) },
    ));
});

describe("where there is nothing to see", () => {
  test("an empty block says what to do", () =>
    open(async (page) => {
      await by(page, "block-row").first().click();
      for (let left = 12; left > 0; left -= 1) {
        await page.locator(".rows").press("Delete");
      }
      await by(page, "empty-block").waitFor();
      assert.match(await by(page, "caption").textContent(), /no transactions/);
      assert.equal(await by(page, "lane-view").count(), 0);
      assert.equal(await by(page, "alert").count(), 0);
      const last = await page.evaluate(() => Number(document.documentElement.dataset.run));
      await by(page, "empty-add").click();
      await over(page, last);
      assert.equal(await by(page, "empty-block").count(), 0);
      assert.equal((await rows(page, "")).length, 1);
    }));

  test("without WebAssembly it says so above the picture", () =>
    visit(async (page) => {
      await over(page);
      await page.addInitScript(() => delete globalThis.WebAssembly);
      await page.reload({ waitUntil: "load" });
      await page.waitForFunction(() => document.documentElement.dataset.state === "failed");
      const notice = page.locator("#boot-failed");
      assert.match(await notice.textContent(), /needs WebAssembly/);
      const box = await notice.boundingBox();
      const poster = await by(page, "poster").boundingBox();
      assert.ok(box.y < poster.y, "the picture comes first");
    }));
});
