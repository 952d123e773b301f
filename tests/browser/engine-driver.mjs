// Drives the engine's worker alone, without the page: what engine.test.mjs and allocator.test.mjs
// share.

import assert from "node:assert/strict";
import { openPage, serve } from "./harness.mjs";

// Runs in the browser: starts workers and keeps what they post until somebody asks for it.
function install() {
  const engines = [];

  globalThis.startEngine = (query) => {
    const address = new URL(`js/engine-worker.js?${query}`, globalThis.base);
    const worker = new Worker(address, { type: "module" });
    const engine = { worker, posted: [], wake: () => {} };
    const take = (data) => {
      engine.posted.push({ at: performance.now(), ...data });
      engine.wake();
    };
    worker.addEventListener("message", ({ data }) => take(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      take({ message: { broken: event.message || "the worker did not load" } });
    });
    return engines.push(engine) - 1;
  };

  globalThis.sendToEngine = (id, message) => {
    engines[id].worker.postMessage({ message });
    return performance.now();
  };

  // Everything posted up to the first report of one of these kinds; buffers as arrays of bytes.
  globalThis.hearEngine = async (id, kinds, patience) => {
    const engine = engines[id];
    const isWanted = ({ message }) => kinds.includes(Object.keys(message)[0]);
    const end = performance.now() + patience;
    while (!engine.posted.some(isWanted)) {
      const left = end - performance.now();
      if (left <= 0) break;
      await new Promise((heard) => {
        engine.wake = heard;
        setTimeout(heard, left);
      });
    }
    const last = engine.posted.findIndex(isWanted);
    const posted = engine.posted.splice(0, last < 0 ? engine.posted.length : last + 1);
    // Buffers travel to Node as text; numbers of 64 bits as plain ones; maps as objects.
    const plain = (_, value) => {
      if (value instanceof Map) return Object.fromEntries(value);
      return typeof value === "bigint" ? Number(value) : value;
    };
    return posted.map(({ at, message, buffer }) => {
      const bytes = buffer && Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
      return { at, message: JSON.parse(JSON.stringify(message, plain)), text: bytes && btoa(bytes.join("")) };
    });
  };

  globalThis.endEngine = (id) => engines[id].worker.terminate();
}

// One engine worker, as tests see it.
class Engine {
  constructor(page, id, worker) {
    Object.assign(this, { page, id, worker });
  }

  // Sends a command; gives back the moment, in the page's milliseconds.
  send(message) {
    return this.page.evaluate(([id, message]) => sendToEngine(id, message), [this.id, message]);
  }

  // Everything posted up to the first report of one of these kinds, as `{ at, kind, report,
  // bytes }`; fails if none comes, or if the engine fails first.
  async hear(...kinds) {
    const wanted = [...kinds, "failed", "broken"];
    const call = ([id, wanted]) => hearEngine(id, wanted, 60_000);
    const posted = (await this.page.evaluate(call, [this.id, wanted])).map(
      ({ at, message, text }) => {
        const [[kind, report]] = Object.entries(message);
        return { at, kind, report, bytes: text && Buffer.from(text, "base64") };
      },
    );
    const last = posted.at(-1);
    assert.ok(kinds.includes(last?.kind), `${kinds} was due, ${JSON.stringify(last)} came`);
    return posted;
  }

  // The report of this kind, once it has come.
  async hearOne(kind) {
    return (await this.hear(kind)).at(-1);
  }

  async compose(workload, knobs) {
    await this.send({ compose: { recipe: { workload, knobs, seed: 1 } } });
    return (await this.hearOne("composed")).report.scenario;
  }

  async run(run, scenario, settings) {
    await this.send({ run: { run, scenario, settings: { strategy: "block-stm", ...settings } } });
  }

  // Calls a function that the engine's module exports, inside the worker.
  call(name, ...values) {
    return this.worker.evaluate(
      async ([name, values]) => {
        const threads = new URL(location).searchParams.get("flavour") === "threads";
        const file = threads ? "../engine-threads.js" : "../engine-single.js";
        const engine = await import(new URL(file, location).href);
        const answer = await engine[name](...values);
        return ArrayBuffer.isView(answer) ? Array.from(answer) : answer;
      },
      [name, values],
    );
  }

  end() {
    return this.page.evaluate((id) => endEngine(id), this.id);
  }
}

// Opens an empty page of the host and hands `start(query)` to `body`, which starts an engine.
export async function withEngines(browser, { isolated = true } = {}, body) {
  const host = await serve({ isolated });
  // A script, shown as text, is a page with the host's headers and nothing in it, not even an icon.
  const allowed = [/favicon\.ico/];
  const opened = await openPage(browser, `${host.url}js/engine-worker.js`, { allowed });
  const { page } = opened;
  const start = async (query) => {
    const born = page.waitForEvent("worker", (worker) => worker.url().includes("engine-worker"));
    const id = await page.evaluate((query) => startEngine(query), query);
    return new Engine(page, id, await born);
  };
  try {
    await page.evaluate((url) => {
      globalThis.base = url;
    }, host.url);
    await page.evaluate(install);
    await body(start);
    await opened.close();
  } finally {
    await opened.context.close();
    await host.close();
  }
}
