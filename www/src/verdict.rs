//! How far a result can be trusted: what the strategy promises, and whether it was kept. Told by
//! sign and words, and by colour only besides.

use lanescope_protocol::Class;
use lanescope_protocol::trace::Summary;
use yew::{Html, classes, html};

/// The looks that a verdict has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// The result of one lane.
    Exact,
    /// A valid result that need not be that of one lane.
    Valid,
    /// Nothing was promised, and nothing went wrong.
    Lucky,
    /// Wrong.
    Broken,
}

/// What is said of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) look: Look,
    /// For a cell of a table.
    pub(crate) short: &'static str,
    /// In full.
    pub(crate) words: String,
    /// The first difference, where there is one.
    pub(crate) difference: Option<String>,
}

impl Verdict {
    pub(crate) fn of(summary: &Summary) -> Self {
        let (look, short, words) = match (summary.class, summary.class_holds) {
            _ if summary.rejected.is_some() => (Look::Valid, "block rejected", rejected(summary)),
            (Class::Nothing, _) if summary.identical => {
                let words = "nothing promised, here the same result as one lane";
                (Look::Lucky, "nothing promised", words.to_owned())
            }
            (Class::Nothing, _) => {
                let words = "✕ wrong result, and nothing was promised";
                (Look::Broken, "✕ wrong result", words.to_owned())
            }
            (Class::Exact, true) => {
                (Look::Exact, "E0 ✓", "E0 ✓ same result as one lane".to_owned())
            }
            (Class::Exact, false) => {
                (Look::Broken, "E0 ✕ broken", "E0 ✕ not the result of one lane".to_owned())
            }
            (Class::SomeOrder, true) if summary.identical => {
                (Look::Valid, "E1 ✓", "E1 ✓ valid, and here in the block's order".to_owned())
            }
            (Class::SomeOrder, true) => {
                let words = "E1 ✓ valid, but in another order than the block's";
                (Look::Valid, "E1 ✓", words.to_owned())
            }
            (Class::SomeOrder, false) => {
                (Look::Broken, "E1 ✕ broken", "E1 ✕ not the result of any order".to_owned())
            }
        };
        // A valid result in another order differs, and that is no fault.
        let difference = summary.difference.clone().filter(|_| look == Look::Broken);
        Self { look, short, words, difference }
    }

    pub(crate) const fn class(&self) -> &'static str {
        match self.look {
            Look::Exact => "badge badge-good",
            Look::Valid => "badge badge-other",
            Look::Lucky => "badge badge-none",
            Look::Broken => "badge badge-bad",
        }
    }

    /// For a cell of a table; in full for those who do not see it, and on pointing.
    pub(crate) fn cell(&self) -> Html {
        let title = self.difference.as_ref().unwrap_or(&self.words).clone();
        html! {
            <span class={classes!(self.class())} {title}>
                <span aria-hidden="true">{ self.short }</span>
                <span class="unseen">{ &self.words }</span>
            </span>
        }
    }
}

fn rejected(summary: &Summary) -> String {
    let why = summary.rejected.as_deref().unwrap_or_default();
    format!("block rejected: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(class: Class, class_holds: bool, identical: bool, look: Look, words: &str) {
        let difference = (!identical).then(|| "Ana has 3 ether, not 4".to_owned());
        let summary = Summary { class, class_holds, identical, difference, ..Summary::default() };
        let verdict = Verdict::of(&summary);
        assert_eq!((verdict.look, verdict.words.as_str()), (look, words));
        assert_eq!(verdict.difference.is_some(), look == Look::Broken);
    }

    #[test]
    fn each_class_has_its_own_words() {
        check(Class::Exact, true, true, Look::Exact, "E0 ✓ same result as one lane");
        check(Class::Exact, false, false, Look::Broken, "E0 ✕ not the result of one lane");
        let other = "E1 ✓ valid, but in another order than the block's";
        check(Class::SomeOrder, true, false, Look::Valid, other);
        let same = "E1 ✓ valid, and here in the block's order";
        check(Class::SomeOrder, true, true, Look::Valid, same);
        check(Class::SomeOrder, false, false, Look::Broken, "E1 ✕ not the result of any order");
        let wrong = "✕ wrong result, and nothing was promised";
        check(Class::Nothing, false, false, Look::Broken, wrong);
        let lucky = "nothing promised, here the same result as one lane";
        check(Class::Nothing, true, true, Look::Lucky, lucky);
    }

    #[test]
    fn a_rejected_block_is_no_success() {
        let rejected = Some("slot 3 has another value".to_owned());
        let verdict = Verdict::of(&Summary { rejected, class_holds: true, ..Summary::default() });
        assert_eq!((verdict.look, verdict.short), (Look::Valid, "block rejected"));
    }
}
