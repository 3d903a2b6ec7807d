//! The table: a row for each scenario, a column for each contender.

use std::fmt::Write;

use crate::contenders::{BASE, CONTENDERS};
use crate::{Sample, Samples, base_of, fewest};

/// Ratios to the bare lock: the fewest nanoseconds of all rounds; in brackets the median of the ratios of each round.
pub fn markdown(samples: &Samples, rounds: usize) -> String {
    let mut scenarios: Vec<&str> = Vec::new();
    for (scenario, _) in samples.keys() {
        if !scenarios.contains(&&**scenario) {
            scenarios.push(scenario);
        }
    }
    scenarios.sort_by_key(|scenario| order(scenario));
    let mut out = String::new();
    let _ = writeln!(out, "Ratio to {BASE} 0.12: fewest of {rounds} rounds (median of the rounds).\n");
    let columns = || CONTENDERS.iter().filter(|contender| samples.keys().any(|(_, name)| *name == contender.name));
    let names: Vec<&str> = columns().map(|contender| contender.name).collect();
    let _ = writeln!(out, "| scenario | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for scenario in scenarios {
        let Some(base) = base_of(samples, scenario) else { continue };
        let own = samples.contains_key(&(scenario.to_owned(), BASE));
        let _ = match own {
            true => write!(out, "| {scenario} | {:.2} ns |", fewest(base)),
            false => write!(out, "| {scenario} | (lock) |"),
        };
        for contender in columns().skip(1) {
            match samples.get(&(scenario.to_owned(), contender.name)) {
                Some(own) => out += &format!(" {} ({}) |", short(fewest(own) / fewest(base)), short(median(own, base))),
                None => out.push_str(" |"),
            }
        }
        out.push('\n');
    }
    out
}

fn short(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

/// Of the ratios of medians, round by round.
fn median(own: &[Sample], base: &[Sample]) -> f64 {
    let mut ratios: Vec<f64> = own.iter().zip(base).map(|(own, base)| own.median / base.median).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

/// As a person would list them: by topic, numbers by size.
fn order(scenario: &str) -> (usize, String) {
    const TOPICS: [&str; 9] = ["lock/", "nest/", "rwlock/", "life/", "edge/", "live/", "threads/", "irq/", "series/"];
    let topic = TOPICS.iter().position(|topic| scenario.starts_with(topic)).unwrap_or(TOPICS.len());
    let (what, number) = scenario.rsplit_once('/').unwrap_or((scenario, ""));
    let key = number.parse::<u64>().map_or_else(|_| scenario.to_owned(), |number| format!("{what}/{number:08}"));
    (topic, key)
}
