//! Files in and out: chosen, dropped, saved. Nothing leaves the user's machine.

use js_sys::{Array, ArrayBuffer, JsString, Uint8Array};
use lanescope_protocol::limits::FILE_BYTES_MAX;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};
use yew::Callback;

/// What became of a file that the user brought.
pub(crate) type Read = Result<(String, ArrayBuffer), String>;

/// Reads a file. Says at once if it is too big, else answers when its bytes are here.
pub(crate) fn read(file: &File, answer: Callback<Read>) {
    let name = file.name();
    if file.size() > FILE_BYTES_MAX as f64 {
        answer.emit(Err(format!(
            "\"{name}\" has {:.0} MB; files up to {} MB can be opened.",
            file.size() / 1e6,
            FILE_BYTES_MAX >> 20
        )));
        return;
    }
    let promise = file.array_buffer();
    spawn_local(async move {
        let bytes =
            JsFuture::from(promise).await.map(|bytes| bytes.unchecked_into::<ArrayBuffer>());
        answer.emit(
            bytes
                .map(|bytes| (name.clone(), bytes))
                .map_err(|_| format!("\"{name}\" cannot be read.")),
        );
    });
}

/// Text as a file's content; `kind` is its media type.
pub(crate) fn text(text: &str, kind: &str) -> Result<Blob, String> {
    blob(&Array::of1(&JsString::from(text)), kind)
}

/// Bytes as a file's content.
pub(crate) fn bytes(bytes: &[u8], kind: &str) -> Result<Blob, String> {
    blob(&Array::of1(&Uint8Array::from(bytes)), kind)
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
