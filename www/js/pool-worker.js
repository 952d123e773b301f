// A thread of the engine's pool. wasm-bindgen-rayon starts it and imports this instead of the
// engine, so that a thread that dies without a panic (stack overflow, no memory) leaves word.

import init, * as engine from "../engine-threads.js";

export default (module, memory) => init({ module_or_path: module, memory });

export function wbg_rayon_start_worker(receiver) {
  try {
    engine.wbg_rayon_start_worker(receiver);
  } catch (error) {
    engine.died(error instanceof RangeError);
  }
}
