//! Measurements that tests and the curious start by hand: how work scales with threads.

use std::sync::Arc;

use js_sys::Promise;
use lanescope_executor::run_sequential;
use lanescope_protocol::scenario::Recipe;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::allocator::{churn, counts};
use crate::clock;
use crate::job::{Job, Progress};

/// What is repeated: `true` if it went well.
type Work = Arc<dyn Fn(u32) -> bool + Send + Sync>;

/// Milliseconds that `threads` threads of the pool need for `rounds` rounds of work, together.
///
/// `work` is `evm` (a block of one ERC-20 payment on one lane), `allocator` (the allocations of one
/// short EVM run), or `system-allocator` (the same without the thread caches, to compare).
#[wasm_bindgen]
pub async fn bench(work: String, threads: u32, rounds: u32) -> Result<f64, JsError> {
    let work: Work = match work.as_str() {
        "evm" => evm()?,
        "allocator" => Arc::new(|rounds| churn(false, rounds)),
        "system-allocator" => Arc::new(|rounds| churn(true, rounds)),
        _ => return Err(JsError::new("work must be evm, allocator or system-allocator")),
    };
    let jobs: Vec<_> = (0..threads.max(1))
        .map(|index| {
            let work = Arc::clone(&work);
            let share = rounds / threads.max(1) + u32::from(index < rounds % threads.max(1));
            Job::start(move || {
                let from = clock::now();
                let good = work(share);
                (from, clock::now(), good)
            })
        })
        .collect();
    let mut from = u64::MAX;
    let mut to = 0;
    for job in jobs {
        let (started, ended, good) = loop {
            match job.progress() {
                Progress::Done(times) => break times,
                Progress::GoingOn => next_turn().await,
                Progress::Died => return Err(JsError::new("a thread died")),
            }
        };
        if !good {
            return Err(JsError::new("the work failed"));
        }
        from = from.min(started);
        to = to.max(ended);
    }
    Ok(clock::milliseconds(from, to))
}

/// How often threads had to leave their own free lists so far: visits to the depot, long waits
/// there, chunks fetched, and blocks too large for the lists. The numbers wrap around at 2³².
#[wasm_bindgen(js_name = allocatorCounts)]
#[must_use]
pub fn allocator_counts() -> Vec<u32> {
    let counts = counts();
    vec![counts.depot, counts.naps, counts.chunks, counts.large]
}

/// Overflows the stack of a thread of the pool, to see that this too is noticed.
#[wasm_bindgen(js_name = overflowStack)]
pub fn overflow_stack() {
    rayon::spawn(|| {
        std::hint::black_box(deeper(std::hint::black_box(1)));
    });
}

/// Calls itself without end. The two calls keep the compiler from making a loop of it.
#[expect(unconditional_recursion, reason = "the end of the stack is what is looked for")]
fn deeper(depth: u64) -> u64 {
    let below = deeper(std::hint::black_box(depth + 1));
    below ^ deeper(std::hint::black_box(below))
}

fn evm() -> Result<Work, JsError> {
    let recipe =
        Recipe { workload: "erc20".to_owned(), knobs: [("count".to_owned(), 1)].into(), seed: 1 };
    let scenario = lanescope_workloads::compose(&recipe)?;
    let prepared = lanescope_workloads::prepare(&scenario, None)?;
    let (block, world) = (prepared.block, prepared.world);
    Ok(Arc::new(move |rounds| (0..rounds).all(|_| run_sequential(&block, &world).is_ok())))
}

async fn next_turn() {
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(resolve: &js_sys::Function, milliseconds: i32);
    }
    let promise = Promise::new(&mut |resolve, _| set_timeout(&resolve, 1));
    let _elapsed = JsFuture::from(promise).await;
}
