//! Names of columns as people write them: a name, `A..B` for all from one to another, or with `*` and `?`.

use wildmatch::WildMatch;

use crate::error::{listed, quoted};

/// The columns among `names` that one of the `patterns` means, in the order of `names`. A pattern that is a name is that column
/// alone; otherwise it is a list of patterns where it has commas, a range where it has `..`, and may hold `*` and `?`.
///
/// # Errors
/// A pattern that means no column, with the names there are.
pub(super) fn columns(patterns: &[String], names: &[String]) -> Result<Vec<usize>, String> {
    let mut meant = vec![false; names.len()];
    for pattern in patterns {
        mark(pattern, names, &mut meant)?;
    }
    Ok((0..names.len()).filter(|&i| meant[i]).collect())
}

fn mark(pattern: &str, names: &[String], meant: &mut [bool]) -> Result<(), String> {
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    if let Some(i) = place(pattern) {
        meant[i] = true;
        return Ok(());
    }
    if pattern.contains(',') {
        return pattern.split(',').map(str::trim).filter(|p| !p.is_empty()).try_for_each(|p| mark(p, names, meant));
    }
    if let Some((first, last)) = pattern.split_once("..")
        && let (Some(a), Some(b)) = (place(first.trim()), place(last.trim()))
    {
        meant[a.min(b)..=a.max(b)].fill(true);
        return Ok(());
    }
    if pattern.contains(['*', '?']) {
        let wild = WildMatch::new(pattern);
        let matching: Vec<usize> = (0..names.len()).filter(|&i| wild.matches(&names[i])).collect();
        matching.iter().for_each(|&i| meant[i] = true);
        if !matching.is_empty() {
            return Ok(());
        }
    }
    let alike = names.iter().find(|name| name.trim().eq_ignore_ascii_case(pattern.trim()));
    Err(match alike {
        Some(name) => format!("no column is called {}; did you mean {}?", quoted(pattern), quoted(name)),
        None => format!("no column is called {}; name one of {}", quoted(pattern), listed(names)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lists_ranges_and_wild_cards_mean_columns() {
        let names = ["id", "a,b", "s1", "s2", "temp [C]", "t*"].map(str::to_owned);
        let of = |pattern: &str| columns(&[pattern.to_owned()], &names);
        assert_eq!(of("s1").unwrap(), [2]);
        assert_eq!(of("a,b").unwrap(), [1]);
        assert_eq!(of("id, s2").unwrap(), [0, 3]);
        assert_eq!(of("s2..s1").unwrap(), [2, 3]);
        assert_eq!(of("s?").unwrap(), [2, 3]);
        assert_eq!(of("t*").unwrap(), [5], "a name stands for itself");
        assert_eq!(of("te*").unwrap(), [4]);
        assert_eq!(columns(&["s2".into(), "id".into()], &names).unwrap(), [0, 3]);
        assert!(of("S1").unwrap_err().contains("did you mean \"s1\""));
        assert!(of("q*").unwrap_err().contains("name one of"));
    }
}
