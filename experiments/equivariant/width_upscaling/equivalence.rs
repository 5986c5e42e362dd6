//! The function is the same when the network is widened, and after further steps of either.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Optimiser, parameter},
    tensor::scalar,
};
use lawbook_equivariant::width::{Noise, Scaling, Upscaling};

use super::task::Task;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A small network, an optimiser and its widening.
    pub struct Widened {
        /// A perceptron 7-6-10-4, a dense or a convolutional residual network with batch norm, or a GPT of one block.
        network: choice = "mlp", ["mlp", "residual", "convolutional", "gpt"];
        /// The optimiser, with its usual momenta.
        optimiser: choice = "sgd", ["sgd", "nesterov", "adam", "amsgrad", "adamw"];
        /// Copies of the first width.
        first: integer = 3, 2..=100;
        /// Copies of the second width.
        second: integer = 2, 2..=100;
        /// Steps before the network is widened.
        before: integer = 30, 1..=100_000;
        /// Steps after it.
        after: integer = 200, 1..=100_000;
    }
}

/// Rounding of f64, of order 1e-16 per step, amplified by some steps of a stable descent.
const ROUNDING: Margin = Margin::Absolute(1e-10);

/// The two trainings side by side.
pub struct Equivalence;

impl Study for Equivalence {
    const NAME: &'static str = "equivalence";
    const ABOUT: &'static str = "A small network trained, widened with its optimiser's state, and trained on beside the narrow one: \
        the largest difference of an output, with the multipliers of the law, of the mup package, and with none.";
    type Params = Widened;

    fn grid(profile: Profile) -> Vec<Widened> {
        let point = |network: &str, optimiser: &str, after: i64| Widened {
            network: network.to_owned(),
            optimiser: optimiser.to_owned(),
            after,
            ..Widened::default()
        };
        if profile == Profile::Smoke {
            return vec![point("mlp", "adam", 60)];
        }
        // The released test takes 200 steps. On random labels Adam leaves its stable regime after some 150, and amplifies rounding
        // from 1e-13 at step 100 to 1e-7 at step 200; 60 steps test the identity and not that.
        let perceptrons = ["sgd", "nesterov", "adam", "amsgrad", "adamw"].map(|optimiser| point("mlp", optimiser, 60));
        let deep = [("residual", "sgd"), ("convolutional", "sgd"), ("gpt", "adamw")];
        perceptrons.into_iter().chain(deep.map(|(network, optimiser)| point(network, optimiser, 30))).collect()
    }

    fn predict(points: &[Widened]) -> Result<Vec<Claim>> {
        let sites = |observable: &'static str, chosen: &dyn Fn(&Widened) -> bool| {
            points.iter().filter(|p| chosen(p)).map(|p| Self::at(p).site(observable)).collect::<Vec<_>>()
        };
        let exact = |id: &str, observable: &'static str, chosen: &dyn Fn(&Widened) -> bool| {
            let zeros = sites(observable, chosen).into_iter().enumerate().map(|(i, site)| (i as f64, site, 0.0));
            Claim::exact(id, zeros).within(ROUNDING).axes("network and optimiser", "largest difference of an output")
        };
        let mut claims = vec![
            exact("function-preserved", "at widening", &|_| true)
                .rival_residual("undivided", "every weight is copied as it is", sites("undivided", &|_| true))
                .source("widening of weights"),
            exact("copies-stay-copies", "spread", &|_| true)
                .axes("network and optimiser", "largest difference of two copies after training")
                .rival_residual("noise", "a thousandth of noise tells them apart", sites("noisy spread", &|_| true))
                .source("symmetry of the copies"),
        ];
        for optimiser in ["sgd", "nesterov", "adam", "amsgrad", "adamw"] {
            let own = |p: &Widened| p.optimiser == optimiser;
            if !points.iter().any(own) {
                continue;
            }
            let claim = exact(&format!("training-preserved-{optimiser}"), "after training", &own)
                .rival_residual("unscaled", "the optimiser of the narrow network as it is", sites("unscaled", &own))
                .source("Equivalence under training");
            claims.push(if optimiser.starts_with('a') {
                let because = "mup: ε unscaled, and coupled decay multiplied as decoupled decay would be";
                claim.rival_residual("mup-package", because, sites("package", &own))
            } else {
                claim
            });
        }
        Ok(claims)
    }

    fn measure(params: &Widened, cell: &mut Cell) -> Result<()> {
        let task = Task::draw(&params.network, &params.optimiser, cell)?;
        let (narrow, x) = (&task.network, &task.inputs);
        let (rule, eta, decay) = task.optimiser;
        let widths = [params.first * narrow.widths()[0], params.second * narrow.widths()[1]];
        let upscaling = Upscaling::new(narrow, &widths)?;
        let wide = upscaling.wide();
        let mut small = narrow.init(1.0, &mut cell.stream("initial parameters"), Kind::Double, cell.device());
        let mut optimiser = Optimiser::new(rule, eta, &small).with_decay(decay).with_multipliers(narrow.multipliers(
            rule,
            decay,
            Scaling::Exact,
        ));
        task.train(narrow, &mut small, &mut optimiser, params.before as usize);

        let widened = upscaling.parameters(&small);
        let from =
            |wanted: &Tensor, parameters: &[Tensor]| no_grad(|| scalar(&(wide.forward(parameters, x) - wanted).abs().max()));
        let then = no_grad(|| narrow.forward(&small, x));
        cell.record("at widening", from(&then, &widened));
        let undivided: Vec<Tensor> = widened.iter().zip(upscaling.classes()).map(|(w, class)| w / class.weight()).collect();
        cell.record("undivided", from(&then, &undivided));

        let noisy = upscaling.noisy_parameters(&small, Noise::Spectral { t: 1e-3 }, &mut cell.stream("noise"))?;
        cell.record("noisy spread", upscaling.spread(&noisy));

        let branches = [("after training", Scaling::Exact), ("package", Scaling::Package), ("unscaled", Scaling::None)]
            .map(|(name, scaling)| (name, upscaling.optimiser(&optimiser, scaling)));
        task.train(narrow, &mut small, &mut optimiser, params.after as usize);
        let then = no_grad(|| narrow.forward(&small, x));
        for (name, mut optimiser) in branches {
            let mut large: Vec<Tensor> = widened.iter().map(|w| parameter(w, Kind::Double)).collect();
            task.train(wide, &mut large, &mut optimiser, params.after as usize);
            cell.record(name, from(&then, &large));
            if name == "after training" {
                cell.record("spread", upscaling.spread(&large));
            }
        }
        Ok(())
    }
}
