//! Plots as SVG and the report as one HTML page.
//!
//! Plain data in, text out: nothing here reads a file, knows a detector or prints. Text from outside is escaped, no
//! picture needs a font file or the network, and the same data give the same bytes. Every plot has a `plot()` that
//! returns a [`Plot`]: the picture, its title, and a caption that says what to read off.

mod axis;
mod canvas;
mod contour;
mod error_bars;
mod histogram;
mod html;
mod p_values;
mod palette;
mod plot;
mod precision_recall;
mod ranking;
mod roc;
mod scatter;

pub use contour::Grid;
pub use error_bars::{ErrorBars, ErrorLine};
pub use histogram::{ScoreHistogram, ScorePanel};
pub use html::{Headline, ReportInput, ReportTable};
pub use p_values::PValueHistogram;
pub use plot::{Group, Kind, Plot};
pub use precision_recall::PrecisionRecall;
pub use ranking::Ranking;
pub use roc::RocCurve;
pub use scatter::{PointGroup, Scatter, ScatterPanel};
