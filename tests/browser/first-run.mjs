// A page whose first run is over: where most tests in a browser begin.

import { after, before } from "node:test";
import { launch, serve, withPage } from "./harness.mjs";

// A run, or an answer of the engine, takes a while on a busy machine.
export const PATIENCE = { timeout: 90_000 };

export const by = (page, id) => page.getByTestId(id);

// Waits until a run after number `last` is over.
export function over(page, last = 0) {
  return page.waitForFunction(
    (last) => {
      const { state, run } = document.documentElement.dataset;
      return state === "done" && Number(run) > last;
    },
    last,
    PATIENCE,
  );
}

// Does something that makes the page run by itself, and waits for the end of that run.
export async function afterRun(page, doing) {
  const last = await page.evaluate(() => Number(document.documentElement.dataset.run));
  await doing();
  await over(page, last);
}

// One browser and one host for all tests of a file. `visit(body, options)` opens the page;
// `open(body, options)` also waits for its first run and shows its end. Options are withPage's.
export function firstRun({ isolated = false } = {}) {
  let browser;
  let host;
  before(async () => {
    browser = await launch();
    host = await serve({ isolated });
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });
  const visit = (body, options) => withPage(browser, host.url, body, options);
  const open = (body, options) =>
    visit(async (page) => {
      await over(page);
      await by(page, "last").click();
      await body(page);
    }, options);
  return { visit, open };
}
