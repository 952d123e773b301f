// The engine's worker alone: commands in, reports out, on threads and without.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withEngines } from "./engine-driver.mjs";
import { launch } from "./harness.mjs";

const EVENT_BYTES = 40;
const ACCESS_BYTES = 64;
const THREADS = "flavour=threads&threads=2";
const SINGLE = "flavour=single";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

// Takes a trace apart: see crate/protocol/src/trace.rs.
function parts(trace) {
  assert.equal(trace.subarray(0, 4).toString(), "LSTR");
  const records = 10 + trace.readUInt32LE(6);
  return { records: trace.subarray(records) };
}

// Runs to the end; checks that the trace holds exactly the events that were streamed.
async function finish(engine, run, scenario, settings) {
  await engine.run(run, scenario, settings);
  const posted = await engine.hear("finished", "rejected");
  assert.equal(posted.at(-1).kind, "finished", JSON.stringify(posted.at(-1).report));
  assert.equal(posted[0].kind, "started");
  assert.ok(posted.every(({ report }) => report.run === run));
  const batches = posted.filter(({ kind }) => kind === "events").map(({ bytes }) => bytes);
  const streamed = Buffer.concat(batches);
  const trace = posted.at(-1).bytes;
  const { records } = parts(trace);
  assert.ok(streamed.length > 0 && streamed.length % EVENT_BYTES === 0);
  assert.equal((records.length - streamed.length) % ACCESS_BYTES, 0);
  if (settings.clock === "gas") {
    assert.ok(records.subarray(0, streamed.length).equals(streamed), "the streamed events differ");
  }
  return trace;
}

describe("the engine", () => {
  test("gives the same trace in both flavours, and measures on threads", async () => {
    const settings = { lanes: 4, clock: "gas" };
    const traces = [];
    await withEngines(browser, {}, async (start) => {
      for (const query of [THREADS, SINGLE]) {
        const engine = await start(query);
        const ready = await engine.hearOne("ready");
        assert.equal(ready.report.threads, query === THREADS ? 2 : 0);
        const names = ready.report.catalogue.workloads.map(({ name }) => name);
        assert.ok(names.includes("erc20"), `${names}`);
        const scenario = await engine.compose("erc20", { count: 60 });
        traces.push(await finish(engine, 1, scenario, settings));
        if (query === THREADS) {
          const { measurement } = (await engine.hearOne("measured")).report;
          assert.equal(measurement.identical, true);
          assert.equal(measurement.lanes, 2);
          assert.ok(measurement.sequential_ms > 0 && measurement.parallel_ms > 0);
        }
        await engine.end();
      }
    });
    assert.ok(traces[0].equals(traces[1]), "the flavours disagree");
  });

  test("runs on real threads", async () => {
    await withEngines(browser, {}, async (start) => {
      const engine = await start(THREADS);
      await engine.hear("ready");
      const scenario = await engine.compose("dex", { count: 80 });
      await finish(engine, 1, scenario, { lanes: 2, clock: "threads" });
      const { measurement } = (await engine.hearOne("measured")).report;
      assert.equal(measurement.identical, true);
      await engine.run(2, scenario, { strategy: "block-stm", lanes: 3, clock: "threads" });
      const refused = (await engine.hearOne("rejected")).report;
      assert.match(refused.message, /too few for 3 lanes/);
      assert.equal(refused.run, 2);
    });
  });

  test("works without isolation on the gas clock", async () => {
    await withEngines(browser, { isolated: false }, async (start) => {
      const engine = await start(SINGLE);
      await engine.hear("ready");
      const scenario = await engine.compose("transfers", { count: 40 });
      await finish(engine, 1, scenario, { lanes: 8, clock: "gas" });
      await engine.run(2, scenario, { lanes: 2, clock: "threads" });
      assert.match((await engine.hearOne("rejected")).report.message, /choose the gas clock/);
      const threads = await start(THREADS);
      const { report } = await threads.hearOne("failed");
      assert.match(report.message, /^The engine did not start: /);
    });
  });

  for (const clock of ["gas", "threads"]) {
    test(`stops a long run on ${clock} when asked, and takes the next`, async () => {
      await withEngines(browser, {}, async (start) => {
        const engine = await start(THREADS);
        await engine.hear("ready");
        const long = await engine.compose("erc20", { count: 3_000 });
        const short = await engine.compose("erc20", { count: 20 });
        await engine.run(1, long, { lanes: 2, clock });
        await engine.hear("started");
        const asked = await engine.send("cancel");
        const cancelled = await engine.hearOne("cancelled");
        assert.equal(cancelled.report.run, 1);
        console.log(`cancelled on ${clock} after ${(cancelled.at - asked).toFixed(1)} ms`);
        await engine.run(2, short, { lanes: 2, clock });
        const after = await engine.hear("measured");
        assert.ok(after.every(({ report }) => report.run === 2));
        assert.ok(after.some(({ kind }) => kind === "finished"));
      });
    });
  }
});

describe("a crash of the engine", () => {
  for (const query of [THREADS, SINGLE]) {
    test(`is reported and survived: ${query}`, async () => {
      await withEngines(browser, {}, async (start) => {
        const engine = await start(query);
        await engine.hear("ready");
        const scenario = await engine.compose("nft-mint", { count: 10 });
        const crashed = await engine.send("crash");
        const { at, report } = await engine.hearOne("failed");
        assert.match(report.message, /^The engine hit a bug: .*session\.rs:\d+\)$/);
        console.log(`panic to report: ${(at - crashed).toFixed(1)} ms (${query})`);
        assert.ok(at - crashed < 2_000);
        await engine.end();
        const next = await start(query);
        const ready = await next.hearOne("ready");
        console.log(`restart: ${(ready.at - at).toFixed(0)} ms (${query})`);
        await finish(next, 1, scenario, { lanes: 4, clock: "gas" });
      });
    });
  }

  test("is noticed even where no panic hook runs", async () => {
    await withEngines(browser, {}, async (start) => {
      const engine = await start(THREADS);
      await engine.hear("ready");
      await engine.call("overflowStack");
      // The next thing that is asked of it finds out.
      await new Promise((passed) => setTimeout(passed, 300));
      await engine.send({ compose: { recipe: { workload: "erc20", knobs: {}, seed: 1 } } });
      const { report } = await engine.hearOne("failed");
      assert.match(report.message, /ran out of stack/);
    });
  });
});
