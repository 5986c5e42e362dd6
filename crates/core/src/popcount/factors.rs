//! Values of a function as products of two bytes, which vectors multiply and add up 64 at a time.

/// Numbers that a function may be given, at most: with what lies next to them they fit into a byte.
const LENGTH: usize = 254;
/// Factors have seven bits: instructions take one of them as signed.
const LARGEST: u16 = 127;
/// Marks numbers outside. The other factor is 0 there.
const OUTSIDE: u8 = 1 << 7;

/// How two bytes make a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The square of the first.
    Square,
    /// Their product.
    Product,
    /// The first plus 127 times the second.
    Digits,
}

impl Form {
    /// The value of two bytes.
    #[inline(always)]
    pub fn value(self, left: u8, right: u8) -> u32 {
        match self {
            Self::Square => u32::from(left) * u32::from(left),
            Self::Product => u32::from(left) * u32::from(right),
            Self::Digits => u32::from(left) + u32::from(LARGEST) * u32::from(right),
        }
    }
}

/// A function of small whole numbers: its values from some number on, each as two bytes.
///
/// A number is written as a byte, modulo 2⁸: 1 is the first one, 0 and the one after the last are outside.
#[derive(Debug, Clone)]
pub struct Factors {
    first: u16,
    length: u16,
    form: Form,
    left: Box<[u8; 256]>,
    right: Box<[u8; 256]>,
}

impl Factors {
    /// The most values.
    pub const LENGTH: usize = LENGTH;
    /// The largest value that any function may have. One whose values are products of two numbers up to 127 may have values up
    /// to 127².
    pub const LARGEST: u16 = LARGEST * LARGEST;

    /// The values at `first`, `first + 1` and so on, or none if they are too many or too large.
    pub fn new(first: u16, values: &[u16]) -> Option<Self> {
        if values.is_empty() || values.len() > LENGTH || values.iter().any(|&value| value > Self::LARGEST) {
            return None;
        }
        let products: Option<Vec<(u8, u8)>> = values.iter().map(|&value| product(value)).collect();
        let (form, pairs) = match products {
            Some(pairs) if pairs.iter().all(|(left, right)| left == right) => (Form::Square, pairs),
            Some(pairs) => (Form::Product, pairs),
            None => (Form::Digits, values.iter().map(|&value| ((value % LARGEST) as u8, (value / LARGEST) as u8)).collect()),
        };
        let (mut left, mut right) = (Box::new([OUTSIDE; 256]), Box::new([0; 256]));
        for ((left, right), pair) in left[1..].iter_mut().zip(&mut right[1..]).zip(&pairs) {
            (*left, *right) = *pair;
        }
        Some(Self { first, length: values.len() as u16, form, left, right })
    }

    /// How bytes make values.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Whether there is a value at this number.
    #[inline(always)]
    pub fn has(&self, number: u16) -> bool {
        number.wrapping_sub(self.first) < self.length
    }

    /// The byte that a number is written as.
    #[inline(always)]
    pub fn byte(&self, number: u16) -> u8 {
        number.wrapping_sub(self.first).wrapping_add(1) as u8
    }

    /// The number that a byte stands for, from one before the first number on.
    #[inline(always)]
    pub fn number(&self, byte: u8) -> u16 {
        self.first.wrapping_add(u16::from(byte)).wrapping_sub(1)
    }

    /// By byte, the factors. The first one is above 127 outside.
    pub(super) fn tables(&self) -> [&[u8; 256]; 2] {
        [&self.left, &self.right]
    }

    /// The factors of a byte, or none outside.
    #[inline(always)]
    pub(super) fn at(&self, byte: u8) -> Option<(u8, u8)> {
        let (left, right) = (self.left[usize::from(byte)], self.right[usize::from(byte)]);
        (left < OUTSIDE).then_some((left, right))
    }
}

/// Two numbers of seven bits whose product is the value, as near to each other as there are.
fn product(value: u16) -> Option<(u8, u8)> {
    if value == 0 {
        return Some((0, 0));
    }
    let smaller = (1..=value.isqrt()).rev().find(|smaller| value.is_multiple_of(*smaller))?;
    let larger = value / smaller;
    (larger <= LARGEST).then_some((smaller as u8, larger as u8))
}
