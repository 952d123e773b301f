//! Files in and out: chosen, dropped, saved. Nothing leaves the user's machine.

use js_sys::{Array, ArrayBuffer, JsString};
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

/// Hands the user a file.
pub(crate) fn download(name: &str, text: &str) -> Result<(), String> {
    let kind = BlobPropertyBag::new();
    kind.set_type("application/json");
    let parts = Array::of1(&JsString::from(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind);
    hand_over(name, &blob.map_err(|_| refusal(name))?)
}

/// Hands the user a file of any kind.
pub(crate) fn hand_over(name: &str, blob: &Blob) -> Result<(), String> {
    save(name, blob).map_err(|_| refusal(name))
}

fn refusal(name: &str) -> String {
    format!("The browser did not let \"{name}\" be saved.")
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
