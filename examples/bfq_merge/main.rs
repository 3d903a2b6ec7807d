//! A lock-up of the Linux block layer, rebuilt from threads, signals and a real file.
//!
//! ```text
//! cargo run --example bfq_merge                    the bug is reported, the run goes on, exit code 0
//! cargo run --example bfq_merge -- --raw           the same; the exit code is the library's: 66
//! cargo run --example bfq_merge -- --fixed         with the remedy: nothing to report
//! cargo run --example bfq_merge -- --no-handler    reported all the same: no handler needs to be seen
//! cargo run --example bfq_merge -- --unchecked     the rules are off: it locks up, the watchdog explains it, exit code 3
//! ```
//!
//! # The bug
//!
//! `bfq_bio_merge` takes `bfqd.lock` with `lock_irq`, so no completion signal can come in while it holds the lock. Deep below
//! it, `blk_account_io_merge` takes `process_io_insert_lock` with `lock_irq` too, and the end of *that* section opens the
//! signals whatever they were before. From there on `bfqd.lock` is held with the signals open: the next completion runs
//! `bfq_finish_requeue_request` on top, which waits for `bfqd.lock`, which its own thread holds. The remedy is `lock_irqsave`,
//! which puts back the mask that it found.
//!
//! # The cast
//!
//! | kernel | here | file |
//! |---|---|---|
//! | `fio` on its CPU | a thread that submits random reads | `fio.rs` |
//! | BFQ, the merge path, request completion | functions of the same names | `block.rs` |
//! | the kworker that dispatches | a thread that takes requests from the scheduler | `disk.rs` |
//! | the disk | a thread that does the `pread`s | `disk.rs` |
//! | the completion interrupt | a real-time signal from the disk to the submitting thread | `disk.rs` |
//! | the watchdog, `bt -a` | the validator's watchdog; without it the main thread | `watchdog.rs` |
//!
//! # How the demonstration keeps running
//!
//! The bug is real: after the report, the very next completion may lock the thread up. So that the run can go on, the disk
//! signals a thread only while that thread is outside the merge path (`task.rs`, `Gate`). It changes nothing for the
//! validator, which needs no signal to see the bug; every completion still is a real signal that runs the real handler. With
//! `--fixed` there is nothing to protect from, and `--unchecked` is not protected: neither has the gate.

mod block;
mod disk;
mod fio;
mod options;
mod task;
mod verdict;
mod watchdog;

use std::fs::File;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use block::RequestQueue;
use options::{Mode, Options};

/// The run ended, but not as it should.
const FAILED: u8 = 1;
/// The options make no sense, or the file cannot be used.
const USAGE: u8 = 2;
/// A watchdog saw no progress.
const LOCKED_UP: u8 = 3;
/// A thread panicked, as under `LOCKDEP=panic`.
const PANICKED: u8 = 101;

fn main() -> ExitCode {
    let prepared = Options::from_args().and_then(|options| match options {
        Some(options) => Ok(Some((options.open()?, options))),
        None => Ok(None),
    });
    match prepared {
        Ok(Some((file, options))) => run(file, &options),
        Ok(None) => {
            print!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("bfq_merge: {sentence}");
            ExitCode::from(USAGE)
        }
    }
}

fn run(file: File, options: &Options) -> ExitCode {
    match options.mode {
        // Before the first lock is taken.
        Mode::Unchecked => {
            lockdep::Config::new().action(lockdep::Action::Off).watchdog(watchdog::LIMIT).install();
            lockdep::on_report(watchdog::explained);
        }
        // The verdict is ours.
        Mode::Checked => lockdep::Config::new().exit_code(0).install(),
        Mode::Raw => {}
    }

    // Never freed: a handler may run until the process ends.
    let q: &'static RequestQueue = Box::leak(Box::new(RequestQueue::new(file, options)));
    if options.handler {
        disk::request_irq(q).expect("the completion handler can be registered");
    }

    let (to_disk, commands) = mpsc::sync_channel(block::QUEUE_DEPTH);
    let disk = spawn("disk", move || disk::serve(q, &commands));
    let kworker = spawn("kworker", move || disk::dispatch(q, &to_disk));
    let fio: Vec<_> = (0..options.threads)
        .map(|index| {
            let kworker = kworker.thread().clone();
            spawn("fio", move || fio::run(q, index, &kworker))
        })
        .collect();

    let patience = if options.mode == Mode::Unchecked { watchdog::PATIENCE } else { Duration::from_secs(30) };
    if watchdog::watch(q, patience, || fio.iter().all(thread::JoinHandle::is_finished)).is_err() {
        watchdog::print_positions(q, patience);
        return ExitCode::from(LOCKED_UP);
    }
    q.stop.store(true, Ordering::SeqCst);
    kworker.thread().unpark();
    if fio.into_iter().chain([kworker, disk]).map(thread::JoinHandle::join).filter(Result::is_err).count() > 0 {
        return ExitCode::from(PANICKED);
    }

    println!("{}", q.statistics());
    verdict::judge(q, options)
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::Builder::new().name(name.to_owned()).spawn(body).expect("the system has room for a thread")
}
