//! What `cargo xtask new` writes: it compiles here as it stands, and is judged.

use lab_framework::{self as framework, Profile};
use lawbook_claims::{Observed, Verdict, judge, wire::CellSpec};
use lawbook_core::Device;

#[path = "../law.template"]
pub mod template;

#[test]
fn a_new_law_predicts_measures_and_is_judged_at_once() {
    let laws = [template::law()];
    for profile in [Profile::Smoke, Profile::Quick] {
        let points = laws[0].grid(profile);
        let claims = laws[0].predict(&points).unwrap();
        let mut observed = Observed::default();
        for seed in 0..laws[0].seed_range(profile).0 {
            let spec = CellSpec { law: laws[0].card.id.clone(), point: points[0].clone(), seed };
            observed.add(&points[0], seed, framework::worker::measure(&laws, Device::Cpu, &spec).unwrap());
        }
        for claim in &claims {
            let judgement = judge(claim, &observed.evidence(claim), 0.001);
            assert_eq!(judgement.verdict, Verdict::Holds, "{} at {profile:?}: {judgement:?}", claim.id);
            assert!(judgement.rivals.iter().all(|rival| rival.refuted));
        }
    }
}
