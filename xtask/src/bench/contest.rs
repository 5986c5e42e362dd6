//! A contest: ours, the floor and the peers take turns, and every answer must agree with ours.

use std::{process::Command, thread::sleep, time::Duration};

use anyhow::{Result, bail};

use super::{
    contender::{Answer, Contender, Statistic},
    row::Row,
};

/// Rounds in which everyone takes one turn, after one to warm up.
const ROUNDS: usize = 7;

/// Seconds of turns after which a peer takes no more of them: a slow one needs few, because its scatter is small beside what it takes.
const ENOUGH: f64 = 15.0;

/// Seconds of a turn to warm up after which it is the only one, and counts with all that was compiled in it.
const LONG: f64 = 60.0;

/// How long everyone sleeps before a turn: threads of the one before wait busily for some milliseconds more, on cores that the next
/// one needs.
pub const REST: Duration = Duration::from_millis(150);

/// Seconds of work after a rest from which on a turn counts: threads, the processor's clock and the host of a virtual machine take that
/// long to wake up, in which two threads may share a core.
const AWAKE: f64 = 0.2;

/// Turns after which one counts in any case.
const MOST_TURNS: usize = 100;

/// Standard errors that two statistics may lie apart: by chance once in two million.
const APART: f64 = 5.0;

/// Who takes part. Peers are started only after ours has written the input that all share.
pub struct Entrants {
    /// Ours.
    pub ours: Command,
    /// The others, by name.
    pub peers: Vec<(String, Command)>,
    /// How long everyone sleeps before a turn.
    pub rest: Duration,
}

/// What a contest gives: rows, and a sentence on every peer that has none.
pub struct Outcome {
    /// One per peer; one without peer if there are none.
    pub rows: Vec<Row>,
    /// Peers that died or did not do the same work.
    pub complaints: Vec<String>,
}

struct Peer {
    name: String,
    contender: Contender,
    seconds: Vec<f64>,
    warmed_up: bool,
}

impl Peer {
    fn new(name: &str, contender: Contender, first: f64) -> Self {
        let warmed_up = first < LONG;
        Self { name: name.to_owned(), contender, seconds: if warmed_up { Vec::new() } else { vec![first] }, warmed_up }
    }

    fn is_done(&self) -> bool {
        self.seconds.iter().sum::<f64>() >= ENOUGH
    }
}

/// Holds the contest called `title` with so many threads on either side; `folder` is for what the contenders complain about.
pub fn hold(title: &str, threads: usize, entrants: Entrants, folder: &std::path::Path) -> Result<Outcome> {
    let Entrants { mut ours, peers: mut commands, rest } = entrants;
    let mut ours = Contender::start(&mut ours, threads, &folder.join("ours.log"))?;
    let alone = commands.is_empty();
    let mut complaints = Vec::new();
    let mut reference = ours.ask("work")?;
    ours.ask("floor")?;

    let mut peers = Vec::new();
    for (name, command) in &mut commands {
        let ready = Contender::start(command, threads, &folder.join(format!("{name}.log"))).and_then(|mut contender| {
            let first = contender.ask("work")?;
            check(&reference.statistics, &first.statistics)?;
            Ok(Peer::new(name, contender, first.seconds))
        });
        match ready {
            Ok(peer) => peers.push(peer),
            Err(error) => complaints.push(format!("{title} against {name}: {error:#}")),
        }
    }

    let (mut work, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reference = rested(&mut ours, "work", rest)?;
        work.push(reference.seconds);
        floor.push(rested(&mut ours, "floor", rest)?.seconds);
        peers.retain_mut(|peer| {
            if peer.is_done() {
                return true;
            }
            let taken = rested(&mut peer.contender, "work", rest).and_then(|theirs| {
                check(&reference.statistics, &theirs.statistics)?;
                peer.seconds.push(theirs.seconds);
                Ok(())
            });
            taken.map_err(|error| complaints.push(format!("{title} against {}: {error:#}", peer.name))).is_ok()
        });
        if !peers.is_empty() && peers.iter().all(Peer::is_done) {
            break;
        }
    }
    let row =
        |peer: &Peer| Row { warmed_up: peer.warmed_up, ..Row::new(title, &work, &floor, Some((&peer.name, &peer.seconds))) };
    let mut rows: Vec<Row> = peers.iter().map(row).collect();
    if alone {
        rows.push(Row::new(title, &work, &floor, None));
    }
    Ok(Outcome { rows, complaints })
}

/// A turn after a rest, the last of as many as it takes to be awake.
fn rested(contender: &mut Contender, what: &str, rest: Duration) -> Result<Answer> {
    sleep(rest);
    let mut answer = contender.ask(what)?;
    let mut worked = answer.seconds;
    for _ in 1..MOST_TURNS {
        if worked >= AWAKE {
            break;
        }
        answer = contender.ask(what)?;
        worked += answer.seconds;
    }
    Ok(answer)
}

fn check(ours: &[Statistic], theirs: &[Statistic]) -> Result<()> {
    if ours.is_empty() || ours.len() != theirs.len() {
        bail!("it gives {} statistics where ours gives {}: they do not do the same work", theirs.len(), ours.len());
    }
    for (our, their) in ours.iter().zip(theirs) {
        if our.name != their.name {
            bail!("it gives `{}` where ours gives `{}`: they do not do the same work", their.name, our.name);
        }
        let allowed = APART * our.error.hypot(their.error);
        // NaN must not pass.
        let agree = (our.value - their.value).abs() <= allowed;
        if !agree {
            let (a, b) = (our.value, their.value);
            bail!("{} is {b} there and {a} here, further apart than {allowed:.1e}: they do not compute the same", our.name);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A contender that answers every line with the same text.
    fn answering(answer: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "while read line; do echo \"$0\"; done", answer]);
        command
    }

    fn answer(seconds: f64, value: f64, error: f64) -> String {
        format!(r#"{{"seconds": {seconds}, "statistics": [{{"name": "m", "value": {value}, "error": {error}}}]}}"#)
    }

    fn contest(ours: &str, theirs: &[&str]) -> Result<Outcome> {
        let folder = tempfile::tempdir().unwrap();
        let peers = theirs.iter().enumerate().map(|(i, text)| (format!("peer{i}"), answering(text))).collect();
        hold("a, 1 thread", 1, Entrants { ours: answering(ours), peers, rest: Duration::ZERO }, folder.path())
    }

    #[test]
    fn agreeing_peers_get_a_ratio() {
        let outcome = contest(&answer(2.0, 1.0, 0.1), &[&answer(4.0, 1.4, 0.1), &answer(1.0, 1.0, 0.0)]).unwrap();
        assert!(outcome.complaints.is_empty(), "{:?}", outcome.complaints);
        let ratios: Vec<_> = outcome.rows.iter().map(|row| (row.peer.clone().unwrap(), row.ratio.unwrap())).collect();
        assert_eq!(ratios, [("peer0".to_owned(), 0.5), ("peer1".to_owned(), 2.0)]);
    }

    #[test]
    fn a_peer_that_computes_something_else_gets_no_ratio_but_a_complaint() {
        let ours = answer(2.0, 1.0, 0.1);
        let other_name = ours.replace("\"m\"", "\"n\"");
        let threads = ours.replace("\"statistics\"", "\"cpu_seconds\": 4.0, \"statistics\"");
        let cases = [
            (answer(1.0, 2.0, 0.1), "m is 2 there and 1 here"),
            (answer(1.0, f64::NAN, 0.1), "what is not a result"),
            (other_name, "it gives `n` where ours gives `m`"),
            (r#"{"seconds": 1, "statistics": []}"#.to_owned(), "it gives 0 statistics where ours gives 1"),
            (answer(0.0, 1.0, 0.1), "it took 0 s"),
            (threads, "it kept 2.0 cores busy where 1 were asked for"),
            ("no".to_owned(), "it answers what is not a result: no"),
        ];
        for (theirs, sentence) in cases {
            let outcome = contest(&ours, &[&theirs, &ours]).unwrap();
            assert_eq!(outcome.rows.len(), 1, "{theirs}");
            assert_eq!(outcome.rows[0].peer.as_deref(), Some("peer1"));
            assert_eq!(outcome.complaints.len(), 1);
            let complaint = &outcome.complaints[0];
            assert!(complaint.starts_with("a, 1 thread against peer0: ") && complaint.contains(sentence), "{complaint}");
        }
    }

    #[test]
    fn a_dead_peer_is_named_with_its_last_words_and_a_dead_contest_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let dying = |words: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("echo {words} >&2; exit 3")]);
            command
        };
        let ours = answering(&answer(2.0, 1.0, 0.1));
        let entrants = Entrants { ours, peers: vec![("p".to_owned(), dying("no module"))], rest: Duration::ZERO };
        let outcome = hold("a", 1, entrants, folder.path()).unwrap();
        assert!(outcome.rows.is_empty() && outcome.complaints[0].contains("no module"), "{:?}", outcome.complaints);
        let entrants = Entrants { ours: dying("ouch"), peers: Vec::new(), rest: Duration::ZERO };
        assert!(hold("a", 1, entrants, folder.path()).is_err());
    }

    #[test]
    fn without_peers_the_floor_remains() {
        let outcome = contest(&answer(2.0, 1.0, 0.1), &[]).unwrap();
        assert_eq!((outcome.rows[0].peer.as_deref(), outcome.rows[0].over_floor), (None, 1.0));
    }

    #[test]
    fn a_slow_peer_takes_fewer_turns() {
        let turns = |theirs: f64| {
            let outcome = contest(&answer(2.0, 1.0, 0.1), &[&answer(theirs, 1.0, 0.1)]).unwrap();
            (outcome.rows[0].turns, outcome.rows[0].warmed_up)
        };
        assert_eq!([0.1, 4.0, 50.0, 100.0].map(turns), [(7, true), (4, true), (1, true), (1, false)]);
    }

    #[test]
    fn the_last_of_some_short_turns_counts() {
        let folder = tempfile::tempdir().unwrap();
        // Answers in turns: the first to warm up, then twice for each round.
        let script = |first: f64, second: f64| {
            let mut command = Command::new("sh");
            let answers = "read line; echo \"$1\"; read line; echo \"$1\"; while read line; do echo \"$0\"; read line; echo \"$1\"; done";
            command.args(["-c", answers, &answer(first, 1.0, 0.1), &answer(second, 1.0, 0.1)]);
            command
        };
        let seconds = |first: f64, second: f64| {
            let entrants = Entrants { ours: script(first, second), peers: Vec::new(), rest: Duration::ZERO };
            hold("a", 1, entrants, folder.path()).unwrap().rows[0].ours_s
        };
        assert_eq!(seconds(0.15, 0.1), 0.1);
        // Long ones are taken once: work answers first, the floor second.
        assert_eq!(seconds(0.6, 0.8), 0.6);
    }

    #[test]
    fn counts_must_be_equal_and_nan_never_agrees() {
        let one = |value: f64| [Statistic { name: "m".to_owned(), value, error: 0.0 }];
        assert!(check(&one(3.0), &one(3.0)).is_ok());
        assert!(check(&one(3.0), &one(3.0 + 1e-12)).is_err());
        assert!(check(&one(f64::NAN), &one(f64::NAN)).is_err());
    }
}
