//! Time in the hand: the range that is played again, bookmarks, recordings.

use super::*;
use crate::playback::Toward;
use crate::store::{BookmarkWish, RangeWish, RecordWish};

/// The run that goes on ends after so many ticks.
fn finish_at(page: &mut Page, makespan: u64) {
    let running = page.0.running.clone().expect("nothing runs");
    let summary = Summary { settings: running.settings, makespan, ..Summary::default() };
    let trace = Trace {
        summary,
        transactions: Vec::new(),
        locations: Vec::new(),
        events: Vec::new(),
        accesses: Vec::new(),
    };
    page.act(Action::Filmed { run: running.run, film: Rc::new(Film::new(trace)) });
}

/// A page on which a run of 40 ticks stands at `time`.
fn standing(time: f64) -> Page {
    let mut page = Page::after_first_run();
    page.wish(Wish::Seek(time));
    page
}

fn range(page: &mut Page, time: f64, wish: RangeWish) -> Option<(f64, f64)> {
    page.wish(Wish::Seek(time));
    page.wish(Wish::Range(wish));
    page.0.marks().range
}

fn bookmarks(page: &Page) -> Vec<(f64, String)> {
    page.0.bookmarks.list().iter().map(|one| (one.time, one.name.to_string())).collect()
}

#[test]
fn a_range_is_set_at_the_playhead_and_played_again_at_once() {
    let mut page = standing(0.0);
    assert_eq!(range(&mut page, 10.0, RangeWish::From), Some((10.0, 40.0)));
    assert!(page.0.marks().looping);
    assert_eq!(range(&mut page, 30.0, RangeWish::To), Some((10.0, 30.0)));
    page.wish(Wish::Range(RangeWish::Loop));
    assert_eq!(range(&mut page, 20.0, RangeWish::From), Some((20.0, 30.0)));
    assert!(!page.0.marks().looping, "moving an end does not turn it on again");
    assert_eq!(range(&mut page, 35.0, RangeWish::From), Some((35.0, 40.0)), "past its end");
    assert_eq!(range(&mut page, 10.0, RangeWish::To), Some((0.0, 10.0)), "before its beginning");
    assert_eq!(range(&mut page, 0.0, RangeWish::Set(28.0, 12.0)), Some((12.0, 28.0)));
    assert_eq!(range(&mut page, 0.0, RangeWish::Set(-5.0, 1e9)), Some((0.0, 40.0)));
    assert_eq!(range(&mut page, 0.0, RangeWish::Set(7.0, 7.0)), Some((0.0, 40.0)), "nothing");
    assert_eq!(range(&mut page, 0.0, RangeWish::Clear), None);
}

#[test]
fn playing_stays_in_the_range_and_begins_there_from_behind() {
    let mut page = standing(0.0);
    page.wish(Wish::Range(RangeWish::Set(10.0, 20.0)));
    page.wish(Wish::Last);
    page.wish(Wish::Toggle);
    assert_eq!((page.0.playback.time, page.0.playback.playing), (10.0, true));
    for frame in 0..2000 {
        page.act(Action::Frame(f64::from(frame) * 16.0));
        assert!(page.0.playback.time <= 20.0);
    }
    assert!(page.0.playback.playing);
    page.wish(Wish::Range(RangeWish::Loop));
    for frame in 2000..4000 {
        page.act(Action::Frame(f64::from(frame) * 16.0));
    }
    assert_eq!((page.0.playback.time, page.0.playback.playing), (40.0, false));
}

#[test]
fn bookmarks_are_set_gone_to_renamed_and_removed() {
    let mut page = standing(30.0);
    page.wish(Wish::Bookmark(BookmarkWish::Set));
    page.wish(Wish::Bookmark(BookmarkWish::Set));
    page.wish(Wish::Seek(10.0));
    page.wish(Wish::Bookmark(BookmarkWish::Set));
    assert_eq!(bookmarks(&page).len(), 2, "one for each place");
    assert!(bookmarks(&page).iter().all(|(_, name)| !name.is_empty()), "named after the caption");
    assert_eq!(&*page.0.marks().bookmarks, [10.0, 30.0]);
    let go = |page: &mut Page, toward| {
        page.wish(Wish::Bookmark(BookmarkWish::Step(toward)));
        page.0.playback.time
    };
    assert_eq!(go(&mut page, Toward::Forward), 30.0);
    assert_eq!(go(&mut page, Toward::Forward), 30.0, "there is none after it");
    assert_eq!(go(&mut page, Toward::Back), 10.0);
    let ids: Vec<_> = page.0.bookmarks.list().iter().map(|one| one.id).collect();
    page.wish(Wish::Bookmark(BookmarkWish::Rename(ids[0], "  the\nabort ".to_owned())));
    page.wish(Wish::Bookmark(BookmarkWish::Rename(ids[1], "x".repeat(200))));
    page.wish(Wish::Bookmark(BookmarkWish::Rename(ids[0], " ".to_owned())));
    let names = bookmarks(&page);
    assert_eq!(names[0].1, "the abort");
    assert_eq!(names[1].1.chars().count(), 80);
    page.wish(Wish::Bookmark(BookmarkWish::Go(ids[1])));
    assert_eq!((page.0.playback.time, page.0.playback.playing), (30.0, false));
    page.wish(Wish::Bookmark(BookmarkWish::Remove(ids[0])));
    assert_eq!(bookmarks(&page).len(), 1);
}

#[test]
fn what_was_marked_survives_another_run_of_the_same_block_only() {
    let mut page = standing(38.0);
    page.wish(Wish::Bookmark(BookmarkWish::Set));
    page.wish(Wish::Range(RangeWish::Set(10.0, 38.0)));
    page.wish(Wish::Run);
    finish_at(&mut page, 25);
    assert_eq!(&*page.0.marks().bookmarks, [25.0], "inside the shorter run");
    assert_eq!(page.0.marks().range, Some((10.0, 25.0)));
    page.wish(Wish::Pick("nft".to_owned()));
    page.told(Report::Composed { scenario: generated("nft", 4) });
    finish_at(&mut page, 60);
    assert!(page.0.marks().bookmarks.is_empty() && page.0.marks().range.is_none());
}

#[test]
fn a_recording_plays_the_range_once_and_ends() {
    let mut page = standing(5.0);
    page.wish(Wish::Range(RangeWish::Set(10.0, 20.0)));
    page.effects();
    page.wish(Wish::Record(RecordWish::Start));
    let [Effect::Record { name }] = &page.effects()[..] else { panic!("is not recorded") };
    assert!(name.starts_with("lanescope-") && name.ends_with(".webm"), "{name}");
    assert_eq!((page.0.playback.time, page.0.playback.playing), (10.0, true));
    page.wish(Wish::Record(RecordWish::Start));
    assert!(page.effects().is_empty(), "one at a time");
    let mut done = 0.0;
    for frame in 0..1000 {
        page.act(Action::Frame(f64::from(frame) * 16.0));
        let Some(recording) = page.0.recording else { break };
        assert!(recording.done(page.0.playback.time) >= done);
        done = recording.done(page.0.playback.time);
    }
    assert!(done > 0.9);
    assert_eq!(page.effects(), [Effect::RecordEnd]);
    assert!(!page.0.playback.playing && page.0.recording.is_none());
}

#[test]
fn a_recording_can_be_stopped_and_ends_when_the_film_stands() {
    let ends: [Wish; 3] = [
        Wish::Record(RecordWish::Stop),
        Wish::Seek(3.0),
        Wish::Sheet(Some(crate::store::Sheet::Keys)),
    ];
    for end in ends {
        let mut page = standing(5.0);
        page.wish(Wish::Record(RecordWish::Start));
        page.effects();
        page.wish(end);
        assert_eq!(page.effects(), [Effect::RecordEnd]);
        assert!(page.0.recording.is_none());
    }
}

#[test]
fn what_would_take_too_long_is_not_recorded() {
    let mut page = standing(0.0);
    assert!(page.0.recording_length().is_some_and(|seconds| (seconds - 8.0).abs() < 1e-9));
    page.wish(Wish::Speed(0));
    page.effects();
    page.wish(Wish::Record(RecordWish::Start));
    assert!(page.0.recording.is_none() && page.effects().is_empty());
    page.wish(Wish::Range(RangeWish::Set(10.0, 11.0)));
    page.wish(Wish::Record(RecordWish::Start));
    assert!(page.0.recording.is_some(), "a short range can be recorded slowly");
}
