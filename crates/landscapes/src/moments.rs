//! The second moments of inputs and targets: all that a linear model sees of its data.

use lawbook_core::{
    Device, Kind, Stream, Tensor,
    tensor::{scalar, to_vec},
};

/// Eigenvalues below this fraction of the largest count as zero: directions in which the inputs do not vary.
const RANK_TOLERANCE: f64 = 1e-12;

/// Why numbers cannot be the second moments of any data.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MomentsError {
    /// Not a square matrix.
    #[error("the input covariance has shape {0:?}: give a square matrix, d_x × d_x, with d_x of at least 1")]
    NotSquare(Vec<i64>),
    /// The shapes do not fit together.
    #[error(
        "the cross moments E[y xᵀ] have shape {shape:?} for {inputs} inputs: give d_y × {inputs}, with d_y of at least 1"
    )]
    CrossShape {
        /// The shape given.
        shape: Vec<i64>,
        /// The number of inputs.
        inputs: i64,
    },
    /// Samples of inputs and targets that are not pairs.
    #[error(
        "inputs of shape {inputs:?} and targets of shape {targets:?} are not pairs: give n × d_x and n × d_y, n of at least 1"
    )]
    NotPairs {
        /// The shape of the inputs.
        inputs: Vec<i64>,
        /// The shape of the targets.
        targets: Vec<i64>,
    },
    /// Infinite or not a number.
    #[error("a moment is infinite or not a number: look for overflow or missing values in the data")]
    NotFinite,
    /// Not symmetric.
    #[error("the input covariance is not symmetric: two mirrored entries differ by {difference:e}; give (A + Aᵀ)/2")]
    NotSymmetric {
        /// The largest difference.
        difference: f64,
    },
    /// A negative variance in some direction.
    #[error("the input covariance has the eigenvalue {smallest:e} beside {largest:e}: a covariance has none below 0")]
    NotPositive {
        /// The smallest eigenvalue.
        smallest: f64,
        /// The largest.
        largest: f64,
    },
    /// More signals than the smaller of inputs and targets, or none.
    #[error("{signals} signals: give between 1 and {most}, the smaller of the numbers of inputs and targets")]
    Signals {
        /// How many are given.
        signals: usize,
        /// The smaller of d_x and d_y.
        most: usize,
    },
    /// The inputs predict more of the targets than there is.
    #[error(
        "the inputs explain {explained} of the targets' E‖y‖², which is only {power}: the moments are not of one data set"
    )]
    TooMuchExplained {
        /// Sum of the squared singular values.
        explained: f64,
        /// E‖y‖².
        power: f64,
    },
}

/// A = E[x xᵀ], B = E[y xᵀ] and E‖y‖² of centred data, with the singular value decomposition of the whitened cross moments
/// Z = B A^(-1/2) = F diag(ζ) Gᵀ, which fixes every minimum of a linear model.
///
/// Where A is singular, A^(-1/2) is its pseudo-inverse: inputs that do not vary carry nothing.
#[derive(Debug)]
pub struct SecondMoments {
    /// A, d_x × d_x.
    pub input: Tensor,
    /// B, d_y × d_x.
    pub cross: Tensor,
    /// E‖y‖².
    pub target_power: f64,
    /// ζ, descending; min(d_x, d_y) of them.
    pub signals: Vec<f64>,
    /// F, d_y × min(d_x, d_y): the directions of the targets, in the order of ζ.
    pub target_directions: Tensor,
    /// G, d_x × min(d_x, d_y): the directions of the whitened inputs, in the order of ζ.
    pub input_directions: Tensor,
    /// A^(1/2).
    pub root: Tensor,
    /// A^(-1/2) on the range of A, 0 beside it.
    pub inverse_root: Tensor,
}

impl SecondMoments {
    /// From A (d_x × d_x), B (d_y × d_x) and E‖y‖².
    pub fn new(input: &Tensor, cross: &Tensor, target_power: f64) -> Result<Self, MomentsError> {
        let (input, cross) = (input.detach().to_kind(Kind::Double), cross.detach().to_kind(Kind::Double));
        let inputs = match input.size()[..] {
            [rows, columns] if rows == columns && rows > 0 => rows,
            _ => return Err(MomentsError::NotSquare(input.size())),
        };
        match cross.size()[..] {
            [targets, columns] if columns == inputs && targets > 0 => {}
            _ => return Err(MomentsError::CrossShape { shape: cross.size(), inputs }),
        }
        let total = scalar(&input.sum(Kind::Double)) + scalar(&cross.sum(Kind::Double)) + target_power;
        if !total.is_finite() {
            return Err(MomentsError::NotFinite);
        }
        let difference = scalar(&(&input - input.tr()).abs().max());
        if difference > RANK_TOLERANCE * scalar(&input.abs().max()) {
            return Err(MomentsError::NotSymmetric { difference });
        }
        let (root, inverse_root) = roots(&input)?;
        let (target_directions, signals, input_directions) = cross.matmul(&inverse_root).svd(true, true);
        let signals = to_vec(&signals);
        let explained: f64 = signals.iter().map(|zeta| zeta * zeta).sum();
        if explained > target_power * (1.0 + 1e-9) {
            return Err(MomentsError::TooMuchExplained { explained, power: target_power });
        }
        Ok(Self { input, cross, target_power, signals, target_directions, input_directions, root, inverse_root })
    }

    /// Of an autoencoder, y = x: the signals are the roots of the eigenvalues of the covariance.
    pub fn autoencoding(covariance: &Tensor) -> Result<Self, MomentsError> {
        let square = covariance.dim() == 2 && covariance.size()[0] == covariance.size()[1];
        let power = if square { scalar(&covariance.to_kind(Kind::Double).trace()) } else { 0.0 };
        Self::new(covariance, covariance, power)
    }

    /// Of samples, n × d_x and n × d_y. Means are removed, as the biases of a model would; sums are divided by n.
    pub fn of_samples(inputs: &Tensor, targets: &Tensor) -> Result<Self, MomentsError> {
        let pairs = inputs.dim() == 2 && targets.dim() == 2 && inputs.size()[0] == targets.size()[0];
        if !pairs || inputs.numel() == 0 || targets.numel() == 0 {
            return Err(MomentsError::NotPairs { inputs: inputs.size(), targets: targets.size() });
        }
        let n = inputs.size()[0] as f64;
        let (x, y) = (centred(inputs), centred(targets));
        let power = scalar(&y.square().sum(Kind::Double)) / n;
        Self::new(&(x.tr().matmul(&x) / n), &(y.tr().matmul(&x) / n), power)
    }

    /// Of a random problem with given signals ζ: inputs of a random correlation with variances between 1/2 and 2 along random axes,
    /// random directions F and G, and targets with `unexplained` power on top of Σ ζ².
    pub fn with_signals(
        signals: &[f64],
        inputs: i64,
        targets: i64,
        unexplained: f64,
        stream: &mut Stream,
        device: Device,
    ) -> Result<Self, MomentsError> {
        let most = inputs.min(targets).max(0) as usize;
        if signals.is_empty() || signals.len() > most {
            return Err(MomentsError::Signals { signals: signals.len(), most });
        }
        let count = signals.len() as i64;
        let (axes, f, g) = (
            orthonormal(inputs, inputs, stream, device),
            orthonormal(targets, count, stream, device),
            orthonormal(inputs, count, stream, device),
        );
        let deviations = (stream.uniform_tensor(&[inputs], Kind::Double, device) - 0.5) * 2f64.ln();
        let root = (&axes * deviations.exp()).matmul(&axes.tr());
        let cross = (f * Tensor::from_slice(signals).to_device(device)).matmul(&g.tr()).matmul(&root);
        let covariance = root.matmul(&root);
        let symmetric = (&covariance + covariance.tr()) * 0.5;
        Self::new(&symmetric, &cross, signals.iter().map(|zeta| zeta * zeta).sum::<f64>() + unexplained)
    }

    /// d_x, the number of inputs.
    pub fn inputs(&self) -> i64 {
        self.input.size()[0]
    }

    /// d_y, the number of targets.
    pub fn targets(&self) -> i64 {
        self.cross.size()[0]
    }
}

/// Samples, one per row, without their mean; in f64.
pub fn centred(samples: &Tensor) -> Tensor {
    let samples = samples.detach().to_kind(Kind::Double);
    &samples - samples.mean_dim([0i64].as_slice(), true, Kind::Double)
}

/// A uniformly random matrix with orthonormal columns.
fn orthonormal(rows: i64, columns: i64, stream: &mut Stream, device: Device) -> Tensor {
    let (left, _, right) = stream.normal_tensor(&[rows, columns], Kind::Double, device).svd(true, true);
    left.matmul(&right.tr())
}

/// A^(1/2) and the pseudo-inverse A^(-1/2).
fn roots(covariance: &Tensor) -> Result<(Tensor, Tensor), MomentsError> {
    let (values, vectors) = covariance.linalg_eigh("L");
    let (smallest, largest) = (scalar(&values.min()), scalar(&values.max()));
    let floor = RANK_TOLERANCE * largest;
    if largest <= 0.0 || smallest < -floor {
        return Err(MomentsError::NotPositive { smallest, largest });
    }
    let varies = values.gt(floor).to_kind(Kind::Double);
    let root = values.clamp_min(floor).sqrt();
    let spread = |scales: Tensor| (&vectors * scales).matmul(&vectors.tr());
    Ok((spread(&root * &varies), spread(&varies / &root)))
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, data::Digits, tensor::from_slice};

    use super::*;

    fn matrix(values: &[f64], rows: i64) -> Tensor {
        from_slice(values, &[rows, values.len() as i64 / rows], Kind::Double, Device::Cpu)
    }

    /// X-Val: scikit-learn 1.9.1, `PCA().fit(load_digits().data / 16).explained_variance_ * 1796 / 1797`.
    #[test]
    fn signals_of_the_digits_are_the_principal_variances_of_scikit_learn() {
        let pixels = Digits::load().expect("the data set is compiled in").pixels;
        let x = matrix(pixels.as_flattened(), 1797) / 16.0;
        let moments = SecondMoments::of_samples(&x, &x).expect("the digits are data");
        let published = [0.698856702264, 0.639166565368, 0.553552875908, 0.3947035725, 0.271384698024, 0.230764187482];
        for (zeta, variance) in moments.signals.iter().zip(published) {
            assert!((zeta * zeta - variance).abs() < 1e-11, "{} {variance}", zeta * zeta);
        }
        assert!((moments.signals[23].powi(2) - 0.03392786202).abs() < 1e-11);
        assert!((moments.target_power - 4.693276317823).abs() < 1e-11);
        // Three pixels are white in every image.
        assert_eq!(moments.signals.iter().filter(|&&zeta| zeta > 1e-6).count(), 61);
    }

    /// For orthonormal y, the signals are the canonical correlations of x and y: invariant under linear maps of x.
    #[test]
    fn signals_do_not_depend_on_the_coordinates_of_the_inputs() {
        let mut stream = Key::new(["moments"]).stream("data", 0);
        let mut draw = |rows, columns| stream.normal_tensor(&[rows, columns], Kind::Double, Device::Cpu);
        let (x, noise, mix, map) = (draw(40, 5), draw(40, 3), draw(5, 3), draw(5, 5));
        let y = x.matmul(&mix) + noise;
        let before = SecondMoments::of_samples(&x, &y).expect("data");
        let after = SecondMoments::of_samples(&x.matmul(&map), &y).expect("data");
        for (a, b) in before.signals.iter().zip(&after.signals) {
            assert!((a - b).abs() < 1e-10, "{a} {b}");
        }
        let again = before.target_directions.matmul(&Tensor::from_slice(&before.signals).diag(0));
        let again = again.matmul(&before.input_directions.tr()).matmul(&before.root);
        assert!(scalar(&(again - &before.cross).abs().max()) < 1e-12);
    }

    #[test]
    fn a_random_problem_has_the_signals_asked_for() {
        let mut stream = Key::new(["signals"]).stream("problem", 0);
        let moments = SecondMoments::with_signals(&[1.5, 0.8], 5, 4, 3.0, &mut stream, Device::Cpu).expect("moments");
        let expected = [1.5, 0.8, 0.0, 0.0];
        assert!(moments.signals.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{:?}", moments.signals);
        assert_eq!((moments.inputs(), moments.targets()), (5, 4));
        let none = SecondMoments::with_signals(&[1.0; 3], 5, 2, 1.0, &mut stream, Device::Cpu).expect_err("three into two");
        assert!(none.to_string().starts_with("3 signals: give between 1 and 2"), "{none}");
    }

    #[test]
    fn what_no_data_can_have_is_said_with_its_numbers() {
        let error = |input: &Tensor, cross: &Tensor, power| {
            SecondMoments::new(input, cross, power).expect_err("bad input").to_string()
        };
        let (identity, cross) = (matrix(&[1.0, 0.0, 0.0, 1.0], 2), matrix(&[0.5, 0.5], 1));
        assert!(error(&cross, &cross, 1.0).contains("[1, 2]"));
        assert!(error(&identity, &identity.unsqueeze(0), 1.0).contains("d_y × 2"));
        assert!(error(&identity, &cross, f64::NAN).contains("not a number"));
        assert!(error(&matrix(&[1.0, 0.5, 0.0, 1.0], 2), &cross, 1.0).contains("5e-1"));
        assert!(error(&matrix(&[1.0, 2.0, 2.0, 1.0], 2), &cross, 1.0).contains("eigenvalue -1"));
        assert!(error(&identity, &cross, 0.4).contains("only 0.4"));
        let samples = SecondMoments::of_samples(&identity, &cross).expect_err("two inputs, one target").to_string();
        assert!(samples.contains("[2, 2]") && samples.contains("[1, 2]"), "{samples}");
    }
}
