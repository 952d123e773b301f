//! What a session needs from where it runs: the browser, or a test.

use core::future::Future;

use lanescope_protocol::Report;

/// The coordinator's surroundings. Everything here happens on the coordinator's own thread.
pub trait Host: 'static {
    /// Tells the page. `bytes` travel beside the report.
    fn post(&self, report: &Report, bytes: Option<&[u8]>);

    /// Lets whatever has arrived be handled, and goes on as soon as possible.
    fn pause(&self) -> impl Future<Output = ()>;

    /// Goes on after this many milliseconds or a little more.
    fn sleep(&self, milliseconds: u32) -> impl Future<Output = ()>;

    /// Threads in the pool; 0 if there is no pool.
    fn threads(&self) -> u16;
}

/// Whether this build can have a pool at all. Lets the single-threaded flavour leave its code out.
pub(crate) const CAN_HAVE_THREADS: bool =
    cfg!(any(feature = "threads", not(target_arch = "wasm32")));
