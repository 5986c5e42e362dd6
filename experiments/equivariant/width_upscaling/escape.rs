//! Without noise the copies stay equal, and the wide network is the narrow one for ever; with noise it fits what the narrow
//! one cannot.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients},
    tensor::scalar,
};
use lawbook_equivariant::width::{Network, Noise, Scaling, Upscaling};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A narrow student of a wide teacher.
    pub struct Student {
        /// Width of the student's two hidden layers.
        n: integer = 4, 1..=1000;
        /// Copies of each neuron.
        copies: integer = 4, 2..=100;
        /// Hidden width of the teacher.
        teacher: integer = 32, 1..=1000;
        /// Training samples.
        samples: integer = 128, 1..=1_000_000;
        /// Steps before the student is widened.
        before: integer = 150, 1..=1_000_000;
        /// Steps after it.
        after: integer = 250, 1..=1_000_000;
        /// Students, each of a teacher of its own, whose logarithms are averaged.
        students: integer = 3, 1..=10_000;
        /// Size t of the noise, in spectral norms of the weights.
        t: real = 0.3, 0.0..=10.0;
    }
}

/// Escape from the symmetric subspace.
pub struct Escape;

impl Study for Escape {
    const NAME: &'static str = "escape";
    const ABOUT: &'static str = "A narrow student trained by Adam on a wide teacher, widened with its optimiser's state, without \
        noise and with it: the training losses after further training, over that of the narrow student trained on.";
    type Params = Student;

    fn grid(profile: Profile) -> Vec<Student> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick | Profile::Full => vec![Student::default()],
        }
    }

    fn predict(points: &[Student]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        Ok(vec![
            // Rounding of f64, amplified over the steps of a stable descent.
            Claim::exact("no-escape-without-noise", [(0.0, at.site("ln loss without noise"), 0.0)])
                .within(Margin::Absolute(1e-6))
                .rival_residual("wider-is-better", "more neurons fit better", [at.site("ln loss with noise")])
                .axes("", "ln of the loss over that of the narrow student")
                .source("symmetric subspace"),
            // The paper gives no law for how much is gained. Four times as many neurons have sixteen times as many hidden weights;
            // a fall by less than a quarter would be within what the choice of the optimiser brings.
            Claim::at_most("escape-with-noise", at.site("ln loss with noise"), 0.75f64.ln())
                .rival("trapped", "the loss of the narrow student", [0.0])
                .axes("", "ln of the loss over that of the narrow student")
                .source("abstract"),
        ])
    }

    fn measure(params: &Student, cell: &mut Cell) -> Result<()> {
        let mut sums = [0.0; 2];
        for student in 0..params.students as u64 {
            let gains = gains(params, cell, student)?;
            sums.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain / params.students as f64);
        }
        cell.record("ln loss without noise", sums[0]);
        cell.record("ln loss with noise", sums[1]);
        Ok(())
    }
}

/// ln of the loss after widening without noise and with it, over that of the narrow student.
fn gains(params: &Student, cell: &Cell, student: u64) -> Result<[f64; 2]> {
    const INPUTS: i64 = 6;
    let (device, key) = (cell.device(), cell.key());
    let widths = |n: i64| [n; 2];
    let teacher = Network::mlp(INPUTS, &widths(params.teacher), 1, &widths(params.teacher))?;
    let narrow = Network::mlp(INPUTS, &widths(params.n), 1, &widths(params.n))?;
    let truth = teacher.init(1.0, &mut key.stream("teacher", student), Kind::Double, device);
    let x = key.stream("inputs", student).normal_tensor(&[params.samples, INPUTS], Kind::Double, device);
    let y = no_grad(|| teacher.forward(&truth, &x));
    let y = &y / y.std(true);
    let loss = |network: &Network, parameters: &[Tensor]| (network.forward(parameters, &x) - &y).square().mean(Kind::Double);
    let train = |network: &Network, parameters: &mut [Tensor], optimiser: &mut Optimiser, steps: i64| {
        for _ in 0..steps {
            let slopes = gradients(&loss(network, parameters), parameters);
            optimiser.step(parameters, &slopes);
        }
    };

    let (rule, decay) = (Rule::ADAM, Decay::Coupled(0.0));
    let mut small = narrow.init(1.0, &mut key.stream("student", student), Kind::Double, device);
    let multipliers = narrow.multipliers(rule, decay, Scaling::Exact);
    let mut optimiser = Optimiser::new(rule, 0.01, &small).with_multipliers(multipliers);
    train(&narrow, &mut small, &mut optimiser, params.before);

    let upscaling = Upscaling::new(&narrow, &widths(params.copies * params.n))?;
    let noise = Noise::Spectral { t: params.t };
    let branches =
        [upscaling.parameters(&small), upscaling.noisy_parameters(&small, noise, &mut key.stream("noise", student))?];
    let branches = branches.map(|large| (large, upscaling.optimiser(&optimiser, Scaling::Exact)));
    train(&narrow, &mut small, &mut optimiser, params.after);
    let reference = scalar(&loss(&narrow, &small)).ln();
    Ok(branches.map(|(mut large, mut optimiser)| {
        train(upscaling.wide(), &mut large, &mut optimiser, params.after);
        scalar(&loss(upscaling.wide(), &large)).ln() - reference
    }))
}
