//! What the strategy does, what a model keeps and leaves out of the real system, and parameters.

use lanescope_protocol::{Preset, Strategy};
use yew::{Html, html};

use super::ProvenanceProps;
use super::parameter::control;
use crate::store::{Place, Wish};
use crate::words::wish;

pub(super) fn about(props: &ProvenanceProps) -> Html {
    let strategy = &props.settings.strategy;
    let name = strategy.rules.name();
    let pairs = strategy.rules.pairs();
    let plain = Strategy::from(name);
    html! {
        <div class="drawer" id="drawer" data-testid="about">
            <div class="drawer-part">
                <h2>{ strategy.title() }</h2>
                { match strategy.preset() {
                    Some(preset) => model(preset, name.title()),
                    None => html! { <p>{ name.summary() }</p> },
                } }
                <p class="note" data-testid="promise">
                    { "Promised: " }<strong>{ strategy.class().slug() }</strong>{ ". " }
                    { strategy.class().sentence() }{ "." }
                </p>
            </div>
            <div class="drawer-part" role="group" aria-label="Parameters">
                <h3>{ "Parameters" }</h3>
                if pairs.is_empty() { <p class="note">{ "This strategy has none." }</p> }
                <div class="settings">
                    { for pairs.iter().map(|(name, value)| control(props, name, value)) }
                </div>
                { super::clock::refusal(props, Place::Parameters) }
                if let Some(preset) = strategy.preset().filter(|_| !pairs.is_empty()) {
                    <p class="note">{ format!(
                        "With another value this is no longer the {}, but a variant of your own.",
                        preset.title.replacen('M', "m", 1),
                    ) }</p>
                } else if *strategy != plain && !pairs.is_empty() {
                    <button class="control" data-testid="parameters-reset"
                        onclick={wish(&props.dispatch, Wish::Strategy(plain))}>{ "Back to the defaults" }</button>
                }
            </div>
        </div>
    }
}

fn model(preset: &'static Preset, base: &'static str) -> Html {
    html! {
        <dl class="model" data-testid="model-facts">
            <div><dt>{ "Keeps" }</dt><dd>{ preset.keeps }</dd></div>
            <div><dt>{ "Leaves out" }</dt><dd>{ preset.leaves_out }</dd></div>
            <div><dt>{ "Built on" }</dt><dd>{ base }</dd></div>
            <div><dt>{ "Source" }</dt><dd>{ for pieces(preset.source).into_iter().map(piece) }
                { format!(", as of {}", preset.as_of) }</dd></div>
        </dl>
    }
}

fn piece((words, address): (&'static str, Option<String>)) -> Html {
    match address {
        Some(href) => {
            html! { <a {href} target="_blank" rel="noopener noreferrer">{ words }</a> }
        }
        None => html! { <>{ words }</> },
    }
}

/// A source with the addresses of what it names: a commit of a repository, an EIP.
fn pieces(source: &'static str) -> Vec<(&'static str, Option<String>)> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while !rest.is_empty() {
        let inside = |c: char| c.is_alphanumeric() || "-/@_.".contains(c);
        let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('.');
        let (piece, address) = match address(word) {
            Some(address) => (word, Some(address)),
            None => {
                let gap = rest[end..].find(inside).map_or(rest.len(), |gap| end + gap);
                (&rest[..gap], None)
            }
        };
        pieces.push((piece, address));
        rest = &rest[piece.len()..];
    }
    pieces
}

fn address(word: &str) -> Option<String> {
    if let Some(number) = word.strip_prefix("EIP-").filter(|number| number.parse::<u32>().is_ok()) {
        return Some(format!("https://eips.ethereum.org/EIPS/eip-{number}"));
    }
    let (repository, commit) = word.split_once('@')?;
    let hash = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hash && repository.split('/').count() == 2)
        .then(|| format!("https://github.com/{repository}/tree/{commit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_link_to_what_they_name() {
        let source = "EIP-7928 (ethereum/EIPs@f767a1e); EIP-7773.";
        let pieces = pieces(source);
        assert_eq!(pieces.iter().map(|(words, _)| *words).collect::<String>(), source);
        let addresses: Vec<_> = pieces.iter().filter_map(|(_, address)| address.clone()).collect();
        assert_eq!(
            addresses,
            [
                "https://eips.ethereum.org/EIPS/eip-7928",
                "https://github.com/ethereum/EIPs/tree/f767a1e",
                "https://eips.ethereum.org/EIPS/eip-7773"
            ]
        );
    }

    #[test]
    fn every_source_keeps_its_words() {
        for preset in lanescope_protocol::strategy::PRESETS.iter() {
            let words: String = pieces(preset.source).into_iter().map(|(words, _)| words).collect();
            assert_eq!(words, preset.source);
        }
    }
}
