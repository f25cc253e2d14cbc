//! What the first lines say of how a file is written.

use super::numbers::looks_grouped;

/// What may separate cells, the usual one first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// What separates the cells of a file whose first lines these are: what the first line has; of several one that the second has as
/// often, and by which most of its cells are numbers; or else the one that the first has most often. `None` if it has none.
pub(in crate::data) fn delimiter(lines: &[&str]) -> Option<char> {
    let count = |line: usize, c: char| lines.get(line).map_or(0, |line| outside_quotes(line, c));
    let met: Vec<char> = DELIMITERS.into_iter().filter(|&c| count(0, c) > 0).collect();
    if met.len() < 2 {
        return met.first().copied();
    }
    let numbers = |c: char| {
        let cells = lines.get(1).into_iter().flat_map(|line| line.split(c));
        let (all, numbers) = cells.fold((0, 0), |(all, numbers), cell| {
            (all + 1, numbers + usize::from(cell.trim().replacen(',', ".", 1).parse::<f64>().is_ok()))
        });
        (1000 * numbers).checked_div(all).unwrap_or(0)
    };
    // Of equals the first.
    let as_often = met.iter().copied().rev().filter(|&c| count(0, c) == count(1, c)).max_by_key(|&c| numbers(c));
    as_often.or_else(|| met.iter().copied().rev().max_by_key(|&c| count(0, c)))
}

fn outside_quotes(line: &str, c: char) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for found in line.chars() {
        quoted ^= found == '"';
        count += usize::from(found == c && !quoted);
    }
    count
}

/// The decimal sign of the numbers among `cells`, which `delimiter` separates; `None` where they do not say. A sign before three
/// digits may stand between thousands.
pub(in crate::data) fn decimal_sign<'a>(cells: impl Iterator<Item = &'a str>, delimiter: char) -> Option<char> {
    if delimiter == ',' {
        return Some('.');
    }
    // Whether commas and points were met: surely decimal, perhaps.
    let (mut sure, mut perhaps) = ([false; 2], [false; 2]);
    for cell in cells.map(str::trim) {
        let number = cell.trim_start_matches(['+', '-']);
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b",.eE+-".contains(&b)) {
            continue;
        }
        for (i, sign, other) in [(0, ',', '.'), (1, '.', ',')] {
            if number.matches(sign).count() != 1 {
                continue;
            }
            // Behind the other sign it is decimal whatever follows.
            let behind = number.rfind(sign) > number.rfind(other);
            if behind && looks_grouped(number, sign) && !number.starts_with('0') && !number.contains(other) {
                perhaps[i] = true;
            } else if behind {
                sure[i] = true;
            }
        }
    }
    match (sure, perhaps) {
        ([true, false], _) => Some(','),
        ([_, true], _) => Some('.'),
        (_, [false, true]) => Some('.'),
        // Where semicolons separate, it is because commas stand before decimals.
        _ if delimiter == ';' => Some(','),
        (_, [false, false]) => Some('.'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_and_the_row_below_it_say_what_separates() {
        assert_eq!(delimiter(&["a;b", "1,5;2,5"]), Some(';'));
        assert_eq!(delimiter(&["a,b", "1,2"]), Some(','));
        assert_eq!(delimiter(&["temp, C;druck, bar", "1,5;2,5"]), Some(';'));
        assert_eq!(delimiter(&["\"a;b\",c", "1,2"]), Some(','));
        assert_eq!(delimiter(&["a|b\tc|d", "1|2"]), Some('|'));
        assert_eq!(delimiter(&["a", "1"]), None);
        assert_eq!(delimiter(&[]), None);
    }

    #[test]
    fn numbers_say_which_sign_stands_before_decimals() {
        let of = |cells: &[&str], delimiter| decimal_sign(cells.iter().copied(), delimiter);
        assert_eq!(of(&["1,5"], ';'), Some(','));
        assert_eq!(of(&["1.764", "0.9501"], ';'), Some('.'));
        assert_eq!(of(&["1,764", "2"], ';'), Some(','));
        assert_eq!(of(&["1,764", "2"], '\t'), None);
        assert_eq!(of(&["1.764"], '\t'), Some('.'));
        assert_eq!(of(&["1.234,5"], '\t'), Some(','));
        assert_eq!(of(&["1,234.5"], '|'), Some('.'));
        assert_eq!(of(&["1,234", "1.5"], '\t'), Some('.'));
        assert_eq!(of(&["10", "red", "2024-01-31"], '\t'), Some('.'));
        assert_eq!(of(&["1,5"], ','), Some('.'));
    }
}
