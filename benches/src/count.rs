//! Instructions per operation. They are the same in every run, on a busy machine too, so they can be held to limits.

use std::error::Error;
use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::contenders::{self, CONTENDERS, Contender};

/// The scenario whose operations are done once each.
const FIRST_TIMES: &str = "edge/fresh";

/// A scenario, and how many instructions it may take beyond those of the bare lock: with sites alone, with exact stacks of eight
/// frames. About a tenth above what it takes.
const LIMITS: [(&str, f64, f64); 13] = [
    ("lock/lock+unlock", 98.0, 158.0),
    ("nest/4", 400.0, 640.0),
    ("nest/8", 940.0, 1_520.0),
    ("rwlock/read", 97.0, 157.0),
    ("life/new+drop", 5.0, 5.0),
    ("life/new+lock+drop", 235.0, 296.0),
    (FIRST_TIMES, 11_000.0, 11_200.0),
    ("edge/fresh, new stacks", 14_900.0, 45_800.0),
    ("irq/save+restore/nested", 80.0, 162.0),
    ("irq/lock_irqsave/nested", 313.0, 374.0),
    ("irq/save+restore/lazy", 197.0, 286.0),
    ("irq/disable+enable/lazy", 216.0, 298.0),
    ("irq/lock+unlock/in a handler", 102.0, 139.0),
];

/// Counts and compares; whether all is within the limits. Without valgrind there is nothing to compare.
pub fn run() -> Result<bool, Box<dyn Error>> {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("valgrind is not installed: no instructions were counted");
        return Ok(true);
    }
    let mut fine = true;
    ["bare", "checked"].into_iter().try_for_each(contenders::build)?;
    let named = |name: &str| CONTENDERS.iter().find(|contender| contender.name == name).ok_or("no such contender");
    let (bare, sites, exact) = (named("parking_lot")?, named("sites")?, named("exact")?);
    println!("| instructions | parking_lot | sites | exact |\n|---|---|---|---|");
    for (scenario, with_sites, with_stacks) in LIMITS {
        let base = if scenario.starts_with("irq/") { 0.0 } else { per_operation(bare, scenario)? };
        print!("| {scenario} | {base:.0} |");
        for (contender, limit) in [(sites, with_sites), (exact, with_stacks)] {
            let count = per_operation(contender, scenario)?;
            let within = count <= base + limit;
            fine &= within;
            let remark = if within { String::new() } else { format!(" (limit {:.0})", base + limit) };
            print!(" {count:.0}{remark} |");
        }
        println!();
    }
    Ok(fine)
}

/// What two runs of different lengths differ in.
fn per_operation(contender: &Contender, scenario: &str) -> Result<f64, Box<dyn Error>> {
    // Of first times there are no more in a run.
    let times: [u64; 2] = if scenario.starts_with(FIRST_TIMES) { [500, 2_000] } else { [1_000, 6_000] };
    let [short, long] = times.map(|times| count(contender, scenario, times));
    Ok((long? - short?) as f64 / (times[1] - times[0]) as f64)
}

fn count(contender: &Contender, scenario: &str, times: u64) -> Result<i64, Box<dyn Error>> {
    let mut command = contender.command(OsStr::new("valgrind"));
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    if scenario == FIRST_TIMES {
        // Without the locks, which are made for it.
        command.arg("--toggle-collect=*first_times*");
    }
    command.arg(contender.binary()?);
    let output = command.args([contender.entry(), scenario, &format!("x{times}")]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.ok_or_else(|| format!("callgrind did not count:\n{said}"))?;
    Ok(count.trim().parse()?)
}
