//! A video of the lanes and their caption, made in the browser while the film plays.
//!
//! The lanes' canvas is transparent and has no words above it, so each frame is put together on
//! a canvas of its own: the page's colour, the caption, the lanes. The browser encodes that.

mod webm;

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, CanvasRenderingContext2d, Document, HtmlCanvasElement,
    MediaRecorder, MediaRecorderOptions,
};
use yew::Callback;

use crate::files;

/// Frames in a second.
const FRAMES: f64 = 30.0;
/// The last picture stands this long.
const TAIL_MS: u32 = 700;
/// Videos wider than this are scaled down, in pixels.
const WIDTH_MAX: f64 = 1920.0;
/// Bits in a second: fine lines and letters need some.
const BITS: u32 = 6_000_000;
/// Size of the caption and height of one of its lines, in CSS pixels.
const WORDS: (f64, f64) = (18.0, 26.0);
/// Lines that a caption can have.
const LINES: f64 = 2.0;
/// Free space around everything, in CSS pixels.
const MARGIN: f64 = 16.0;
/// Bytes of a video whose length is still written into its head.
const LENGTHENED_MAX: f64 = 64e6;
/// What can be written, best first.
const KINDS: [&str; 3] = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

/// Whether this browser can make videos of a canvas.
pub(crate) fn can_record() -> bool {
    let has = |object: &JsValue, name: &str| {
        Reflect::get(object, &JsValue::from_str(name)).is_ok_and(|found| found.is_truthy())
    };
    let Some(window) = web_sys::window() else { return false };
    let canvas = Reflect::get(&window, &JsValue::from_str("HTMLCanvasElement"))
        .and_then(|class| Reflect::get(&class, &JsValue::from_str("prototype")));
    has(&window, "MediaRecorder")
        && canvas.is_ok_and(|canvas| has(&canvas, "captureStream"))
        && kind().is_some()
}

fn kind() -> Option<&'static str> {
    KINDS.into_iter().find(|kind| MediaRecorder::is_type_supported(kind))
}

/// A recording that goes on. Dropping it throws away what was recorded.
pub(crate) struct Recorder {
    media: MediaRecorder,
    /// The next frame; taken back when this is dropped.
    frame: Rc<RefCell<Option<AnimationFrame>>>,
    /// Parts of the video, and whoever waits for the end.
    _heard: [EventListener; 2],
    /// A page that nobody sees is not drawn: the video waits for it.
    _seen: EventListener,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl Recorder {
    /// Begins. `done` is called with a sentence if the video cannot be made or saved.
    pub(crate) fn start(name: &str, refused: Callback<String>) -> Result<Self, String> {
        const SENTENCE: &str = "This browser did not let a video of the lanes be made.";
        Self::begin(name, refused).map_err(|_| SENTENCE.to_owned())
    }

    fn begin(name: &str, refused: Callback<String>) -> Result<Self, JsValue> {
        let missing = || JsValue::from_str("missing");
        let document = web_sys::window().and_then(|w| w.document()).ok_or_else(missing)?;
        let kind = kind().ok_or_else(missing)?;
        let easel = Studio::new(&document)?;
        easel.draw();
        let options = MediaRecorderOptions::new();
        options.set_mime_type(kind);
        options.set_video_bits_per_second(BITS);
        let stream = easel.canvas.capture_stream_with_frame_request_rate(FRAMES)?;
        let media =
            MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options)?;
        let parts: Rc<RefCell<Array>> = Rc::default();
        let heard = [
            EventListener::new(&media, "dataavailable", {
                let parts = Rc::clone(&parts);
                move |event| {
                    let data = event.dyn_ref::<BlobEvent>().and_then(BlobEvent::data);
                    if let Some(data) = data.filter(|data| data.size() > 0.0) {
                        parts.borrow().push(&data);
                    }
                }
            }),
            EventListener::once(&media, "stop", {
                let (parts, name) = (Rc::clone(&parts), name.to_owned());
                move |_| {
                    let (parts, name, refused) =
                        (parts.borrow().clone(), name.clone(), refused.clone());
                    spawn_local(async move {
                        if let Err(sentence) = save(&parts, &name).await {
                            refused.emit(sentence);
                        }
                    });
                }
            }),
        ];
        media.start_with_time_slice(1000)?;
        let frame = Rc::default();
        request(&frame, easel);
        let seen = EventListener::new(&document, "visibilitychange", {
            let (media, document) = (media.clone(), document.clone());
            move |_| {
                // Pausing what is over already is refused, which is no harm.
                let _ = if document.hidden() { media.pause() } else { media.resume() };
            }
        });
        Ok(Self { media, frame, _heard: heard, _seen: seen })
    }

    /// Ends it a moment later, so that its last picture can be seen, and hands the user the file.
    pub(crate) fn end(self) {
        Timeout::new(TAIL_MS, move || {
            drop(self.frame.borrow_mut().take());
            // The listeners must hear the end, which comes a moment after this.
            if self.media.stop().is_ok() {
                Timeout::new(10_000, move || drop(self)).forget();
            }
        })
        .forget();
    }
}

fn request(pending: &Rc<RefCell<Option<AnimationFrame>>>, easel: Studio) {
    let next = Rc::downgrade(pending);
    let frame = request_animation_frame(move |_| {
        easel.draw();
        if let Some(pending) = next.upgrade()
            && pending.borrow().is_some()
        {
            request(&pending, easel);
        }
    });
    *pending.borrow_mut() = Some(frame);
}

async fn save(parts: &Array, name: &str) -> Result<(), String> {
    let kind = BlobPropertyBag::new();
    kind.set_type("video/webm");
    let blob = Blob::new_with_blob_sequence_and_options(parts, &kind)
        .map_err(|_| "The video is too big for this browser.".to_owned())?;
    if blob.size() <= 0.0 {
        return Err("The browser recorded nothing.".to_owned());
    }
    files::offer(name, &told_length(blob).await)
}

/// The video with its length in its head, so that players can show it and go anywhere in it. A long
/// one stays as it is.
async fn told_length(blob: Blob) -> Blob {
    if blob.size() > LENGTHENED_MAX {
        return blob;
    }
    let Ok(buffer) = JsFuture::from(blob.array_buffer()).await else { return blob };
    let bytes = Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec();
    let longer = webm::with_duration(&bytes).map(|bytes| Uint8Array::from(&bytes[..]).buffer());
    longer.and_then(|bytes| files::buffer(&bytes, "video/webm").ok()).unwrap_or(blob)
}

/// The canvas that is recorded, and what is put on it.
struct Studio {
    document: Document,
    lanes: HtmlCanvasElement,
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// Pixels of the video for each CSS pixel.
    scale: f64,
}

impl Studio {
    fn new(document: &Document) -> Result<Self, JsValue> {
        let missing = || JsValue::from_str("missing");
        let lanes = document.query_selector("[data-testid=lane-canvas]")?.ok_or_else(missing)?;
        let lanes: HtmlCanvasElement = lanes.dyn_into().map_err(|_| missing())?;
        let canvas: HtmlCanvasElement =
            document.create_element("canvas")?.dyn_into().map_err(|_| missing())?;
        let (width, height) = size(&lanes);
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let scale = density.max(1.0).min(WIDTH_MAX / width).max(0.25);
        // Video codecs want even sizes.
        let even = |length: f64| ((length * scale / 2.0).ceil() * 2.0).max(2.0) as u32;
        canvas.set_width(even(width));
        canvas.set_height(even(height));
        let context =
            canvas.get_context("2d")?.ok_or_else(missing)?.dyn_into().map_err(|_| missing())?;
        Ok(Self { document: document.clone(), lanes, canvas, context, scale })
    }

    /// One picture. What cannot be drawn is left out of it.
    fn draw(&self) {
        let (page, text) = self.colours();
        let context = &self.context;
        let _ = context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0);
        let (width, height) = (
            f64::from(self.canvas.width()) / self.scale,
            f64::from(self.canvas.height()) / self.scale,
        );
        context.set_fill_style_str(&page);
        context.fill_rect(0.0, 0.0, width, height);
        context.set_fill_style_str(&text);
        context.set_font(&format!("{}px Inter, system-ui, sans-serif", WORDS.0));
        context.set_text_baseline("middle");
        let lines = self.caption(width - 2.0 * MARGIN);
        let first = MARGIN + WORDS.1 * (LINES - lines.len() as f64 + 1.0) / 2.0;
        for (at, line) in lines.iter().enumerate() {
            let _ = context.fill_text(line, MARGIN, first + at as f64 * WORDS.1);
        }
        let top = words_height();
        let (lanes_width, lanes_height) =
            (f64::from(self.lanes.client_width()), f64::from(self.lanes.client_height()));
        if lanes_width > 0.0 && lanes_height > 0.0 {
            // Should the window change its size meanwhile, everything is still in the picture.
            let fit = (width / lanes_width).min((height - top) / lanes_height);
            let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(
                &self.lanes,
                0.0,
                top,
                lanes_width * fit,
                lanes_height * fit,
            );
        }
    }

    /// The caption in lines, as many as there is room for.
    fn caption(&self, room: f64) -> Vec<String> {
        let found = self.document.query_selector("[data-testid=caption]").ok().flatten();
        let words = found.and_then(|caption| caption.text_content()).unwrap_or_default();
        let mut lines: Vec<String> = Vec::new();
        for word in words.split_whitespace() {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            let fits = |line: &String| {
                self.context.measure_text(line).is_ok_and(|measured| measured.width() <= room)
            };
            if let Some(longer) = longer.filter(fits) {
                lines.pop();
                lines.push(longer);
            } else if (lines.len() as f64) < LINES {
                lines.push(word.to_owned());
            } else {
                break;
            }
        }
        lines
    }

    /// Of the page and of words on it, in the theme that is on the screen.
    fn colours(&self) -> (String, String) {
        let style = self
            .document
            .body()
            .and_then(|body| web_sys::window()?.get_computed_style(&body).ok().flatten());
        let get = |name: &str, otherwise: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.filter(|value| !value.is_empty()).unwrap_or_else(|| otherwise.to_owned())
        };
        (get("background-color", "#ffffff"), get("color", "#1b2430"))
    }
}

fn words_height() -> f64 {
    MARGIN + LINES * WORDS.1
}

/// Of the video, in CSS pixels.
fn size(lanes: &HtmlCanvasElement) -> (f64, f64) {
    let (width, height) = (f64::from(lanes.client_width()), f64::from(lanes.client_height()));
    (width.max(64.0), height.max(64.0) + words_height() + MARGIN / 2.0)
}
