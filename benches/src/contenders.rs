//! Who is measured, and how it is built and run.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// One column of the table.
pub struct Contender {
    pub name: &'static str,
    /// The package whose binary has it, and its name there.
    package: &'static str,
    entry: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

/// What all others are compared with.
pub const BASE: &str = "parking_lot";

const fn contender(
    name: &'static str,
    package: &'static str,
    entry: &'static str,
    environment: &'static [(&'static str, &'static str)],
) -> Contender {
    Contender { name, package, entry, environment }
}

pub const CONTENDERS: &[Contender] = &[
    contender(BASE, "bare", BASE, &[]),
    contender("std", "bare", "std", &[]),
    contender("off", "bare", "off", &[]),
    contender("sites", "checked", "lockdep", &[("LOCKDEP_STACKS", "off")]),
    contender("exact", "checked", "lockdep", &[("LOCKDEP_STACKS", "exact")]),
    contender("tracing-mutex", "peers", "tracing-mutex", &[("RUST_BACKTRACE", "0")]),
    contender("tracing-mutex, backtraces", "peers", "tracing-mutex", &[("RUST_BACKTRACE", "1")]),
    contender("deloxide, order graph", "order-graph", "deloxide-order-graph", &[]),
    contender("keepcalm", "peers", "keepcalm", &[]),
    contender("deloxide", "peers", "deloxide", &[]),
    contender("no_deadlocks", "peers", "no_deadlocks", &[]),
    contender("parking_lot, detection", "detection", "parking_lot-detection", &[]),
    contender("parking_lot 0.13, detection", "detection", "parking_lot-0.13-detection", &[]),
];

/// Each package once.
pub fn packages() -> Vec<&'static str> {
    let mut packages: Vec<_> = CONTENDERS.iter().map(|contender| contender.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// By itself: cargo unifies the features of what it builds together.
pub fn build(package: &str) -> Result<(), Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--quiet", "--package", &format!("lockdep-bench-{package}")]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    if command.status()?.success() { Ok(()) } else { Err(format!("{package} does not build").into()) }
}

impl Contender {
    /// The binary, which lies beside this one.
    pub fn binary(&self) -> Result<PathBuf, Box<dyn Error>> {
        Ok(std::env::current_exe()?.with_file_name(format!("lockdep-bench-{}", self.package)))
    }

    /// A command that runs it with no settings but its own.
    pub fn command(&self, program: &std::ffi::OsStr) -> Command {
        let mut command = Command::new(program);
        let inherited = std::env::vars_os().map(|(name, _)| name);
        for name in inherited.filter(|name| name.to_string_lossy().starts_with("LOCKDEP") || name == "RUST_BACKTRACE") {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().copied());
        command
    }

    pub fn entry(&self) -> &'static str {
        self.entry
    }

    /// Its lines.
    pub fn run(&self, part: &str, budget: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let mut command = self.command(self.binary()?.as_os_str());
        // Peers print banners.
        let output = command.args([self.entry, part, budget]).stderr(Stdio::piped()).output()?;
        if !output.status.success() {
            return Err(format!("{}: {}\n{}", self.name, output.status, String::from_utf8_lossy(&output.stderr)).into());
        }
        let lines = String::from_utf8(output.stdout)?;
        let is_ours = |line: &&str| line.split('/').next().is_some_and(|topic| TOPICS.contains(&topic));
        Ok(lines.lines().filter(is_ours).map(str::to_owned).collect())
    }
}

/// What the names of scenarios begin with.
const TOPICS: [&str; 9] = ["lock", "nest", "rwlock", "life", "edge", "live", "threads", "irq", "series"];
