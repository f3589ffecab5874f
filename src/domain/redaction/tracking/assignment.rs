//! Who goes with whom at the least cost: the Hungarian method (Kuhn, 1955), with potentials.
//!
//! Refuses a pair that costs more than a limit. Next: `trail`.

/// What a pair costs that must not be: more than all that may be.
const APART: f64 = 1.0e6;

/// For each row the column that goes with it, each column at most once, at the least sum of costs. A pair
/// that costs more than `limit` is not made.
pub fn pairs(costs: &[Vec<f32>], columns: usize, limit: f32) -> Vec<Option<usize>> {
    let allowed = |row: usize, column: usize| costs.get(row).and_then(|row| row.get(column)).filter(|cost| **cost <= limit);
    let cost = |row: usize, column: usize| allowed(row, column).map_or(APART, |cost| f64::from(*cost));
    // A square, so that everybody can be left over; row and column 0 stand for nobody.
    let edge = costs.len().max(columns);
    let mut row_potential = vec![0.0; edge + 1];
    let mut column_potential = vec![0.0; edge + 1];
    let mut row_of = vec![0_usize; edge + 1];
    for row in 1..=edge {
        let mut way = vec![0_usize; edge + 1];
        let mut least = vec![f64::INFINITY; edge + 1];
        let mut done = vec![false; edge + 1];
        row_of[0] = row;
        let mut column = 0;
        while row_of[column] != 0 {
            done[column] = true;
            let from = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for other in (1..=edge).filter(|other| !done[*other]) {
                let reduced = cost(from - 1, other - 1) - row_potential[from] - column_potential[other];
                if reduced < least[other] {
                    least[other] = reduced;
                    way[other] = column;
                }
                if least[other] < step {
                    step = least[other];
                    next = other;
                }
            }
            for other in 0..=edge {
                if done[other] {
                    row_potential[row_of[other]] += step;
                    column_potential[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    let mut pairs = vec![None; costs.len()];
    for (column, row) in row_of.iter().enumerate().take(columns + 1).skip(1) {
        let row = row - 1;
        if allowed(row, column - 1).is_some() {
            pairs[row] = Some(column - 1);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::pairs;

    /// The least sum by trying everything.
    fn tried(costs: &[Vec<f32>], columns: usize, row: usize, taken: &mut Vec<bool>, limit: f32) -> (usize, f32) {
        let Some(of_row) = costs.get(row) else { return (0, 0.0) };
        let mut best = tried(costs, columns, row + 1, taken, limit);
        for column in 0..columns {
            if !taken[column] && of_row[column] <= limit {
                taken[column] = true;
                let (made, sum) = tried(costs, columns, row + 1, taken, limit);
                taken[column] = false;
                let with = (made + 1, sum + of_row[column]);
                if with.0 > best.0 || with.0 == best.0 && with.1 < best.1 {
                    best = with;
                }
            }
        }
        best
    }

    proptest! {
        #[test]
        fn pairs_are_the_cheapest_and_nobody_has_two(
            (columns, costs) in (0..5_usize).prop_flat_map(|columns| {
                (Just(columns), prop::collection::vec(prop::collection::vec(0.0..10.0_f32, columns), 0..5))
            }),
            limit in 1.0..10.0_f32,
        ) {
            let found = pairs(&costs, columns, limit);
            let mut taken: Vec<usize> = found.iter().flatten().copied().collect();
            let made = taken.len();
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), made);
            let sum: f32 = found.iter().enumerate().filter_map(|(row, column)| Some(costs[row][(*column)?])).sum();
            let (most, least) = tried(&costs, columns, 0, &mut vec![false; columns], limit);
            prop_assert_eq!(made, most);
            prop_assert!((sum - least).abs() < 1e-3, "{} instead of {}", sum, least);
        }
    }
}
