//! The run in sentences.

use crate::fixture::{EXCHANGE, film};
use crate::incidents::FAULTS;

#[test]
fn every_moment_has_its_line() {
    for text in [EXCHANGE, FAULTS] {
        let film = film(text);
        let told = film.transcript(&[]);
        for moment in film.moments() {
            let sentence = film.caption(moment).phrase.to_string();
            assert!(!sentence.is_empty(), "{moment:?} says nothing");
            assert!(told.contains(&sentence), "{sentence}");
        }
        let lines = told.lines().filter(|line| line.starts_with(' ')).count();
        assert_eq!(lines, film.moments().len() + 1, "one each, and the end");
    }
}

#[test]
fn bookmarks_stand_at_the_top() {
    let told = film(EXCHANGE).transcript(&[(96_000.0, "the first abort".to_owned())]);
    assert!(told.contains("Bookmark at 96 k gas: the first abort\n"), "{told}");
}

#[test]
fn subtitles_follow_each_other_and_keep_the_aborts() {
    let film = film(EXCHANGE);
    let text = film.subtitles(0.0, film.end() as f64, 20.0);
    assert!(text.starts_with("WEBVTT\n\n00:00:00.000 --> "));
    let cues: Vec<_> = text.lines().filter(|line| line.contains(" --> ")).collect();
    for pair in cues.windows(2) {
        let (begin, end) = pair[0].split_once(" --> ").unwrap();
        assert!(begin < end, "{pair:?}");
        assert!(end <= pair[1].split_once(" --> ").unwrap().0, "{pair:?}");
    }
    assert_eq!(text.matches("too early").count(), 3);
    assert_eq!(film.subtitles(5.0, 5.0, 20.0), "WEBVTT\n");
}
