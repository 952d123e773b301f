//! How well a few letters fit a name.

/// How well `typed` fits `words`; higher is better, `None` if it does not. It fits if it stands in
/// it as it is, or if its letters begin words or follow each other: `na` and `nab` fit `Next abort`.
pub(super) fn score(typed: &str, words: &str) -> Option<i32> {
    let words: Vec<char> = words.chars().flat_map(char::to_lowercase).collect();
    let whole: Vec<char> = typed.trim().chars().flat_map(char::to_lowercase).collect();
    let letters: Vec<char> = whole.iter().copied().filter(|sign| !sign.is_whitespace()).collect();
    if letters.is_empty() {
        return Some(0);
    }
    // Of two that fit alike, the one that says less besides.
    let rest = (words.len() / 4).min(60) as i32;
    let as_it_is = words.windows(whole.len()).position(|part| part == whole).map(|at| {
        let begins = begins_word(&words, at);
        let full = if whole.len() == words.len() { 400 } else { 0 };
        full + if begins { 600 - at.min(60) as i32 } else { 300 - at.min(60) as i32 }
    });
    let pieces = || fewest_pieces(&letters, &words, None).map(|pieces| 200 - 20 * pieces.min(9));
    as_it_is.or_else(pieces).map(|fit| fit - rest)
}

fn begins_word(words: &[char], at: usize) -> bool {
    at == 0 || words.get(at - 1).is_some_and(|before| !before.is_alphanumeric())
}

/// Into how few pieces, each of which begins a word, the letters can be cut.
fn fewest_pieces(letters: &[char], words: &[char], last: Option<usize>) -> Option<i32> {
    let Some((first, rest)) = letters.split_first() else { return Some(0) };
    let from = last.map_or(0, |last| last + 1);
    let candidates = (from..words.len()).filter(|at| words[*at] == *first);
    let costs = candidates.filter_map(|at| {
        let goes_on = last.is_some_and(|last| last + 1 == at);
        let cost = match (goes_on, begins_word(words, at)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => return None,
        };
        Some(cost + fewest_pieces(rest, words, Some(at))?)
    });
    costs.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(typed: &str, words: &[&'static str]) -> &'static str {
        let scored = words.iter().filter_map(|words| Some((score(typed, words)?, *words)));
        scored.max().map_or("nothing", |(_, words)| words)
    }

    #[test]
    fn whole_words_and_first_letters_fit_best() {
        let words =
            ["Next abort", "The whole run into view", "Run", "Light or dark", "Previous abort"];
        assert_eq!(best("run", &words), "Run");
        assert_eq!(best("na", &words), "Next abort");
        assert_eq!(best("pab", &words), "Previous abort");
        assert_eq!(best("dark", &words), "Light or dark");
        assert_eq!(best("whole view", &words), "The whole run into view");
        assert_eq!(best("xyz", &words), "nothing");
    }

    #[test]
    fn letters_stand_in_their_order() {
        assert!(score("trun", "Run").is_none());
        assert_eq!(score("", "anything"), Some(0));
        assert!(score("abort", "Next abort").is_some());
        assert!(score("abort", "a big outer rift").is_none());
        assert!(score("ana", "Take an edit back").is_none());
    }
}
