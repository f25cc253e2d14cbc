//! How a file of text is written: what separates cells and thousands, which sign stands before decimals, how dates look.
//!
//! [`Dialect`] is what is known beforehand, from options or from a model; the rest is found out from the first rows.

#[cfg(feature = "cli")]
mod dates;
mod known;
#[cfg(feature = "cli")]
mod missing_words;
#[cfg(feature = "cli")]
mod numbers;
mod reading;
#[cfg(feature = "cli")]
mod sniffing;

#[cfg(feature = "cli")]
pub(in crate::data) use dates::{DateFormat, date_format, date_formats};
pub use known::Dialect;
#[cfg(feature = "cli")]
pub(in crate::data) use known::line_is_skipped;
#[cfg(feature = "cli")]
pub(in crate::data) use missing_words::{is_missing_number, is_missing_text};
#[cfg(feature = "cli")]
pub(in crate::data) use numbers::{Numbers, SPACES};
pub use reading::Reading;
#[cfg(feature = "cli")]
pub(in crate::data) use sniffing::{decimal_sign, delimiter};
