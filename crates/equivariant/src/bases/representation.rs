//! Representations built from the defining one by tensor products, sums and duals.

/// How a tensor factor transforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// V: by g.
    Vector,
    /// V*: by the inverse transpose of g.
    Covector,
}

/// A representation of a matrix group on R^d, for any d. Coordinates of a product are those of the Kronecker product, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Representation {
    /// A tensor product of vectors and covectors; none is the trivial representation on R.
    Tensor(Vec<Factor>),
    /// A direct sum.
    Sum(Vec<Representation>),
    /// A tensor product.
    Product(Box<Representation>, Box<Representation>),
}

/// One tensor type within a representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// Its factors, vectors first.
    pub(super) factors: Vec<Factor>,
    /// Where its entries, row-major in the order of `factors`, lie in the whole.
    pub(super) positions: Vec<usize>,
}

impl Representation {
    /// T(p, q) = V^p ⊗ V*^q.
    pub fn tensor(p: usize, q: usize) -> Self {
        Self::Tensor([vec![Factor::Vector; p], vec![Factor::Covector; q]].concat())
    }

    /// T(0, 0), the trivial representation.
    pub fn scalar() -> Self {
        Self::tensor(0, 0)
    }

    /// V, the defining representation.
    pub fn vector() -> Self {
        Self::tensor(1, 0)
    }

    /// self ⊕ other.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match self {
            Self::Sum(mut parts) => {
                parts.push(other);
                Self::Sum(parts)
            }
            single => Self::Sum(vec![single, other]),
        }
    }

    /// self ⊗ other.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self::Product(Box::new(self), Box::new(other))
    }

    /// self ⊕ … ⊕ self.
    #[must_use]
    pub fn copies(self, count: usize) -> Self {
        Self::Sum(vec![self; count])
    }

    /// The dual representation, with the same order of coordinates.
    #[must_use]
    pub fn dual(&self) -> Self {
        let flip = |factor: &Factor| match factor {
            Factor::Vector => Factor::Covector,
            Factor::Covector => Factor::Vector,
        };
        match self {
            Self::Tensor(factors) => Self::Tensor(factors.iter().map(flip).collect()),
            Self::Sum(parts) => Self::Sum(parts.iter().map(Self::dual).collect()),
            Self::Product(left, right) => left.dual().times(right.dual()),
        }
    }

    /// Its dimension over R^d; `None` if that is beyond a usize.
    pub fn dimension(&self, d: usize) -> Option<usize> {
        match self {
            Self::Tensor(factors) => d.checked_pow(u32::try_from(factors.len()).ok()?),
            Self::Sum(parts) => parts.iter().try_fold(0usize, |sum, part| sum.checked_add(part.dimension(d)?)),
            Self::Product(left, right) => left.dimension(d)?.checked_mul(right.dimension(d)?),
        }
    }

    /// The tensor types of which it is the sum. Call only where `dimension` is known to be moderate.
    pub(super) fn terms(&self, d: usize) -> Vec<Term> {
        self.raw_terms(d).into_iter().map(|term| term.sorted(d)).collect()
    }

    fn raw_terms(&self, d: usize) -> Vec<Term> {
        match self {
            Self::Tensor(factors) => {
                let positions = (0..d.pow(factors.len() as u32)).collect();
                vec![Term { factors: factors.clone(), positions }]
            }
            Self::Sum(parts) => {
                let mut offset = 0;
                let mut terms = Vec::new();
                for part in parts {
                    let own = part.raw_terms(d);
                    let size: usize = own.iter().map(|term| term.positions.len()).sum();
                    terms.extend(own.into_iter().map(|mut term| {
                        term.positions.iter_mut().for_each(|at| *at += offset);
                        term
                    }));
                    offset += size;
                }
                terms
            }
            Self::Product(left, right) => {
                let right = right.raw_terms(d);
                let width: usize = right.iter().map(|term| term.positions.len()).sum();
                let pair = |a: &Term, b: &Term| {
                    let positions =
                        a.positions.iter().flat_map(|i| b.positions.iter().map(move |j| i * width + j)).collect();
                    Term { factors: [a.factors.clone(), b.factors.clone()].concat(), positions }
                };
                left.raw_terms(d).iter().flat_map(|a| right.iter().map(move |b| pair(a, b))).collect()
            }
        }
    }
}

impl Term {
    /// The same with the vectors first, so that equal types are recognised.
    fn sorted(self, d: usize) -> Self {
        if self.factors.is_sorted() {
            return self;
        }
        let mut order: Vec<usize> = (0..self.factors.len()).collect();
        order.sort_by_key(|&axis| self.factors[axis]);
        let strides: Vec<usize> = order.iter().map(|&axis| d.pow((self.factors.len() - 1 - axis) as u32)).collect();
        let old = |mut code: usize| {
            let mut at = 0;
            for stride in strides.iter().rev() {
                at += code % d * stride;
                code /= d;
            }
            at
        };
        let positions = (0..self.positions.len()).map(|code| self.positions[old(code)]).collect();
        Self { factors: order.iter().map(|&axis| self.factors[axis]).collect(), positions }
    }
}
