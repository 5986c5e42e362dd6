//! Empty on purpose: the crate exists for the features that its manifest asks for.
