//! Files in and out: chosen, dropped, saved. Nothing leaves the user's machine.

use js_sys::{Array, ArrayBuffer, JsString, Uint8Array};
use lanescope_protocol::Trace;
use lanescope_protocol::limits::{FILE_BYTES_MAX, TRACE_BYTES_MAX};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};
use yew::Callback;

/// A file that the user brought.
pub(crate) enum Brought {
    /// Its name and its bytes.
    Bytes(String, ArrayBuffer),
    /// It holds a trace, which is read piece by piece.
    Trace(File),
}

/// What became of it.
pub(crate) type Read = Result<Brought, String>;

/// Bytes that tell a trace.
const OPENING: f64 = 16.0;

/// Reads a file and answers when its bytes are here. A trace is only told by its first bytes.
pub(crate) fn read(file: &File, answer: Callback<Read>) {
    let file = file.clone();
    spawn_local(async move {
        let read = bring(&file).await;
        answer.emit(read);
    });
}

async fn bring(file: &File) -> Read {
    let name = file.name();
    let unreadable = |_: JsValue| format!("\"{name}\" cannot be read.");
    let opening = file.slice_with_f64_and_f64(0.0, OPENING).map_err(unreadable)?;
    let opening = JsFuture::from(opening.array_buffer()).await.map_err(unreadable)?;
    let is_trace = Trace::is_encoded(&Uint8Array::new(&opening).to_vec());
    let most = if is_trace { TRACE_BYTES_MAX } else { FILE_BYTES_MAX as u64 };
    if file.size() > most as f64 {
        let what = if is_trace { "traces" } else { "files" };
        return Err(format!(
            "\"{name}\" has {:.0} MB; {what} up to {} MB can be opened.",
            file.size() / 1e6,
            most >> 20
        ));
    }
    if is_trace {
        return Ok(Brought::Trace(file.clone()));
    }
    if name.ends_with(".lstr") {
        return Err(format!("\"{name}\" is not a Lanescope trace."));
    }
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(unreadable)?;
    Ok(Brought::Bytes(name.clone(), bytes.unchecked_into()))
}

/// Text as a file's content; `kind` is its media type.
pub(crate) fn text(text: &str, kind: &str) -> Result<Blob, String> {
    blob(&Array::of1(&JsString::from(text)), kind)
}

/// Bytes outside the page's own memory as a file's content.
pub(crate) fn buffer(bytes: &ArrayBuffer, kind: &str) -> Result<Blob, String> {
    blob(&Array::of1(bytes), kind)
}

fn blob(parts: &Array, kind: &str) -> Result<Blob, String> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_u8_array_sequence_and_options(parts, &options)
        .map_err(|_| "The browser has no memory left for this file.".to_owned())
}

/// Hands the user a file.
pub(crate) fn offer(name: &str, blob: &Blob) -> Result<(), String> {
    save(name, blob).map_err(|_| format!("The browser did not let \"{name}\" be saved."))
}

fn save(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(document) = document {
        let anchor = document.create_element("a")?.unchecked_into::<HtmlAnchorElement>();
        anchor.set_href(&address);
        anchor.set_download(name);
        anchor.click();
    }
    // Give the browser time to take the blob before its address is withdrawn.
    gloo_timers::callback::Timeout::new(10_000, move || drop(Url::revoke_object_url(&address)))
        .forget();
    Ok(())
}
