//! The engine's face towards JavaScript: four functions, and what the coordinator's worker offers.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use lanescope_protocol::{Command, Report};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AddEventListenerOptions, DedicatedWorkerGlobalScope, MessageChannel, MessagePort};

use crate::fault;
use crate::host::Host;
use crate::session::Session;

#[cfg(feature = "threads")]
pub use wasm_bindgen_rayon::init_thread_pool;

thread_local! {
    static SESSION: RefCell<Option<Rc<Session<Browser>>>> = const { RefCell::new(None) };
}

/// Starts a session and posts [`Report::Ready`]. `threads`: size of the pool, which must have been
/// started already; 0 if there is none.
#[wasm_bindgen]
pub fn start(threads: u16) -> Result<(), JsValue> {
    fault::install();
    let session = Session::new(Browser::new(threads)?);
    SESSION.with(|slot| slot.replace(Some(Rc::clone(&session))));
    session.announce();
    Ok(())
}

/// Handles a message from the page: a [`Command`], and the `ArrayBuffer` that came beside it.
#[wasm_bindgen]
pub fn handle(message: JsValue, buffer: JsValue) -> Result<(), JsValue> {
    let session = SESSION.with(|slot| slot.borrow().clone());
    let session = session.ok_or_else(|| JsError::new("the engine has not started yet"))?;
    let command = Command::deserialize(Deserializer::from(message))?;
    let bytes =
        buffer.dyn_into::<ArrayBuffer>().ok().map(|buffer| Uint8Array::new(&buffer).to_vec());
    spawn_local(session.handle(command, bytes));
    Ok(())
}

/// The sentence about a crash, if there was one.
#[wasm_bindgen]
#[must_use]
pub fn fault() -> Option<String> {
    fault::sentence()
}

/// Tells that a thread has stopped: what its JavaScript entry calls in its last moment.
#[wasm_bindgen]
pub fn died(stack_overflow: bool) {
    fault::record_death(stack_overflow);
}

/// The coordinator's worker.
#[derive(Debug)]
pub(crate) struct Browser {
    scope: DedicatedWorkerGlobalScope,
    /// Messages to oneself: timers would wait four milliseconds each.
    to_self: MessagePort,
    from_self: MessagePort,
    threads: u16,
}

impl Browser {
    fn new(threads: u16) -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let from_self = channel.port2();
        from_self.start();
        let scope = js_sys::global().dyn_into()?;
        Ok(Self { scope, to_self: channel.port1(), from_self, threads })
    }

    fn try_post(&self, report: &Report, bytes: Option<&[u8]>) -> Result<(), JsValue> {
        // Whole numbers of 64 bits travel as such, not as floating point.
        let serializer = Serializer::new().serialize_large_number_types_as_bigints(true);
        let envelope = Object::new();
        Reflect::set(&envelope, &"message".into(), &report.serialize(&serializer)?)?;
        let Some(bytes) = bytes else { return self.scope.post_message(&envelope) };
        // The engine's own memory cannot be transferred, so this one copy is needed.
        let copy = Uint8Array::new_with_length(bytes.len() as u32);
        copy.copy_from(bytes);
        let buffer = copy.buffer();
        Reflect::set(&envelope, &"buffer".into(), &buffer)?;
        self.scope.post_message_with_transfer(&envelope, &Array::of1(&buffer))
    }
}

impl Host for Browser {
    fn post(&self, report: &Report, bytes: Option<&[u8]>) {
        if let Err(error) = self.try_post(report, bytes) {
            web_sys::console::error_2(&"a report could not be sent".into(), &error);
        }
    }

    async fn pause(&self) {
        let options = AddEventListenerOptions::new();
        options.set_once(true);
        let promise = Promise::new(&mut |resolve, _| {
            // Several may wait at once: then the first message wakes all of them, which is early
            // for some but never late.
            let listening =
                self.from_self.add_event_listener_with_callback_and_add_event_listener_options(
                    "message", &resolve, &options,
                );
            if listening.and_then(|()| self.to_self.post_message(&JsValue::NULL)).is_err() {
                // Without a way to wait, going on at once is the best that is left.
                let _result = resolve.call0(&JsValue::NULL);
            }
        });
        let _message = JsFuture::from(promise).await;
    }

    async fn sleep(&self, milliseconds: u32) {
        let promise = Promise::new(&mut |resolve, _| {
            let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
            let timer = self
                .scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
            if timer.is_err() {
                let _result = resolve.call0(&JsValue::NULL);
            }
        });
        let _elapsed = JsFuture::from(promise).await;
    }

    fn threads(&self) -> u16 {
        self.threads
    }
}
