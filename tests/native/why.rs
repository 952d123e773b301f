//! Causes and effects on traces of real runs, under every strategy and on real blocks.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::time::{Duration, Instant};

use lanescope_executor::run_sequential;
use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::{Settings, Strategy, Trace};
use lanescope_tests::mainnet_files;
use lanescope_timeline::{Fate, Film, Heading, LinkKind, Walk, format};
use lanescope_workloads::{Prepared, catalogue, compose, open, prepare};

fn run(prepared: &Prepared, strategy: Strategy, lanes: u16) -> Trace {
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    let settings = Settings { strategy, lanes, ..Settings::default() };
    lanescope_tests::trace(prepared, &sequential, &settings).unwrap()
}

/// Every abort has a cause that was there before it, every chain ends, every story says something.
fn check(film: &Film, at: &str) -> (usize, usize) {
    let (mut aborts, mut longest) = (0, 0);
    for link in film.direct_links() {
        let ends = [link.from, link.to].map(|end| film.bar(film.bar_of(end).unwrap()).unwrap());
        assert!(ends[0].start <= film.end() && link.from != link.to, "{at}: {link:?}");
        if link.kind == LinkKind::RunsAgain {
            assert!(ends[0].start <= ends[1].start && link.from.tx == link.to.tx, "{at}: {link:?}");
        }
        if link.kind == LinkKind::MadeStale {
            assert!(ends[1].abort.is_some_and(|abort| link.at <= abort.at), "{at}: {link:?}");
        }
    }
    for bar in film.bars() {
        let chain = film.chain(bar.version).unwrap();
        longest = longest.max(chain.links.len());
        let story = film.story(&chain);
        if bar.fate() == Fate::Aborted {
            aborts += 1;
            assert!(story.as_ref().is_some_and(|story| story.steps.len() >= 2), "{at}: {bar:?}");
            assert!(!film.causes_of(bar.version).is_empty(), "{at}: nothing caused {bar:?}");
        }
        let mut walk = Walk::from(bar.version);
        let steps = (0..2000).take_while(|_| walk.step(film, Heading::Cause).is_some()).count();
        assert!(steps < 2000, "{at}: from {} one can walk back for ever", bar.version);
    }
    (aborts, longest)
}

#[test]
fn every_abort_of_every_strategy_has_a_cause_and_a_story() {
    let mut aborts = 0;
    for workload in catalogue().workloads {
        let recipe = Recipe {
            workload: workload.name.clone(),
            knobs: [("count".to_owned(), 40), ("hot".to_owned(), 100)].into(),
            seed: 8,
        };
        let prepared = prepare(&compose(&recipe).unwrap(), None).unwrap();
        for strategy in Strategy::all() {
            let film = Film::new(run(&prepared, strategy, 4));
            aborts += check(&film, &format!("{} under {strategy}", workload.name)).0;
        }
    }
    assert!(aborts > 100, "only {aborts} aborts were looked at");
}

#[test]
fn chains_of_real_blocks_are_found_in_no_time() {
    let files = mainnet_files();
    for file in files.first().into_iter().chain(files.last()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(file).unwrap()).unwrap();
        let prepared = prepare(&opened.scenario, opened.state).unwrap();
        let film = Film::new(run(&prepared, Strategy::default(), 16));
        let begun = Instant::now();
        film.direct_links();
        let linked = begun.elapsed();
        let (mut slowest, mut most) = (Duration::ZERO, 0);
        for bar in film.bars() {
            let begun = Instant::now();
            let chain = film.chain(bar.version).unwrap();
            let story = film.story(&chain);
            slowest = slowest.max(begun.elapsed());
            most = most.max(chain.links.len());
            assert!(story.is_some() || bar.fate() != Fate::Aborted, "{name}: {}", bar.version);
        }
        let (aborts, _) = check(&film, &name);
        let ms = |time: Duration| format::milliseconds(time.as_secs_f64() * 1e3);
        println!(
            "{name}: {aborts} aborts, links in {}, {most} in a chain, {} for one",
            ms(linked),
            ms(slowest)
        );
    }
}
