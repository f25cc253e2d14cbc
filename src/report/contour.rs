//! Lines of equal value through a grid, by marching squares.

use std::collections::BTreeMap;

/// Values on a regular grid: `values[row · columns + column]`, rows by growing y, columns by growing x.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// x of the first and of the last column.
    pub x: (f64, f64),
    /// y of the first and of the last row.
    pub y: (f64, f64),
    /// Number of columns.
    pub columns: usize,
    /// The values; lines are left out where one is not finite.
    pub values: Vec<f64>,
}

/// An edge of the grid: the node it starts from, and whether it goes up.
type Edge = (usize, bool);

impl Grid {
    fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The paths on which the value is `level`: open ones end at the border, closed ones end where they start.
    pub(super) fn contour(&self, level: f64) -> Vec<Vec<(f64, f64)>> {
        let mut links: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
        for (from, to) in self.segments(level) {
            links.entry(from).or_default().push(to);
            links.entry(to).or_default().push(from);
        }
        let mut paths = Vec::new();
        // Open paths first, from an end; what is left is closed.
        for open in [true, false] {
            let starts: Vec<Edge> = links.keys().copied().collect();
            for start in starts {
                if links[&start].is_empty() || (open && links[&start].len() != 1) {
                    continue;
                }
                let mut path = vec![self.crossing(start, level)];
                let mut at = start;
                while let Some(next) = links.get_mut(&at).and_then(Vec::pop) {
                    if let Some(back) = links.get_mut(&next) {
                        back.retain(|edge| *edge != at);
                    }
                    path.push(self.crossing(next, level));
                    at = next;
                }
                paths.push(path);
            }
        }
        paths
    }

    /// The pieces of the line within each cell, as pairs of crossed edges.
    fn segments(&self, level: f64) -> Vec<(Edge, Edge)> {
        let n = self.columns;
        let mut segments = Vec::new();
        for row in 1..self.rows() {
            for column in 1..n {
                let corner = (row - 1) * n + column - 1;
                // Corners counter-clockwise from below left, and the edges that follow them.
                let corners = [corner, corner + 1, corner + n + 1, corner + n];
                let edges: [Edge; 4] = [(corner, false), (corner + 1, true), (corner + n, false), (corner, true)];
                let values = corners.map(|node| self.values[node]);
                if values.iter().any(|v| !v.is_finite()) {
                    continue;
                }
                let above = values.map(|v| v >= level);
                let crossed: Vec<Edge> = (0..4).filter(|&i| above[i] != above[(i + 1) % 4]).map(|i| edges[i]).collect();
                match crossed[..] {
                    [a, b] => segments.push((a, b)),
                    // A saddle: the mean of the corners says which pair of corners is joined.
                    [a, b, c, d] => {
                        let joined = (values.iter().sum::<f64>() / 4.0 >= level) == above[0];
                        segments.extend(if joined { [(a, b), (c, d)] } else { [(a, d), (b, c)] });
                    }
                    _ => {}
                }
            }
        }
        segments
    }

    /// Where the line crosses an edge.
    fn crossing(&self, (node, up): Edge, level: f64) -> (f64, f64) {
        let other = if up { node + self.columns } else { node + 1 };
        let (from, to) = (self.values[node], self.values[other]);
        let t = ((level - from) / (to - from)).clamp(0.0, 1.0);
        let at = |place: f64, count: usize, (low, high): (f64, f64)| low + (high - low) * place / (count - 1) as f64;
        let (column, row) = ((node % self.columns) as f64, (node / self.columns) as f64);
        let (column, row) = if up { (column, row + t) } else { (column + t, row) };
        (at(column, self.columns, self.x), at(row, self.rows(), self.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(f: impl Fn(f64, f64) -> f64) -> Grid {
        let at = |i: usize| -2.0 + i as f64 * 0.1;
        let values = (0..41 * 31).map(|i| f(at(i % 41), at(i / 41) + 0.5)).collect();
        Grid { x: (-2.0, 2.0), y: (-1.5, 1.5), columns: 41, values }
    }

    #[test]
    fn a_circle_is_one_closed_path_of_its_radius() {
        let paths = grid(|x, y| x * x + y * y).contour(1.0);
        assert_eq!(paths.len(), 1);
        let path = &paths[0];
        assert_eq!(path[0], *path.last().unwrap());
        assert!(path.len() > 60);
        assert!(path.iter().all(|p| (p.0.hypot(p.1) - 1.0).abs() < 0.005), "{path:?}");
    }

    #[test]
    fn a_plane_is_one_open_path_from_border_to_border() {
        let paths = grid(|x, _| x).contour(0.33);
        assert_eq!(paths.len(), 1);
        assert_eq!(paths[0].len(), 31);
        assert!(paths[0].iter().all(|p| (p.0 - 0.33).abs() < 1e-12));
    }

    #[test]
    fn saddles_and_two_hills_come_apart() {
        assert_eq!(grid(|x, y| x * y).contour(0.05).len(), 2);
        let hills = grid(|x, y| (-(x - 1.0).powi(2) - y * y).exp() + (-(x + 1.0).powi(2) - y * y).exp());
        assert_eq!(hills.contour(0.9).len(), 2);
        assert_eq!(hills.contour(0.5).len(), 1);
    }

    #[test]
    fn holes_and_nothing_are_left_out() {
        assert!(grid(|_, _| f64::NAN).contour(0.0).is_empty());
        assert!(Grid::default().contour(0.0).is_empty());
        assert!(grid(|_, _| 1.0).contour(2.0).is_empty());
    }
}
