//! Three threads that really wait for each other, explained by the watchdog.
//!
//! ```text
//! cargo run --example three_thread_deadlock
//! ```
//!
//! The program runs with the rules off, like a program that cannot afford them in production: nothing is reported when the orders
//! contradict each other, and the threads lock up. But a watchdog is set, so locks are still tracked. It finds the circle, asks each
//! thread where it is, and reports a `Deadlock`: what each one holds, where it took it, what it wants, and where it is now. Then all
//! threads of the process are shown, including those that hold nothing, and the program ends: it could never have continued.
//!
//! `LOCKDEP_WATCHDOG=1 LOCKDEP=off` does the same to a program that sets nothing itself.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use lockdep::parking_lot::{Mutex, RwLock};
use lockdep::{Action, Config, LockClass};

static WAL: LockClass = LockClass::new("wal");
static PAGES: LockClass = LockClass::new("pages");
static MANIFEST: LockClass = LockClass::new("manifest");

struct Store {
    wal: Mutex<Vec<u8>>,
    pages: RwLock<Vec<[u8; 16]>>,
    manifest: Mutex<u64>,
    /// A thread has its first lock: the next one may begin.
    began: Barrier,
    /// All three have, before any takes its second: the bad luck of a busy day.
    met: Barrier,
}

impl Store {
    fn meet(&self) {
        self.began.wait();
        self.met.wait();
    }

    /// The log, then the pages.
    #[inline(never)]
    fn commit(&self) {
        let mut wal = self.wal.lock();
        self.meet();
        let pages = self.pages.read();
        wal.extend(pages[0]);
    }

    /// The pages, then the manifest.
    #[inline(never)]
    fn checkpoint(&self) {
        let pages = self.pages.write();
        self.meet();
        *self.manifest.lock() = pages.len() as u64;
    }

    /// The manifest, then the log.
    #[inline(never)]
    fn rotate(&self) {
        let mut manifest = self.manifest.lock();
        self.meet();
        self.wal.lock().clear();
        *manifest += 1;
    }
}

fn main() {
    Config::new().action(Action::Off).watchdog(Duration::from_millis(500)).install();
    let store = Arc::new(Store {
        wal: Mutex::with_class(Vec::new(), &WAL),
        pages: RwLock::with_class(vec![[0; 16]], &PAGES),
        manifest: Mutex::with_class(0, &MANIFEST),
        began: Barrier::new(2),
        met: Barrier::new(3),
    });
    if !cfg!(feature = "validate") {
        println!("without the validator there is no watchdog: the threads would hang for ever");
        return;
    }
    let threads = [
        spawn("committer", &store, Store::commit),
        spawn("checkpointer", &store, Store::checkpoint),
        spawn("rotator", &store, Store::rotate),
    ];
    for thread in threads {
        thread.join().expect("the thread does not panic");
    }
}

fn spawn(name: &str, store: &Arc<Store>, body: fn(&Store)) -> thread::JoinHandle<()> {
    let store = Arc::clone(store);
    let began = Arc::clone(&store);
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || body(&store));
    began.began.wait();
    thread.expect("the system has room for a thread")
}
