//! The keys of a `.ts` header in the spellings of public archives, and what a misspelt one may mean.

/// A key that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    ProblemName,
    TimeStamps,
    Missing,
    Univariate,
    Dimensions,
    EqualLength,
    SeriesLength,
    /// Whether lines end in a class, or in another target.
    Label,
    Data,
}

/// The usual spelling and the others, all without their underscores and in lower case but for the usual one.
const SPELLINGS: &[(Key, &str, &[&str])] = &[
    (Key::ProblemName, "@problemName", &["problem", "name"]),
    (Key::TimeStamps, "@timeStamps", &["timestamp"]),
    (Key::Missing, "@missing", &["missings", "missingvalue", "missingvalues"]),
    (Key::Univariate, "@univariate", &[]),
    (Key::Dimensions, "@dimensions", &["dimension", "ndimensions", "numdimensions"]),
    (Key::EqualLength, "@equalLength", &["equallengths"]),
    (Key::SeriesLength, "@seriesLength", &["serieslengths"]),
    (Key::Label, "@classLabel", &["classlabels"]),
    (Key::Label, "@targetLabel", &["targetlabels"]),
    (Key::Data, "@data", &[]),
];

/// Letters that a misspelt key may have wrong.
const MOST_WRONG: usize = 2;

impl Key {
    /// The key that `word` is, `@` and all, in any case and with underscores or hyphens anywhere.
    pub fn of(word: &str) -> Option<Key> {
        let word = plain(word);
        let is_it = |usual: &str, others: &[&str]| plain(usual) == word || others.contains(&word.as_str());
        SPELLINGS.iter().find(|(_, usual, others)| is_it(usual, others)).map(|(key, ..)| *key)
    }

    /// The key that `word`, which is none, may have been meant as, and its usual spelling.
    pub fn nearest(word: &str) -> Option<(Key, &'static str)> {
        let word = plain(word);
        let near = SPELLINGS.iter().map(|&(key, usual, _)| (wrong_letters(&word, &plain(usual)), key, usual));
        near.filter(|&(wrong, _, usual)| wrong <= MOST_WRONG && wrong * 3 < usual.len())
            .min_by_key(|&(wrong, ..)| wrong)
            .map(|(_, key, usual)| (key, usual))
    }
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '@' | '_' | '-')).map(|c| c.to_ascii_lowercase()).take(32).collect()
}

/// Letters to insert, leave out, replace or exchange with their neighbour to make `a` of `b` (the restricted
/// Damerau-Levenshtein distance).
fn wrong_letters(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Rows for two, one and no letter less of `a`.
    let (mut before, mut above): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_understood_and_misspellings_guessed() {
        for (word, key) in [
            ("@PROBLEMNAME", Key::ProblemName),
            ("@problem_name", Key::ProblemName),
            ("@time-stamps", Key::TimeStamps),
            ("@dimension", Key::Dimensions),
            ("@series_length", Key::SeriesLength),
            ("@class_label", Key::Label),
            ("@class_labels", Key::Label),
            ("@classLabels", Key::Label),
            ("@Target_Labels", Key::Label),
            ("@Data", Key::Data),
        ] {
            assert_eq!(Key::of(word), Some(key), "{word}");
        }
        for (word, usual) in [
            ("@dimesion", "@dimensions"),
            ("@equalLenght", "@equalLength"),
            ("@clasLabel", "@classLabel"),
            ("@targtLabels", "@targetLabel"),
            ("@dtaa", "@data"),
            ("@univariat", "@univariate"),
        ] {
            assert_eq!(Key::of(word), None);
            assert_eq!(Key::nearest(word).unwrap().1, usual);
        }
        for word in ["@", "@unknown", "@frequency", "@author", "@license", "@ünïvärïätë"] {
            assert_eq!((Key::of(word), Key::nearest(word)), (None, None), "{word}");
        }
        assert_eq!((wrong_letters("", "ab"), wrong_letters("ab", "ba"), wrong_letters("abc", "abc")), (2, 1, 0));
    }
}
