//! How well a few letters fit a name.

/// How well `typed` fits `words`; higher is better, `None` if its letters do not stand in it in
/// this order. Letters that follow each other and that begin a word count most.
pub(super) fn score(typed: &str, words: &str) -> Option<i32> {
    let words: Vec<char> = words.chars().flat_map(char::to_lowercase).collect();
    let typed: Vec<char> =
        typed.chars().flat_map(char::to_lowercase).filter(|sign| !sign.is_whitespace()).collect();
    let Some(first) = typed.first() else { return Some(0) };
    // The first letter may stand in several places; the best of them counts.
    let starts = words.iter().enumerate().filter(|(_, sign)| *sign == first).map(|(at, _)| at);
    starts.filter_map(|start| from(start, &typed, &words)).max()
}

fn from(start: usize, typed: &[char], words: &[char]) -> Option<i32> {
    let (mut total, mut next, mut last) = (0, start, None::<usize>);
    for sign in typed {
        let at = next + words.get(next..)?.iter().position(|known| known == sign)?;
        let begins = at == 0 || words.get(at - 1).is_some_and(|before| !before.is_alphanumeric());
        total += match last {
            Some(last) if last + 1 == at => 8,
            _ if begins => 6,
            Some(last) => -((at - last).min(8) as i32),
            None => 0,
        };
        last = Some(at);
        next = at + 1;
    }
    // Of two that fit alike, the one that begins earlier and says less besides.
    Some(total * 16 - start.min(60) as i32 - (words.len() / 4).min(60) as i32)
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
        assert!(score("abort", "Next abort") > score("abort", "a big outer rift"));
    }
}
