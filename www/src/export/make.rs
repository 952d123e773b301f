//! Makes one file and hands it to the user.

use std::rc::Rc;

use lanescope_protocol::Trace;
use lanescope_timeline::{chrome_trace, csv, trace_json};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;
use yew::Callback;

use super::picture::{self, View};
use crate::effects::Keepsake;
use crate::files;
use crate::lanes::Axis;
use crate::store::{Export, Job};

/// Makes the file in a turn of its own, so that the menu is closed first. `trace` holds the bytes of
/// the run; `refused` hears the sentence if it cannot be made.
pub(crate) fn make(job: Job, axis: Axis, trace: Keepsake, refused: Callback<String>) {
    let trace = Rc::clone(&trace.borrow());
    let view = View::now(&job, &axis);
    spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(0).await;
        let made = content(&job, &view, &trace).await;
        if let Err(sentence) = made.and_then(|blob| files::offer(&job.name, &blob)) {
            refused.emit(sentence);
        }
    });
}

async fn content(job: &Job, view: &View, trace: &[u8]) -> Result<Blob, String> {
    let film = &job.film;
    let decoded = || Trace::decode(trace).map_err(|error| error.to_string());
    match job.export {
        Export::Svg => files::text(&picture::svg(job, view).await, "image/svg+xml"),
        Export::Png => picture::png(job, view).await,
        Export::Trace => files::bytes(trace, "application/octet-stream"),
        Export::Json => files::text(&trace_json(&decoded()?), "application/json"),
        Export::ChromeTrace => files::text(&chrome_trace(film), "application/json"),
        Export::Csv => files::text(&csv(film), "text/csv"),
        Export::Transcript => files::text(&film.transcript(&[]), "text/plain"),
    }
}
