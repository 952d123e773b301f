// The engine's coordinator: a module worker that loads one flavour of the engine, starts its
// threads and passes messages on. Its address says which and how many:
// `engine-worker.js?flavour=single`, `engine-worker.js?flavour=threads&threads=16`.
//
// Both ways a message is `{ message, buffer? }`; see crate/protocol/src/message.rs.

const START_MS = 30_000;

const query = new URL(import.meta.url).searchParams;
const threaded = query.get("flavour") === "threads";
const early = [];
let engine;
let failed = false;

function fail(sentence) {
  if (failed) return;
  failed = true;
  postMessage({ message: { failed: { message: sentence } } });
}

// Something was thrown that nobody caught: mostly a panic of the engine in this very thread.
function broke(error) {
  let sentence;
  try {
    engine.died(error instanceof RangeError);
    sentence = engine.fault();
  } catch {
    // The engine never came up, or cannot even say why it went down.
  }
  fail(sentence ?? `The engine stopped: ${error?.message ?? error}`);
}

function pass({ message, buffer }) {
  try {
    engine.handle(message, buffer);
  } catch (error) {
    broke(error);
  }
}

addEventListener("message", ({ data }) => {
  if (failed) return;
  if (engine) pass(data);
  else early.push(data);
});
addEventListener("error", (event) => {
  event.preventDefault();
  broke(event.error ?? event);
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  broke(event.reason);
});

async function startThreads(module, count) {
  // The pool's workers import what this names: not the engine itself, but our entry to it, which
  // notices when a thread dies.
  const entry = new URL("pool-worker.js", import.meta.url).href;
  module.wbg_rayon_PoolBuilder.prototype.mainJS = () => entry;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("its threads did not start")), START_MS);
  });
  await Promise.race([module.initThreadPool(count), late]);
  clearTimeout(timer);
}

try {
  const name = threaded ? "engine-threads" : "engine-single";
  const module = await import(`../${name}.js`);
  await module.default({ module_or_path: new URL(`../${name}_bg.wasm`, import.meta.url) });
  const threads = threaded ? Math.max(1, Number(query.get("threads")) || 1) : 0;
  if (threaded) await startThreads(module, threads);
  module.start(threads);
  engine = module;
  early.splice(0).forEach(pass);
} catch (error) {
  fail(`The engine did not start: ${error?.message ?? error}`);
}
