//! The lanes as they are seen, as a picture that needs nothing beside it.

use js_sys::{Promise, Uint8Array};
use lanescope_timeline::paint::{Look, paint};
use lanescope_timeline::scene::{Item, Scene, Shape};
use lanescope_timeline::svg::{self, Words};
use lanescope_timeline::{Frame, Layout, Palette, Rect, Theme, Viewport};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlCanvasElement, HtmlElement, Response};

use crate::lanes::{Axis, Brush, type_scale};
use crate::store::Job;
use crate::theme;

/// Pixels of the picture for each CSS pixel.
const DENSITY: f64 = 2.0;

/// What the lanes look like on the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    size: (f64, f64),
    scale: f64,
    view: Viewport,
    theme: Theme,
}

impl View {
    /// As the page is now; a usual size where the lanes are not on it.
    pub(super) fn now(job: &Job, axis: &Axis) -> Self {
        let scale = type_scale();
        let lanes = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.query_selector(".lane-view canvas").ok()?)
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let size = lanes
            .map(|lanes| (f64::from(lanes.client_width()), f64::from(lanes.client_height())))
            .filter(|(width, height)| *width >= 100.0 && *height >= 40.0)
            .unwrap_or_else(|| (960.0, Frame::natural_height(job.film.lanes(), scale)));
        let view = axis.view(job.film.end() as f64);
        Self { size, scale, view, theme: theme::current() }
    }
}

fn scene(job: &Job, view: &View) -> Scene {
    let film = &job.film;
    let (width, height) = view.size;
    let frame = Frame::new(width, height, view.scale, film.lanes(), view.view);
    let layout = Layout::new(film, frame, job.playhead);
    let mut look = Look {
        theme: view.theme,
        focus: job.focus.clone(),
        playhead: job.playhead < film.end() as f64,
        ..Look::default()
    };
    look.effects.arrow = film.arrow_at(job.playhead);
    let mut scene = paint(film, &layout, &look);
    svg::write_footer(&mut scene, &film.provenance().lines(), view.theme);
    scene
}

/// With the page's own letters inside, so that it looks the same everywhere.
pub(super) async fn svg(job: &Job, view: &View) -> String {
    let title = job.film.summary().map_or("", |summary| summary.title.as_str());
    let caption = job.film.caption_at(job.playhead).phrase.to_string();
    let description = format!("{caption} {}", job.film.summary_sentence());
    let text = svg::svg(&scene(job, view), view.theme, Words { title, description: &description });
    let mut style = String::new();
    for (family, file) in [("Inter", "inter"), ("JetBrains Mono", "jetbrains-mono")] {
        if let Ok(bytes) = fetch(&format!("fonts/{file}.woff2")).await {
            let letters = base64(&bytes).unwrap_or_default();
            style += &format!(
                "@font-face{{font-family:\"{family}\";font-weight:100 900;src:url(data:font/woff2;base64,{letters}) format(\"woff2\")}}"
            );
        }
    }
    if style.is_empty() {
        return text;
    }
    text.replacen("<title>", &format!("<style>{style}</style>\n<title>"), 1)
}

pub(super) async fn png(job: &Job, view: &View) -> Result<Blob, String> {
    let failed = |_| "The browser has no memory left for this picture.".to_owned();
    let mut scene = scene(job, view);
    let Scene { width: w, height: h, .. } = scene;
    let ground = Shape::Rects(vec![Rect { x: 0.0, y: 0.0, w, h }]);
    scene.items.insert(0, Item::fill(ground, Palette::of(view.theme).page));
    let document = web_sys::window().and_then(|window| window.document());
    let canvas = document
        .and_then(|document| document.create_element("canvas").ok())
        .and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok())
        .ok_or_else(|| failed(()))?;
    let brush = Brush::new(canvas.clone()).ok_or_else(|| failed(()))?;
    brush.paint_at(&scene, DENSITY);
    let promise = Promise::new(&mut |done, refuse| {
        let told = Closure::once_into_js(move |blob: JsValue| {
            // The promise's own functions cannot fail.
            let _ = done.call1(&JsValue::NULL, &blob);
        });
        if let Err(error) = canvas.to_blob(told.unchecked_ref()) {
            let _ = refuse.call1(&JsValue::NULL, &error);
        }
    });
    let blob = JsFuture::from(promise).await.map_err(|_| failed(()))?;
    blob.dyn_into::<Blob>().map_err(|_| failed(()))
}

async fn fetch(address: &str) -> Result<Vec<u8>, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str(address)).await?.dyn_into()?;
    let bytes = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

/// By the browser itself, which takes each letter as a byte.
fn base64(bytes: &[u8]) -> Option<String> {
    let letters: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    web_sys::window()?.btoa(&letters).ok()
}
