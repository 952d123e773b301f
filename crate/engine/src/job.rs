//! Work on the pool that the coordinator waits for without blocking.

use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// Work that goes on in a thread of the pool.
#[derive(Debug)]
pub(crate) struct Job<T>(Receiver<T>);

/// How far a [`Job`] is.
#[derive(Debug)]
pub(crate) enum Progress<T> {
    /// Not done.
    GoingOn,
    /// Done. Said once.
    Done(T),
    /// Its thread died.
    Died,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` in a thread of the pool.
    pub(crate) fn start(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (send, receive) = sync_channel(1);
        rayon::spawn(move || {
            // Nobody listens any more if the run was replaced; then the result is not needed.
            let _unheard = send.send(work());
        });
        Self(receive)
    }

    /// Looks whether it is done. Never waits.
    pub(crate) fn progress(&self) -> Progress<T> {
        match self.0.try_recv() {
            Ok(result) => Progress::Done(result),
            Err(TryRecvError::Empty) => Progress::GoingOn,
            Err(TryRecvError::Disconnected) => Progress::Died,
        }
    }
}
