//! Facts stored in several copies, each in another context: what a key alone extracts.
//!
//! A copy is a key block, a context block and a value block. Key and value are those of the fact, the context is drawn for each
//! copy (augmentation). A value is read by holding key and context and updating the value's sites, which start at random.

use lawbook_core::Stream;

use crate::{
    MemoryError, Patterns, Separation, State,
    mixture::{Block, Cluster, Field, Kind},
};

/// How facts are drawn, and in which memory they are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactModel {
    /// Separation function F.
    pub separation: Separation,
    /// Facts, at least 2.
    pub facts: usize,
    /// Copies M of each, at least 1.
    pub copies: usize,
    /// Sites of key, context and value, each at least 1.
    pub blocks: [usize; 3],
}

/// In which context a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// That of a stored copy of the fact.
    Trained,
    /// One that was never stored.
    Fresh,
    /// That of a stored copy of another fact.
    Foreign,
}

impl FactModel {
    /// Sites of key, context and value together.
    pub fn sites(&self) -> usize {
        self.blocks.iter().sum()
    }

    /// Draws all copies, those of a fact one after another.
    pub fn draw(&self, stream: &mut Stream) -> Result<Patterns, MemoryError> {
        self.check()?;
        let [key, context, _] = self.blocks;
        let facts = Patterns::random(self.facts, self.sites(), stream)?;
        let contexts = Patterns::random(self.facts * self.copies, self.sites(), stream)?;
        let copy = |index: usize| facts.state(index / self.copies).with_sites_of(&contexts.state(index), key..key + context);
        Patterns::from_states(&(0..contexts.count()).map(copy).collect::<Result<Vec<State>, _>>()?)
    }

    /// Probability that a site of a read value is wrong, exactly: by mixture over the overlaps of the fact's copies, of those of
    /// the fact whose context it is, and of the others.
    pub fn reading_error(&self, context: Context) -> Result<f64, MemoryError> {
        self.check()?;
        let shares = |asked: Context| if context == asked { 1.0 } else { 0.0 };
        let field = Field::new(self.separation, self.sites())?
            .clusters(1, self.fact(1.0, [1.0, shares(Context::Trained), 0.0]))?
            .clusters(1, self.fact(0.0, [0.0, shares(Context::Foreign), 0.0]))?
            .clusters(self.facts.saturating_sub(2), self.fact(0.0, [0.0; 3]))?;
        Ok(field.error())
    }

    /// Probability that a context site of a stored copy is turned over by one update.
    pub fn context_error(&self) -> Result<f64, MemoryError> {
        self.check()?;
        let [key, context, value] = self.blocks;
        let copies = |centre: f64, members: usize| {
            let blocks = [Block { sites: key + value, centre }, Block { sites: context - 1, centre: 0.0 }];
            Cluster::new(1.0, &blocks, &[Kind { members, site: 0.0, blocks: vec![1.0, 0.0] }])
        };
        let field = Field::new(self.separation, self.sites())?.stored().clusters(1, copies(1.0, self.copies - 1))?;
        Ok(field.clusters(self.facts.saturating_sub(1), copies(0.0, self.copies))?.error())
    }

    /// Copies from which on a fact is read in a foreign context, `(N_t/N_k)^(n−1)` for large blocks: M copies that share the key's
    /// N_k sites with the cue against one that shares its context's N_t. For orders from 2 on, and keys of at least one site.
    /// Derived here.
    pub fn copies_needed(order: u32, key: usize, context: usize) -> f64 {
        (context as f64 / key as f64).powi(order as i32 - 1)
    }

    fn check(&self) -> Result<(), MemoryError> {
        let Self { copies, blocks, .. } = *self;
        let good = copies > 0 && !blocks.contains(&0);
        if good { Ok(()) } else { Err(MemoryError::Facts { copies, blocks }) }
    }

    /// A fact's copies around their common key and value, seen from a value site. `site` is the mean product of their value with
    /// the true one there, `shared` those of key, of the first copy's context and of the value's other sites with the cue.
    fn fact(&self, site: f64, shared: [f64; 3]) -> Cluster {
        let [key, context, value] = self.blocks;
        let block = |sites: usize, centre: f64| Block { sites, centre };
        let blocks = if shared[0] == shared[2] {
            vec![block(context, shared[1]), block(key + value - 1, shared[0])]
        } else {
            vec![block(context, shared[1]), block(key, shared[0]), block(value - 1, shared[2])]
        };
        let kind = |members: usize, context: f64| Kind { members, site: 1.0, blocks: vec![context, 1.0, 1.0] };
        if shared[1] == 0.0 {
            return Cluster::new(site, &blocks, &[kind(self.copies, 0.0)]);
        }
        Cluster::new(site, &blocks, &[kind(1, 1.0), kind(self.copies - 1, 0.0)])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::DenseMemory;

    const MODEL: FactModel = FactModel { separation: Separation::Power(3), facts: 3, copies: 3, blocks: [12, 24, 4] };

    #[test]
    fn copies_share_key_and_value_alone() {
        let drawn = MODEL.draw(&mut Key::new(["facts"]).stream("draw", 0)).unwrap();
        let (a, b) = (drawn.state(3), drawn.state(4));
        let same = |range: std::ops::Range<usize>| a.with_sites_of(&b, range).unwrap() == a;
        assert!(same(0..12) && same(36..40) && !same(12..36));
        assert_eq!(drawn.count(), 9);
    }

    /// The mixtures against memories drawn and updated: 20000 values each.
    #[test]
    fn errors_are_what_drawn_memories_give() {
        let mut stream = Key::new(["facts"]).stream("simulation", 0);
        let (mut foreign, mut context, trials) = (0.0, 0.0, 5000.0);
        for _ in 0..5000 {
            let memory = DenseMemory::new(MODEL.draw(&mut stream).unwrap(), MODEL.separation).unwrap();
            let (copy, other) = (memory.patterns().state(0), memory.patterns().state(3));
            let random = Patterns::random(1, 40, &mut stream).unwrap().state(0);
            let cue = copy.with_sites_of(&random, 36..40).unwrap().with_sites_of(&other, 12..36).unwrap();
            let wrong = |cue: &State, range| {
                let next = copy.with_sites_of(&memory.synchronous_step(cue).unwrap(), range).unwrap();
                0.5 * (40 - copy.overlap(&next).unwrap()) as f64
            };
            foreign += wrong(&cue, 36..40) / (4.0 * trials);
            context += wrong(&copy, 12..36) / (24.0 * trials);
        }
        let predicted = MODEL.reading_error(Context::Foreign).unwrap();
        assert!((foreign - predicted).abs() < 0.02, "{foreign} {predicted}");
        let predicted = MODEL.context_error().unwrap();
        assert!((context / predicted - 1.0).abs() < 0.1, "{context} {predicted}");
    }

    /// With more copies a fact is read where with one it is not, and its context is no longer part of what is stored.
    #[test]
    fn copies_help_the_value_and_cost_the_context() {
        let one = FactModel { copies: 1, ..MODEL };
        let many = FactModel { copies: 12, ..MODEL };
        assert_eq!(FactModel::copies_needed(3, 12, 24), 4.0);
        assert!(one.reading_error(Context::Trained).unwrap() < 0.05 && one.reading_error(Context::Foreign).unwrap() > 0.4);
        assert!(many.reading_error(Context::Foreign).unwrap() < 0.1);
        assert!(many.context_error().unwrap() > 10.0 * one.context_error().unwrap());
    }
}
