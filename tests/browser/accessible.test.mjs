// An automated audit (axe) of every view in every way it can look, and what an audit cannot see:
// no sideways scroll on narrow screens and at 200 %, a grid that is announced, system colours.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
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
      await page.keyboard.press("KeyJ");
      await body(page);
    },
    { context },
  );
}

// Fails with what is wrong and where.
async function audit(page, where) {
  // Colours on their way from one to the other are not judged.
  await page.evaluate(() => {
    const ways = document.getAnimations().filter((one) => one instanceof CSSTransition);
    return Promise.allSettled(ways.map((one) => one.finished));
  });
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

const runs = (page) => page.evaluate(() => Number(document.documentElement.dataset.run));

async function compare(page) {
  await page.keyboard.press("KeyC");
  await page.waitForFunction(
    () => document.querySelector("[data-testid=compare]")?.dataset.stand === "done",
    null,
    { timeout: 90_000 },
  );
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
        await compare(page);
        await audit(page, "comparison");
        for (const one of ["block-stm", "access-list"]) await by(page, `tick-${one}`).check();
        await by(page, "show-stacked").click();
        await by(page, "stack").waitFor();
        await audit(page, "strategies stacked");
      }));

    test(`while something is searched, chosen, forked or looked into, ${colorScheme}`, () =>
      open({ ...DESK, colorScheme }, async (page) => {
        await page.keyboard.press("Slash");
        await page.keyboard.type("is:");
        await by(page, "find-suggestions").waitFor();
        await audit(page, "search with suggestions");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+KeyK");
        await by(page, "palette-field").waitFor();
        await audit(page, "palette");
        await page.keyboard.press("Escape");
        await by(page, "export").click();
        await audit(page, "menu of files");
        await page.keyboard.press("Escape");
        await by(page, "time-more").click();
        await audit(page, "time tools");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Home");
        await page.keyboard.press("BracketRight");
        await by(page, "show-steps").click();
        await page.waitForFunction(
          () => document.querySelector("[data-testid=steps]")?.dataset.stand === "here",
          null,
          { timeout: 60_000 },
        );
        await audit(page, "opcodes");
        await by(page, "first").click();
        for (let step = 0; step < 14; step += 1) await page.keyboard.press("ArrowRight");
        await page.keyboard.press("KeyH");
        await by(page, "fork-words").waitFor();
        await audit(page, "fork");
      }));

    test(`a block without transactions and a stored trace, ${colorScheme}`, () =>
      open({ ...DESK, colorScheme }, async (page) => {
        await by(page, "export").click();
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          by(page, "export-trace").click(),
        ]);
        const last = await runs(page);
        await page.locator("#row-0").click();
        for (let left = 12; left > 0; left -= 1) await page.keyboard.press("Delete");
        await by(page, "empty-block").waitFor();
        await audit(page, "empty block");
        await by(page, "empty-undo").click();
        await over(page, last);
        const buffer = await readFile(await download.path());
        const file = { name: download.suggestedFilename(), mimeType: "application/gzip", buffer };
        await by(page, "file").setInputFiles(file);
        await by(page, "stored").waitFor();
        await audit(page, "stored trace");
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

  test("on a phone the steps from abort to abort are in the tools of time", () =>
    open({ viewport: { width: 390, height: 844 }, hasTouch: true }, async (page) => {
      await by(page, "first").click();
      const before = await by(page, "caption").textContent();
      await by(page, "time-more").click();
      await by(page, "step-next-abort").click();
      assert.notEqual(await by(page, "caption").textContent(), before);
      for (const name of ["commands", "keys"]) {
        assert.ok(await page.getByRole("button", { name, exact: true }).isVisible(), name);
      }
    }));

  test("what is pressed on a phone is 24 pixels or more, and nothing lies over what has the focus", () =>
    open({ viewport: { width: 360, height: 740 } }, async (page) => {
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("button, select, input, summary")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".unseen, [popover]"))
          .filter((one) => !one.matches(".unseen, [type=file]"))
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
          // What a label surrounds is pressed with the label.
          .filter(([one]) => !(one.closest("label")?.getBoundingClientRect().height >= 24))
          .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`));
      assert.deepEqual(small, []);
      await page.evaluate(() => scrollTo(0, 0));
      for (let press = 0; press < 90; press += 1) {
        await page.keyboard.press("Tab");
        const covered = await page.evaluate(() => {
          const one = document.activeElement;
          if (one === document.body || one.closest(".transport")) return null;
          const box = one.getBoundingClientRect();
          const bar = document.querySelector(".transport").getBoundingClientRect();
          const hidden = box.top >= bar.top && box.bottom <= bar.bottom;
          return hidden ? one.outerHTML.slice(0, 120) : null;
        });
        assert.equal(covered, null);
      }
    }));

  test("keys that stand alone can be switched off, and stay so", () =>
    open(DESK, async (page) => {
      const caption = () => by(page, "caption").textContent();
      await by(page, "keys").click();
      const control = page.getByRole("switch", { name: /Single-key shortcuts/ });
      assert.equal(await control.isChecked(), true);
      await control.click();
      await page.keyboard.press("Escape");
      const still = await caption();
      await page.keyboard.press("KeyJ");
      await page.keyboard.press("?");
      assert.equal(await caption(), still);
      assert.equal(await by(page, "key-sheet").count(), 0);
      await page.keyboard.press("Control+KeyK");
      await by(page, "palette-field").waitFor();
      await page.keyboard.press("Escape");
      await page.reload();
      await by(page, "keys").click();
      assert.equal(await control.isChecked(), false);
      await control.click();
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await by(page, "key-sheet").waitFor();
    }));

  test("Escape takes a tip away while the pointer rests", () =>
    open(DESK, async (page) => {
      const box = await by(page, "lane-canvas").boundingBox();
      await page.mouse.move(box.x + 100, box.y + 90);
      await by(page, "lane-tip").waitFor();
      await page.keyboard.press("Escape");
      await by(page, "lane-tip").waitFor({ state: "detached" });
    }));

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
