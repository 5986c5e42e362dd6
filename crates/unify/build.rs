//! Does nothing: a build script is what makes cargo compile the build dependencies, which is the point.

fn main() {}
