//! Rust source as tokens: names and marks with their lines, without comments, strings, characters and lifetimes.

/// A token and its 1-based line.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// Names, `::` and single marks of `source`, in order.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut i, mut line) = (0, 1);
    let mut found = Vec::new();
    while i < chars.len() {
        let start = i;
        let c = chars[i];
        i = if at(i) == '/' && at(i + 1) == '/' {
            (i..chars.len()).find(|&j| chars[j] == '\n').unwrap_or(chars.len())
        } else if at(i) == '/' && at(i + 1) == '*' {
            after_comment(&chars, i)
        } else if let Some(end) = after_raw_string(&chars, i) {
            end
        } else if c == '"' {
            after_quoted(&chars, i, '"')
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            after_quoted(&chars, i, '\'')
        } else if c == '\'' {
            after_name(&chars, i + 1)
        } else if c.is_alphanumeric() || c == '_' {
            let end = after_name(&chars, i);
            found.push(Token { text: chars[i..end].iter().collect(), line });
            end
        } else if c == ':' && at(i + 1) == ':' {
            found.push(Token { text: "::".to_owned(), line });
            i + 2
        } else {
            if !c.is_whitespace() {
                found.push(Token { text: c.to_string(), line });
            }
            i + 1
        };
        line += chars[start..i].iter().filter(|&&c| c == '\n').count();
    }
    found
}

fn after_name(chars: &[char], from: usize) -> usize {
    (from..chars.len()).find(|&j| !(chars[j].is_alphanumeric() || chars[j] == '_')).unwrap_or(chars.len())
}

fn after_comment(chars: &[char], from: usize) -> usize {
    let (mut depth, mut i) = (0usize, from);
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) if depth == 1 => return i + 2,
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
    }
    i
}

fn after_quoted(chars: &[char], from: usize, quote: char) -> usize {
    let mut i = from + 1;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

/// The end of `r"…"`, `r#"…"#`, `br"…"` at `from`, if there is one.
fn after_raw_string(chars: &[char], from: usize) -> Option<usize> {
    let r = from + usize::from(chars[from] == 'b');
    if chars.get(r) != Some(&'r') || (from > 0 && (chars[from - 1].is_alphanumeric() || chars[from - 1] == '_')) {
        return None;
    }
    let hashes = chars[r + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(r + 1 + hashes) != Some(&'"') {
        return None;
    }
    let closes =
        |j: usize| chars[j] == '"' && chars[j + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    let end = (r + 2 + hashes..chars.len()).find(|&j| closes(j));
    Some(end.map_or(chars.len(), |j| j + 1 + hashes))
}
