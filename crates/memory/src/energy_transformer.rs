//! The Energy Transformer: one block that attends and remembers by descending one energy.
//!
//! ```
//! use lawbook_core::{Device, Key, Kind};
//! use lawbook_memory::energy_transformer::{EnergyTransformer, Keys, Sizes};
//!
//! let mut stream = Key::new(["example"]).stream("block", 0);
//! let sizes = Sizes { features: 32, heads: 4, head_features: 8, memories: 128 };
//! let block = EnergyTransformer::random(sizes, 0.18, Keys::Others, &mut stream)?;
//! let tokens = stream.normal_tensor(&[10, 32], Kind::Double, Device::Cpu);
//! let (before, after) = (block.energy(&tokens)?, block.energy(&block.run(&tokens, 0.1, 12)?)?);
//! assert!(after.double_value(&[]) < before.double_value(&[]));
//! # Ok::<(), lawbook_memory::modern::ContinuousError>(())
//! ```

use lawbook_core::{Device, Kind, Stream, Tensor};

pub mod completion;
mod norm;

pub use norm::Normalisation;

pub use crate::continuous::ContinuousError;
use crate::continuous::{finite, last_dimension, positive, same_kind};

/// Which keys a query attends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Those of the other tokens, as in the paper's energy.
    Others,
    /// Those of all tokens, its own included, as in the published code.
    All,
}

/// The sizes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Features per token, D.
    pub features: i64,
    /// Attention heads, H.
    pub heads: i64,
    /// Features per head, Y.
    pub head_features: i64,
    /// Memories of the Hopfield network, K.
    pub memories: i64,
}

impl Sizes {
    /// Trainable numbers: keys, queries, memories, the scale of the normalisation and its shift.
    pub fn parameters(self) -> i64 {
        2 * self.heads * self.head_features * self.features + self.memories * self.features + 1 + self.features
    }
}

/// A block with energy `E = E_ATT + E_HN` over normalised tokens g (Hoover et al., *Energy Transformer*, NeurIPS 2023, arXiv
/// 2302.07253):
///
/// `E_ATT = −β⁻¹ Σ_h Σ_C ln Σ_B exp(β K_hB·Q_hC)`, `E_HN = −½ Σ_B Σ_μ max(ξ_μ·g_B, 0)²`, `dx/dt = −∂E/∂g`.
///
/// Tokens are rows: shape `[…, N, D]`.
#[derive(Debug)]
pub struct EnergyTransformer {
    /// W^Q: shape `[H, Y, D]`.
    pub queries: Tensor,
    /// W^K: shape `[H, Y, D]`.
    pub keys: Tensor,
    /// ξ: shape `[K, D]`.
    pub memories: Tensor,
    /// How tokens x become normalised tokens g.
    pub normalisation: Normalisation,
    /// Inverse temperature of the attention; 1/√Y in the paper.
    pub beta: f64,
    /// Which keys a query attends to.
    pub attends_to: Keys,
}

impl EnergyTransformer {
    /// A block with independent normal weights of the given standard deviation, γ = 1, δ = 0, β = 1/√Y.
    pub fn random(sizes: Sizes, deviation: f64, attends_to: Keys, stream: &mut Stream) -> Result<Self, ContinuousError> {
        positive("standard deviation of the weights", deviation)?;
        let Sizes { features, heads, head_features, memories } = sizes;
        for (what, size) in
            [("features", features), ("heads", heads), ("head features", head_features), ("memories", memories)]
        {
            positive(what, size as f64)?;
        }
        let mut normals = |shape: &[i64]| stream.normal_tensor(shape, Kind::Double, Device::Cpu) * deviation;
        Ok(Self {
            queries: normals(&[heads, head_features, features]),
            keys: normals(&[heads, head_features, features]),
            memories: normals(&[memories, features]),
            normalisation: Normalisation::plain(features, (Kind::Double, Device::Cpu)),
            beta: (head_features as f64).sqrt().recip(),
            attends_to,
        })
    }

    /// The same on another device.
    #[must_use]
    pub fn to_device(&self, device: Device) -> Self {
        self.map(|tensor| tensor.to_device(device))
    }

    /// The same with every parameter replaced.
    #[must_use]
    pub fn map(&self, f: impl Fn(&Tensor) -> Tensor) -> Self {
        Self {
            queries: f(&self.queries),
            keys: f(&self.keys),
            memories: f(&self.memories),
            normalisation: self.normalisation.map(&f),
            beta: self.beta,
            attends_to: self.attends_to,
        }
    }

    /// The same block attending to other keys; it shares its weights.
    #[must_use]
    pub fn attending_to(&self, attends_to: Keys) -> Self {
        Self { attends_to, ..self.map(Tensor::shallow_clone) }
    }

    /// The energy of tokens: `E(g(x))`, one number per set of tokens.
    pub fn energy(&self, tokens: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(tokens)?;
        let g = self.normalisation.normalised(tokens);
        Ok(self.attention_energy(&g)? + self.memory_energy(&g)?)
    }

    /// `E_ATT` of normalised tokens.
    pub fn attention_energy(&self, g: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(g)?;
        let (keys, queries) = self.heads(g);
        let log_sums = (self.scores(&keys, &queries)).logsumexp([-1i64].as_slice(), false);
        Ok(log_sums.sum_dim_intlist([-2i64, -1].as_slice(), false, None) / -self.beta)
    }

    /// `E_HN` of normalised tokens.
    pub fn memory_energy(&self, g: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(g)?;
        let overlaps = g.matmul(&self.memories.tr()).relu();
        Ok(overlaps.square().sum_dim_intlist([-2i64, -1].as_slice(), false, None) * -0.5)
    }

    /// `−∂E_ATT/∂g`, in its two terms. The first is attention as every transformer has it, its values the queries' weights:
    /// each query moves towards the keys it attends to. In the second each key moves towards the queries that attend to it.
    pub fn attention(&self, g: &Tensor) -> Result<[Tensor; 2], ContinuousError> {
        self.check(g)?;
        let (keys, queries) = self.heads(g);
        let weights = self.scores(&keys, &queries).softmax(-1, None);
        let towards_queries = back(&weights.transpose(-2, -1).matmul(&queries), &self.keys);
        Ok([back(&weights.matmul(&keys), &self.queries), towards_queries])
    }

    /// Attention as every transformer has it, with values `K W^V` of their own (shape `[H, Y, D]`): a control, for it descends
    /// no energy. Values `queries` give the first term of [`attention`](Self::attention).
    pub fn attention_with(&self, values: &Tensor, g: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(g)?;
        if values.size() != self.queries.size() {
            let expected = format!("{:?}, as the queries", self.queries.size());
            return Err(ContinuousError::Shape { what: "values", found: values.size(), expected });
        }
        same_kind("values", values, &self.queries)?;
        let (keys, queries) = self.heads(g);
        Ok(back(&self.scores(&keys, &queries).softmax(-1, None).matmul(&keys), values))
    }

    /// `−∂E_HN/∂g`.
    pub fn recollection(&self, g: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(g)?;
        Ok(g.matmul(&self.memories.tr()).relu().matmul(&self.memories))
    }

    /// The descent direction `−∂E/∂g` at these tokens, written out: no autograd.
    pub fn update(&self, tokens: &Tensor) -> Result<Tensor, ContinuousError> {
        self.check(tokens)?;
        let g = self.normalisation.normalised(tokens);
        let [towards_keys, towards_queries] = self.attention(&g)?;
        Ok(towards_keys + towards_queries + self.recollection(&g)?)
    }

    /// One step `x + α (−∂E/∂g)`.
    pub fn step(&self, tokens: &Tensor, alpha: f64) -> Result<Tensor, ContinuousError> {
        Ok(self.update(tokens)? * alpha + tokens)
    }

    /// So many steps: the forward pass of the block.
    pub fn run(&self, tokens: &Tensor, alpha: f64, steps: usize) -> Result<Tensor, ContinuousError> {
        finite("tokens", tokens)?;
        (0..steps).try_fold(tokens.shallow_clone(), |tokens, _| self.step(&tokens, alpha))
    }

    /// Keys and queries of every head: shape `[…, H, N, Y]`.
    fn heads(&self, g: &Tensor) -> (Tensor, Tensor) {
        let g = g.unsqueeze(-3);
        (g.matmul(&self.keys.transpose(-2, -1)), g.matmul(&self.queries.transpose(-2, -1)))
    }

    /// `β K_B·Q_C`, a row per query C, with −∞ where it does not attend.
    fn scores(&self, keys: &Tensor, queries: &Tensor) -> Tensor {
        let scores = queries.matmul(&keys.transpose(-2, -1)) * self.beta;
        match self.attends_to {
            Keys::All => scores,
            Keys::Others => {
                let count = scores.size()[scores.dim() - 1];
                let own = Tensor::full([count], f64::NEG_INFINITY, (scores.kind(), scores.device())).diag(0);
                scores + own
            }
        }
    }

    fn check(&self, tokens: &Tensor) -> Result<(), ContinuousError> {
        last_dimension("tokens", tokens, self.memories.size()[1])?;
        same_kind("tokens", tokens, &self.memories)?;
        let shape = tokens.size();
        let enough = shape.len() > 1 && shape[shape.len() - 2] > 1;
        let expected = "at least two tokens, one per row".to_owned();
        if enough { Ok(()) } else { Err(ContinuousError::Shape { what: "tokens", found: shape, expected }) }
    }
}

/// From heads back to features: the sum over heads.
fn back(per_head: &Tensor, weights: &Tensor) -> Tensor {
    per_head.matmul(weights).sum_dim_intlist([-3i64].as_slice(), false, None)
}

#[cfg(test)]
mod tests;
