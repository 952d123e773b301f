// Time in the hand, in a real browser: zoom and pan, following, ranges, bookmarks, a video.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { PATIENCE, by, firstRun, over } from "./first-run.mjs";

const { open: atEnd } = firstRun();

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

// Opens the page at the end of its first run, with nothing chosen.
const open = (body, context) =>
  atEnd(
    async (page) => {
      await page.locator("body").press("Escape");
      await body(page);
    },
    { context },
  );

const span = (page) => by(page, "span").textContent();
const position = (page) => by(page, "position").textContent();
const now = async (page, id = "minimap") => Number(await by(page, id).getAttribute("aria-valuenow"));
const end = async (page) => Number(await by(page, "minimap").getAttribute("aria-valuemax"));
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// How much of the run is on the lanes, from 0 to 1, as the overview shows it.
async function share(page) {
  await settled(page);
  const frame = by(page, "minimap-window");
  if ((await frame.count()) === 0) return 1;
  const style = await frame.getAttribute("style");
  const [, from, to] = style.match(/--from: ([\d.]+)%;--to: ([\d.]+)%/);
  return (to - from) / 100;
}

// The part of the canvas with lanes on it, and where a time is.
async function lanes(page) {
  const box = await by(page, "lane-canvas").boundingBox();
  const [left, right] = [box.x + 64, box.x + box.width - 16];
  const y = box.y + 36 + (box.height - 76) / 8;
  return { box, left, right, y, at: (part) => left + (right - left) * part };
}

describe("the view", () => {
  test("is zoomed and panned with keys wherever one is, but not while one types", () =>
    open(async (page) => {
      assert.match(await span(page), /^all \d/);
      await page.keyboard.press("Home");
      for (let turn = 0; turn < 4; turn++) await page.keyboard.press("KeyW");
      const near = await share(page);
      assert.ok(near > 0.2 && near < 0.3, `${near}`);
      assert.match(await span(page), /^\d.* of \d.* gas$/);
      assert.equal(await now(page, "minimap-window"), 0, "it zooms to the playhead");
      await page.keyboard.press("KeyD");
      const panned = await now(page, "minimap-window");
      assert.ok(panned > 0);
      await page.keyboard.press("KeyA");
      await page.keyboard.press("KeyS");
      assert.ok((await share(page)) > near);
      await by(page, "knob-seed").focus();
      await page.keyboard.press("KeyW");
      assert.ok((await share(page)) > near, "whoever types does not zoom");
      await by(page, "step-forward").focus();
      await page.keyboard.press("KeyF");
      assert.match(await span(page), /^all/);
      await by(page, "zoom-in").click();
      assert.ok((await share(page)) < 0.8);
      await by(page, "zoom-fit").click();
      assert.equal(await share(page), 1);
    }));

  test("is zoomed with the wheel and Ctrl, which is said once to whoever turns it alone", () =>
    open(async (page) => {
      const { at, y } = await lanes(page);
      await page.mouse.move(at(0.5), y);
      await page.mouse.wheel(0, 120);
      await by(page, "wheel-hint").waitFor();
      assert.match(await by(page, "wheel-hint").textContent(), /(Ctrl|⌘) \+ wheel zooms/);
      assert.equal(await share(page), 1);
      await page.keyboard.down("Control");
      for (let turn = 0; turn < 4; turn++) await page.mouse.wheel(0, -120);
      await page.keyboard.up("Control");
      await page.waitForFunction(() => document.querySelector("[data-testid=minimap-window]"));
      const near = await share(page);
      assert.ok(near < 0.6, `${near}`);
      const from = await now(page, "minimap-window");
      await page.keyboard.down("Shift");
      await page.mouse.wheel(0, 100);
      await page.keyboard.up("Shift");
      await page.waitForFunction(
        (from) => Number(document.querySelector("[data-testid=minimap-window]").ariaValueNow) > from,
        from,
      );
      assert.ok(Math.abs((await share(page)) - near) < 0.01);
      await by(page, "wheel-hint").waitFor({ state: "detached" });
      await page.mouse.wheel(0, 120);
      await settled(page);
      assert.equal(await by(page, "wheel-hint").count(), 0);
    }));

  test("comes near a bar that is pressed twice, and shows all again", () =>
    open(async (page) => {
      const { at, y } = await lanes(page);
      await page.mouse.dblclick(at(0.1), y);
      await page.waitForFunction(() => document.querySelector("[data-testid=minimap-window]"));
      const chosen = await page.locator('[data-testid=lane-grid] [aria-selected="true"]').textContent();
      assert.match(chosen, /^T1/);
      const near = await share(page);
      assert.ok(near < 0.7);
      await page.keyboard.press("KeyF");
      await page.keyboard.press("KeyZ");
      assert.equal(await share(page), near, "Z does the same");
      await page.keyboard.press("KeyF");
      const { box } = await lanes(page);
      await by(page, "zoom-in").click();
      await page.mouse.dblclick(at(0.5), box.y + box.height - 8);
      assert.equal(await share(page), 1);
    }));

  test("is moved and stretched on the overview, by pointer and keys", () =>
    open(async (page) => {
      await page.keyboard.press("Home");
      for (let turn = 0; turn < 4; turn++) await page.keyboard.press("KeyW");
      const near = await share(page);
      const frame = await by(page, "minimap-window").boundingBox();
      const middle = [frame.x + frame.width / 2, frame.y + frame.height * 0.7];
      await page.mouse.move(...middle);
      await page.mouse.down();
      await page.mouse.move(middle[0] + 80, middle[1], { steps: 4 });
      await page.mouse.up();
      assert.ok(Math.abs((await share(page)) - near) < 0.01, "it is only moved");
      const from = await now(page, "minimap-window");
      assert.ok(from > 0);
      assert.equal(await now(page), 0, "the playhead stays");
      const moved = await by(page, "minimap-window").boundingBox();
      await page.mouse.move(moved.x + moved.width - 1, middle[1]);
      await page.mouse.down();
      await page.mouse.move(moved.x + moved.width + 60, middle[1], { steps: 4 });
      await page.mouse.up();
      assert.ok((await share(page)) > near + 0.05, "its edge stretches it");
      await page.mouse.click(moved.x + 30, middle[1]);
      assert.ok((await now(page)) > 0, "a press on it means the place");
      await by(page, "minimap-window").focus();
      const before = await now(page, "minimap-window");
      await page.keyboard.press("ArrowLeft");
      await settled(page);
      assert.ok((await now(page, "minimap-window")) < before);
    }));

  test("follows the playhead until somebody pans", () =>
    open(async (page) => {
      await page.keyboard.press("Home");
      for (let turn = 0; turn < 5; turn++) await page.keyboard.press("KeyW");
      await by(page, "play").click();
      await page.waitForTimeout(2500);
      assert.equal(await now(page, "minimap-window"), 0, "without it nothing moves by itself");
      await page.locator("body").press("KeyG");
      assert.equal(await by(page, "follow").getAttribute("aria-pressed"), "true");
      await page.waitForFunction(() => {
        const value = (id) => document.querySelector(`[data-testid=${id}]`).ariaValueNow;
        return Number(value("minimap-window")) > 0 && Number(value("minimap")) > Number(value("minimap-window"));
      });
      await page.keyboard.press("KeyA");
      assert.equal(await by(page, "follow").getAttribute("aria-pressed"), "false");
    }));

  test("is pinched with two fingers", () =>
    open(async (page) => {
      const client = await page.context().newCDPSession(page);
      await by(page, "lane-canvas").scrollIntoViewIfNeeded();
      const { at, y } = await lanes(page);
      const touch = (type, ...places) =>
        client.send("Input.dispatchTouchEvent", {
          type,
          touchPoints: places.map((x, id) => ({ x, y: y + 10 * id, id })),
        });
      await touch("touchStart", at(0.45), at(0.55));
      for (let step = 1; step <= 10; step++) await touch("touchMove", at(0.45 - 0.03 * step), at(0.55 + 0.03 * step));
      await touch("touchEnd");
      const near = await share(page);
      assert.ok(near > 0.1 && near < 0.35, `${near}`);
      const from = await now(page, "minimap-window");
      assert.ok(from > 0.2 * (await end(page)), "what lay between the fingers stays there");
      await touch("touchStart", at(0.2));
      for (let step = 1; step <= 10; step++) await touch("touchMove", at(0.2 + 0.05 * step));
      await touch("touchEnd");
      await settled(page);
      assert.ok((await now(page, "minimap-window")) < from, "one finger pans");
      assert.ok(Math.abs((await share(page)) - near) < 0.01);
    }, PHONE));
});

describe("playing", () => {
  test("goes round in a range that was dragged with Shift", () =>
    open(async (page) => {
      const { at, y } = await lanes(page);
      await page.keyboard.down("Shift");
      await page.mouse.move(at(0.3), y);
      await page.mouse.down();
      await page.mouse.move(at(0.5), y, { steps: 5 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
      assert.equal(await by(page, "loop").getAttribute("aria-pressed"), "true");
      const [from, to] = [await now(page, "range-from"), await now(page, "range-to")];
      assert.ok(from > 0 && to > from);
      await by(page, "speed").selectOption({ label: "4×" });
      await by(page, "play").click();
      const seen = [];
      for (let look = 0; look < 60; look++) {
        seen.push(await now(page));
        await page.waitForTimeout(25);
      }
      assert.ok(seen.every((time) => time >= from - 1 && time <= to + 1), seen.join());
      assert.ok(seen.some((time, at) => at > 0 && time < seen[at - 1]), "it never began again");
      await by(page, "play").click();
      await page.locator("body").press("KeyL");
      assert.equal(await by(page, "loop").getAttribute("aria-pressed"), "false");
      await by(page, "range-to").focus();
      await page.keyboard.press("ArrowRight");
      assert.ok((await now(page, "range-to")) > to, "its end goes from event to event");
    }));

  test("has speeds from a thousandth to 64 times, one by one", () =>
    open(async (page) => {
      const speeds = await by(page, "speed").locator("option").allTextContents();
      assert.equal(speeds.at(0), "1/1000×");
      assert.equal(speeds.at(-1), "64×");
      await by(page, "slower").click();
      assert.equal(await by(page, "speed").locator("option:checked").textContent(), "1/2×");
      await by(page, "faster").click();
      await by(page, "faster").click();
      assert.equal(await by(page, "speed").locator("option:checked").textContent(), "2×");
    }));

  test("steps by transaction and abort both ways, and a dot plays", () =>
    open(async (page) => {
      await by(page, "time-more").click();
      await by(page, "step-previous-abort").click();
      assert.match(await by(page, "caption").textContent(), /too early|aborted|again/);
      const there = await position(page);
      await by(page, "step-next-tx").click();
      await by(page, "step-previous-event").click();
      await by(page, "step-previous-abort").click();
      await by(page, "step-next-abort").click();
      assert.equal(await position(page), there);
      await page.keyboard.press("Escape");
      await page.locator("body").press("Period");
      assert.match(await by(page, "play").getAttribute("aria-label"), /Pause/);
      await by(page, "keys").click();
      await page.keyboard.press("Escape");
      assert.match(await by(page, "play").getAttribute("aria-label"), /Play/, "a sheet pauses");
    }));
});

describe("bookmarks", () => {
  test("are named after the caption, gone to, renamed, removed, and stay when the block runs again", () =>
    open(async (page) => {
      await page.keyboard.press("KeyK");
      const caption = await by(page, "caption").textContent();
      const there = await position(page);
      await page.keyboard.press("KeyM");
      await page.keyboard.press("Home");
      await page.keyboard.press("KeyM");
      await by(page, "time-more").click();
      const list = by(page, "bookmark");
      assert.equal(await list.count(), 2);
      assert.equal(await list.nth(1).locator("input").inputValue(), caption.slice(0, 80).trim());
      await list.nth(1).locator("button").first().click();
      assert.equal(await position(page), there);
      await list.nth(1).locator("input").fill("why T5 ran twice");
      await list.nth(1).locator("input").press("Enter");
      await list.nth(0).locator("button").last().click();
      assert.equal(await list.count(), 1);
      await page.keyboard.press("Escape");
      const last = await page.evaluate(() => Number(document.documentElement.dataset.run));
      await by(page, "run").click();
      await over(page, last);
      await page.locator("body").press("Home");
      await page.keyboard.press("KeyN");
      assert.equal(await position(page), there);
      await by(page, "time-more").click();
      assert.equal(await list.locator("input").inputValue(), "why T5 ran twice");
    }));
});

describe("a video", () => {
  test("of a range is recorded and handed over", () =>
    open(async (page) => {
      await page.keyboard.press("KeyK");
      await page.keyboard.press("KeyI");
      await by(page, "speed").selectOption({ label: "4×" });
      await by(page, "time-more").click();
      assert.match(await by(page, "record").textContent(), /record the range, \d+ s/);
      const download = page.waitForEvent("download", PATIENCE);
      await by(page, "record").click();
      await by(page, "record-stop").waitFor();
      const closed = !(await by(page, "time-tools").isVisible());
      const video = await download;
      assert.ok(closed, "the panel lies over what is recorded");
      assert.match(video.suggestedFilename(), /^lanescope-.+\.webm$/);
      const bytes = await readFile(await video.path());
      assert.deepEqual([...bytes.subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3], "not a WebM file");
      assert.ok(bytes.length > 10_000, `${bytes.length} bytes`);
      // Elsewhere: the page itself plays no videos.
      const elsewhere = await page.context().newPage();
      const seconds = await elsewhere.evaluate(async (data) => {
        const video = document.createElement("video");
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        video.src = URL.createObjectURL(new Blob([bytes], { type: "video/webm" }));
        await new Promise((known) => video.addEventListener("loadedmetadata", known));
        return video.duration;
      }, bytes.toString("base64"));
      assert.ok(seconds > 0.5 && seconds < 60, `the video says that it takes ${seconds} s`);
      assert.equal(await by(page, "record-stop").count(), 0);
    }));

  test("can be stopped, and is not offered where the browser cannot make one", () =>
    open(async (page) => {
      await by(page, "time-more").click();
      const download = page.waitForEvent("download", PATIENCE);
      await by(page, "record").click();
      await page.waitForTimeout(600);
      await by(page, "record-stop").click();
      assert.ok((await readFile(await (await download).path())).length > 1000);
      assert.ok((await now(page)) < (await end(page)));
      await page.evaluate(() => delete window.MediaRecorder);
      await by(page, "speed").selectOption({ label: "1/2×" });
      await by(page, "time-more").click();
      assert.ok(await by(page, "record").isDisabled());
      assert.match(await by(page, "time-tools").textContent(), /This browser cannot make videos/);
    }));
});

describe("on a phone", () => {
  for (const width of [390, 360]) {
    test(`${width} pixels are enough for time`, () =>
      open(async (page) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels too wide`);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll(".transport > button, .transport-buttons > button, .transport .speed")]
            .map((element) => ({ name: element.dataset.testid ?? element.className, box: element.getBoundingClientRect() }))
            .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
            .map(({ name, box }) => `${name} ${box.width}×${box.height}`),
        );
        assert.deepEqual(small, []);
        await by(page, "time-more").click();
        const panel = await by(page, "time-tools").boundingBox();
        assert.ok(panel.x >= 0 && panel.x + panel.width <= width && panel.y >= 0);
        await by(page, "range-loop").click();
        assert.equal(await by(page, "range-loop").getAttribute("aria-pressed"), "true");
      }, { ...PHONE, viewport: { width, height: 740 } }));
  }
});
