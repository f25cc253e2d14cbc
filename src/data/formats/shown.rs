//! A word of a file as it may stand in a message: quoted, escaped, and not longer than a line.

/// Characters that are shown.
const SHOWN: usize = 40;

/// `"word"`, escaped; a long one ends in an ellipsis.
pub(super) fn shown(word: &str) -> String {
    match word.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &word[..end]),
        None => format!("{word:?}"),
    }
}

/// The words one after another; of many only the first `most`, and how many there are.
pub(super) fn shown_list<'a>(words: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let count = words.len();
    let mut list: Vec<String> = words.take(most).map(shown).collect();
    if count > most {
        list.push(format!("… ({count} in all)"));
    }
    list.join(", ")
}
