//! Which of three functions of a set transfer between sizes? `cargo run -p lawbook-equivariant --example my_model`

use lawbook_core::{Key, Kind, Tensor, tensor::to_vec};
use lawbook_equivariant::sequences::{CheckError, Constant, Probe, Sets, check};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // From sets of points of R³, known by their empirical measure, to one number, whatever the size.
    let (inputs, outputs) = (Sets::duplication(3)?, Constant::new(1)?);
    let mut stream = Key::new(["my model"]).stream("check", 0);
    let mut transfers = |name: &str, model: &dyn Fn(&Tensor) -> Tensor| -> Result<bool, CheckError> {
        let report = check(&inputs, &outputs, model, &Probe::default(), &mut stream)?;
        println!("{name}\n{report}\n");
        if let Some(found) = report.counter_example() {
            println!("counter-example: x = {:.2?}\n", to_vec(&found.input));
        }
        Ok(report.is_transferable())
    };

    // Put your own model here: a function of the points [n, 3], one per row, with one result.
    let lengths = |x: &Tensor| x.square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
    assert!(transfers("mean length", &|x| lengths(x).mean(Kind::Double))?);
    assert!(!transfers("largest length", &|x| lengths(x).max())?);
    assert!(!transfers("sum of lengths", &|x| lengths(x).sum(Kind::Double))?);
    Ok(())
}
