//! The engine's worker: starts it, speaks with it in typed messages, ends it.
//!
//! Both ways a message is `{ message, buffer? }`: a structured value beside, where there is much
//! to carry, a transferred buffer.

use gloo_events::EventListener;
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use lanescope_protocol::{Command, Report};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

/// Which build of the engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Real threads; needs a page that is isolated from other origins.
    Threads,
    /// One thread; works everywhere.
    Single,
}

impl Flavour {
    /// The word in addresses and in `data-engine`.
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Single => "single",
        }
    }
}

/// What comes from the worker.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A report, with the bytes that travelled beside it.
    Report(Box<Report>, Option<ArrayBuffer>),
    /// The worker itself broke, or spoke nonsense.
    Broke(String),
}

/// A running worker. Dropping it ends the worker at once, with everything it was doing.
#[derive(Debug)]
pub(crate) struct EngineLink {
    worker: Worker,
    _listeners: [EventListener; 3],
}

impl Drop for EngineLink {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl EngineLink {
    /// Starts a worker with at most `threads` threads.
    pub(crate) fn spawn(
        flavour: Flavour,
        threads: u16,
        incoming: &Callback<Incoming>,
    ) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = format!("js/engine-worker.js?flavour={}&threads={threads}", flavour.slug());
        let worker =
            Worker::new_with_options(&address, &options).map_err(|error| in_words(&error))?;
        let on = |name: &'static str, told: fn(&web_sys::Event) -> Incoming| {
            let incoming = incoming.clone();
            EventListener::new(&worker, name, move |event| incoming.emit(told(event)))
        };
        let listeners =
            [on("message", received), on("error", broke), on("messageerror", unreadable)];
        Ok(Self { worker, _listeners: listeners })
    }

    /// Sends a command; `bytes` are handed over and are gone on this side.
    pub(crate) fn send(
        &self,
        command: &Command,
        bytes: Option<&ArrayBuffer>,
    ) -> Result<(), String> {
        let message = to_js(command).map_err(|error| in_words(&error.into()))?;
        let envelope = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&envelope, &name.into(), value);
        let posted = set("message", &message).and_then(|_| match bytes {
            None => self.worker.post_message(&envelope),
            Some(buffer) => set("buffer", buffer).and_then(|_| {
                self.worker.post_message_with_transfer(&envelope, &Array::of1(buffer))
            }),
        });
        posted.map_err(|error| in_words(&error))
    }
}

/// Whole numbers of 64 bits travel as such, not as floating point.
fn to_js(command: &Command) -> Result<JsValue, serde_wasm_bindgen::Error> {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_large_number_types_as_bigints(true);
    command.serialize(&serializer)
}

fn received(event: &web_sys::Event) -> Incoming {
    let data = event.unchecked_ref::<MessageEvent>().data();
    let part = |name: &str| Reflect::get(&data, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let bytes = part("buffer").dyn_into::<ArrayBuffer>().ok();
    match Report::deserialize(serde_wasm_bindgen::Deserializer::from(part("message"))) {
        Ok(report) => Incoming::Report(Box::new(report), bytes),
        Err(error) => Incoming::Broke(format!("it sent something unreadable ({error})")),
    }
}

fn broke(event: &web_sys::Event) -> Incoming {
    // A worker whose script cannot be loaded sends a bare event without a message.
    event.prevent_default();
    let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
    Incoming::Broke(if message.is_empty() {
        "its program could not be loaded".to_owned()
    } else {
        message
    })
}

fn unreadable(_: &web_sys::Event) -> Incoming {
    Incoming::Broke("it sent something unreadable".to_owned())
}

fn in_words(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "the browser refused".to_owned())
}
