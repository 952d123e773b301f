//! Paints a scene on a canvas.

use lanescope_timeline::scene::{Anchor, Face, Item, Scene, Shape, Step, Text};
use lanescope_timeline::{Color, Rect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A canvas with its context, kept at the screen's resolution.
#[derive(Debug)]
pub(crate) struct Brush {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Brush {
    /// `None` if the browser has no 2D canvas left to give.
    pub(crate) fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { canvas, context })
    }

    /// Clears the canvas, `width` × `height` CSS pixels, and paints.
    pub(crate) fn paint(&self, scene: &Scene) {
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        self.paint_at(scene, density.clamp(0.5, 4.0));
    }

    /// As [`Self::paint`], with so many pixels for each CSS pixel.
    pub(crate) fn paint_at(&self, scene: &Scene, density: f64) {
        let (width, height) = (
            (scene.width * density).round().max(1.0) as u32,
            (scene.height * density).round().max(1.0) as u32,
        );
        if self.canvas.width() != width || self.canvas.height() != height {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        let context = &self.context;
        // The canvas takes any numbers; setting a transform cannot fail.
        let _ = context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, scene.width, scene.height);
        context.set_line_cap("round");
        context.set_line_join("round");
        context.set_text_baseline("middle");
        let mut state = State::default();
        for item in &scene.items {
            if item.clipped != state.clipped {
                self.clip(scene, item.clipped);
                state = State { clipped: item.clipped, ..State::default() };
            }
            self.item(item, &mut state);
        }
        if state.clipped {
            context.restore();
        }
    }

    fn clip(&self, scene: &Scene, clipped: bool) {
        if !clipped {
            self.context.restore();
            return;
        }
        self.context.save();
        self.context.begin_path();
        let Rect { x, w, .. } = scene.plot;
        self.context.rect(x - 2.0, 0.0, w + 4.0, scene.height);
        self.context.clip();
    }

    fn item(&self, item: &Item, state: &mut State) {
        let context = &self.context;
        if state.alpha != Some(item.alpha) {
            context.set_global_alpha(item.alpha);
            state.alpha = Some(item.alpha);
        }
        if let Some(color) = item.fill {
            state.fill(context, color);
        }
        if let Some(stroke) = item.stroke {
            state.stroke(context, stroke.color);
            context.set_line_width(stroke.width);
            if state.dash != Some(stroke.dash) {
                let lengths = js_sys::Array::new();
                for length in stroke.dash.iter().flatten() {
                    lengths.push(&JsValue::from_f64(*length));
                }
                // Lengths are finite and not negative, so this cannot fail.
                let _ = context.set_line_dash(&lengths);
                state.dash = Some(stroke.dash);
            }
        }
        match &item.shape {
            Shape::Rects(rects) => {
                rects.iter().for_each(|r| context.fill_rect(r.x, r.y, r.w, r.h));
                return;
            }
            Shape::Text(text) => {
                self.text(text, state);
                return;
            }
            Shape::Round(r, radius) => {
                context.begin_path();
                if context.round_rect_with_f64(r.x, r.y, r.w, r.h, radius.max(0.0)).is_err() {
                    context.rect(r.x, r.y, r.w, r.h);
                }
            }
            Shape::Circle([x, y], radius) => {
                context.begin_path();
                // The radius is positive, so this cannot fail.
                let _ = context.arc(*x, *y, radius.max(0.0), 0.0, core::f64::consts::TAU);
            }
            Shape::Path(steps) => self.path(steps),
        }
        if item.fill.is_some() {
            context.fill();
        }
        if item.stroke.is_some() {
            context.stroke();
        }
    }

    fn path(&self, steps: &[Step]) {
        let context = &self.context;
        context.begin_path();
        for step in steps {
            match *step {
                Step::To([x, y]) => context.move_to(x, y),
                Step::Line([x, y]) => context.line_to(x, y),
                Step::Curve([ax, ay], [bx, by], [x, y]) => {
                    context.bezier_curve_to(ax, ay, bx, by, x, y);
                }
                Step::Close => context.close_path(),
            }
        }
    }

    fn text(&self, text: &Text, state: &mut State) {
        let font = (text.face, text.size);
        if state.font != Some(font) {
            let (weight, family) = match text.face {
                Face::Sans => (400, "Inter, system-ui, sans-serif"),
                Face::Mono => (600, "\"JetBrains Mono\", ui-monospace, monospace"),
            };
            self.context.set_font(&format!("{weight} {}px {family}", text.size));
            state.font = Some(font);
        }
        self.context.set_text_align(match text.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "center",
            Anchor::End => "end",
        });
        // Only text too big for the canvas fails, and then nothing is lost.
        let _ = self.context.fill_text(&text.words, text.at[0], text.at[1]);
    }
}

/// What the context was last told, so that it is not told again.
#[derive(Debug, Default)]
struct State {
    clipped: bool,
    alpha: Option<f64>,
    fill: Option<Color>,
    stroke: Option<Color>,
    dash: Option<Option<[f64; 2]>>,
    font: Option<(Face, f64)>,
}

impl State {
    fn fill(&mut self, context: &CanvasRenderingContext2d, color: Color) {
        if self.fill != Some(color) {
            context.set_fill_style_str(&color.to_string());
            self.fill = Some(color);
        }
    }

    fn stroke(&mut self, context: &CanvasRenderingContext2d, color: Color) {
        if self.stroke != Some(color) {
            context.set_stroke_style_str(&color.to_string());
            self.stroke = Some(color);
        }
    }
}
