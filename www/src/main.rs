//! The page of Lanescope: composes a block, has the engine run it, and shows what happened.
//!
//! [`store`] holds everything the page knows and decides what facts and wishes do; [`effects`]
//! does what must be done outside; everything else draws. Nothing here links an EVM: the engine
//! is another Wasm module, in a worker, behind [`engine_link`].

#![cfg_attr(test, allow(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod app;
mod bench;
mod caption;
mod compare;
mod composer;
mod contrast;
mod effects;
mod empty;
mod engine_link;
mod environment;
mod export;
mod files;
mod films;
mod find;
mod findings;
mod hooks;
mod icons;
mod inbox;
mod inspector;
mod keys;
mod lanes;
mod menu;
mod notices;
mod palette;
mod panels;
mod part;
mod playback;
mod provenance;
mod record;
mod sheet;
mod stage;
mod steps;
mod store;
mod tabs;
mod theme;
mod time_tools;
mod top_bar;
mod transport;
mod verdict;
mod versions;
mod views;
mod words;

fn main() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
