//! Plots as SVG and the report as one HTML page.
//!
//! Plain data in, text out: nothing here reads a file, knows a detector or prints. Text from outside is escaped, no
//! picture needs a font file or the network, and the same data give the same bytes. Every plot has a `plot()` that
//! returns a [`Plot`]: the picture, its title, and a caption that says what to read off.

mod axis;
mod canvas;
mod contour;
mod course;
mod curves;
mod error_bars;
mod explanation;
mod histogram;
mod p_values;
mod page;
mod palette;
mod plot;
mod scatter;
mod traces;

pub use contour::Grid;
pub use course::{ScoreCourse, ScoreSpan};
pub use curves::{PrecisionRecall, Ranking, RocCurve};
pub use error_bars::{ErrorBars, ErrorLine};
pub use explanation::{ExplainedCase, ExplainedInput, ExplanationPlot};
pub use histogram::{ScoreHistogram, ScorePanel};
pub use p_values::PValueHistogram;
pub use page::{Card, CardInput, Headline, ReportInput, ReportTable};
pub use plot::{Group, Kind, Plot};
pub use scatter::{PointGroup, Scatter, ScatterPanel};
pub use traces::{TracePanel, Traces};
