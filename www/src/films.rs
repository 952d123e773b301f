//! Films made of the bytes of traces, in turns so short that the page stays alive meanwhile.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use lanescope_protocol::Trace;
use lanescope_timeline::{Film, FilmBuilder};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, MessageChannel, Performance};

/// How long a turn is, in milliseconds.
const TURN_MS: f64 = 8.0;
/// Bytes that are understood at once.
const PIECE: u32 = 64 << 10;
/// Bytes of a file that are read at once.
const READ_AT_ONCE: f64 = (4 << 20) as f64;

/// Where the bytes of a trace are.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// In memory, outside the page's own.
    Buffer(ArrayBuffer),
    /// In a file, of which never more than a part is in memory.
    File(File),
}

/// How much of a trace is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it, and measured.
    Film,
    /// What it says about the run as a whole.
    Summary,
}

/// Makes a film. `told` hears how much is read, 0 to 1, and answers whether to go on; where it says
/// no, there is no film.
pub(crate) async fn make(
    source: &Source,
    wanted: Wanted,
    told: impl Fn(f64) -> bool,
) -> Result<Option<Film>, String> {
    let mut builder = FilmBuilder::new(source.size() as u64);
    let mut turn = Turn::begin();
    let mut from = 0.0;
    while from < source.size() {
        let to = (from + READ_AT_ONCE).min(source.size());
        let bytes = source.part(from, to).await?;
        for at in (0..bytes.length()).step_by(PIECE as usize) {
            let piece = bytes.subarray(at, (at + PIECE).min(bytes.length())).to_vec();
            builder.feed(&piece).map_err(|error| error.to_string())?;
            if let (Wanted::Summary, Some(summary)) = (wanted, builder.summary()) {
                let summary = summary.clone();
                return Ok(Some(Film::new(Trace { summary, ..Trace::default() })));
            }
            if turn.is_over() {
                if !told(builder.share()) {
                    return Ok(None);
                }
                turn.next().await;
            }
        }
        from = to;
    }
    builder.end().map_err(|error| error.to_string())?;
    while builder.measure() {
        if turn.is_over() {
            if !told(1.0) {
                return Ok(None);
            }
            turn.next().await;
        }
    }
    Ok(builder.film())
}

impl Source {
    fn size(&self) -> f64 {
        match self {
            Self::Buffer(buffer) => f64::from(buffer.byte_length()),
            Self::File(file) => file.size(),
        }
    }

    async fn part(&self, from: f64, to: f64) -> Result<Uint8Array, String> {
        match self {
            Self::Buffer(buffer) => Ok(Uint8Array::new(buffer).subarray(from as u32, to as u32)),
            Self::File(file) => {
                let unreadable = |_: JsValue| "the file cannot be read".to_owned();
                let part = file.slice_with_f64_and_f64(from, to).map_err(unreadable)?;
                let bytes = JsFuture::from(part.array_buffer()).await.map_err(unreadable)?;
                Ok(Uint8Array::new(&bytes))
            }
        }
    }
}

/// A turn at the page's only thread.
#[derive(Debug)]
pub(crate) struct Turn {
    clock: Option<Performance>,
    began: f64,
}

impl Turn {
    pub(crate) fn begin() -> Self {
        let clock = web_sys::window().and_then(|window| window.performance());
        let began = clock.as_ref().map_or(0.0, Performance::now);
        Self { clock, began }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.clock.as_ref().is_none_or(|clock| clock.now() - self.began > TURN_MS)
    }

    /// Lets everybody else have theirs.
    pub(crate) async fn next(&mut self) {
        // A message comes back after what waits already; a timer would be held back where the page
        // is in the background.
        let asked = Promise::new(&mut |done, _| {
            let Ok(channel) = MessageChannel::new() else {
                // Without one, the rest is made at once.
                let _ = done.call0(&JsValue::UNDEFINED);
                return;
            };
            let back = Closure::once_into_js(move || done.call0(&JsValue::UNDEFINED));
            channel.port1().set_onmessage(Some(back.unchecked_ref()));
            if channel.port2().post_message(&JsValue::NULL).is_err() {
                channel.port1().close();
            }
        });
        // The promise is never refused.
        let _ = JsFuture::from(asked).await;
        self.began = self.clock.as_ref().map_or(0.0, Performance::now);
    }
}
