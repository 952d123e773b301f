//! The command line: text in, [`Request`] out. Pure.

use std::ffi::OsString;

use anyhow::{Result, anyhow, bail};
use lexopt::prelude::*;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND [OPTIONS]

COMMANDS
  build              Build the page and both engines into dist/
    --dev              Optimise less: sooner built, slower to run
    --flavour NAME     Only this engine beside the page: single or threads
    --only PART        Only this part: page, engine-single or engine-threads
  serve              Build, then serve dist/ with the headers that threads need;
                     press Enter to build again, then reload the page
    --port N           First port to try (8080)
    --open             Open the page in the browser
    --no-isolation     Leave the isolation headers out: the page falls back to one thread
    --no-build         Serve what is there
    --dev, --flavour, --only    As for build
  test               Run every test: native, contracts, both engines, browser
    --only STEP        Only this step: native, format, lints, contracts, build or browser;
                       may be given more than once
  dist               Build for publication: shrunk with wasm-opt where Node.js is installed,
                     sizes printed; dist/ can then be put on any static host
  bench-page         Measure the page in Chromium over a build for
                     publication, beside its budgets
    --json             As a list of objects: name, value, unit, budget, holds
    --no-build         Measure what is there
  contracts          Compile the Solidity contracts again (needs Node.js)
    --check            Compare with the committed artefacts instead
  help, --help, -h   This text

ENVIRONMENT
  LANESCOPE_TOOLCHAIN       rustup or debian: look nowhere else for a compiler
  LANESCOPE_WASM_CARGO      Path of a cargo to build Wasm with, before looking anywhere else
  LANESCOPE_WASM_RUSTC      Path of its rustc; otherwise the one beside that cargo
  LANESCOPE_WASM_LINKER     Its linker; otherwise rust-lld or wasm-ld-NN
  LANESCOPE_MAINNET_DIR     Folder of real blocks for the tests
  CHROMIUM                  Path of the browser for the tests";

/// One command with its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Print the help.
    Help,
    /// Build into `dist/`.
    Build(Plan),
    /// Build and serve.
    Serve(ServeOptions),
    /// Run tests.
    Test(TestOptions),
    /// Build for publication.
    Dist,
    /// Measure the page.
    BenchPage(BenchPageOptions),
    /// Compile the contracts.
    Contracts {
        /// Compare instead of writing.
        check: bool,
    },
}

/// A part of the program that is a Wasm module of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The Yew page.
    Page,
    /// The engine without threads.
    EngineSingle,
    /// The engine with threads.
    EngineThreads,
}

impl Part {
    /// All of them, in the order in which they are built.
    pub(crate) const ALL: [Self; 3] = [Self::Page, Self::EngineSingle, Self::EngineThreads];

    /// The stem of its files in `dist/`, also its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::EngineSingle => "engine-single",
            Self::EngineThreads => "engine-threads",
        }
    }

    fn from_name(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name).ok_or_else(|| {
            anyhow!("`{name}` is not a part: choose page, engine-single or engine-threads")
        })
    }
}

/// What to build, and how hard to optimise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The parts, each at most once.
    pub(crate) parts: Vec<Part>,
    /// Optimise less.
    pub(crate) dev: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { parts: Part::ALL.to_vec(), dev: false }
    }
}

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServeOptions {
    /// What to build first; nothing if absent.
    pub(crate) plan: Option<Plan>,
    /// First port to try.
    pub(crate) port: u16,
    /// Open the browser.
    pub(crate) open: bool,
    /// Send the headers that make threads possible.
    pub(crate) isolated: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { plan: Some(Plan::default()), port: 8080, open: false, isolated: true }
    }
}

/// How to measure the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BenchPageOptions {
    /// Build first.
    pub(crate) build: bool,
    /// Print JSON.
    pub(crate) json: bool,
}

/// A part of the test run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestStep {
    /// `cargo fmt --check`.
    Format,
    /// `cargo clippy`.
    Lints,
    /// `cargo test`.
    Native,
    /// `contracts --check`.
    Contracts,
    /// The page and both engines.
    Build,
    /// Chromium.
    Browser,
}

impl TestStep {
    /// All of them, cheapest first.
    pub(crate) const ALL: [Self; 6] =
        [Self::Format, Self::Contracts, Self::Native, Self::Lints, Self::Build, Self::Browser];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lints => "lints",
            Self::Native => "native",
            Self::Contracts => "contracts",
            Self::Build => "build",
            Self::Browser => "browser",
        }
    }
}

/// Which tests to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestOptions {
    /// The steps, in order.
    pub(crate) steps: Vec<TestStep>,
}

/// Reads the command line, without the program's own name.
///
/// # Errors
/// One sentence that names the word that is wrong.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Request> {
    let mut parser = lexopt::Parser::from_args(words);
    let command = match parser.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Request::Help),
        Some(Value(word)) => word.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    let request = match command.as_str() {
        "build" => parse_build(&mut parser)?,
        "serve" => parse_serve(&mut parser)?,
        "test" => parse_test(&mut parser)?,
        "dist" => parse_bare(&mut parser, Request::Dist)?,
        "bench-page" => parse_bench_page(&mut parser)?,
        "contracts" => parse_contracts(&mut parser)?,
        "help" => Request::Help,
        other => bail!("`{other}` is not a command: `cargo xtask --help` lists them"),
    };
    Ok(request)
}

/// The options that `build` and `serve` share.
#[derive(Default)]
struct PlanWords {
    dev: bool,
    flavours: Vec<Part>,
    only: Vec<Part>,
}

impl PlanWords {
    /// Takes an option if it is one of these; says whether it did.
    fn take(&mut self, name: &str, parser: &mut lexopt::Parser) -> Result<bool> {
        match name {
            "dev" => self.dev = true,
            "flavour" => {
                let word = parser.value()?.string()?;
                self.flavours.push(match word.as_str() {
                    "single" => Part::EngineSingle,
                    "threads" => Part::EngineThreads,
                    _ => bail!("`{word}` is not a flavour: choose single or threads"),
                });
            }
            "only" => self.only.push(Part::from_name(&parser.value()?.string()?)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn plan(self) -> Result<Plan> {
        let Self { dev, flavours, only } = self;
        if !flavours.is_empty() && !only.is_empty() {
            bail!("--flavour and --only exclude each other");
        }
        let parts = Part::ALL.into_iter().filter(|part| match (&flavours[..], &only[..]) {
            ([], []) => true,
            ([], only) => only.contains(part),
            (flavours, _) => *part == Part::Page || flavours.contains(part),
        });
        Ok(Plan { parts: parts.collect(), dev })
    }
}

fn parse_build(parser: &mut lexopt::Parser) -> Result<Request> {
    let mut words = PlanWords::default();
    while let Some(name) = next_option(parser)? {
        match name.as_str() {
            "help" => return Ok(Request::Help),
            name if words.take(name, parser)? => {}
            _ => return Err(unknown_option(&name, "build")),
        }
    }
    Ok(Request::Build(words.plan()?))
}

fn parse_serve(parser: &mut lexopt::Parser) -> Result<Request> {
    let mut options = ServeOptions::default();
    let mut words = PlanWords::default();
    let mut build = true;
    while let Some(name) = next_option(parser)? {
        match name.as_str() {
            "help" => return Ok(Request::Help),
            "open" => options.open = true,
            "no-isolation" => options.isolated = false,
            "no-build" => build = false,
            "port" => {
                let word = parser.value()?.string()?;
                options.port = word
                    .parse()
                    .map_err(|_| anyhow!("`{word}` is not a port: give a number up to 65535"))?;
            }
            name if words.take(name, parser)? => {}
            _ => return Err(unknown_option(&name, "serve")),
        }
    }
    options.plan = if build { Some(words.plan()?) } else { None };
    Ok(Request::Serve(options))
}

fn parse_test(parser: &mut lexopt::Parser) -> Result<Request> {
    let mut chosen = Vec::new();
    while let Some(name) = next_option(parser)? {
        match name.as_str() {
            "help" => return Ok(Request::Help),
            "only" => {
                let word = parser.value()?.string()?;
                let step = TestStep::ALL.into_iter().find(|step| step.name() == word);
                chosen.push(step.ok_or_else(|| {
                    let names = TestStep::ALL.map(TestStep::name).join(", ");
                    anyhow!("`{word}` is not a step of the tests: choose from {names}")
                })?);
            }
            _ => return Err(unknown_option(&name, "test")),
        }
    }
    let wanted = |step: &TestStep| chosen.is_empty() || chosen.contains(step);
    Ok(Request::Test(TestOptions { steps: TestStep::ALL.into_iter().filter(wanted).collect() }))
}

fn parse_bench_page(parser: &mut lexopt::Parser) -> Result<Request> {
    let mut options = BenchPageOptions { build: true, json: false };
    while let Some(name) = next_option(parser)? {
        match name.as_str() {
            "help" => return Ok(Request::Help),
            "json" => options.json = true,
            "no-build" => options.build = false,
            _ => return Err(unknown_option(&name, "bench-page")),
        }
    }
    Ok(Request::BenchPage(options))
}

fn parse_contracts(parser: &mut lexopt::Parser) -> Result<Request> {
    let mut check = false;
    while let Some(name) = next_option(parser)? {
        match name.as_str() {
            "help" => return Ok(Request::Help),
            "check" => check = true,
            _ => return Err(unknown_option(&name, "contracts")),
        }
    }
    Ok(Request::Contracts { check })
}

fn parse_bare(parser: &mut lexopt::Parser, request: Request) -> Result<Request> {
    match next_option(parser)?.as_deref() {
        None => Ok(request),
        Some("help") => Ok(Request::Help),
        Some(name) => Err(unknown_option(name, "dist")),
    }
}

/// The next `--name`, or nothing at the end of the line.
fn next_option(parser: &mut lexopt::Parser) -> Result<Option<String>> {
    Ok(match parser.next()? {
        None => None,
        Some(Short('h')) => Some("help".into()),
        Some(Long(name)) => Some(name.to_owned()),
        Some(other) => return Err(other.unexpected().into()),
    })
}

fn unknown_option(name: &str, command: &str) -> anyhow::Error {
    anyhow!("`{command}` has no option --{name}: `cargo xtask --help` lists what there is")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[track_caller]
    fn check(line: &str, want: Request) {
        assert_eq!(parsed(line).unwrap(), want, "{line}");
    }

    #[track_caller]
    fn check_refused(line: &str, part_of_the_message: &str) {
        let message = parsed(line).unwrap_err().to_string();
        assert!(message.contains(part_of_the_message), "{line}: {message}");
    }

    fn plan(parts: &[Part]) -> Plan {
        Plan { parts: parts.to_vec(), dev: false }
    }

    #[test]
    fn help_is_asked_for_in_every_way() {
        for line in ["", "help", "-h", "--help", "build --help", "serve -h", "dist --help"] {
            check(line, Request::Help);
        }
    }

    #[test]
    fn build_chooses_parts() {
        check("build", Request::Build(Plan::default()));
        check("build --dev", Request::Build(Plan { dev: true, ..Plan::default() }));
        let one = plan(&[Part::Page, Part::EngineThreads]);
        check("build --flavour threads", Request::Build(one));
        check("build --flavour=single --flavour threads", Request::Build(Plan::default()));
        check("build --only engine-single", Request::Build(plan(&[Part::EngineSingle])));
        check("build --only page --only page", Request::Build(plan(&[Part::Page])));
    }

    #[test]
    fn serve_has_a_port_and_switches() {
        check("serve", Request::Serve(ServeOptions::default()));
        let want = ServeOptions { plan: None, port: 9000, open: true, isolated: false };
        check("serve --port 9000 --open --no-isolation --no-build", Request::Serve(want));
    }

    #[test]
    fn test_runs_the_chosen_steps_in_order() {
        check("test", Request::Test(TestOptions { steps: TestStep::ALL.to_vec() }));
        let want = TestOptions { steps: vec![TestStep::Build, TestStep::Browser] };
        check("test --only browser --only build", Request::Test(want));
    }

    #[test]
    fn contracts_write_or_check() {
        check("contracts", Request::Contracts { check: false });
        check("contracts --check", Request::Contracts { check: true });
        check("dist", Request::Dist);
    }

    #[test]
    fn the_page_is_measured_as_it_is_or_built_first() {
        check("bench-page", Request::BenchPage(BenchPageOptions { build: true, json: false }));
        let want = BenchPageOptions { build: false, json: true };
        check("bench-page --no-build --json", Request::BenchPage(want));
        check_refused("bench-page --fast", "no option --fast");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check_refused("bake", "`bake` is not a command");
        check_refused("build --fast", "no option --fast");
        check_refused("build --flavour both", "`both` is not a flavour");
        check_refused("build --only engine", "`engine` is not a part");
        check_refused("build --flavour single --only page", "exclude each other");
        check_refused("serve --port many", "`many` is not a port");
        check_refused("serve --port 70000", "`70000` is not a port");
        check_refused("test --only unit", "`unit` is not a step");
        check_refused("dist now", "now");
        check_refused("build --dev=yes", "yes");
    }
}
