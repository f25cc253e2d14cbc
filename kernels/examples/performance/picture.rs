//! Bars, one group a shape: ours first, then the rivals, with the machine's peak as a line where it applies.

use super::record::Entry;
use std::fmt::Write;

/// Colours that the colour-blind can tell apart (Okabe & Ito 2008): ours, then the rivals.
const COLOURS: [&str; 5] = ["#0072B2", "#E69F00", "#999999", "#CC79A7", "#009E73"];
/// Width of the picture, of the labels, and of the longest bar.
const WIDTH: f64 = 860.0;
const LABELS: f64 = 250.0;
const BAR: f64 = 510.0;
/// Height of a bar and of the gap behind a group.
const HEIGHT: f64 = 11.0;
const GAP: f64 = 9.0;
/// Height of title and key.
const HEAD: f64 = 62.0;

/// The figure as a complete SVG file.
pub fn bars(title: &str, entries: &[&Entry]) -> String {
    let mut names: Vec<&str> = vec!["ours"];
    for (name, _) in entries.iter().flat_map(|e| &e.rivals) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let flops = entries[0].counts_flops;
    let rates = |e: &Entry| -> Vec<f64> { std::iter::once(e.ours).chain(e.rivals.iter().map(|r| r.1)).collect() };
    let most = entries.iter().flat_map(|e| rates(e).into_iter().chain(flops.then_some(e.peak))).fold(0.0, f64::max);
    let place = |rate: f64| LABELS + BAR * rate / most;
    let bars: usize = entries.iter().map(|e| 1 + e.rivals.len()).sum();
    let height = HEAD + bars as f64 * HEIGHT + entries.len() as f64 * GAP + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\" role=\"img\">\n<title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let mut draw = |element: std::fmt::Arguments<'_>| writeln!(svg, "{element}").expect("a string takes everything");
    draw(format_args!("<text x=\"12\" y=\"22\" font-size=\"15\">{title}, {}</text>", entries[0].unit()));
    let mut x = 12.0;
    for (name, colour) in names.iter().zip(COLOURS) {
        draw(format_args!("<rect x=\"{x:.0}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{colour}\"/>"));
        draw(format_args!("<text x=\"{:.0}\" y=\"46\">{name}</text>", x + 17.0));
        x += 34.0 + 6.6 * name.len() as f64;
    }
    if flops {
        draw(format_args!("<text x=\"{x:.0}\" y=\"46\">dashed: peak of multiply-adds</text>"));
    }
    let mut y = HEAD;
    for entry in entries {
        let top = y;
        draw(format_args!(
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LABELS - 8.0,
            top + 9.0,
            entry.label().replace("->", "→")
        ));
        let ours = ("ours", entry.ours);
        for (name, rate) in std::iter::once(ours).chain(entry.rivals.iter().map(|(name, rate)| (name.as_str(), *rate)))
        {
            let colour = COLOURS[names.iter().position(|n| *n == name).expect("a name") % COLOURS.len()];
            let end = place(rate);
            draw(format_args!(
                "<rect x=\"{LABELS}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
                end - LABELS,
                HEIGHT - 1.0
            ));
            draw(format_args!(
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\" fill=\"#333333\">{rate}</text>",
                end + 4.0,
                y + 8.5
            ));
            y += HEIGHT;
        }
        if flops {
            let x = place(entry.peak);
            draw(format_args!(
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{y:.1}\" stroke=\"#000000\" \
                 stroke-dasharray=\"3 2\"/>"
            ));
        }
        y += GAP;
    }
    svg + "</svg>\n"
}
