//! What a zip archive holds, by the names of its entries: NumPy arrays, a spreadsheet, or other files.

/// What a zip archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) enum ZipContents {
    /// NumPy arrays: `.npz`.
    Arrays,
    /// A spreadsheet, or another document of an office program.
    Spreadsheet,
    /// Files of any kind.
    Files,
}

impl ZipContents {
    /// What an entry called `name` says of its archive.
    pub fn of_entry(name: &str) -> ZipContents {
        const OFFICE: [&str; 6] =
            ["[Content_Types].xml", "_rels/", "docProps/", "xl/", "mimetype", "META-INF/manifest.xml"];
        if name.ends_with(".npy") {
            ZipContents::Arrays
        } else if OFFICE.iter().any(|start| name.starts_with(start)) {
            ZipContents::Spreadsheet
        } else {
            ZipContents::Files
        }
    }

    /// Why it is not read where text is expected, and what to do.
    pub fn refusal(self) -> &'static str {
        match self {
            ZipContents::Arrays => {
                "is an archive of NumPy arrays (.npz), which is read as series and not as a table; save a table as CSV"
            }
            ZipContents::Spreadsheet => "is a spreadsheet; save the table as CSV",
            ZipContents::Files => "is a zip archive of other files than NumPy arrays; unpack it and name a file of it",
        }
    }
}
