// The gas clock tells the same of a block everywhere: the native program and both engines in the
// browser write the same trace, byte for byte, under every strategy and every preset.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { withEngines } from "./engine-driver.mjs";
import { launch } from "./harness.mjs";

const NATIVE = process.env.LANESCOPE_NATIVE;
const WORKLOADS = { dex: { count: 24 }, "nft-mint": { count: 12 } };
// Costs, faults and seeds are part of the clock.
const TROUBLED = {
  lanes: 5,
  seed: 7,
  costs: { cold_read: 2100, validation: 400, commit: 90 },
  faults: ["crash:lane=2,at=60000,until=200000", "slow:lane=3,times=3,at=0", "wrong:tx=4"],
};

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "lanescope-"));
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

function strategies() {
  const rows = JSON.parse(
    execFileSync(NATIVE, ["compare", "transfers", "--set", "count=2", "--lanes", "1", "--json"]),
  );
  return rows.map(({ strategy }) => strategy);
}

// What the native program writes.
function native(workload, settings) {
  const file = join(folder, "run.lstr");
  const { costs = {}, faults = [], seed = 0 } = settings;
  const knobs = Object.entries(WORKLOADS[workload]).flatMap(([k, v]) => ["--set", `${k}=${v}`]);
  const options = [
    ...knobs,
    ...["--seed", "1", "--strategy", settings.strategy, "--lanes", settings.lanes],
    ...["--lane-seed", seed, "--cold-read", costs.cold_read ?? 0],
    ...["--validation-cost", costs.validation ?? 0, "--commit-cost", costs.commit ?? 0],
    ...faults.flatMap((fault) => ["--fault", fault]),
    ...["--format", "trace", "--output", file],
  ];
  execFileSync(NATIVE, ["export", workload, ...options.map(String)]);
  return readFileSync(file);
}

// What an engine sends.
async function sent(engine, run, scenario, settings) {
  await engine.run(run, scenario, { clock: "gas", ...settings });
  const last = (await engine.hear("finished", "rejected")).at(-1);
  assert.equal(last.kind, "finished", JSON.stringify(last.report));
  return last.bytes;
}

describe("the gas clock", () => {
  for (const query of ["flavour=threads&threads=2", "flavour=single"]) {
    test(`tells what the native program tells, ${query}`, async () => {
      const all = strategies();
      assert.ok(all.length === 26 && all.includes("monad"), `${all}`);
      const runs = all.map((strategy) => ({ strategy, lanes: 4 }));
      const troubled = ["sequential", "block-stm", "rounds", "declared-locks", "access-list"];
      runs.push(...troubled.map((strategy) => ({ strategy, ...TROUBLED })));
      await withEngines(browser, {}, async (start) => {
        const engine = await start(query);
        await engine.hear("ready");
        let run = 0;
        for (const workload of Object.keys(WORKLOADS)) {
          const scenario = await engine.compose(workload, WORKLOADS[workload]);
          for (const settings of runs) {
            run += 1;
            const bytes = await sent(engine, run, scenario, settings);
            const same = bytes.equals(native(workload, settings));
            assert.ok(same, `${workload}, ${JSON.stringify(settings)}`);
          }
        }
      });
    });
  }

  test("simulates a thousand transactions on sixteen lanes", async () => {
    await withEngines(browser, {}, async (start) => {
      const engine = await start("flavour=single");
      await engine.hear("ready");
      const scenario = await engine.compose("dex", { count: 1_000, pools: 26, users: 200 });
      await engine.run(1, scenario, { clock: "gas", strategy: "block-stm", lanes: 16 });
      const posted = await engine.hear("finished", "rejected");
      assert.equal(posted.at(-1).kind, "finished");
      const [{ at: began }] = posted.filter(({ kind }) => kind === "started");
      const simulated = posted.findLast(({ kind }) => kind === "events").at - began;
      const took = posted.at(-1).at - began;
      // The run on one lane comes first and is in both; comparing and naming come after.
      console.log(
        `a thousand swaps: simulated ${simulated.toFixed(0)} ms after the start, all ${took.toFixed(0)} ms`,
      );
      assert.ok(took < 10_000, `${took} ms`);
    });
  });
});
