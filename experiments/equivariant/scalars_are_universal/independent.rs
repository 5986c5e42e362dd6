//! How many of the products are independent: the rank of their derivatives at a generic point.

use anyhow::Result;
use lawbook_core::{
    Kind,
    tensor::{from_slice, to_vec},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// n vectors for n from d to a largest number.
    pub struct Vectors {
        /// Dimension d.
        d: integer = 3, 2..=6;
        /// The largest number of vectors.
        most: integer = 7, 2..=12;
    }
}

/// Ranks.
pub struct Independent;

impl Study for Independent {
    const NAME: &'static str = "independent";
    const ABOUT: &'static str = "The rank of the derivative of all ⟨v_i, v_j⟩, i ≤ j, with respect to the nd coordinates, at normal \
        vectors.";
    type Params = Vectors;

    fn grid(_: Profile) -> Vec<Vectors> {
        vec![Vectors::default()]
    }

    fn predict(points: &[Vectors]) -> Result<Vec<Claim>> {
        let claim = |params: &Vectors| {
            let (at, d) = (Self::at(params), params.d as f64);
            let numbers = || (params.d..=params.most).map(|n| n as f64);
            let curve = numbers().map(|n| (n, at.site("rank").at(n), n * d - d * (d - 1.0) / 2.0));
            Claim::exact("independent-products", curve)
                .within(Margin::Absolute(0.0))
                .rival(
                    "all-products",
                    "n (n + 1)/2, as if none depended on the others",
                    numbers().map(|n| n * (n + 1.0) / 2.0),
                )
                .rival("all-coordinates", "nd, as if the frame could be told", numbers().map(|n| n * d))
                .axes("n", "independent products")
                .source("Section 3: O(nd) of the n² products suffice")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &Vectors, cell: &mut Cell) -> Result<()> {
        let (d, mut stream) = (params.d as usize, cell.stream("vectors"));
        for n in d..=params.most as usize {
            let v: Vec<f64> = (0..n * d).map(|_| stream.normal()).collect();
            // d⟨v_i, v_j⟩ = ⟨dv_i, v_j⟩ + ⟨v_i, dv_j⟩.
            let row = |(i, j): (usize, usize)| {
                let mut row = vec![0.0; n * d];
                (0..d).for_each(|mu| row[i * d + mu] += v[j * d + mu]);
                (0..d).for_each(|mu| row[j * d + mu] += v[i * d + mu]);
                row
            };
            let rows: Vec<f64> = (0..n).flat_map(|i| (i..n).map(move |j| (i, j))).flat_map(row).collect();
            let jacobian = from_slice(&rows, &[-1, (n * d) as i64], Kind::Double, cell.device());
            let values = to_vec(&jacobian.svd(true, false).1);
            cell.record_at("rank", n as f64, values.iter().filter(|value| **value > 1e-9 * values[0]).count() as f64);
        }
        Ok(())
    }
}
