//! Three functions, each of which takes two locks in an order that looks fine. Together they close a circle: with three threads,
//! each can wait for the next.
//!
//! ```text
//! cargo run --example three_lock_cycle
//! ```
//!
//! No two of the functions contradict each other, so no review of a pair finds it. The validator reports the `Inversion` when the
//! third order is tried, with two stacks for each of the three: holding, acquiring. The exit code is 66.

use std::sync::Arc;
use std::thread;

use lockdep::sync::Mutex;

struct Accounts {
    balances: Vec<i64>,
}

#[derive(Default)]
struct Journal {
    entries: Vec<i64>,
}

#[derive(Default)]
struct Snapshot {
    balances: Vec<i64>,
    entries: usize,
}

struct Bank {
    accounts: Mutex<Accounts>,
    journal: Mutex<Journal>,
    snapshot: Mutex<Snapshot>,
}

impl Bank {
    /// Accounts, then journal.
    #[inline(never)]
    fn transfer(&self, from: usize, to: usize, amount: i64) {
        let mut accounts = self.accounts.lock().unwrap();
        let mut journal = self.journal.lock().unwrap();
        accounts.balances[from] -= amount;
        accounts.balances[to] += amount;
        journal.entries.push(amount);
    }

    /// Journal, then snapshot.
    #[inline(never)]
    fn truncate_journal(&self) {
        let mut journal = self.journal.lock().unwrap();
        let mut snapshot = self.snapshot.lock().unwrap();
        snapshot.entries += journal.entries.drain(..).count();
    }

    /// Snapshot, then accounts. The bug: `transfer` leads from the accounts to the journal, `truncate_journal` from there to the
    /// snapshot.
    #[inline(never)]
    fn take_snapshot(&self) {
        let mut snapshot = self.snapshot.lock().unwrap();
        let accounts = self.accounts.lock().unwrap();
        snapshot.balances.clone_from(&accounts.balances);
    }
}

fn main() {
    let bank = Arc::new(Bank {
        accounts: Mutex::new(Accounts { balances: vec![100, 0] }),
        journal: Mutex::new(Journal::default()),
        snapshot: Mutex::new(Snapshot::default()),
    });

    // One after the other: nothing can hang here.
    let teller = Arc::clone(&bank);
    run("teller", move || teller.transfer(0, 1, 30));
    let cleaner = Arc::clone(&bank);
    run("cleaner", move || cleaner.truncate_journal());
    let archivist = Arc::clone(&bank);
    run("archivist", move || archivist.take_snapshot());

    let snapshot = bank.snapshot.lock().unwrap();
    println!("after {} transfers: {:?}", snapshot.entries, snapshot.balances);
}

/// Runs `body` in a thread of its own, to its end.
fn run(name: &str, body: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(body).expect("the system has room for a thread");
    thread.join().expect("the thread does not panic");
}
