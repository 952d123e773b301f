//! What interrupts: a sentence about bad input, a card after a crash.

use yew::{Html, html};

use crate::icons::Icon;
use crate::store::{Crash, Engine, Wish};
use crate::words::{Dispatch, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct NoticesProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) alert: Option<std::rc::Rc<str>>,
    pub(crate) crash: Option<Crash>,
    pub(crate) engine: Engine,
}

pub(crate) fn notices(props: &NoticesProps) -> Html {
    html! {
        <div class="notices">
            if let Some(crash) = &props.crash { { crash_card(props, crash) } }
            if let Some(alert) = &props.alert {
                <div class="notice" role="alert" data-testid="alert">
                    <p>{ alert.to_string() }</p>
                    <button class="tool" aria-label="Dismiss" data-testid="alert-dismiss"
                        onclick={wish(&props.dispatch, Wish::DismissAlert)}>{ Icon::Close.draw() }</button>
                </div>
            }
        </div>
    }
}

/// One sentence; an engine that never came did not stop.
fn what_happened(message: &str) -> String {
    match message.strip_prefix("it did not start: ") {
        Some(why) => format!("The engine did not start: {why}."),
        None => format!("The engine stopped: {message}."),
    }
}

fn crash_card(props: &NoticesProps, crash: &Crash) -> Html {
    let ready = matches!(props.engine, Engine::Ready { .. });
    let next = match (ready, crash.held) {
        (true, _) => "A new engine is ready.",
        (false, true) => "It broke several times in a row, so it waits for you.",
        (false, false) => "A new engine is on its way.",
    };
    html! {
        <div class="notice notice-crash" role="alert" data-testid="crash-card">
            <p>
                <strong>{ what_happened(&crash.message) }</strong>
                { " Your scenario is safe. " }{ next }
            </p>
            if ready {
                <button class="control primary" data-testid="crash-run"
                    onclick={wish(&props.dispatch, Wish::Run)}>{ "Run again" }</button>
            } else if crash.held {
                <button class="control primary" data-testid="crash-restart"
                    onclick={wish(&props.dispatch, Wish::Restart)}>{ "Start the engine" }</button>
            }
            <button class="tool" aria-label="Dismiss" data-testid="crash-dismiss"
                onclick={wish(&props.dispatch, Wish::DismissCrash)}>{ Icon::Close.draw() }</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_never_came_did_not_stop() {
        assert_eq!(
            what_happened("it did not start: no file"),
            "The engine did not start: no file."
        );
        assert_eq!(what_happened("a lane panicked"), "The engine stopped: a lane panicked.");
    }
}
