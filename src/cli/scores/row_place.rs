//! Which row of which file: what orders rows, and how it is kept in eight bytes.

/// A row of the command's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct RowPlace {
    /// The file's number among those of the command, counted from 0.
    pub file: usize,
    /// The row's number in its file, counted from 0.
    pub row: usize,
}

/// A place in eight bytes, in the same order: 24 bits of the file, 40 of the row. No command line has more files, and no memory
/// room to keep more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PackedPlace(u64);

/// Bits of a row's number.
const ROW_BITS: u32 = 40;

impl From<RowPlace> for PackedPlace {
    fn from(place: RowPlace) -> PackedPlace {
        PackedPlace((place.file as u64) << ROW_BITS | place.row as u64)
    }
}

impl From<PackedPlace> for RowPlace {
    fn from(PackedPlace(bits): PackedPlace) -> RowPlace {
        RowPlace { file: (bits >> ROW_BITS) as usize, row: (bits & ((1 << ROW_BITS) - 1)) as usize }
    }
}
