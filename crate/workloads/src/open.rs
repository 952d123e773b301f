//! Files: a scenario or a real block, plain or gzip'ed.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use lanescope_executor::World;
use lanescope_protocol::Scenario;
use lanescope_protocol::limits::FILE_BYTES_MAX;
use lanescope_protocol::scenario::SCENARIO_VERSION;
use serde::de::DeserializeOwned;

use crate::block_file;
use crate::error::{Place, Problem, ScenarioError};
use crate::generators;
use crate::prepare;
use crate::probe::Probe;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file that was understood.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it holds. The pre-state of a real block is not in here but in `state`.
    pub scenario: Scenario,
    /// The state before a real block, read once: keep it and hand it to [`crate::prepare`].
    pub state: Option<Arc<World>>,
}

/// Reads a scenario or a block file, plain or gzip'ed. `name` is the file's name, for messages.
///
/// A scenario that holds only a recipe comes back with everything that the recipe makes.
pub fn open(name: &str, bytes: &[u8]) -> Result<Opened, ScenarioError> {
    let text = unpack(bytes).map_err(|problem| problem.at(Place::File(name.to_owned())))?;
    let text = text.strip_prefix(UTF8_MARK).unwrap_or(&text);
    let opened = read(name, text)?;
    // Whoever opens a file keeps what was there before unless this one can be used.
    prepare::prepare(&opened.scenario, opened.state.clone())?;
    Ok(opened)
}

fn read(name: &str, text: &[u8]) -> Result<Opened, ScenarioError> {
    let probe: Probe = parse(name, text)?;
    if probe.is_scenario() {
        check_version(name, &probe)?;
        return finish(parse(name, text)?);
    }
    if !probe.has_block {
        let problem = if probe.looks_like_bare_block() {
            Problem::MissingPreState
        } else {
            Problem::UnknownFile
        };
        return Err(problem.at(Place::File(name.to_owned())));
    }
    if !probe.has_pre_state {
        return Err(Problem::MissingPreState.at(Place::File(name.to_owned())));
    }
    let (scenario, state) = block_file::import(name, parse(name, text)?)?;
    Ok(Opened { scenario, state: Some(Arc::new(state)) })
}

/// Takes the pre-state out of a scenario, and makes what its recipe says.
fn finish(scenario: Scenario) -> Result<Opened, ScenarioError> {
    let mut scenario = generators::expand(scenario)?;
    let mut state = None;
    if let Some(imported) = scenario.imported.as_mut() {
        // A handle means something only to the engine that gave it out.
        imported.key = None;
        state = Some(Arc::new(prepare::imported_world(imported)?));
        imported.pre_state.clear();
    }
    Ok(Opened { scenario, state })
}

fn check_version(name: &str, probe: &Probe) -> Result<(), ScenarioError> {
    match &probe.version {
        Some(version) if version == &SCENARIO_VERSION.to_string() => Ok(()),
        version => Err(Problem::UnknownVersion(version.clone().unwrap_or_default())
            .at(Place::File(name.to_owned()))),
    }
}

/// The file's text. Nothing beyond the limit is ever unpacked.
fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::EmptyFile);
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Problem::FileTooLarge);
    }
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut text = Vec::new();
    let mut limited = MultiGzDecoder::new(bytes).take(FILE_BYTES_MAX as u64 + 1);
    limited.read_to_end(&mut text).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Problem::TruncatedGzip,
        _ => Problem::DamagedGzip(error.to_string()),
    })?;
    if text.len() > FILE_BYTES_MAX {
        return Err(Problem::UnpackedTooLarge);
    }
    if text.is_empty() { Err(Problem::EmptyFile) } else { Ok(Cow::Owned(text)) }
}

fn parse<T: DeserializeOwned>(name: &str, text: &[u8]) -> Result<T, ScenarioError> {
    serde_json::from_slice(text).map_err(|error| {
        let place =
            Place::Position { file: name.to_owned(), line: error.line(), column: error.column() };
        let reason = json_reason(&error.to_string());
        match error.classify() {
            serde_json::error::Category::Data => Problem::WrongShape(reason).at(place),
            _ => Problem::NotJson(reason).at(place),
        }
    })
}

/// The parser's reason in plain words, without the position, which is said in front.
fn json_reason(full: &str) -> String {
    let reason = full.rsplit_once(" at line ").map_or(full, |(reason, _)| reason);
    let reason = reason.replace('`', "\"");
    let mismatch = reason
        .strip_prefix("invalid type: ")
        .or_else(|| reason.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "));
    if let Some((found, expected)) = mismatch {
        return format!("{} is needed here, not {}", plain_type(expected), plain_type(found));
    }
    if let Some((unknown, known)) = reason.split_once(", expected one of ") {
        return format!("{unknown}; known: {known}");
    }
    reason
}

/// A JSON type as people say it.
fn plain_type(name: &str) -> String {
    match name {
        "map" => "an object".to_owned(),
        "sequence" | "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        "u8" | "u32" | "u64" => "a whole number".to_owned(),
        "null" => "null".to_owned(),
        _ if name.starts_with("struct ") => "an object".to_owned(),
        // A value is shown as it stands in the file.
        _ => match name.split_once(" \"") {
            Some(("string", text)) => format!("\"{text}"),
            Some(("integer" | "floating point" | "boolean", value)) => {
                value.trim_end_matches('"').to_owned()
            }
            _ => name.to_owned(),
        },
    }
}
