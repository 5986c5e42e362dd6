//! A dense memory that classifies: memories reach over the input and over one neuron per class, and the class neurons take
//! one step of the update (Krotov & Hopfield 2016, arXiv 1606.01164, section 4, eqs. 9 to 14).
//!
//! Memory μ is a real vector `ξ^μ` over N input sites and C class neurons. With all class neurons at −1, the vote for class α
//! is what the energy falls by when its neuron turns to +1:
//!
//! `a_α = Σ_μ F(h_μ + 2ξ_α^μ) − F(h_μ)`, `h_μ = Σ_i ξ_i^μ v_i − Σ_γ ξ_γ^μ`, `F(x) = max(x/T, 0)^n`, output `c_α = tanh a_α`.
//!
//! ```
//! use lawbook_core::{Key, data::Digits};
//! use lawbook_memory::classifier::{Classifier, Example, Shape, Training};
//!
//! let Digits { pixels, labels } = Digits::load()?;
//! let input = |image: &[f64; 64]| image.iter().map(|ink| ink / 8.0 - 1.0).collect();
//! let example = |(image, label)| Example { input: input(image), label: usize::from(label) };
//! let digits: Vec<Example> = pixels.iter().zip(labels).map(example).collect();
//!
//! let mut stream = Key::new(["example"]).stream("training", 0);
//! let shape = Shape { memories: 60, inputs: 64, classes: 10 };
//! let mut classifier = Classifier::random(shape, 20, 40.0, &mut stream)?;
//! let temperatures = (40.0, 40.0);
//! let rule = Training { epochs: 10, power: 3, batch: 100, temperatures, ..Training::default() };
//! classifier.train(&digits[..1200], &rule, &mut stream)?;
//! assert!(classifier.error_rate(&digits[1200..])? < 0.2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! At low order many memories share each decision, and none looks like a digit; at high order one decides, and it does. Below,
//! for each class, the memory with the largest share in the energy of its digits (orange: ink wanted, blue: ink unwanted), as
//! `cargo run -p lawbook-memory --example memories` draws it.
//!
#![doc = include_str!("../docs/memories.svg")]
//!
//! Overlaps are divided by the temperature T before they are raised, for `x^n` and `T^n` each leave f64 long before their
//! ratio does.

use lawbook_core::{Stream, simd::Level};

mod answer;
mod error;
mod training;

use answer::Answer;
pub use error::ClassifierError;
use error::out_of_range;
pub use training::{Example, Training};

use crate::slices::add_scaled;

/// How many memories, input sites and classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Memories K.
    pub memories: usize,
    /// Input sites N.
    pub inputs: usize,
    /// Classes C.
    pub classes: usize,
}

/// A dense memory with class neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    shape: Shape,
    order: u32,
    temperature: f64,
    /// ξ, site after site, inputs before classes; the values of all memories at one site lie together.
    sites: Vec<f64>,
}

/// The overlaps of one input, raised; kept between inputs to spare allocations.
#[derive(Debug, Clone)]
struct Response {
    /// h_μ, then max(h_μ/T, 0).
    base: Vec<f64>,
    /// The same to the power n − 1.
    base_slope: Vec<f64>,
    /// max((h_μ + 2ξ_α^μ)/T, 0), class after class.
    turned: Vec<f64>,
    /// The same to the power n − 1.
    turned_slope: Vec<f64>,
    /// Room for the squares on the way to a power.
    squares: Vec<f64>,
    /// a_α.
    votes: Vec<f64>,
}

impl Classifier {
    /// A classifier with these memories: `memories[μ]` holds the N input sites and then the C class sites of memory μ.
    ///
    /// `order` is n, from 2 to 2³¹ − 1; `temperature` is T, positive, in units of the overlap.
    pub fn new(shape: Shape, order: u32, temperature: f64, memories: &[Vec<f64>]) -> Result<Self, ClassifierError> {
        let Shape { memories: count, inputs, classes } = shape;
        if count == 0 || inputs == 0 || classes < 2 {
            return Err(ClassifierError::Empty { memories: count, inputs, classes });
        }
        // The exponents of f64 are those of i32. Where overlaps are smaller than T, no overflow refuses higher ones.
        if order < 2 || i32::try_from(order).is_err() {
            return Err(out_of_range("order n", f64::from(order), "from 2 to 2147483647"));
        }
        let length = |what, expected, found| {
            if expected == found { Ok(()) } else { Err(ClassifierError::Length { what, expected, found }) }
        };
        length("memories", count, memories.len())?;
        memories.iter().try_for_each(|memory| length("sites of a memory", inputs + classes, memory.len()))?;
        memories.iter().try_for_each(|memory| finite("a site of a memory", memory))?;
        let sites = (0..inputs + classes).flat_map(|site| memories.iter().map(move |memory| memory[site])).collect();
        Self { shape, order, temperature: 1.0, sites }.at_temperature(temperature)
    }

    /// A classifier to be trained: sites drawn from a normal distribution of mean −0.3 and standard deviation 0.3, as in the
    /// authors' notebook (github.com/DimaKrotov/Dense_Associative_Memory).
    pub fn random(shape: Shape, order: u32, temperature: f64, stream: &mut Stream) -> Result<Self, ClassifierError> {
        let memory = |_| (0..shape.inputs + shape.classes).map(|_| 0.3 * stream.normal() - 0.3).collect();
        let memories: Vec<Vec<f64>> = (0..shape.memories).map(memory).collect();
        Self::new(shape, order, temperature, &memories)
    }

    /// The same memories at another temperature.
    pub fn at_temperature(mut self, temperature: f64) -> Result<Self, ClassifierError> {
        self.check_temperature(temperature)?;
        self.temperature = temperature;
        Ok(self)
    }

    /// How many memories, input sites and classes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Memory `mu`: its N input sites and then its C class sites.
    ///
    /// # Panics
    /// If there is no such memory.
    pub fn memory(&self, mu: usize) -> Vec<f64> {
        assert!(mu < self.shape.memories, "memory {mu} of {}", self.shape.memories);
        self.sites.chunks_exact(self.shape.memories).map(|site| site[mu]).collect()
    }

    /// The energy `−Σ_μ F(Σ_i ξ_i^μ v_i + Σ_γ ξ_γ^μ x_γ)` of an input v and class neurons x.
    pub fn energy(&self, input: &[f64], labels: &[f64]) -> Result<f64, ClassifierError> {
        self.check_input(input)?;
        let (expected, found) = (self.shape.classes, labels.len());
        if expected != found {
            return Err(ClassifierError::Length { what: "class neurons", expected, found });
        }
        finite("a class neuron", labels)?;
        let overlaps = self.overlaps(input.iter().chain(labels));
        let energy = -overlaps.iter().map(|h| (h.max(0.0) / self.temperature).powi(self.order as i32)).sum::<f64>();
        within_range(input.iter().chain(labels), &[energy])?;
        Ok(energy)
    }

    /// The votes `a_α`: what the energy falls by when class neuron α turns from `−step` to `step`, the others at `−step`.
    ///
    /// The paper classifies with `step` 1. For small steps `a_α/2·step` tends to [`feed_forward`](Self::feed_forward).
    pub fn votes(&self, input: &[f64], step: f64) -> Result<Vec<f64>, ClassifierError> {
        self.check_input(input)?;
        finite("the step of a class neuron", &[step])?;
        let mut response = self.response();
        self.respond(input, step, &mut response);
        within_range(input.iter().chain(&[step]), &response.votes)?;
        Ok(response.votes)
    }

    /// The outputs `c_α = tanh a_α`, from −1 to 1 (eq. 9).
    pub fn outputs(&self, input: &[f64]) -> Result<Vec<f64>, ClassifierError> {
        Ok(self.votes(input, 1.0)?.into_iter().map(f64::tanh).collect())
    }

    /// The class with the most votes; of equal ones the first.
    pub fn classify(&self, input: &[f64]) -> Result<usize, ClassifierError> {
        let votes = self.votes(input, 1.0)?;
        Ok((1..votes.len()).fold(0, |best, class| if votes[class] > votes[best] { class } else { best }))
    }

    /// The dual network: one hidden layer with input weights ξ_i, output weights ξ_α and activation `F'`,
    /// `Σ_μ ξ_α^μ F'(Σ_i ξ_i^μ v_i)` (eqs. 10 and 11). It is the negative gradient of the energy at class neurons of 0.
    pub fn feed_forward(&self, input: &[f64]) -> Result<Vec<f64>, ClassifierError> {
        self.check_input(input)?;
        let overlaps = self.overlaps(input);
        let scale = f64::from(self.order) / self.temperature;
        let slope = |h: &f64| scale * (h.max(0.0) / self.temperature).powi(self.order as i32 - 1);
        let hidden: Vec<f64> = overlaps.iter().map(slope).collect();
        let outward = self.class_sites();
        let outputs: Vec<f64> = outward.map(|site| site.iter().zip(&hidden).map(|(xi, f)| xi * f).sum()).collect();
        within_range(input, &outputs)?;
        Ok(outputs)
    }

    /// The share of each memory in the energy of an input: `F(Σ_i ξ_i^μ v_i)` over its sum. All 0 where every memory is silent.
    pub fn shares(&self, input: &[f64]) -> Result<Vec<f64>, ClassifierError> {
        self.check_input(input)?;
        let overlaps = self.overlaps(input);
        let largest = overlaps.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let weights: Vec<f64> = overlaps.iter().map(|h| (h.max(0.0) / largest).powi(self.order as i32)).collect();
        let sum = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        within_range(input, &overlaps)?;
        Ok(weights.into_iter().map(|weight| weight / sum).collect())
    }

    /// How many memories decide together: the participation ratio `1/Σ share²`, from 1 to K; 0 where every memory is silent.
    pub fn participation(&self, input: &[f64]) -> Result<f64, ClassifierError> {
        let squares: f64 = self.shares(input)?.iter().map(|share| share * share).sum();
        Ok(if squares > 0.0 { 1.0 / squares } else { 0.0 })
    }

    /// Energies must stay within f64 however the memories lie towards an input from −1 to 1: |h| is at most the sum of all sites.
    fn check_temperature(&self, temperature: f64) -> Result<(), ClassifierError> {
        if !(temperature > 0.0 && temperature.is_finite()) {
            return Err(out_of_range("temperature T", temperature, "positive and finite"));
        }
        let largest = self.sites.iter().fold(1.0, |most, xi| f64::max(most, xi.abs()));
        let overlap = largest * (self.shape.inputs + 2 * self.shape.classes) as f64;
        let log_energy = f64::from(self.order) * (overlap / temperature).ln() + (self.shape.memories as f64).ln();
        if log_energy < 700.0 {
            return Ok(());
        }
        Err(out_of_range("temperature T", temperature, "large enough that (overlap/T)^n stays within f64"))
    }

    fn check_input(&self, input: &[f64]) -> Result<(), ClassifierError> {
        let (expected, found) = (self.shape.inputs, input.len());
        if expected != found {
            return Err(ClassifierError::Length { what: "input sites", expected, found });
        }
        finite("an input site", input)
    }

    /// `Σ ξ_I s_I` over the first sites, as many as there are values.
    fn overlaps<'a>(&self, values: impl IntoIterator<Item = &'a f64>) -> Vec<f64> {
        let mut overlaps = vec![0.0; self.shape.memories];
        for (value, site) in values.into_iter().zip(self.sites.chunks_exact(self.shape.memories)) {
            add_scaled(&mut overlaps, *value, site);
        }
        overlaps
    }

    fn class_sites(&self) -> std::slice::ChunksExact<'_, f64> {
        self.sites[self.shape.inputs * self.shape.memories..].chunks_exact(self.shape.memories)
    }

    fn response(&self) -> Response {
        let (memories, classes) = (self.shape.memories, self.shape.classes);
        let (base, turned) = (vec![0.0; memories], vec![0.0; memories * classes]);
        Response {
            base_slope: base.clone(),
            base,
            turned_slope: turned.clone(),
            squares: turned.clone(),
            turned,
            votes: vec![0.0; classes],
        }
    }

    /// The response to an input, class neurons at `−step` and turning to `step`.
    fn respond(&self, input: &[f64], step: f64, response: &mut Response) {
        Level::widest().run(Answer { classifier: self, input, step, response });
    }
}

fn finite(what: &'static str, values: &[f64]) -> Result<(), ClassifierError> {
    values.iter().find(|value| !value.is_finite()).map_or(Ok(()), |&value| Err(out_of_range(what, value, "finite")))
}

/// Refuses what has left f64, naming the largest of the sites that it came from.
fn within_range<'a>(from: impl IntoIterator<Item = &'a f64>, results: &[f64]) -> Result<(), ClassifierError> {
    if results.iter().all(|result| result.is_finite()) {
        return Ok(());
    }
    let largest =
        from.into_iter().copied().fold(0.0, |most: f64, value| if value.abs() > most.abs() { value } else { most });
    Err(out_of_range("the largest site", largest, "small enough that (overlap/T)^n stays within f64"))
}

#[cfg(test)]
#[path = "classifier/tests.rs"]
mod tests;
