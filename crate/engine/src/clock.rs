//! Time that all threads agree on.

/// Nanoseconds since some moment that is the same for all threads of this program. Never goes back
/// by more than the clock's resolution: 5 µs in an isolated page, 100 µs elsewhere.
#[cfg(target_arch = "wasm32")]
#[must_use]
pub fn now() -> u64 {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance, js_name = now)]
        fn since_origin() -> f64;
        // Every worker counts from its own birth.
        #[wasm_bindgen(thread_local_v2, js_namespace = performance, js_name = timeOrigin)]
        static ORIGIN: f64;
    }
    // Milliseconds since 1970. Their fraction is exact to a quarter of a microsecond.
    ((ORIGIN.with(|origin| *origin) + since_origin()) * 1e6) as u64
}

/// Nanoseconds since this function was first called.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn now() -> u64 {
    use std::sync::LazyLock;
    use std::time::Instant;

    static BIRTH: LazyLock<Instant> = LazyLock::new(Instant::now);
    BIRTH.elapsed().as_nanos() as u64
}

/// Milliseconds from one moment of [`now`] to another; 0 if the second is not later.
#[must_use]
pub fn milliseconds(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / 1e6
}
