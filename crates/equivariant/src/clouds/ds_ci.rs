//! DeepSets on conjugation invariants (Blum-Smith et al. 2024): generically universal invariants of the Gram matrix.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::gradients, tensor::scalar};

use super::{CloudError, CloudModel, PointClouds};
use crate::{
    mlp::{Mlp, ModelError},
    sets::{Aggregation, SetModel, slopes},
};

/// Which pairs of points the averages run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// i ≠ j: normalised DS-CI. Duplication brings the diagonal of G among the pairs, so that it is compatible up to O(1/n) only
    /// (Lemma H.2 of the paper).
    Distinct,
    /// All n²: compatible DS-CI.
    All,
}

impl Pairs {
    /// The entries of the Gram matrices `[b, n, n]` over these pairs, `[b, pairs, 1]`, each unordered pair once if distinct.
    pub fn entries(self, gram: &Tensor) -> Tensor {
        let n = gram.size()[1];
        let flat = gram.flatten(1, 2);
        match self {
            Self::All => flat,
            Self::Distinct => {
                let above = Tensor::triu_indices(n, n, 1, (Kind::Int64, gram.device()));
                flat.index_select(1, &(above.get(0) * n + above.get(1)))
            }
        }
        .unsqueeze(-1)
    }

    /// f* `[b, 1]`: the mean of G_ii G_ij over these pairs.
    pub fn star(self, gram: &Tensor) -> Tensor {
        let n = gram.size()[1] as f64;
        let diagonal = gram.diagonal(0, -2, -1);
        let all = (diagonal.unsqueeze(-1) * gram).sum_dim_intlist([-2i64, -1].as_slice(), false, gram.kind());
        let same = diagonal.square().sum_dim_intlist([-1i64].as_slice(), false, gram.kind());
        match self {
            Self::All => all / (n * n),
            Self::Distinct => (all - same) / (n * (n - 1.0)),
        }
        .unsqueeze(-1)
    }
}

/// DS-CI(V) = C(D₁({G_ii}), D₂({G_ij}), M(f*)) with normalised DeepSets D₁, D₂, networks M and C, G = VVᵀ and f* the mean of
/// G_ii G_ij. Invariant under S_n × O(k). O(n²k).
///
/// Parameters are those of D₁, D₂, M and C in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DsCi {
    pairs: Pairs,
    set: SetModel,
    star: Mlp,
    last: Mlp,
}

impl DsCi {
    /// The networks of the paper's experiment, with hidden widths and outputs h = `width` (10 there): D: 1 → h → h → 2h, mean,
    /// 2h → h → h; M: 1 → h → h → h; C: 3h → h.
    pub fn new(pairs: Pairs, width: i64) -> Result<Self, ModelError> {
        let h = width;
        let set = SetModel::new(Mlp::new(&[1, h, h, 2 * h])?, Aggregation::Mean, Mlp::new(&[2 * h, h, h])?)?;
        Ok(Self { pairs, set, star: Mlp::new(&[1, h, h, h])?, last: Mlp::new(&[3 * h, h])? })
    }

    /// The same networks over other pairs.
    #[must_use]
    pub fn over(&self, pairs: Pairs) -> Self {
        Self { pairs, ..self.clone() }
    }
}

impl DsCi {
    /// The loss that a head makes of the outputs `[clouds, outputs]`, and its gradient by the head's parameters, then by the model's.
    pub fn slopes_through(
        &self,
        parameters: &[Tensor],
        clouds: &PointClouds,
        head_parameters: &[Tensor],
        head: impl Fn(&Tensor) -> Tensor,
    ) -> Result<(f64, Vec<Tensor>), CloudError> {
        let (first, second, rest) = self.split(parameters);
        let gram = self.gram(clouds)?;
        let star = self.pairs.star(&gram);
        let parts =
            [(&self.set, first, &gram.diagonal(0, -2, -1).unsqueeze(-1)), (&self.set, second, &self.pairs.entries(&gram))];
        let tail: Vec<Tensor> = head_parameters.iter().chain(rest).map(Tensor::shallow_clone).collect();
        let loss = |outputs: &[Tensor]| head(&self.join([&outputs[0], &outputs[1]], rest, &star));
        let found = slopes::through(&parts, |outputs| slopes::by_autograd(outputs, &tail, loss));
        if let Some((loss, mut slopes)) = found {
            let after = slopes[0].split_off(head_parameters.len());
            slopes.push(after);
            return Ok((loss, slopes.into_iter().flatten().collect()));
        }
        let loss = head(&self.forward(parameters, clouds)?);
        let all: Vec<Tensor> = head_parameters.iter().chain(parameters).map(Tensor::shallow_clone).collect();
        Ok((scalar(&loss), gradients(&loss, &all)))
    }

    /// The parameters of D₁, D₂, and of M and C together.
    fn split<'a>(&self, parameters: &'a [Tensor]) -> (&'a [Tensor], &'a [Tensor], &'a [Tensor]) {
        let set = self.set.point().tensors() + self.set.readout().tensors();
        let (first, others) = parameters.split_at(set);
        let (second, rest) = others.split_at(set);
        (first, second, rest)
    }

    fn gram(&self, clouds: &PointClouds) -> Result<Tensor, CloudError> {
        if self.pairs == Pairs::Distinct && clouds.size() < 2 {
            return Err(CloudError::NoPair(clouds.size()));
        }
        Ok(clouds.gram())
    }

    /// C of the outputs of D₁ and D₂, and of M(f*).
    fn join(&self, [diagonal, pairs]: [&Tensor; 2], rest: &[Tensor], star: &Tensor) -> Tensor {
        let (middle, last) = rest.split_at(self.star.tensors());
        self.last.forward(last, &Tensor::cat(&[diagonal, pairs, &self.star.forward(middle, star)], -1))
    }
}

impl CloudModel for DsCi {
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let mut parameters = self.set.init(stream, kind, device);
        parameters.extend(self.set.init(stream, kind, device));
        parameters.extend(self.star.init(stream, kind, device));
        parameters.extend(self.last.init(stream, kind, device));
        parameters
    }

    fn forward(&self, parameters: &[Tensor], clouds: &PointClouds) -> Result<Tensor, CloudError> {
        let (first, second, rest) = self.split(parameters);
        let gram = self.gram(clouds)?;
        let diagonal = self.set.forward(first, &gram.diagonal(0, -2, -1).unsqueeze(-1));
        let pairs = self.set.forward(second, &self.pairs.entries(&gram));
        Ok(self.join([&diagonal, &pairs], rest, &self.pairs.star(&gram)))
    }

    fn parameter_count(&self) -> i64 {
        2 * self.set.parameter_count() + self.star.parameter_count() + self.last.parameter_count()
    }
}
