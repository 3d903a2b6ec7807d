//! Threads that do the same over and over until the time is up.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What the command line asks for: `[SECONDS]`, or the name of a bug.
pub enum Wanted {
    Load(Duration),
    Bug(String),
}

/// Reads the command line.
///
/// # Panics
///
/// Ends the process with a sentence if there is more than one argument.
pub fn wanted(bugs: &[&str]) -> Wanted {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_else(|| "10".into());
    if arguments.next().is_none() {
        if let Ok(seconds) = first.parse::<f64>()
            && seconds > 0.0
            && seconds < 1e6
        {
            return Wanted::Load(Duration::from_secs_f64(seconds));
        }
        if bugs.contains(&first.as_str()) {
            return Wanted::Bug(first);
        }
    }
    let bugs = if bugs.is_empty() { String::new() } else { format!(", or one of these bugs: {}", bugs.join(", ")) };
    eprintln!("the only argument is a number of seconds{bugs}");
    std::process::exit(2)
}

/// Does what may never return. If it has not after ten seconds, says so and ends the process.
pub fn bug(name: &str, body: impl FnOnce()) {
    let stuck = name.to_owned();
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(10));
        eprintln!("{stuck}: it hangs");
        std::process::exit(3);
    });
    body();
    println!("{name}: it returned");
}

/// A load: threads, and the time for which they run.
pub struct Load {
    name: &'static str,
    time: Duration,
    over: Arc<AtomicBool>,
    threads: Vec<(JoinHandle<()>, Arc<AtomicU64>)>,
}

impl Load {
    pub fn new(name: &'static str, time: Duration) -> Load {
        Load { name, time, over: Arc::default(), threads: Vec::new() }
    }

    /// Starts a thread that does `step` over and over; it is told a number that differs each time, well spread.
    pub fn spawn(&mut self, name: &str, mut step: impl FnMut(u64) + Send + 'static) {
        let over = Arc::clone(&self.over);
        let count = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&count);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(self.threads.len() as u64 + 1);
        let body = move || {
            while !over.load(Ordering::Relaxed) {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                step(random);
                counted.fetch_add(1, Ordering::Relaxed);
            }
        };
        let thread = thread::Builder::new().name(name.into()).spawn(body).expect("a thread");
        self.threads.push((thread, count));
    }

    /// Lets them run, waits for them, and prints what they did. If they make no progress any more, says so and ends the process.
    pub fn run(self) {
        let begun = Instant::now();
        thread::sleep(self.time);
        self.over.store(true, Ordering::Relaxed);
        let asked = Instant::now();
        while self.threads.iter().any(|(thread, _)| !thread.is_finished()) {
            if asked.elapsed() > Duration::from_secs(60) {
                let stuck = self.threads.iter().filter(|(thread, _)| !thread.is_finished());
                let stuck: Vec<&str> = stuck.filter_map(|(thread, _)| thread.thread().name()).collect();
                eprintln!("{}: hangs: {}", self.name, stuck.join(", "));
                std::process::exit(3);
            }
            thread::sleep(Duration::from_millis(1));
        }
        let seconds = begun.elapsed().as_secs_f64();
        let mut sum = 0;
        for (thread, count) in self.threads {
            let count = count.load(Ordering::Relaxed);
            sum += count;
            let name = thread.thread().name().unwrap_or("?").to_owned();
            println!("  {name:<14} {count:>12}");
            thread.join().unwrap_or_else(|_| println!("  {name} panicked"));
        }
        println!("{}: {sum} steps in {seconds:.1} s, {:.0} steps/s", self.name, sum as f64 / seconds);
    }
}

/// A directory that is removed at the end.
pub fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

/// Its size on disk.
pub fn size_of(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}
