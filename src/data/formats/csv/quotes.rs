//! What quotation marks do to the lines of a CSV stream: whether one is open at the end of a line, and in which cells text
//! follows a closing one.
//!
//! The parser says neither: at the end of a stream it closes what is open, and `"1"5` is 15 to it.

/// Where a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a mark within quotation marks, which closes them unless another follows.
    Closed,
}

/// The marks of one record.
pub(super) struct Quotes {
    /// What separates cells.
    delimiter: u8,
    state: State,
    field: usize,
    /// Cells with text behind a closing mark, in order.
    glued: Vec<usize>,
    /// Whether there are any.
    seen: bool,
    /// Whether one stands within the text of a cell.
    odd: bool,
}

impl Quotes {
    pub fn new(delimiter: u8) -> Quotes {
        Quotes { delimiter, state: State::Start, field: 0, glued: Vec::new(), seen: false, odd: false }
    }

    /// Before the first byte of a record.
    pub fn begin(&mut self) {
        (self.state, self.field, self.seen, self.odd) = (State::Start, 0, false, false);
        self.glued.clear();
    }

    /// Reads bytes of the record, none of them behind its end.
    pub fn read(&mut self, bytes: &[u8]) {
        // Most lines have no marks: then they end the record, and its cells need not be counted.
        let ends_line = matches!(bytes.last(), Some(b'\r' | b'\n'));
        if ends_line && matches!(self.state, State::Start | State::Plain) && memchr::memchr(b'"', bytes).is_none() {
            self.state = State::Start;
            return;
        }
        for &byte in bytes {
            self.seen |= byte == b'"';
            self.state = match (self.state, byte) {
                (State::Quoted, b'"') => State::Closed,
                (State::Closed | State::Start, b'"') => State::Quoted,
                (State::Quoted, _) => State::Quoted,
                (_, byte) if byte == self.delimiter => {
                    self.field += 1;
                    State::Start
                }
                (_, b'\r' | b'\n') => State::Start,
                (State::Closed, byte) => {
                    if !byte.is_ascii_whitespace() {
                        self.glued.push(self.field);
                    }
                    State::Plain
                }
                _ => {
                    self.odd |= byte == b'"';
                    State::Plain
                }
            };
        }
    }

    /// Whether there are any.
    pub fn seen(&self) -> bool {
        self.seen
    }

    /// The cell that is open.
    pub fn field(&self) -> usize {
        self.field
    }

    /// Whether what was read ends within quotation marks.
    pub fn is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// Whether a mark is where it neither opens nor closes a cell.
    pub fn are_odd(&self) -> bool {
        self.odd || self.are_glued()
    }

    /// Whether text follows the closing mark of any cell.
    pub fn are_glued(&self) -> bool {
        !self.glued.is_empty()
    }

    /// Whether text follows the closing mark of a cell.
    pub fn is_glued(&self, field: usize) -> bool {
        self.glued.binary_search(&field).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a mark is open at the end, and the cells that are glued, however the record is cut.
    fn marks(record: &str) -> (bool, Vec<usize>) {
        let mut whole = Quotes::new(b',');
        whole.begin();
        whole.read(record.as_bytes());
        for cut in 0..=record.len() {
            let mut quotes = Quotes::new(b',');
            quotes.begin();
            quotes.read(&record.as_bytes()[..cut]);
            quotes.read(&record.as_bytes()[cut..]);
            assert_eq!((quotes.is_open(), &quotes.glued), (whole.is_open(), &whole.glued), "{record:?} cut at {cut}");
        }
        (whole.is_open(), whole.glued)
    }

    #[test]
    fn marks_open_and_close_as_they_do_for_the_parser() {
        for (record, open, glued) in [
            ("1,2\n", false, &[][..]),
            ("\"1\",\"2\"\n", false, &[]),
            ("1,\"2\n", true, &[]),
            ("1,\"2\"\"\n", true, &[]),
            ("1,2\"\n", false, &[]),
            ("1, \"2\n", false, &[]),
            ("\"1\"5,2,\"3\"x\"y\n", false, &[0, 2]),
            ("\"1\" ,2\n", false, &[]),
            ("\"a\n,\n\",\"b\"c\r", false, &[1]),
        ] {
            assert_eq!(marks(record), (open, glued.to_vec()), "{record:?}");
        }
    }
}
