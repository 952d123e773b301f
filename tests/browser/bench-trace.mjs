// What Chromium's own record of its tasks says of the page's main thread: the CPU time of the
// longest one, which other programs on the machine do not lengthen, and how long one took at most.

const CATEGORIES = ["disabled-by-default-devtools.timeline", "__metadata"];

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

// Which of several renderers shows the page is not said, but the others do nothing.
function longestOf(events) {
  const named = ({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain";
  const main = new Set(events.filter(named).map(({ pid, tid }) => `${pid}/${tid}`));
  const ours = ({ name, pid, tid }) => name === "RunTask" && main.has(`${pid}/${tid}`);
  const times = events.filter(ours).map(({ tdur = 0 }) => tdur / 1000);
  return times.reduce((most, time) => Math.max(most, time), 0);
}
