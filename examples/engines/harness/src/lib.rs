//! Steps that are done over and over: in threads until the time is up, or in turn a number of times.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What the command line asks for: `[SECONDS]`, `xROUNDS`, or the name of a bug.
pub enum Wanted {
    Load(Amount),
    Bug(String),
}

/// How much of a load.
#[derive(Clone, Copy)]
pub enum Amount {
    /// So long, each step in a thread of its own.
    Time(Duration),
    /// So many rounds, all steps in turn in one thread: the same work each time, so that what it costs can be compared.
    Rounds(u64),
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
        if let Some(Ok(rounds)) = first.strip_prefix('x').map(str::parse) {
            return Wanted::Load(Amount::Rounds(rounds));
        }
        if let Ok(seconds) = first.parse::<f64>()
            && seconds > 0.0
            && seconds < 1e6
        {
            return Wanted::Load(Amount::Time(Duration::from_secs_f64(seconds)));
        }
        if bugs.contains(&first.as_str()) {
            return Wanted::Bug(first);
        }
    }
    let bugs = if bugs.is_empty() { String::new() } else { format!(", or one of these bugs: {}", bugs.join(", ")) };
    eprintln!("the only argument is a number of seconds, or of rounds (x1000){bugs}");
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

/// A load: steps that are done over and over.
pub struct Load {
    name: &'static str,
    amount: Amount,
    over: Arc<AtomicBool>,
    threads: Vec<(JoinHandle<()>, Arc<AtomicU64>)>,
    in_turn: Vec<Step>,
}

/// What is done over and over, and how many rounds it lets pass in between.
struct Step {
    random: u64,
    pause: u64,
    step: Box<dyn FnMut(u64)>,
}

/// The next number, well spread.
fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random
}

impl Load {
    pub fn new(name: &'static str, amount: Amount) -> Load {
        Load { name, amount, over: Arc::default(), threads: Vec::new(), in_turn: Vec::new() }
    }

    /// Does `step` over and over, in a thread of its own; it is told a number that differs each time, well spread.
    pub fn spawn(&mut self, name: &str, step: impl FnMut(u64) + Send + 'static) {
        self.spawn_every(Duration::ZERO, name, step);
    }

    /// The same, with a pause after each time. If all is done in one thread, others are done so often meanwhile as if each took
    /// some microseconds.
    pub fn spawn_every(&mut self, pause: Duration, name: &str, mut step: impl FnMut(u64) + Send + 'static) {
        let nth = self.threads.len() + self.in_turn.len();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(nth as u64 + 1);
        if let Amount::Rounds(_) = self.amount {
            let pause = pause.as_micros() as u64 / 10;
            self.in_turn.push(Step { random, pause: pause.max(1), step: Box::new(step) });
            return;
        }
        let over = Arc::clone(&self.over);
        let count = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&count);
        let body = move || {
            while !over.load(Ordering::Relaxed) {
                step(next(&mut random));
                counted.fetch_add(1, Ordering::Relaxed);
                if !pause.is_zero() {
                    thread::sleep(pause);
                }
            }
        };
        let thread = thread::Builder::new().name(name.into()).spawn(body).expect("a thread");
        self.threads.push((thread, count));
    }

    /// Does it all, and prints what was done.
    pub fn run(self) {
        match self.amount {
            Amount::Time(time) => self.run_for(time),
            Amount::Rounds(rounds) => self.run_in_turn(rounds),
        }
    }

    /// The processor's time counts, the engine's own threads included.
    fn run_in_turn(mut self, rounds: u64) {
        let before = processor_time();
        for round in 0..rounds {
            for Step { random, step, .. } in self.in_turn.iter_mut().filter(|step| round % step.pause == 0) {
                step(next(random));
            }
        }
        let took = processor_time() - before;
        println!("{}: {rounds} rounds, {:.1} ns each", self.name, took.as_nanos() as f64 / rounds as f64);
    }

    /// Lets them run, waits for them, and prints what they did. If they make no progress any more, says so and ends the process.
    fn run_for(self, time: Duration) {
        let begun = Instant::now();
        thread::sleep(time);
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

/// What the process took of the processors.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a clock that exists, and a place for what it says.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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
