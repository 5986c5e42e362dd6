//! Where the last latent unit collapses: against the decoder variance, against β, and with a learnable decoder variance.

use anyhow::Result;
use lawbook_landscapes::latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel};

use super::{designed, train};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A problem with the signals ζ = 1.5, 0.6, 0.3 near the collapse of the first.
    pub struct Params {
        /// Which threshold: σ learnable against η_dec², against β, σ fixed against η_dec², or σ and η_dec learnable against β.
        case: choice = "decoder-variance", ["decoder-variance", "beta", "fixed-sigma", "learnable-decoder"];
        /// The control parameter: η_dec² or β.
        control: real = 1.0, 0.001..=1000.0;
        /// η_enc, the standard deviation of the prior.
        eta_enc: real = 1.0, 0.01..=10.0;
        /// Number of random starts in a cell.
        starts: integer = 4, 1..=1000;
    }
}

const SIGNALS: [f64; 3] = [1.5, 0.6, 0.3];
/// E‖y‖² − Σ ζ².
const UNEXPLAINED: f64 = 12.0;
const TARGETS: f64 = 4.0;
/// Where σ is fixed.
const SIGMA: f64 = 0.5;
/// β where η_dec² is the control parameter, and η_dec² where β is.
const BETA: f64 = 2.0;
const DECODER_VARIANCE: f64 = 0.5;

/// The control parameters of the grid, in units of a number near the middle; the threshold is bracketed by ±2 %.
const FRACTIONS: [f64; 8] = [0.7, 0.85, 0.95, 0.98, 1.02, 1.05, 1.15, 1.3];

impl Params {
    fn model(&self) -> LinearLatentModel {
        let (beta, decoder_variance) = match self.case.as_str() {
            "beta" => (self.control, DecoderVariance::Fixed(DECODER_VARIANCE)),
            "learnable-decoder" => (self.control, DecoderVariance::Learnable),
            _ => (BETA, DecoderVariance::Fixed(self.control)),
        };
        let fixed = self.case == "fixed-sigma";
        let encoder_variance =
            if fixed { EncoderVariance::Fixed(vec![SIGMA * SIGMA; 2]) } else { EncoderVariance::Learnable };
        LinearLatentModel { latents: 2, beta, prior_variance: self.eta_enc.powi(2), encoder_variance, decoder_variance }
    }
}

/// The control parameter at which the first signal collapses.
fn critical(case: &str, eta_enc: f64) -> f64 {
    let signal = SIGNALS[0];
    match case {
        "beta" => signal.powi(2) / DECODER_VARIANCE,
        "fixed-sigma" => (signal * eta_enc / SIGMA).powi(2) / BETA,
        "learnable-decoder" => TARGETS * signal.powi(2) / power(),
        _ => signal.powi(2) / BETA,
    }
}

/// E‖y‖².
fn power() -> f64 {
    SIGNALS.iter().map(|zeta| zeta * zeta).sum::<f64>() + UNEXPLAINED
}

/// The rivals of a case: name, why, and where it puts the threshold.
fn rivals(case: &str, eta_enc: f64) -> Vec<(&'static str, &'static str, f64)> {
    let (law, square) = (critical(case, eta_enc), SIGNALS[0].powi(2));
    match case {
        "beta" => vec![
            ("beta-squared", "takes β for a standard deviation, as η_dec is", law.sqrt()),
            ("root-beta", "takes β for a fourth power, as where ζ is compared with √β σ", law.powi(2)),
            ("prior-enters", "compares with the decoder variance in units of the prior's", law * eta_enc.powi(2)),
        ],
        "fixed-sigma" => vec![
            ("learnable-sigma", "the threshold of the variational autoencoder", square / BETA),
            ("squared-signal", "compares ζ² instead of ζ with √β σ η_dec/η_enc", (square * eta_enc / SIGMA).powi(2) / BETA),
            ("beta-squared", "takes β for a standard deviation", law / BETA),
        ],
        "learnable-decoder" => vec![
            ("never", "probabilistic PCA, y = x: complete collapse is impossible up to β = 1", 1.0),
            ("total-variance", "compares with the total instead of the mean variance of the targets", law / TARGETS),
            ("beta-squared", "takes β for a standard deviation", law.sqrt()),
        ],
        _ => vec![
            ("beta-squared", "takes β for a standard deviation, as η_dec is", square / BETA.powi(2)),
            ("root-beta", "takes β for a fourth power", square / BETA.sqrt()),
            ("beta-forgotten", "the threshold of probabilistic PCA", square),
            ("prior-enters", "compares with the decoder variance in units of the prior's", law * eta_enc.powi(2)),
        ],
    }
}

/// The fraction of random starts that end with a live unit, across the threshold.
#[derive(Debug)]
pub struct Threshold;

impl Study for Threshold {
    const NAME: &'static str = "threshold";
    const ABOUT: &'static str = "Trains two latent units from random weights on either side of the collapse of the last one, and \
        records the fraction of starts in which any unit is alive: whitened encoder above 1e-3 standard deviations.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        // The prior's variance is 1 nowhere, so that a threshold in which it enters lies elsewhere.
        let cases = [
            ("decoder-variance", 0.8),
            ("decoder-variance", 1.6),
            ("beta", 0.8),
            ("fixed-sigma", 0.8),
            ("learnable-decoder", 0.8),
        ];
        let (cases, fractions, starts) = match profile {
            Profile::Smoke => (&cases[1..3], &FRACTIONS[3..5], 6),
            Profile::Quick => (&cases[..], &FRACTIONS[1..7], 4),
            Profile::Full => (&cases[..], &FRACTIONS[..], 8),
        };
        let mut points = Vec::new();
        for &(case, eta_enc) in cases {
            let middle = critical(case, eta_enc);
            let point = |fraction: &f64| Params { case: case.to_owned(), control: fraction * middle, eta_enc, starts };
            points.extend(fractions.iter().map(point));
        }
        points
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut sorted = points.to_vec();
        let key = |p: &Params| (p.case.clone(), p.eta_enc, p.starts);
        sorted.sort_by(|a, b| {
            let groups = a.case.cmp(&b.case).then(a.eta_enc.total_cmp(&b.eta_enc)).then(a.starts.cmp(&b.starts));
            groups.then(a.control.total_cmp(&b.control))
        });
        let claims = sorted.chunk_by(|a, b| key(a) == key(b)).map(|group| {
            let (case, prior, starts) = key(&group[0]);
            let sites = group.iter().map(|point| (point.control, Threshold::at(point).site("alive")));
            let name = format!("threshold-{case}-prior-{prior}");
            // The bracket is 2 % to either side; within it the last mode is too slow to be decided cheaply.
            let claim = Claim::threshold(&name, sites, 0.5, critical(&case, prior)).within(Margin::Relative(0.025));
            let claim =
                rivals(&case, prior).into_iter().fold(claim, |claim, (rival, why, at)| claim.rival(rival, why, [at]));
            let axis = if case.ends_with("variance") || case == "fixed-sigma" { "decoder variance η_dec²" } else { "β" };
            claim.out_of(starts as u64).axes(axis, "fraction of starts with a live unit").source(super::THEOREM)
        });
        Ok(claims.collect())
    }

    fn measure(params: &Params, cell: &mut Cell) -> Result<()> {
        let moments = designed(&SIGNALS, UNEXPLAINED, cell.device())?;
        let model = params.model();
        let mut stream = cell.stream("weights");
        let mut alive = 0;
        for _ in 0..params.starts {
            // 2 % from the threshold the curvature is about 0.02: a slope of 1e-8 leaves a dying unit at 1e-6.
            let state = train(&model, &moments, &mut stream, 1e-8)?;
            alive += i32::from(state.active(1e-3 * params.eta_enc) > 0);
        }
        cell.record("alive", f64::from(alive) / params.starts as f64);
        Ok(())
    }
}
