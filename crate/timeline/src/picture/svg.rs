//! A scene as a self-contained SVG: the poster before the engine arrives, pictures in documents,
//! export.

use core::fmt::Write;

use crate::film::Film;
use crate::frame::{Frame, Rect};
use crate::layout::Layout;
use crate::paint::{Look, paint};
use crate::palette::{Palette, Theme};
use crate::scene::{Anchor, Face, Item, Scene, Shape, Step, Stroke, Text};
use crate::viewport::Viewport;

/// What is said beside a picture, for those who do not see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words<'a> {
    /// Its title.
    pub title: &'a str,
    /// What it shows.
    pub description: &'a str,
}

/// The whole film at a time (ticks), `width` CSS pixels wide.
#[must_use]
pub fn lanes_svg(film: &Film, width: f64, theme: Theme, playhead: f64) -> String {
    let view = Viewport::fit(film.end() as f64);
    let height = Frame::natural_height(film.lanes(), 1.0);
    let layout = Layout::new(film, Frame::new(width, height, 1.0, film.lanes(), view), playhead);
    let mut look = Look { theme, playhead: playhead < film.end() as f64, ..Look::default() };
    look.effects.arrow = film.arrow_at(playhead);
    let title = film.summary().map_or("", |summary| summary.title.as_str());
    let description = film.summary_sentence();
    let mut scene = paint(film, &layout, &look);
    write_footer(&mut scene, &film.provenance().lines(), theme);
    svg(&scene, theme, Words { title, description: &description })
}

/// Size of the words below a picture, in CSS pixels.
const FOOT_SIZE: f64 = 10.0;
/// From one of their lines to the next.
const FOOT_LINE: f64 = 14.0;

/// Writes below a picture where it comes from, so that it never stands alone.
pub fn write_footer(scene: &mut Scene, lines: &[String], theme: Theme) {
    let margin = 12.0;
    let room = ((scene.width - 2.0 * margin) / Text::width("n", FOOT_SIZE, Face::Sans)) as usize;
    for line in lines.iter().flat_map(|line| broken(line, room.max(20))) {
        let at = [margin, scene.height + FOOT_LINE / 2.0];
        let text =
            Text { at, words: line, size: FOOT_SIZE, face: Face::Sans, anchor: Anchor::Start };
        scene.items.push(Item::fill(Shape::Text(text), Palette::of(theme).muted));
        scene.height += FOOT_LINE;
    }
    scene.height += margin / 2.0;
}

/// A line in parts of at most `room` characters, broken between words.
fn broken(line: &str, room: usize) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match parts.last_mut() {
            Some(part) if part.chars().count() + 1 + word.chars().count() <= room => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

/// A scene as SVG text, with its own background.
#[must_use]
pub fn svg(scene: &Scene, theme: Theme, words: Words<'_>) -> String {
    let mut out = String::with_capacity(scene.items.len() * 96 + 1024);
    // Writing into a string has no way to fail, here and below.
    let _ = write_svg(&mut out, scene, theme, words);
    out
}

fn write_svg(out: &mut String, scene: &Scene, theme: Theme, words: Words<'_>) -> std::fmt::Result {
    let (w, h) = (number(scene.width), number(scene.height));
    let Rect { x, w: plot_w, .. } = scene.plot;
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img">"#,
    )?;
    writeln!(out, "<title>{}</title>", escape(words.title))?;
    writeln!(out, "<desc>{}</desc>", escape(words.description))?;
    let clip = Rect { x: x - 2.0, y: 0.0, w: plot_w + 4.0, h: scene.height };
    // Several pictures may stand in one page, where names of clips are shared.
    let name = format!("plot-{w}-{h}").replace('.', "_");
    writeln!(out, r#"<clipPath id="{name}">{}</clipPath>"#, element("rect", &rect(clip)))?;
    writeln!(out, r#"<rect width="{w}" height="{h}" fill="{}"/>"#, Palette::of(theme).page)?;
    let mut clipped = false;
    for item in &scene.items {
        if item.clipped != clipped {
            if item.clipped {
                writeln!(out, r#"<g clip-path="url(#{name})">"#)?;
            } else {
                out.push_str("</g>\n");
            }
            clipped = item.clipped;
        }
        write_item(out, item)?;
    }
    out.push_str(if clipped { "</g>\n</svg>\n" } else { "</svg>\n" });
    Ok(())
}

fn write_item(out: &mut String, item: &Item) -> std::fmt::Result {
    let mut paint = match item.fill {
        Some(color) => format!(r#" fill="{color}""#),
        None => r#" fill="none""#.to_owned(),
    };
    if let Some(Stroke { color, width, dash }) = item.stroke {
        write!(paint, r#" stroke="{color}" stroke-width="{}""#, number(width))?;
        paint.push_str(r#" stroke-linecap="round" stroke-linejoin="round""#);
        if let Some([on, off]) = dash {
            write!(paint, r#" stroke-dasharray="{} {}""#, number(on), number(off))?;
        }
    }
    if item.alpha < 1.0 {
        write!(paint, r#" opacity="{}""#, number(item.alpha))?;
    }
    match &item.shape {
        Shape::Rects(rects) if rects.is_empty() => Ok(()),
        Shape::Rects(rects) => {
            let path: String = rects
                .iter()
                .map(|r| {
                    let (x, y, w, h) = (number(r.x), number(r.y), number(r.w), number(r.h));
                    format!("M{x} {y}h{w}v{h}h-{w}z")
                })
                .collect();
            writeln!(out, "{}", element("path", &format!(r#" d="{path}"{paint}"#)))
        }
        Shape::Round(r, radius) => {
            let radius = number(*radius);
            let attributes = format!(r#"{} rx="{radius}"{paint}"#, rect(*r));
            writeln!(out, "{}", element("rect", &attributes))
        }
        Shape::Path(steps) if steps.is_empty() => Ok(()),
        Shape::Path(steps) => {
            writeln!(out, "{}", element("path", &format!(r#" d="{}"{paint}"#, path(steps))))
        }
        Shape::Circle([x, y], radius) => {
            let (x, y, radius) = (number(*x), number(*y), number(*radius));
            let attributes = format!(r#" cx="{x}" cy="{y}" r="{radius}"{paint}"#);
            writeln!(out, "{}", element("circle", &attributes))
        }
        Shape::Text(text) => write_text(out, text, &paint),
    }
}

fn write_text(out: &mut String, text: &Text, paint: &str) -> std::fmt::Result {
    let anchor = match text.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (family, weight) = match text.face {
        Face::Sans => ("Inter, system-ui, sans-serif", 400),
        Face::Mono => ("'JetBrains Mono', ui-monospace, monospace", 600),
    };
    let (x, y, size) = (number(text.at[0]), number(text.at[1]), number(text.size));
    writeln!(
        out,
        r#"<text x="{x}" y="{y}" dominant-baseline="central" text-anchor="{anchor}" font-family="{family}" font-size="{size}" font-weight="{weight}"{paint}>{}</text>"#,
        escape(&text.words),
    )
}

fn element(name: &str, attributes: &str) -> String {
    format!("<{name}{attributes}/>")
}

fn rect(r: Rect) -> String {
    let (x, y, w, h) = (number(r.x), number(r.y), number(r.w), number(r.h));
    format!(r#" x="{x}" y="{y}" width="{w}" height="{h}""#)
}

/// A path's steps in SVG's own words, which a canvas understands too.
#[must_use]
pub fn path(steps: &[Step]) -> String {
    let point = |[x, y]: [f64; 2]| format!("{} {}", number(x), number(y));
    steps
        .iter()
        .map(|step| match step {
            Step::To(to) => format!("M{}", point(*to)),
            Step::Line(to) => format!("L{}", point(*to)),
            Step::Curve(a, b, to) => format!("C{} {} {}", point(*a), point(*b), point(*to)),
            Step::Close => "Z".to_owned(),
        })
        .collect()
}

/// At most two places, so that the same film gives the same bytes everywhere.
fn number(number: f64) -> String {
    if !number.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
