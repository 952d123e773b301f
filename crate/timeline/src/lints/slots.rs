//! Places that many write, one after the other.

use std::collections::BTreeMap;

use lanescope_protocol::{LocationId, TxIndex, Version};

use super::uses::{Step, Use, Uses};
use super::{COST_MIN, Evidence, Finding, Lint};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

/// Fewer writers make no place hot.
pub(super) const WRITERS_MIN: usize = 3;
/// A chain through one place that holds less than this share of the block's gas limits nothing.
pub(super) const CHAIN_MIN: f64 = 0.25;

/// Places that the very same transactions write: one cause, told once.
#[derive(Debug, Default)]
struct Group<'a> {
    /// The costliest first.
    places: Vec<(LocationId, &'a Use)>,
}

impl Film {
    /// Places that many write, those together that the very same transactions write.
    pub(super) fn slot_groups(&self, uses: &Uses) -> Vec<Vec<LocationId>> {
        let mut groups: BTreeMap<&[TxIndex], Vec<LocationId>> = BTreeMap::new();
        for (place, of) in uses.iter().filter(|(_, of)| of.writers.len() >= WRITERS_MIN) {
            groups.entry(&of.writers).or_default().push(place);
        }
        groups.into_values().collect()
    }

    /// What is to be said of the next groups, which it takes: of those with about `count` lost runs.
    pub(super) fn slot_findings(
        &self,
        uses: &Uses,
        groups: &mut impl Iterator<Item = Vec<LocationId>>,
        count: usize,
    ) -> Option<Vec<Finding>> {
        let block = self.final_runs().map(|bar| u64::from(bar.gas)).sum();
        let (mut found, mut done, mut some) = (Vec::new(), 0usize, false);
        while done < count
            && let Some(places) = groups.next()
        {
            some = true;
            let known = |place: LocationId| Some((place, uses.get(place)?));
            let group = Group { places: places.into_iter().filter_map(known).collect() };
            done += group.places.iter().map(|(_, of)| of.aborted.len() + 1).sum::<usize>();
            found.extend(self.slot_finding(group, block));
        }
        some.then_some(found)
    }

    /// `block` is the gas of all final runs.
    fn slot_finding(&self, mut group: Group<'_>, block: u64) -> Option<Finding> {
        group
            .places
            .sort_by_key(|(place, of)| (core::cmp::Reverse((of.lost(), of.chain_gas)), *place));
        let (first, of) = *group.places.first()?;
        let cost = self.share_of_lanes(group.places.iter().map(|(_, of)| of.lost()).sum());
        let chain = group.places.iter().map(|(_, of)| of.chain_gas).max().unwrap_or_default();
        let share = chain as f64 / block.max(1) as f64;
        let lanes = self.lanes().max(1) as f64;
        let limits = self.lanes() > 1 && share > CHAIN_MIN.max(1.0 / lanes);
        if cost < COST_MIN && !limits {
            return None;
        }
        let counter = match of.step {
            Step::Counts(least, most) => Some((least, most)),
            _ => None,
        };
        let mut evidence = Vec::new();
        if limits {
            evidence.push(self.chain_evidence(of, chain, block));
        }
        evidence.extend(self.abort_evidence(&group));
        evidence.extend(self.wait_evidence(&group));
        let places = group.places.iter().map(|(place, _)| *place).collect();
        Some(Finding {
            lint: if counter.is_some() { Lint::GlobalCounter } else { Lint::HotSlot },
            title: self.slot_title(first, of, group.places.len(), counter),
            evidence,
            advice: if counter.is_some() { COUNTER_ADVICE } else { SLOT_ADVICE },
            cost,
            limit: limits.then_some(1.0 / share),
            places,
        })
    }

    fn slot_title(
        &self,
        place: LocationId,
        of: &Use,
        places: usize,
        counter: Option<(u64, u64)>,
    ) -> Phrase {
        let count = format::number_word(of.writers.len());
        let all = format::count(self.transaction_count(), "transaction");
        let phrase = match counter {
            Some((least, most)) if least == most => {
                Phrase::new().say(format!("{count} of {all} each add {least} to "))
            }
            Some((least, most)) => {
                Phrase::new().say(format!("{count} of {all} each add {least} to {most} to "))
            }
            None => Phrase::new().say(format!("{count} of {all} write ")),
        };
        let phrase = phrase.place(self.location_name(place));
        match places - 1 {
            0 => phrase.say(", one after the other."),
            1 => phrase.say(" and one more place with it, one after the other."),
            more => {
                let more = format::number_word(more).to_lowercase();
                phrase.say(format!(" and {more} more places with it, one after the other."))
            }
        }
    }

    fn chain_evidence(&self, of: &Use, chain: u64, block: u64) -> Evidence {
        let share = format::percent(chain as f64 / block.max(1) as f64);
        let (gas, all) = (format::short(chain as f64), format::gas(block as f64));
        let limit = format::times(block as f64 / chain.max(1) as f64);
        let phrase = Phrase::new()
            .say(
                "Each reads what the one before wrote. What follows the first look, one after the ",
            )
            .say(format!(
                "other, is {gas} of {all} ({share}): no number of lanes gives more than {limit}."
            ));
        let runs = of.writers.iter().filter_map(|tx| self.bar(self.committed_run(*tx)?));
        Evidence::with(phrase, runs.map(|bar| bar.version))
    }

    fn abort_evidence(&self, group: &Group<'_>) -> Option<Evidence> {
        let mut versions: Vec<Version> =
            group.places.iter().flat_map(|(_, of)| of.aborted.iter().copied()).collect();
        versions.sort_unstable();
        versions.dedup();
        let ticks: u64 = group.places.iter().map(|(_, of)| of.aborted_ticks).sum();
        let runs = match versions.len() {
            0 => return None,
            1 => "One run was".to_owned(),
            count => format!("{} runs were", format::number_word(count)),
        };
        let lost = format::ticks(self.clock(), ticks as f64);
        let phrase = Phrase::new().say(format!("{runs} thrown away or stopped at it: {lost}."));
        Some(Evidence::with(phrase, versions))
    }

    fn wait_evidence(&self, group: &Group<'_>) -> Option<Evidence> {
        let waited: u64 = group.places.iter().map(|(_, of)| of.waited).sum();
        (waited > 0).then(|| {
            let waited = format::ticks(self.clock(), waited as f64);
            Evidence::new(Phrase::new().say(format!("Lanes waited {waited} for it, added up.")))
        })
    }
}

const SLOT_ADVICE: &str = "Split it: one slot for each user, pool or part of the data, so that only those who share something meet. Where an amount is only added to, write it without reading it first.";
const COUNTER_ADVICE: &str = "Let each user or each shard count for itself, and add up when somebody asks. Numbers that must be unique can come from the user's own counter, or from a range that is handed out once.";
