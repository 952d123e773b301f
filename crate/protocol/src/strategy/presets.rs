//! Models of real systems: `assets/presets.json`, read when this crate is built.

use super::Strategy;

/// A real system's scheduling rule, as far as it is public.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Preset {
    /// The name used wherever a strategy is asked for.
    pub name: &'static str,
    /// The name that people read; it begins with `Model of`.
    pub title: &'static str,
    /// The strategy with the parameters that differ from its defaults.
    rule: &'static str,
    /// One line: what of the system the model keeps.
    pub keeps: &'static str,
    /// One line: what it leaves out.
    pub leaves_out: &'static str,
    /// Where the rule is documented.
    pub source: &'static str,
    /// When the source was read: year and month.
    pub as_of: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/presets.rs"));

impl Preset {
    /// Its strategy. `None` only if its rule is none, which a test rules out.
    #[must_use]
    pub fn strategy(&'static self) -> Option<Strategy> {
        let plain: Strategy = self.rule.parse().ok()?;
        Some(Strategy { from: Some(self), rules: plain.rules })
    }
}
