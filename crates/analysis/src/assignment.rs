//! The linear assignment problem: exact optimal transport between as many points of equal mass.

/// Why a matrix has no assignment.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AssignmentError {
    /// Not n×n.
    #[error("{entries} costs are no {rows}×{rows} matrix: give one cost per row and column")]
    NotSquare {
        /// Costs given.
        entries: usize,
        /// Rows.
        rows: usize,
    },
    /// A cost is infinite or not a number.
    #[error("the cost {value} of row {row}, column {column} is not finite")]
    NotFinite {
        /// The cost.
        value: f64,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
}

/// The column of every row in an assignment of least total cost, for an n×n matrix in row-major order.
///
/// Shortest augmenting paths with dual variables (Jonker & Volgenant, *Computing* 38 (1987) 325–340, without their initialisation):
/// exact, O(n³).
pub fn assignment(costs: &[f64], rows: usize) -> Result<Vec<usize>, AssignmentError> {
    if costs.len() != rows * rows {
        return Err(AssignmentError::NotSquare { entries: costs.len(), rows });
    }
    if let Some(k) = costs.iter().position(|cost| !cost.is_finite()) {
        return Err(AssignmentError::NotFinite { value: costs[k], row: k / rows, column: k % rows });
    }
    let mut search = Search { costs, rows, potential: vec![0.0; rows], price: vec![0.0; rows], owner: vec![None; rows] };
    (0..rows).for_each(|row| search.place(row));
    let mut columns = vec![0; rows];
    for (column, owner) in search.owner.iter().enumerate() {
        owner.iter().for_each(|&row| columns[row] = column);
    }
    Ok(columns)
}

struct Search<'a> {
    costs: &'a [f64],
    rows: usize,
    /// Dual variable of each row, and of each column: potential + price is at most the cost, with equality where assigned.
    potential: Vec<f64>,
    price: Vec<f64>,
    owner: Vec<Option<usize>>,
}

impl Search<'_> {
    /// Gives `row` a column, moving others along the cheapest alternating path.
    fn place(&mut self, row: usize) {
        let n = self.rows;
        let (mut distance, mut before, mut done) = (vec![f64::INFINITY; n], vec![None; n], vec![false; n]);
        let (mut from, mut via, mut reached) = (row, None, 0.0);
        let end = loop {
            let mut nearest = None;
            for column in (0..n).filter(|&column| !done[column]) {
                let reduced = self.costs[from * n + column] - self.potential[from] - self.price[column];
                if reached + reduced < distance[column] {
                    distance[column] = reached + reduced;
                    before[column] = via;
                }
                if nearest.is_none_or(|best: usize| distance[column] < distance[best]) {
                    nearest = Some(column);
                }
            }
            // Every row has a column still free to it, so there is a nearest one.
            let Some(column) = nearest else { return };
            (done[column], reached, via) = (true, distance[column], Some(column));
            match self.owner[column] {
                Some(next) => from = next,
                None => break column,
            }
        };
        self.potential[row] += reached;
        for column in (0..n).filter(|&column| done[column]) {
            self.price[column] -= reached - distance[column];
            if let Some(owner) = self.owner[column] {
                self.potential[owner] += reached - distance[column];
            }
        }
        let mut column = end;
        while let Some(previous) = before[column] {
            self.owner[column] = self.owner[previous];
            column = previous;
        }
        self.owner[column] = Some(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(costs: &[f64], rows: usize) -> f64 {
        let columns = assignment(costs, rows).expect("finite");
        let mut seen = columns.clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..rows).collect::<Vec<_>>());
        columns.iter().enumerate().map(|(row, column)| costs[row * rows + column]).sum()
    }

    fn wave(rows: usize) -> Vec<f64> {
        (0..rows * rows).map(|k| (k as f64 * 12.9898).sin() * 5.0).collect()
    }

    fn brute(costs: &[f64], rows: usize, row: usize, free: &mut Vec<usize>) -> f64 {
        if row == rows {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for i in 0..free.len() {
            let column = free.swap_remove(i);
            best = best.min(costs[row * rows + column] + brute(costs, rows, row + 1, free));
            free.push(column);
            let last = free.len() - 1;
            free.swap(i, last);
        }
        best
    }

    #[test]
    fn no_permutation_is_cheaper() {
        for rows in 1..=7 {
            let best = brute(&wave(rows), rows, 0, &mut (0..rows).collect());
            assert!((total(&wave(rows), rows) - best).abs() < 1e-12, "{rows}");
        }
    }

    /// X-Val: `scipy.optimize.linear_sum_assignment` on the same matrices.
    #[test]
    fn totals_are_those_of_scipy() {
        for (rows, expected) in [(20, SCIPY_20), (75, SCIPY_75)] {
            assert!((total(&wave(rows), rows) - expected).abs() < 1e-9, "{rows}: {}", total(&wave(rows), rows));
        }
    }

    const SCIPY_20: f64 = -94.904_319_114_751_46;
    const SCIPY_75: f64 = -374.252_715_595_331;

    #[test]
    fn bad_costs_are_refused() {
        assert_eq!(assignment(&[1.0; 5], 2), Err(AssignmentError::NotSquare { entries: 5, rows: 2 }));
        assert!(assignment(&[0.0, 1.0, f64::INFINITY, 2.0], 2).is_err());
        assert_eq!(assignment(&[], 0), Ok(Vec::new()));
    }
}
