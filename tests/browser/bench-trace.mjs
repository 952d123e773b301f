// What Chromium's own record of its tasks says of the page's main thread: the CPU time of the
// longest one, which other programs on the machine do not lengthen, and how long one took at most.

const CATEGORIES = ["disabled-by-default-devtools.timeline", "blink.user_timing"];
// What the page leaves in the record, so that its thread is known.
const MARK = "lanescope-bench";

// Runs `body()` and gives back `{ longest_ms, cpu_ms }` of the tasks meanwhile.
export async function traced(browser, page, body) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    traceConfig: { includedCategories: CATEGORIES, excludedCategories: ["*"] },
    transferMode: "ReportEvents",
  });
  await page.evaluate(() => globalThis.seen?.tasks.splice(0));
  try {
    await body();
    await page.evaluate((mark) => performance.mark(mark), MARK);
    await page.waitForTimeout(100);
  } finally {
    const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
    await session.send("Tracing.end");
    await complete;
    await session.detach();
  }
  const tasks = await page.evaluate(() => globalThis.seen.tasks.splice(0));
  return { longest_ms: Math.max(0, ...tasks), cpu_ms: longestOf(events) };
}

// Chromium has other renderers, whose tasks are not the page's.
function longestOf(events) {
  const ours = events.find(({ name }) => name === MARK);
  const isTask = ({ name, pid, tid }) =>
    name === "RunTask" && pid === ours?.pid && tid === ours?.tid;
  const times = events.filter(isTask).map(({ tdur = 0 }) => tdur / 1000);
  return times.reduce((most, time) => Math.max(most, time), 0);
}
