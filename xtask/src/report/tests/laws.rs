//! The laws of the made-up run.

use lawbook_claims::{Claim, Evidence, Margin, PhaseDiagram, PublishedTable, Verdict};

use super::fixture::{along, around, evenly, geometric, law, site, sites};
use crate::outcome::LawOutcome;

pub(super) fn balance() -> LawOutcome {
    let times = evenly(0.0, 8.0, 17);
    let decay = |t: f64| (-0.5 * t).exp();
    let curve = Claim::curve("imbalance-decays", along(&times, decay))
        .within(Margin::Absolute(0.05))
        .rival("gradient-flow", "conserves the difference of squared norms", times.iter().map(|_| 1.0))
        .rival("twice-the-rate", "forgets the factor of two of the symmetrised noise", times.iter().map(|t| (-t).exp()))
        .axes("time ηt", "relative imbalance (‖u‖² − ‖w‖²)/(‖u₀‖² − ‖w₀‖²)")
        .source("eq. (6)");
    let quantiles = evenly(-3.0, 3.0, 13);
    let logistic = |x: f64| 1.0 / (1.0 + (-1.7 * x).exp());
    let distribution = Claim::distribution("stationary-distribution", along(&quantiles, logistic))
        .within(Margin::Absolute(0.04))
        .out_of(10_000)
        .rival(
            "isotropic-noise",
            "drops the state dependence of the noise",
            quantiles.iter().map(|x| 1.0 / (1.0 + (-0.8 * x).exp())),
        )
        .axes("product uw", "probability at or below")
        .source("Theorem 3");
    let means = |f: &dyn Fn(f64) -> f64, xs: &[f64]| xs.iter().map(|x| f(*x)).collect::<Vec<_>>();
    law(
        "law-of-balance",
        "dynamics",
        "SGD balances adjacent layers",
        r"\frac{\mathrm{d}}{\mathrm{d}t}\left(\lVert u\rVert^2-\lVert w\rVert^2\right) = -\eta\left(u^{\mathsf T}C_1u - w^{\mathsf T}C_2w\right), \qquad P(v) \propto \frac{1}{|v|^{3/2}\,(k v^2-2 v+1)^{1+\frac{1}{\eta}}}\exp\!\left[-\int_0^{v}\frac{\mathrm{d}s}{\eta\,(ks^2-2s+1)}\right]",
        vec![
            (curve, around(&means(&|t| decay(t) * 1.01, &times), 0.008, 12)),
            (distribution, around(&means(&logistic, &quantiles), 0.004, 8)),
            (
                Claim::value("stationary-variance", site("variance"), 0.25)
                    .within(Margin::Relative(0.07))
                    .rival("continuous-time", "drops the terms of second order in the step", [0.2])
                    .source("eq. (12)"),
                around(&[0.2513], 0.004, 6),
            ),
            (
                Claim::ratio(
                    "ratio-of-two-very-long-names-that-somebody-found-necessary-to-write-out",
                    site("above"),
                    site("below"),
                    2.0,
                )
                .within(Margin::Absolute(0.1))
                .rival("equipartition", "gives every mode the same energy", [1.0]),
                around(&[4.01, 2.0], 0.003, 12),
            ),
            (
                Claim::at_most("phase-escape-rate", site("rate"), 1.0e-7).within(Margin::Absolute(2.0e-9)).rival(
                    "kramers",
                    "ignores that the noise vanishes at the origin",
                    [3.2e-7],
                ),
                around(&[4.0e-8], 0.05, 6),
            ),
            (
                Claim::at_least("order-of-scheme", site("order"), 0.9).rival(
                    "strong-half",
                    "the order without the correction",
                    [0.5],
                ),
                around(&[0.993], 0.004, 6),
            ),
            (
                Claim::exact(
                    "conserved-under-full-batch",
                    (0..5).map(|i| (f64::from(i), site("charge").at(f64::from(i)), 0.0)),
                )
                .within(Margin::Absolute(1e-10))
                .rival_residual("wrong-charge", "adds the norms instead of subtracting them", [site("sum")]),
                Evidence::from_rows((0..6).map(|s| (s, vec![0.0, 1e-15, -2e-15, 3.3e-16, 0.0, 0.3 + 0.01 * s as f64]))),
            ),
        ],
    )
}

pub(super) fn capacity() -> LawOutcome {
    let loads = evenly(0.08, 0.2, 13);
    let overlap = |x: f64| 0.97 / (1.0 + ((x - 0.143) / 0.006).exp());
    let sizes = [64.0, 128.0, 256.0, 512.0, 1024.0];
    let threshold = Claim::threshold("critical-load", sites(&loads), 0.5, 0.138)
        .within(Margin::Absolute(0.012))
        .rival("signal-to-noise", "ignores correlations between the fields", [0.18])
        .rival("gardner-bound", "optimises over all couplings", [2.0])
        .axes("load K/N", "overlap m after convergence")
        .source("Amit, Gutfreund & Sompolinsky 1987, Fig. 1")
        .phase_diagram(
            PhaseDiagram::new("load", "temperature", "overlap")
                .cells((0..144).map(|i| (f64::from(i % 16), f64::from(i / 16), site("y"))))
                .boundary("critical load", (0..16).map(|i| (f64::from(i), 0.4 * f64::from(i))))
                .boundary("a rival's", [(0.0, 5.0), (15.0, 5.0)]),
        )
        .published(
            PublishedTable::new("critical load; published at N = 512", "Amit et al. 1987, arXiv:2310.03722", ["rule", "N"])
                .row(["Hebb", "512"], 0.1379, site("y"))
                .row(["Hebb & noise", "4096"], 0.144, site("y"))
                .fault("sampled without `replacement`")
                .row(["pseudo-inverse", "512"], 512.0, site("y")),
        );
    let unlocated = Claim::threshold("reentrant-load", sites(&loads), 0.99, 0.09)
        .within(Margin::Absolute(0.02))
        .rival("no-reentrance", "puts it at zero", [0.0])
        .axes("load K/N", "overlap m");
    let exponent = Claim::exponent("capacity-exponent", sites(&sizes), 2.0)
        .within(Margin::Absolute(0.1))
        .rival("pairwise", "counts pairs instead of triples", [1.0])
        .rival("exponential-in-disguise", "would bend upwards", [2.6])
        .axes("neurons N", "patterns stored")
        .source("Burns & Fukai 2023, arXiv:2305.05179, eq. (9)");
    let long = geometric(1e-6, 1e6, 40);
    let law_of = |x: f64| 1e-3 * x.sqrt() / (1.0 + x.powf(0.25));
    let wide = Claim::curve("crossover", along(&long, law_of))
        .within(Margin::Relative(0.15))
        .rival("no-crossover", "keeps the small-field exponent for ever", long.iter().map(|x| 1e-3 * x.sqrt()))
        .axes("inverse temperature β", "susceptibility χ")
        .log_x()
        .log_y();
    law(
        "hopfield-capacity",
        "memory",
        "A Hopfield network stores 0.138 patterns per neuron",
        r"m = \operatorname{erf}\!\left(\frac{m}{\sqrt{2\alpha r}}\right), \qquad r = \frac{1}{(1-C)^2}, \qquad C = \sqrt{\frac{2}{\pi\alpha r}}\,e^{-m^2/2\alpha r}",
        vec![
            (threshold, around(&loads.iter().map(|x| overlap(*x)).collect::<Vec<_>>(), 0.01, 12)),
            (exponent, around(&sizes.map(|n| 0.01 * n * n), 0.01, 8)),
            (wide, around(&long.iter().map(|x| law_of(*x) * 1.02).collect::<Vec<_>>(), 0.01, 10)),
            (unlocated, around(&loads.iter().map(|x| overlap(*x)).collect::<Vec<_>>(), 0.01, 6)),
            (
                Claim::value("overlap-at-capacity", site("overlap"), 0.967)
                    .within(Margin::Absolute(0.005))
                    .rival("full-recall", "forgets the frozen noise", [1.0])
                    .finding(
                        Verdict::Fails,
                        "The overlap at capacity is 0.93 at N = 512: the `1/N` corrections that the replica \
                        calculation drops are larger than the margin. Extrapolated to infinite size it is 0.966(2).",
                    )
                    .source("eq. (4.8)"),
                around(&[0.931], 0.003, 8),
            ),
            (
                Claim::value("surprise", site("surprise"), 1.0).within(Margin::Absolute(0.05)).rival(
                    "other",
                    "is the other one",
                    [2.0],
                ),
                around(&[1.31], 0.01, 8),
            ),
            (
                Claim::value("always-recalled", site("recalled"), 1.0).within(Margin::Absolute(0.01)).rival(
                    "half",
                    "recalls by chance",
                    [0.5],
                ),
                Evidence::from_rows((0..6).map(|s| (s, vec![1.0]))),
            ),
        ],
    )
}

pub(super) fn escape() -> LawOutcome {
    let steps = geometric(1e-3, 0.5, 6);
    law(
        "escape-rate",
        "dynamics",
        "SGD escapes sharp minima at a power of their depth",
        r"\gamma = \frac{1}{2\pi}\sqrt{H(b)\,|H(a)|}\,\exp\!\left[-\frac{2B}{\eta}\left(\frac{s}{H(a)} + \frac{1-s}{|H(b)|}\right)\Delta L\right]",
        vec![
            (
                Claim::value("rate-at-small-step", site("rate"), 3.2e-12).within(Margin::Relative(0.1)).rival(
                    "flat",
                    "has no noise",
                    [1e-9],
                ),
                around(&[3.3e-12], 0.2, 6),
            ),
            (
                Claim::curve("rate-against-step", along(&steps, |x| 100.0 * x))
                    .within(Margin::Relative(0.05))
                    .rival("arrhenius", "has constant noise", steps.iter().map(|x| 30.0 * x.sqrt()))
                    .axes("step η", "rate γ")
                    .log_x(),
                around(&steps.iter().map(|x| 100.0 * x).collect::<Vec<_>>(), 0.05, 3),
            ),
            (
                Claim::value("outside", site("rate"), 1.0)
                    .within(Margin::Absolute(0.1))
                    .rival("two", "doubles it", [2.0])
                    .assuming("η < 2/λ", true)
                    .assuming("T < T_c", false),
                around(&[1.0], 0.01, 6),
            ),
            (
                Claim::value("broken", site("rate"), 1.0).within(Margin::Absolute(0.1)).rival("two", "doubles it", [2.0]),
                Evidence::default().with_failures(vec!["seed 3: the solver left the domain <0, 1>".to_owned()]),
            ),
            (
                Claim::value("unmeasured", site("rate"), 6.02e23).within(Margin::Relative(0.1)).rival(
                    "two",
                    "doubles it",
                    [1.2e24],
                ),
                Evidence::default(),
            ),
            (
                Claim::value("huge", site("rate"), 6.022e23).within(Margin::Relative(0.01)).rival(
                    "two",
                    "doubles it",
                    [1.2e24],
                ),
                around(&[6.02e23], 0.0007, 6),
            ),
            (
                Claim::at_most("survivor", site("rate"), 1.0)
                    .within(Margin::Absolute(0.2))
                    .rival("near", "lies within the slack of the bound", [1.05])
                    .rival("far", "lies far above", [3.0]),
                around(&[1.06], 0.01, 6),
            ),
        ],
    )
}

pub(super) fn equivariance() -> LawOutcome {
    let identity = |id: &str, off: f64, rival: f64| {
        let claim = Claim::exact(id, [(0.0, site("residual"), 0.0)]).within(Margin::Absolute(1e-9)).rival_residual(
            "broken",
            "permutes one axis only",
            [site("broken")],
        );
        (claim, Evidence::from_rows((0..3).map(|seed| (seed, vec![off, rival]))))
    };
    law(
        "any-size",
        "equivariant",
        "One set of weights acts on sets, graphs and point clouds of any size",
        r"\begin{aligned} W &\in \operatorname{Hom}_{S_n}\!\left((\mathbb{R}^n)^{\otimes k}, (\mathbb{R}^n)^{\otimes l}\right), \\ \dim &= B(k+l) \quad \text{for } n \ge k+l \end{aligned}",
        vec![
            identity("permutation-equivariance", 2e-14, 0.7),
            identity("size-consistency", 0.0, 1.3),
            identity("projection", 3e-7, 2.0),
            identity("rival-not-refuted", 1e-12, 1e-11),
        ],
    )
}
