//! Cases that are certainly none of the data: made of the data's own, to see which experts tell them apart.
//!
//! They are made in the data and not in feature space, so that every expert sees them as it sees real cases. How is the
//! business of a kind of data ([`Encoder::made_kinds`](super::Encoder::made_kinds)).

/// One case to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// Which of the encoder's kinds of made cases.
    pub kind: usize,
    /// The case it is made from, by its number in the data set.
    pub case: usize,
    /// Another case, which may lend a part.
    pub other: usize,
    /// Number of its random stream.
    pub number: u64,
}
