// The page as a person uses it, in a real browser, with and without isolation.

import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, before, describe, test } from "node:test";
import { PATIENCE, afterRun, by, over as finished } from "./first-run.mjs";
import { launch, mainnetBlocks, serve, withPage } from "./harness.mjs";

let browser;
const hosts = {};
before(async () => {
  browser = await launch();
  hosts.isolated = await serve({ isolated: true });
  hosts.plain = await serve({ isolated: false });
});
after(async () => {
  await browser?.close();
  await Promise.all(Object.values(hosts).map((host) => host.close()));
});

const runOf = (page) => page.evaluate(() => Number(document.documentElement.dataset.run));

async function expectSameResult(page) {
  assert.match(await by(page, "badge-same").textContent(), /✓ same result as one lane/);
}

// Opens the page, waits for the first run, and stops the film where it is.
function withRun(host, query, body, options) {
  return withPage(
    browser,
    host.url + query,
    async (page, opened) => {
      await finished(page);
      await by(page, "last").click();
      await body(page, opened);
    },
    options,
  );
}

for (const flavour of ["isolated", "plain"]) {
  describe(`a page that is ${flavour}`, () => {
    const open = (body, query = "", options) => withRun(hosts[flavour], query, body, options);

    test("runs a block by itself and proves the result", () =>
      open(async (page) => {
        const engine = await page.evaluate(() => document.documentElement.dataset.engine);
        assert.equal(engine, flavour === "isolated" ? "threads" : "single");
        await expectSameResult(page);
        assert.match(await by(page, "badge-clock").textContent(), /gas clock · seed 7/);
        assert.match(await by(page, "speedup").textContent(), /×/);
      }));

    test("runs every preset", () =>
      open(async (page) => {
        const picker = by(page, "scenario-picker");
        const values = await picker
          .locator("option")
          .evaluateAll((options) => options.map((option) => option.value));
        const workloads = values.filter((value) => !value.startsWith(":"));
        assert.equal(workloads.length, 4);
        for (const workload of workloads.reverse()) {
          await afterRun(page, () => picker.selectOption(workload));
          await expectSameResult(page);
          assert.ok((await by(page, "block-row").count()) > 4, workload);
        }
      }));

    test("shows an abort with its cause", () =>
      open(async (page) => {
        await by(page, "first").click();
        await by(page, "next-abort").click();
        assert.match(await by(page, "caption").textContent(), /^T\d+ read .+ runs again\.$/s);
        const details = by(page, "details");
        assert.match(await details.textContent(), /aborted/);
        assert.match(await details.getByTestId("why").textContent(), /Why did it run/);
        assert.ok((await details.getByTestId("reads").locator("td.bad").count()) > 0);
        assert.ok(Number(/\d+/.exec(await by(page, "aborts").textContent())[0]) > 0);
      }));

    test("survives a crash of the engine with the scenario intact", () =>
      open(async (page) => {
        const rows = await by(page, "block-row").count();
        await by(page, "block-row").first().click();
        await afterRun(page, () => by(page, "tx-remove").click());
        const last = await runOf(page);
        await by(page, "crash").click();
        await by(page, "crash-card").waitFor();
        assert.match(await by(page, "crash-card").textContent(), /The engine stopped: .+ safe/s);
        assert.equal(await by(page, "block-row").count(), rows - 1);
        await by(page, "crash-run").click(PATIENCE);
        await finished(page, last);
        await expectSameResult(page);
        await by(page, "crash-dismiss").click();
        assert.equal(await by(page, "crash-card").count(), 0);
      }, "?debug", { allowed: [/panick|unreachable|crash|abort/i] }));

    for (const file of mainnetBlocks().filter((path) => /\/(4370000|13287210)\./.test(path))) {
      test(`opens the real block ${basename(file)}`, () =>
        open(async (page) => {
          await afterRun(page, () => by(page, "file").setInputFiles(file));
          await expectSameResult(page);
          await by(page, "badge-header").waitFor();
          assert.match(await by(page, "badge-header").textContent(), /✓/);
          const drawn = await by(page, "block-row").count();
          assert.ok(drawn > 10 && drawn < 100, `${drawn} rows exist at once`);
        }));
    }
  });
}

describe("real threads", () => {
  test("run, are measured, and agree", () =>
    withRun(hosts.isolated, "", async (page) => {
      await by(page, "measured").waitFor(PATIENCE);
      await afterRun(page, () => by(page, "clock-threads").click());
      assert.match(await by(page, "badge-clock").textContent(), /measured · 4 threads/);
      await expectSameResult(page);
      assert.match(await by(page, "measured").textContent(), /[mµn]s/);
    }));

  test("cannot be chosen without isolation, and the page says why", () =>
    withRun(hosts.plain, "", async (page) => {
      assert.ok(await by(page, "clock-threads").isDisabled());
      assert.match(await by(page, "no-threads").textContent(), /isolated/);
    }));

  test("can be declined", () =>
    withRun(hosts.isolated, "?engine=single", async (page) => {
      const engine = await page.evaluate(() => document.documentElement.dataset.engine);
      assert.equal(engine, "single");
      assert.ok(await by(page, "clock-threads").isDisabled());
    }));
});

describe("the benchmark", () => {
  test("measures three blocks, says which way is faster, and closes", () =>
    withRun(hosts.isolated, "", async (page) => {
      await by(page, "bench-open").focus();
      await page.keyboard.press("Enter");
      const sheet = by(page, "bench-sheet");
      await sheet.waitFor();
      await by(page, "bench-run").click();
      await by(page, "bench-stop").waitFor();
      assert.match(await by(page, "bench-status").textContent(), /Getting ready|Measuring/);
      await by(page, "bench-run").waitFor(PATIENCE);
      assert.match(await by(page, "bench-status").textContent(), /Done/);
      const rows = await by(page, "bench-row").allTextContents();
      assert.equal(rows.length, 3);
      for (const row of rows) assert.equal(row.match(/ms|µs/g).length, 9, row);
      for (const words of await by(page, "bench-words").allTextContents()) {
        assert.match(words, /threads are .*(faster than|slower than|as fast as) plain revm\. ✓/);
      }
      await page.keyboard.press("Escape");
      assert.equal(await sheet.count(), 0);
      const focused = await page.evaluate(() => document.activeElement.dataset.testid);
      assert.equal(focused, "bench-open", "the focus goes back to where it was");
      await expectSameResult(page);
    }));

  test("is stopped by the user and by a run", () =>
    withRun(hosts.isolated, "", async (page) => {
      await by(page, "bench-open").click();
      await by(page, "bench-run").click();
      await by(page, "bench-stop").click();
      await by(page, "bench-run").waitFor(PATIENCE);
      assert.match(await by(page, "bench-status").textContent(), /Stopped before the end/);
      await by(page, "bench-run").click();
      await page.keyboard.press("Escape");
      await afterRun(page, () => by(page, "run").click());
      await expectSameResult(page);
      await by(page, "bench-open").click();
      assert.match(await by(page, "bench-status").textContent(), /Stopped before the end/);
    }));

  test("says that there is nothing to measure without isolation", () =>
    withRun(hosts.plain, "", async (page) => {
      await by(page, "bench-open").click();
      assert.match(await by(page, "bench-no-threads").textContent(), /isolated/);
      assert.equal(await by(page, "bench-run").count(), 0);
    }));
});

describe("the block", () => {
  const open = (body) => withRun(hosts.isolated, "", body);

  test("is edited, runs again, and takes edits back", () =>
    open(async (page) => {
      const rows = by(page, "block-row");
      const before = await rows.allTextContents();
      await rows.nth(2).click();
      await afterRun(page, () => by(page, "tx-duplicate").click());
      assert.equal(await rows.count(), before.length + 1);
      await afterRun(page, () => by(page, "tx-down").click());
      await afterRun(page, () => by(page, "tx-up").click());
      await afterRun(page, () => by(page, "tx-remove").click());
      await afterRun(page, () => by(page, "tx-add").click());
      await expectSameResult(page);
      for (let step = 0; step < 5; step += 1) await by(page, "undo").click();
      await finished(page);
      assert.equal(await rows.count(), before.length);
    }));

  test("takes another sender, value and call", () =>
    open(async (page) => {
      const rows = by(page, "block-row");
      // A plain payment: a swap cannot be sent to a person.
      const texts = await rows.allTextContents();
      const payment = rows.nth(texts.findIndex((text) => /pay/.test(text)));
      await payment.click();
      await by(page, "tx-edit").click();
      await by(page, "form-receiver").fill("Ana");
      await by(page, "form-value").fill("0.5 ether");
      await afterRun(page, () => by(page, "form-apply").click());
      assert.match(await payment.textContent(), /→ Ana/);
      await expectSameResult(page);
    }));

  test("says what is wrong with an edit, and keeps it", () =>
    open(async (page) => {
      await by(page, "block-row").nth(1).click();
      await by(page, "tx-edit").click();
      await by(page, "form-value").fill("much");
      await by(page, "form-apply").click();
      await by(page, "alert").waitFor();
      assert.match(await by(page, "alert").textContent(), /much/);
      await by(page, "tx-edit").click();
      assert.equal(await by(page, "form-value").inputValue(), "much");
      await by(page, "form-close").click();
      await afterRun(page, () => by(page, "undo").click());
      await expectSameResult(page);
    }));

  test("is moved with the mouse", () =>
    open(async (page) => {
      const rows = by(page, "block-row");
      const [from, to] = [await rows.nth(0).boundingBox(), await rows.nth(3).boundingBox()];
      await page.mouse.move(from.x + 60, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 6 });
      await afterRun(page, () => page.mouse.up());
      assert.equal(await rows.nth(3).getAttribute("aria-selected"), "true");
    }));

  test("is made anew by a knob", () =>
    open(async (page) => {
      await afterRun(page, () => by(page, "knob-seed").fill("11"));
      assert.match(await by(page, "badge-clock").textContent(), /seed 11/);
    }));

  test("is saved and opened again", () =>
    open(async (page) => {
      const rows = await by(page, "block-row").count();
      await by(page, "export").click();
      const [download] = await Promise.all([page.waitForEvent("download"), by(page, "export-save").click()]);
      assert.match(download.suggestedFilename(), /\.json$/);
      const path = await download.path();
      await by(page, "block-row").first().click();
      await afterRun(page, () => by(page, "tx-remove").click());
      await afterRun(page, () => by(page, "file").setInputFiles(path));
      assert.equal(await by(page, "block-row").count(), rows);
    }));
});

describe("files", () => {
  const open = (body) => withRun(hosts.isolated, "", body);

  // Drops a file on the page as the browser would.
  async function drop(page, name, text) {
    const data = await page.evaluateHandle(
      ([name, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        return data;
      },
      [name, text],
    );
    await by(page, "drop-target").dispatchEvent("drop", { dataTransfer: data });
  }

  test("that are bad leave the scenario as it was", () =>
    open(async (page) => {
      const rows = await by(page, "block-row").allTextContents();
      const cases = [
        ["half.json", '{"lanescope": 1, "transactions": [', /line 1/],
        ["new.json", '{"lanescope": 99}', /99/],
        ["words.json", "not json at all", /JSON|json/],
        ["cut.json.gz", "\u001f", /gz/i],
      ];
      for (const [name, text, expected] of cases) {
        await drop(page, name, text);
        await by(page, "alert").waitFor();
        assert.match(await by(page, "alert").textContent(), expected, name);
        assert.deepEqual(await by(page, "block-row").allTextContents(), rows);
        await by(page, "alert-dismiss").click();
        assert.equal(await by(page, "alert").count(), 0);
      }
      // Escape takes the sentence away as well.
      await drop(page, "words.json", "not json at all");
      await by(page, "alert").waitFor();
      await page.locator("body").press("Escape");
      assert.equal(await by(page, "alert").count(), 0);
      await afterRun(page, () => by(page, "run").click());
      await expectSameResult(page);
    }));

  test("that are too big are refused at once", () =>
    open(async (page) => {
      const data = await page.evaluateHandle(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], "big.json"));
        return data;
      });
      await by(page, "drop-target").dispatchEvent("drop", { dataTransfer: data });
      await by(page, "alert").waitFor();
      assert.match(await by(page, "alert").textContent(), /"big.json" has 67 MB/);
    }));
});

describe("time", () => {
  const open = (body, options) => withRun(hosts.plain, "", body, options);
  const position = (page) => by(page, "position").textContent();

  test("runs, stands, steps and is dragged", () =>
    open(async (page) => {
      await by(page, "first").click();
      const start = await position(page);
      await by(page, "step-forward").click();
      await by(page, "step-forward").click();
      const stepped = await by(page, "caption").textContent();
      await by(page, "step-forward").click();
      assert.notEqual(await by(page, "caption").textContent(), stepped);
      await by(page, "step-back").click();
      assert.equal(await by(page, "caption").textContent(), stepped);
      await by(page, "speed").selectOption({ label: "4×" });
      await by(page, "play").click();
      await page.waitForFunction(
        (start) => document.querySelector("[data-testid=position]").textContent !== start,
        start,
      );
      const track = await by(page, "scrubber").boundingBox();
      await page.mouse.move(track.x + track.width * 0.2, track.y + track.height / 2);
      await page.mouse.down();
      await page.mouse.move(track.x + track.width * 0.5, track.y + track.height / 2, { steps: 4 });
      await page.mouse.up();
      const dragged = await position(page);
      await page.waitForTimeout(200);
      assert.equal(await position(page), dragged, "it runs on after it was dragged");
    }));

  test("obeys the keyboard, but not while one types", () =>
    open(async (page) => {
      await page.locator("body").press("Home");
      assert.match(await position(page), /^0 of/);
      await page.keyboard.press("KeyJ");
      assert.match(await by(page, "details").textContent(), /aborted/);
      const caption = await by(page, "caption").textContent();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await by(page, "caption").textContent(), caption);
      await page.keyboard.press("End");
      const end = await position(page);
      await by(page, "knob-seed").focus();
      await page.keyboard.press("Home");
      assert.equal(await position(page), end);
      await by(page, "knob-seed").blur();
      await page.keyboard.press("?");
      await by(page, "key-sheet").waitFor();
      await page.keyboard.press("Escape");
      assert.equal(await by(page, "key-sheet").count(), 0);
      await page.keyboard.press("Space");
      await page.waitForFunction(
        () => document.querySelector("[data-testid=play]").getAttribute("aria-label").startsWith("Pause"),
      );
      await page.keyboard.press("Space");
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      const before = await theme();
      await page.keyboard.press("KeyT");
      assert.notEqual(await theme(), before);
      await afterRun(page, () => page.keyboard.press("KeyR"));
    }));

  test("goes from still to still where motion is not wanted", () =>
    withPage(
      browser,
      hosts.plain.url,
      async (page) => {
        await finished(page);
        const seen = new Set();
        for (let look = 0; look < 12; look += 1) {
          seen.add(await position(page));
          await page.waitForTimeout(100);
        }
        assert.ok(seen.size <= 3, `${seen.size} pictures in a second`);
      },
      { context: { reducedMotion: "reduce" } },
    ));
});

describe("before the engine", () => {
  test("a picture stands, and nothing takes the focus", () =>
    withPage(browser, hosts.isolated.url, async (page) => {
      assert.ok((await page.locator("[data-testid=poster], .poster, [data-testid=lane-view]").count()) > 0);
      await finished(page);
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), "BODY");
      assert.equal(await page.evaluate(() => scrollY), 0);
    }));

  test("the theme is the system's, and the user's once chosen", () =>
    withPage(
      browser,
      hosts.plain.url,
      async (page) => {
        const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
        assert.equal(await theme(), "dark");
        await by(page, "theme").click();
        assert.equal(await theme(), "light");
        await page.reload();
        assert.equal(await theme(), "light");
      },
      { context: { colorScheme: "dark" } },
    ));
});

describe("a telephone", () => {
  test("has no sideways scroll and its time at hand", () =>
    withRun(
      hosts.plain,
      "",
      async (page) => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 390, `the page is ${width} px wide`);
        const play = await by(page, "play").boundingBox();
        assert.ok(play.y + play.height <= 844 && play.y > 0);
      },
      { context: { viewport: { width: 390, height: 844 }, hasTouch: true } },
    ));
});
