//! What the coordinator does with commands.
//!
//! A session never blocks: long work goes to the pool, or, without one, runs in slices between
//! which the event loop turns. So a `Cancel` or a newer `Run` always arrives.

use core::convert::Infallible;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lanescope_executor::World;
use lanescope_protocol::{Command, Report, Scenario};

use crate::fault;
use crate::host::{CAN_HAVE_THREADS, Host};
use crate::job::{Job, Progress};

/// States of imported blocks that are kept. Each may take tens of megabytes.
const WORLDS_MAX: usize = 4;

/// Milliseconds between two looks at work that goes on in the pool.
pub(crate) const POLL_MS: u32 = 8;

/// The coordinator's memory between commands.
#[derive(Debug)]
pub struct Session<H> {
    pub(crate) host: H,
    worlds: RefCell<Worlds>,
    running: RefCell<Option<Running>>,
    /// The question about steps that is being answered.
    inspecting: RefCell<Option<Running>>,
    /// Questions are answered in the order of asking: this one was asked last, that one is served.
    asked: Cell<u64>,
    served: Cell<u64>,
    /// A run has the pool to itself.
    pub(crate) pool_taken: Cell<bool>,
    failed: Cell<bool>,
}

/// The run that is going on.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    /// The page's number for it.
    pub(crate) run: u32,
    /// Set when it is to end. Lanes look at it too.
    pub(crate) cancelled: Arc<AtomicBool>,
}

/// States of imported blocks by key, the latest last.
#[derive(Debug, Default)]
struct Worlds {
    kept: VecDeque<(u32, Arc<World>)>,
    last_key: u32,
}

/// Why a run ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The user, or a newer run, ended it.
    Cancelled,
    /// It cannot be done; one sentence.
    Rejected(String),
}

impl Stop {
    /// Anything with a sentence is a reason to reject.
    pub(crate) fn rejected(error: impl core::fmt::Display) -> Self {
        Self::Rejected(error.to_string())
    }
}

impl Running {
    /// An error once the run is to end, to leave it with `?`.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

impl Worlds {
    fn keep(&mut self, world: Arc<World>) -> u32 {
        self.last_key += 1;
        self.kept.push_back((self.last_key, world));
        if self.kept.len() > WORLDS_MAX {
            self.kept.pop_front();
        }
        self.last_key
    }

    fn get(&self, key: u32) -> Option<Arc<World>> {
        self.kept.iter().find(|(kept, _)| *kept == key).map(|(_, world)| Arc::clone(world))
    }
}

impl<H: Host> Session<H> {
    /// A session that has heard nothing yet.
    pub fn new(host: H) -> Rc<Self> {
        Rc::new(Self {
            host,
            worlds: RefCell::default(),
            running: RefCell::default(),
            inspecting: RefCell::default(),
            asked: Cell::default(),
            served: Cell::default(),
            pool_taken: Cell::default(),
            failed: Cell::default(),
        })
    }

    /// Says that commands can come.
    pub fn announce(&self) {
        let catalogue = lanescope_workloads::catalogue();
        self.post(&Report::Ready { threads: self.host.threads(), catalogue });
    }

    /// Handles a command to its end; commands may overlap. `bytes` are what travelled beside it.
    pub async fn handle(self: Rc<Self>, command: Command, bytes: Option<Vec<u8>>) {
        if self.failed.get() {
            return;
        }
        self.check_threads_live().await;
        match command {
            Command::Compose { recipe } => {
                let work = move || lanescope_workloads::compose(&recipe);
                self.answer(work, |_, scenario| Report::Composed { scenario }).await;
            }
            Command::Open { name } => {
                let bytes = bytes.unwrap_or_default();
                let work = move || lanescope_workloads::open(&name, &bytes);
                self.answer(work, Self::opened).await;
            }
            Command::Save { scenario } => {
                let world = self.world_of(&scenario);
                let work = move || lanescope_workloads::save(&scenario, world.as_deref());
                self.answer(work, |_, file| Report::Saved { name: file.name, text: file.text })
                    .await;
            }
            Command::Run { run, scenario, settings } => {
                let running = self.begin(run);
                let end = self.run(&running, scenario, settings).await;
                self.end(&running, end);
            }
            Command::Bench { run, scenario, settings } => {
                let running = self.begin(run);
                let end = self.bench(&running, scenario, settings).await;
                self.end(&running, end);
            }
            Command::Compare { run, scenario, settings } => {
                let running = self.begin(run);
                let end = self.compare(&running, scenario, settings).await;
                self.end(&running, end);
            }
            Command::Inspect { question, scenario, tx } => {
                self.stop_inspecting();
                let asked = Running { run: question, cancelled: Arc::default() };
                self.inspecting.replace(Some(asked.clone()));
                let seen = bytes.unwrap_or_default();
                if let Err(Stop::Rejected(message)) =
                    self.inspect(&asked, scenario, tx, &seen).await
                {
                    self.post(&Report::Rejected { message, run: Some(question) });
                }
            }
            Command::StopInspecting => self.stop_inspecting(),
            Command::Cancel => self.stop(),
            Command::Crash => self.crash().await,
        }
    }

    /// Works out an answer, after all earlier questions have theirs.
    async fn answer<T: Send + 'static, E: core::fmt::Display + Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
        report: impl FnOnce(&Self, T) -> Report,
    ) {
        let turn = self.asked.get();
        self.asked.set(turn + 1);
        while self.served.get() != turn {
            self.host.sleep(1).await;
        }
        let report = match self.in_background(work).await {
            Ok(result) => report(self, result),
            Err(error) => Report::Rejected { message: error.to_string(), run: None },
        };
        self.served.set(turn + 1);
        self.post(&report);
    }

    fn opened(&self, opened: lanescope_workloads::Opened) -> Report {
        let mut scenario = opened.scenario;
        if let (Some(imported), Some(world)) = (&mut scenario.imported, opened.state) {
            imported.key = Some(self.worlds.borrow_mut().keep(world));
        }
        Report::Composed { scenario }
    }

    /// The state that is kept for a scenario, if it has one and it is still here.
    pub(crate) fn world_of(&self, scenario: &Scenario) -> Option<Arc<World>> {
        let key = scenario.imported.as_ref()?.key?;
        self.worlds.borrow().get(key)
    }

    fn begin(&self, run: u32) -> Running {
        self.stop();
        let running = Running { run, cancelled: Arc::default() };
        self.running.replace(Some(running.clone()));
        running
    }

    fn end(&self, running: &Running, end: Result<(), Stop>) {
        if running.check().is_err() {
            return;
        }
        self.running.replace(None);
        if let Err(Stop::Rejected(message)) = end {
            self.post(&Report::Rejected { message, run: Some(running.run) });
        }
    }

    fn stop(&self) {
        if let Some(running) = self.running.take() {
            running.cancelled.store(true, Ordering::Relaxed);
            self.post(&Report::Cancelled { run: running.run });
        }
    }

    fn stop_inspecting(&self) {
        if let Some(asked) = self.inspecting.take() {
            asked.cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Panics on purpose.
    async fn crash(&self) {
        if CAN_HAVE_THREADS && self.host.threads() > 0 {
            self.wait(&Job::start(panic_on_purpose), || {}).await;
        } else {
            panic_on_purpose();
        }
    }

    pub(crate) fn post(&self, report: &Report) {
        self.host.post(report, None);
    }

    /// Does work in a thread of the pool; without a pool, here.
    pub(crate) async fn in_background<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        if CAN_HAVE_THREADS && self.host.threads() > 0 {
            return self.wait(&Job::start(work), || {}).await;
        }
        work()
    }

    /// Waits for work in the pool. If it dies, says so and never returns: the engine is to be
    /// started anew.
    ///
    /// `look` is called every time it is not done yet.
    pub(crate) async fn wait<T: Send + 'static>(&self, job: &Job<T>, look: impl Fn()) -> T {
        let mut looks = 0_u32;
        loop {
            match job.progress() {
                Progress::Done(result) => return result,
                Progress::GoingOn => look(),
                Progress::Died => self.fail("a thread of the engine stopped".to_owned()).await,
            }
            self.check_threads_live().await;
            // Most work is short: look often at first.
            looks += 1;
            if looks < 8 {
                self.host.pause().await;
            } else {
                self.host.sleep(POLL_MS.min(looks / 8)).await;
            }
        }
    }

    /// If a thread has died, says so and never returns.
    async fn check_threads_live(&self) {
        if let Some(message) = fault::sentence() {
            self.fail(message).await
        }
    }

    async fn fail(&self, message: String) -> ! {
        if !self.failed.replace(true) {
            self.post(&Report::Failed { message });
        }
        match core::future::pending::<Infallible>().await {}
    }
}

#[expect(clippy::panic, reason = "a test asks for a crash to see it reported")]
fn panic_on_purpose() {
    panic!("it was told to crash");
}
