//! Builds the contenders, runs them in turn, prints one table and draws the plots. See `README.md`.

mod contenders;
mod count;
mod plot;
mod table;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use contenders::{BASE, CONTENDERS, Contender};
use lexopt::prelude::*;

const HELP: &str = "\
usage: cargo run --release --manifest-path benches/Cargo.toml -- [OPTIONS]

  --rounds N        rounds of all contenders, one after the other (default 15)
  --time MS         time for each scenario in each round (default 3)
  --only PART       scenarios with PART in their names; `rows` is all that are not part of a series
  --rows            the table alone, without the series and their plots
  --smoke           one short round: does everything still run?
  --instructions    instructions per operation instead of time, counted by callgrind, against the limits in `count.rs`
";

/// Nanoseconds of one scenario in one run: the fewest, and the median.
#[derive(Clone, Copy)]
pub struct Sample {
    pub fewest: f64,
    pub median: f64,
}

/// By scenario and contender, one sample for each round.
pub type Samples = BTreeMap<(String, &'static str), Vec<Sample>>;

struct Options {
    rounds: usize,
    time_us: u64,
    only: String,
    smoke: bool,
    instructions: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lockdep-benches: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options { rounds: 15, time_us: 3_000, only: "all".into(), smoke: false, instructions: false };
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("rounds") => options.rounds = arguments.value()?.parse()?,
            Long("time") => options.time_us = arguments.value()?.parse::<u64>()? * 1_000,
            Long("only") => options.only = arguments.value()?.string()?,
            Long("rows") => options.only = "rows".into(),
            Long("smoke") => options.smoke = true,
            Long("instructions") => options.instructions = true,
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}

fn run() -> Result<bool, Box<dyn Error>> {
    let Some(mut options) = options()? else {
        print!("{HELP}");
        return Ok(true);
    };
    if options.instructions {
        return count::run();
    }
    if options.smoke {
        (options.rounds, options.time_us) = (1, 100);
    }
    for package in contenders::packages() {
        contenders::build(package)?;
    }
    let mut samples = Samples::new();
    for round in 1..=options.rounds {
        eprint!("\rround {round} of {}", options.rounds);
        for contender in CONTENDERS {
            let lines = contender.run(&options.only, &options.time_us.to_string())?;
            for (scenario, sample) in lines.iter().map(|line| parse(line)).collect::<Result<Vec<_>, _>>()? {
                samples.entry((scenario, contender.name)).or_default().push(sample);
            }
        }
    }
    eprintln!();
    let table = table::markdown(&samples, options.rounds);
    print!("{table}");
    let complete = samples.keys().any(|(scenario, _)| scenario.starts_with("series/"));
    if complete && !options.smoke {
        let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
        std::fs::create_dir_all(&results)?;
        std::fs::write(results.join("table.md"), table)?;
        plot::all(&samples, &results)?;
        println!("\nwritten to {}", results.display());
    }
    Ok(true)
}

/// `name fewest median`; the name may have spaces.
fn parse(line: &str) -> Result<(String, Sample), Box<dyn Error>> {
    let mut words = line.rsplitn(3, ' ');
    let (Some(median), Some(fewest), Some(name)) = (words.next(), words.next(), words.next()) else {
        return Err(format!("not a measurement: {line}").into());
    };
    Ok((name.to_owned(), Sample { fewest: fewest.parse()?, median: median.parse()? }))
}

/// The scenarios of a contender, sorted by name.
pub fn of<'s>(samples: &'s Samples, contender: &Contender) -> impl Iterator<Item = (&'s str, &'s [Sample])> {
    let name = contender.name;
    samples.iter().filter(move |((_, of), _)| *of == name).map(|((scenario, _), samples)| (&**scenario, &**samples))
}

/// The base of a scenario: itself with the bare lock, or, for what the bare lock does not have, one lock and unlock.
pub fn base_of<'s>(samples: &'s Samples, scenario: &str) -> Option<&'s [Sample]> {
    let of = |scenario: &str| samples.get(&(scenario.to_owned(), BASE)).map(|samples| &**samples);
    of(scenario).or_else(|| of("lock/lock+unlock"))
}

/// The fewest of all rounds.
pub fn fewest(samples: &[Sample]) -> f64 {
    samples.iter().map(|sample| sample.fewest).fold(f64::INFINITY, f64::min)
}
