// An automated audit (axe) of every view in every way it can look, and what an audit cannot see:
// no sideways scroll on narrow screens and at 200 %, a grid that is announced, system colours.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { by, firstRun, over } from "./first-run.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// WCAG 2.2 A and AA, and what is good practice besides.
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const { visit } = firstRun();

// Opens the page, waits for its first run, and stops the film at the first abort.
function open(context, body) {
  return visit(
    async (page) => {
      await over(page);
      await by(page, "first").click();
      await by(page, "next-abort").click();
      await body(page);
    },
    { context },
  );
}

// Fails with what is wrong and where.
async function audit(page, where) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async (tags) => {
    const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
    const { violations } = await globalThis.axe.run(document, options);
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} — ${node.failureSummary}`),
    }));
  }, TAGS);
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.join("\n    ")}`);
  assert.equal(violations.length, 0, `${where}:\n  ${told.join("\n  ")}`);
}

// Every tab of a row, one after the other.
async function eachTab(page, row, body) {
  const tabs = page.getByRole("tablist", { name: row }).getByRole("tab");
  for (let at = 0; at < (await tabs.count()); at += 1) {
    await tabs.nth(at).click();
    await body(await tabs.nth(at).textContent());
  }
}

const DESK = { viewport: { width: 1440, height: 900 } };

describe("an audit finds nothing", () => {
  for (const colorScheme of ["light", "dark"]) {
    test(`in any view, ${colorScheme}`, () =>
      open({ ...DESK, colorScheme }, async (page) => {
        await audit(page, "lanes");
        await eachTab(page, "Views of the same moment", (tab) => audit(page, tab));
        await eachTab(page, "What is told beside the lanes", (tab) => audit(page, tab));
      }));

    test(`in sheets, drawers and the comparison, ${colorScheme}`, () =>
      open({ ...DESK, colorScheme }, async (page) => {
        await page.keyboard.press("?");
        await audit(page, "keys");
        await page.keyboard.press("Escape");
        await by(page, "bench-open").click();
        await audit(page, "benchmark");
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "About this strategy" }).click();
        await audit(page, "about");
        await page.getByRole("button", { name: "Clock and faults" }).click();
        await audit(page, "clock and faults");
        await page.keyboard.press("Escape");
        await page.keyboard.press("KeyC");
        await page.waitForFunction(
          () => document.querySelector("[data-testid=compare]")?.dataset.stand === "done",
          null,
          { timeout: 90_000 },
        );
        await audit(page, "comparison");
      }));
  }

  test("on a narrow phone", () =>
    open({ viewport: { width: 360, height: 740 }, hasTouch: true }, (page) => audit(page, "phone")));

  test("in the system's own colours", () =>
    open({ ...DESK, forcedColors: "active" }, (page) => audit(page, "forced colours")));
});

describe("nothing is out of reach", () => {
  // A window of 1280 pixels at 200 % and at 400 % (WCAG 2.2, 1.4.10), and the narrowest phone.
  for (const [name, width, height] of [
    ["at 200 %", 640, 450],
    ["at 400 %", 320, 256],
    ["on a narrow phone", 360, 740],
  ]) {
    test(`${name} nothing scrolls sideways`, () =>
      open({ viewport: { width, height } }, async (page) => {
        const wide = await page.evaluate(() => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          const sticks = (one) => {
            const box = one.getBoundingClientRect();
            return box.width > 0 && box.right > root.clientWidth + 1;
          };
          const all = [...document.querySelectorAll("body *")].filter(sticks);
          return all.slice(0, 6).map((one) => one.outerHTML.slice(0, 120));
        });
        assert.deepEqual(wide, []);
      }));
  }

  test("the lanes are a grid that the arrow keys walk and that says where they are", () =>
    open(DESK, async (page) => {
      const grid = by(page, "lane-grid");
      await grid.focus();
      await page.keyboard.press("ArrowLeft");
      const active = await grid.getAttribute("aria-activedescendant");
      const words = await page.locator(`#${active}`).textContent();
      assert.match(words, /T\d+/);
      await page.keyboard.press("Enter");
      assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
    }));
});
