use super::{kernels::Mix, *};
use crate::{
    Key,
    optim::{gradients, parameter},
    tensor::to_vec,
};

fn normals(purpose: &str, shape: &[i64]) -> Tensor {
    Key::new(["test", "dense"]).stream(purpose, 0).normal_tensor(shape, Kind::Float, Device::Cpu)
}

fn close(found: &[f32], expected: &Tensor) {
    let expected = to_vec(expected);
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((f64::from(*a) - b).abs() < 1e-4 * (1.0 + b.abs()), "{a} {b}");
    }
}

fn rows(columns: &Columns) -> Vec<f32> {
    let point = |p| (0..columns.channels()).map(move |c| columns.get(c, p));
    (0..columns.points()).flat_map(point).collect()
}

/// Against libtorch's autograd, at widths that leave every remainder and at points that fill no block.
#[test]
fn a_layer_and_its_gradients_are_those_of_libtorch() {
    for (points, inputs, outputs) in [(1, 1, 1), (70, 7, 13), (33, 5, 4), (64, 18, 50), (100, 2, 3)] {
        let x = parameter(&normals("x", &[points, inputs]), Kind::Float);
        let w = parameter(&normals("w", &[outputs, inputs]), Kind::Float);
        let b = parameter(&normals("b", &[outputs]), Kind::Float);
        let g = normals("g", &[points, outputs]);
        let value = |tensor: &Tensor| numbers(tensor).expect("floats on the CPU");
        let (columns, layer) = (Columns::from_points(&value(&x), inputs as usize), Layer::new(&value(&w), &value(&b)));

        let (mut linear, mut active) = (Columns::default(), Columns::default());
        layer.apply(&columns, Activation::Identity, &mut linear);
        layer.apply(&columns, Activation::Relu, &mut active);
        let output = x.linear(&w, Some(&b));
        close(&rows(&linear), &output);
        close(&rows(&active), &output.relu());

        let expected = gradients(&(output.relu() * &g).sum(Kind::Float), &[&x, &w, &b].map(Tensor::shallow_clone));
        let mut slopes = Columns::from_points(&value(&g), outputs as usize);
        slopes.gate(&active);
        let (mut back, mut sums) = (Columns::default(), Slopes::zeros(&layer));
        layer.pull_back(&slopes, &mut back);
        sums.add(&slopes, &columns);
        close(&rows(&back), &expected[0]);
        close(&sums.weight, &expected[1]);
        close(&sums.bias, &expected[2]);
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let value = |purpose, shape: &[i64]| numbers(&normals(purpose, shape)).expect("floats on the CPU");
    let (x, g) = (Columns::from_points(&value("x", &[90, 11]), 11), Columns::from_points(&value("g", &[90, 9]), 9));
    let matrix = Columns::from_points(&value("matrix", &[90, 90]), 90);
    let packed = Packed::new(9, 11, |o, i| (o * 11 + i) as f32 / 7.0);
    let at = |level: Level| {
        let (mut out, mut weight, mut bias) = (Columns::zeros(9, 90), vec![0.0; 99], vec![0.0; 9]);
        let (weights, x) = (&packed.numbers, &x.rows);
        level.run(Affine { weights, bias: &[0.5; 9], inputs: 11, x, out: &mut out.rows, outputs: 9, floor: 0.0 });
        level.run(Outer { g: &g.rows, x, outputs: 9, inputs: 11, weight: &mut weight, bias: &mut bias });
        let mut mixed = Columns::zeros(5, 90);
        let (matrix, start) = (&matrix.rows, &g.rows);
        level.run(Mix {
            matrix,
            points: 90,
            x: start,
            inputs: 9,
            first: 4,
            start,
            out: &mut mixed.rows,
            outputs: 5,
            skip: 0,
            floor: 0.0,
        });
        (out.rows, weight, bias, mixed.rows)
    };
    let plain = at(Level::Baseline);
    assert!(Level::all().all(|level| at(level) == plain));
}

/// Against libtorch, at points that leave every remainder of a block and of a square, and at every level the same bits.
#[test]
fn an_operator_and_its_adjoint_are_products_with_the_matrix() {
    for (points, channels) in [(1, 1), (13, 7), (32, 6), (50, 18), (71, 3)] {
        let (matrix, x) = (normals("matrix", &[points, points]), normals("x", &[points, 2 * channels]));
        let value = |tensor: &Tensor| numbers(tensor).expect("floats on the CPU");
        let columns = Columns::from_points(&value(&x), 2 * channels as usize);
        let both = x.chunk(2, 1);
        let [operator, adjoint] = [Operator::set, Operator::set_adjoint].map(|set| {
            let mut operator = Operator::default();
            // What was there before is forgotten.
            set(&mut operator, &value(&normals("other", &[points, points])), points as usize, 3.0);
            set(&mut operator, &value(&matrix), points as usize, 0.5);
            operator
        });
        for (operator, matrix) in [(&operator, matrix.shallow_clone()), (&adjoint, matrix.transpose(0, 1))] {
            let mut out = Columns::default();
            operator.append(&columns, &mut out);
            close(&rows(&out), &Tensor::cat(&[&x, &(matrix.matmul(&x) * 0.5)], 1));
            let sum = &both[0] + matrix.matmul(&both[1]) * 0.5;
            operator.fold(&columns, Activation::Identity, &mut out);
            close(&rows(&out), &sum);
            operator.fold(&columns, Activation::Relu, &mut out);
            close(&rows(&out), &sum.relu());
        }
    }
}

#[test]
fn pieces_are_the_points_asked_for() {
    let mut columns = Columns::from_points(&(0..200).map(|i| i as f32).collect::<Vec<_>>(), 2);
    let found: Vec<f32> = columns.pieces(1, 30, 70).flatten().copied().collect();
    assert_eq!(found, (30..70).map(|point| (2 * point + 1) as f32).collect::<Vec<_>>());
    columns.pieces_mut(0, 31, 33).flatten().for_each(|number| *number = -1.0);
    assert_eq!([30, 31, 32, 33].map(|point| columns.get(0, point)), [60.0, -1.0, -1.0, 66.0]);
    assert_eq!(rows(&columns.select(&[99, 3])), [198.0, 199.0, 6.0, 7.0]);
}

/// What diverges is to be seen.
#[test]
fn nan_passes_relu() {
    let (layer, mut out) = (Layer::new(&[f32::NAN], &[0.0]), Columns::default());
    layer.apply(&Columns::from_points(&[1.0], 1), Activation::Relu, &mut out);
    assert!(out.get(0, 0).is_nan());
}
