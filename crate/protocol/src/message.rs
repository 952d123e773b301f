//! Commands and reports between the page and the engine.
//!
//! Both travel as structured values. Big binary parts (files, traces, batches of events) travel
//! beside them as transferred buffers: see the field notes.

use serde::{Deserialize, Serialize};

use crate::ids::TxIndex;
use crate::scenario::{Recipe, Scenario};
use crate::settings::Settings;
use crate::spread::Spread;

/// What the page asks of the engine. Imperative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Make a scenario from a recipe. Answer: [`Report::Composed`] or [`Report::Rejected`].
    Compose {
        /// Which workload, with which knobs.
        recipe: Recipe,
    },
    /// Read a scenario or a real block from a file, whose bytes travel beside this message.
    /// Answer: [`Report::Composed`] or [`Report::Rejected`].
    Open {
        /// The file's name.
        name: String,
    },
    /// Write a scenario as a file. Answer: [`Report::Saved`] or [`Report::Rejected`].
    Save {
        /// What to write.
        scenario: Scenario,
    },
    /// Run. Answers: [`Report::Started`], batches of events, then [`Report::Finished`], or
    /// [`Report::Rejected`]. A newer run replaces an older one.
    Run {
        /// Chosen by the page; comes back in every answer.
        run: u32,
        /// What to run.
        scenario: Scenario,
        /// How.
        settings: Settings,
    },
    /// Measure plain revm against the strategy on one thread and on many: on this scenario, then
    /// on synthetic blocks. Answers: [`Report::Progress`], and [`Report::Benched`] for each block,
    /// or [`Report::Rejected`]. Takes the place of a run, and a newer run its place.
    Bench {
        /// Chosen by the page; comes back in every answer.
        run: u32,
        /// What to measure first.
        scenario: Scenario,
        /// Which strategy, on how many threads at most.
        settings: Settings,
    },
    /// Run the scenario on the gas clock under each of these settings, in their order. Answers:
    /// [`Report::Progress`], and [`Report::Compared`] or [`Report::NotCompared`] for each. Takes the
    /// place of a run, and a newer run its place.
    Compare {
        /// Chosen by the page; comes back in every answer.
        run: u32,
        /// What to run.
        scenario: Scenario,
        /// Under what.
        settings: Vec<Settings>,
    },
    /// Run one transaction opcode by opcode, on what an incarnation of it saw: a
    /// [`crate::steps::Seen`] travels beside this message. Answers: [`Report::Progress`], then
    /// [`Report::Inspected`] or [`Report::Rejected`] with the question's number. A newer question
    /// replaces an older one; a run that goes on is left alone.
    Inspect {
        /// Chosen by the page, from the same row as runs; comes back in every answer.
        question: u32,
        /// The block.
        scenario: Scenario,
        /// Which transaction.
        tx: TxIndex,
    },
    /// The answer to the last [`Command::Inspect`] is no longer wanted. No answer.
    StopInspecting,
    /// Stop the run that is going on. Answer: [`Report::Cancelled`] if there was one.
    Cancel,
    /// Panic on purpose, in a pool worker where there is one: how tests prove that a crash is
    /// reported and survived.
    Crash,
}

/// What the engine tells the page. Facts.
#[allow(clippy::large_enum_variant, reason = "one message at a time, never many in memory")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// The engine can take commands.
    Ready {
        /// Real threads in its pool; 0 in the single-threaded flavour.
        threads: u16,
        /// What can be composed.
        catalogue: Catalogue,
    },
    /// A scenario was made or read.
    Composed {
        /// It. An imported block's state stays with the engine (`imported.key`).
        scenario: Scenario,
    },
    /// A scenario as a file.
    Saved {
        /// Suggested file name.
        name: String,
        /// The file's text.
        text: String,
    },
    /// Something the user made or asked for cannot be used. Nothing has changed.
    Rejected {
        /// One sentence: what is wrong and where.
        message: String,
        /// The run that was asked for, if one was.
        run: Option<u32>,
    },
    /// A run goes on. Batches of encoded events follow, as bare buffers beside
    /// [`Report::Events`].
    Started {
        /// Which run.
        run: u32,
    },
    /// A batch of events; the records travel beside this message.
    Events {
        /// Which run.
        run: u32,
    },
    /// How far a step without events is.
    Progress {
        /// Which run.
        run: u32,
        /// What is going on, e.g. `one lane, to compare with`.
        stage: String,
        /// Done so far.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// A run ended; its whole trace travels beside this message, encoded.
    Finished {
        /// Which run.
        run: u32,
    },
    /// The same scenario, measured on real threads, beside a run on the gas clock.
    Measured {
        /// Which run.
        run: u32,
        /// The measurement.
        measurement: Measurement,
    },
    /// A block of a benchmark was measured.
    Benched {
        /// Which run.
        run: u32,
        /// Its times.
        figures: BenchFigures,
        /// Blocks that are still to be measured. With 0 the benchmark is over.
        left: u32,
    },
    /// One run of a comparison is over. Beside it travels its [`crate::Trace`] without accesses, which
    /// is all that its numbers need.
    Compared {
        /// Which run.
        run: u32,
        /// Under which of the settings.
        index: u32,
        /// Runs that are still to come. With 0 the comparison is over.
        left: u32,
    },
    /// One run of a comparison cannot be done.
    NotCompared {
        /// Which run.
        run: u32,
        /// Under which of the settings.
        index: u32,
        /// Runs that are still to come.
        left: u32,
        /// One sentence.
        message: String,
    },
    /// A transaction ran opcode by opcode. Beside this message travels a
    /// [`crate::steps::Inspection`].
    Inspected {
        /// The answer to which question.
        question: u32,
    },
    /// The run was stopped.
    Cancelled {
        /// Which run.
        run: u32,
    },
    /// The engine broke. It takes no more commands: start it anew.
    Failed {
        /// What happened, in plain words.
        message: String,
    },
}

/// Wall-clock times of one scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Milliseconds on one lane.
    pub sequential_ms: f64,
    /// Milliseconds in parallel.
    pub parallel_ms: f64,
    /// Lanes of the parallel run.
    pub lanes: u16,
    /// Incarnations that ran to their end.
    pub executions: u32,
    /// Results thrown away.
    pub aborts: u32,
    /// Whether it, too, ended like one lane.
    pub identical: bool,
}

/// How long one block took, each way in turn, several times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchFigures {
    /// The block's name for people.
    pub title: String,
    /// How many transactions it has.
    pub transactions: u32,
    /// How often each way was measured.
    pub rounds: u32,
    /// Plain revm, one transaction after the other.
    pub baseline: Spread,
    /// The strategy on one thread.
    pub one_thread: Spread,
    /// The strategy on `lanes` threads.
    pub threads: Spread,
    /// How many threads.
    pub lanes: u16,
    /// Whether every result was that of sequential execution.
    pub identical: bool,
}

/// What can be composed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Generators, in menu order.
    pub workloads: Vec<WorkloadInfo>,
    /// Compiled contracts.
    pub contracts: Vec<ContractInfo>,
}

/// A generator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadInfo {
    /// Its name in files and on the command line.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// One sentence about what it shows.
    pub summary: String,
    /// Its knobs.
    pub knobs: Vec<KnobInfo>,
}

/// A number that a generator takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnobInfo {
    /// Its name in files and on the command line.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// `%` or empty.
    pub unit: String,
    /// Smallest value.
    pub min: u64,
    /// Largest value the page's slider offers; files and the command line may go to `limit`.
    pub max: u64,
    /// Largest value accepted.
    pub limit: u64,
    /// Value if not given.
    pub default: u64,
}

/// A compiled contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractInfo {
    /// Its name, as in [`crate::scenario::Contract::code`].
    pub name: String,
    /// The functions that change state.
    pub functions: Vec<FunctionInfo>,
}

/// A function of a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// Its inputs, in order.
    pub inputs: Vec<InputInfo>,
    /// Whether it takes ether.
    pub payable: bool,
}

/// An input of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputInfo {
    /// Its name.
    pub name: String,
    /// Its Solidity type, e.g. `address`, `uint256`.
    pub kind: String,
}
