//! Makes one file and hands it to the user.

use js_sys::Uint8Array;
use lanescope_protocol::Trace;
use lanescope_timeline::{chrome_trace, csv, trace_json};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;
use yew::Callback;

use super::Keepsake;
use super::picture::{self, View};
use crate::files;
use crate::films::Source;
use crate::lanes::Axis;
use crate::store::{Export, Job};

/// Makes the file in a turn of its own, so that the menu is closed first. `refused` hears the sentence if it cannot be made.
pub(crate) fn make(job: Job, axis: Axis, kept: &Keepsake, refused: Callback<String>) {
    let source = kept.source(job.stored);
    let view = View::now(&job, &axis);
    spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(0).await;
        let made = content(&job, &view, source).await;
        if let Err(sentence) = made.and_then(|blob| files::offer(&job.name, &blob)) {
            refused.emit(sentence);
        }
    });
}

async fn content(job: &Job, view: &View, source: Option<Source>) -> Result<Blob, String> {
    let film = &job.film;
    let gone = || "The bytes of this run are no longer here: run it again.".to_owned();
    match job.export {
        Export::Svg => files::text(&picture::svg(job, view).await, "image/svg+xml"),
        Export::Png => picture::png(job, view).await,
        Export::Trace => match source.ok_or_else(gone)? {
            Source::Buffer(bytes) => files::buffer(&bytes, "application/octet-stream"),
            Source::File(file) => Ok(file.into()),
        },
        Export::Json => {
            let bytes = bytes(source.ok_or_else(gone)?).await?;
            let trace = Trace::decode(&bytes).map_err(|error| error.to_string())?;
            files::text(&trace_json(&trace), "application/json")
        }
        Export::ChromeTrace => files::text(&chrome_trace(film), "application/json"),
        Export::Csv => files::text(&csv(film), "text/csv"),
        Export::Transcript => files::text(&film.transcript(&[]), "text/plain"),
    }
}

async fn bytes(source: Source) -> Result<Vec<u8>, String> {
    let buffer = match source {
        Source::Buffer(buffer) => buffer,
        Source::File(file) => JsFuture::from(file.array_buffer())
            .await
            .map_err(|_| format!("\"{}\" cannot be read.", file.name()))?
            .unchecked_into(),
    };
    Ok(Uint8Array::new(&buffer).to_vec())
}
