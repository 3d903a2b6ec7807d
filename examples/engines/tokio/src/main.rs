//! tokio with all its features: tasks, channels, locks, timers, blocking work, and signals, of which some come all the time.

use std::sync::Arc;
use std::time::Duration;

use harness::{Load, Wanted, wanted};
use tokio::runtime::{Builder, Handle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc, oneshot, watch};

fn main() {
    let Wanted::Load(amount) = wanted(&[]) else { unreachable!("no bug is known here") };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("worker").build().expect("a runtime");
    for kind in [SignalKind::user_defined1(), SignalKind::user_defined2()] {
        runtime.spawn(async move {
            let mut signals = signal(kind).expect("a signal");
            while signals.recv().await.is_some() {}
        });
    }
    std::thread::sleep(Duration::from_millis(50));

    let mut load = Load::new("tokio", amount);
    let on = |handle: &Handle| handle.clone();
    {
        let handle = on(runtime.handle());
        load.spawn("tasks", move |random| {
            let sum: u64 = handle.block_on(async {
                let mut tasks = tokio::task::JoinSet::new();
                (0..10).for_each(|n| drop(tasks.spawn(async move { n + random % 10 })));
                tasks.join_all().await.into_iter().sum()
            });
            assert_eq!(sum, 45 + 10 * (random % 10));
        });
    }
    {
        let handle = on(runtime.handle());
        load.spawn("channels", move |random| {
            handle.block_on(async {
                let (sender, mut receiver) = mpsc::channel(4);
                let (answer, answered) = oneshot::channel();
                let (state, mut states) = watch::channel(0);
                let (all, mut each) = broadcast::channel(4);
                tokio::spawn(async move {
                    for n in 0..10 {
                        sender.send(n).await.expect("a receiver");
                        state.send_replace(n);
                        let _ = all.send(n);
                    }
                    answer.send(random).expect("a receiver");
                });
                while receiver.recv().await.is_some() {}
                let _ = (states.changed().await, each.recv().await);
                assert_eq!(answered.await, Ok(random));
            });
        });
    }
    {
        let handle = on(runtime.handle());
        let shared = Arc::new((Mutex::new(0_u64), RwLock::new(0_u64), Semaphore::new(3), Notify::new()));
        load.spawn("locks", move |_| {
            let shared = Arc::clone(&shared);
            handle.block_on(async {
                let tasks = (0..4).map(|_| {
                    let shared = Arc::clone(&shared);
                    tokio::spawn(async move {
                        let _permit = shared.2.acquire().await.expect("a permit");
                        let mut first = shared.0.lock().await;
                        *first += 1;
                        *shared.1.write().await += 1;
                        drop(first);
                        assert!(*shared.1.read().await > 0);
                        shared.3.notify_waiters();
                    })
                });
                let tasks: Vec<_> = tasks.collect();
                for task in tasks {
                    task.await.expect("a task");
                }
            });
        });
    }
    {
        let handle = on(runtime.handle());
        load.spawn("blocking", move |random| {
            handle.block_on(async {
                let blocking = tokio::task::spawn_blocking(move || random.count_ones());
                let late = tokio::time::timeout(Duration::from_micros(random % 500), std::future::pending::<()>()).await;
                assert!(late.is_err());
                assert_eq!(blocking.await.expect("blocking work"), random.count_ones());
            });
        });
    }
    load.spawn_every(Duration::from_micros(200), "signals", move |random| {
        let signum = if random >> 63 == 0 { libc::SIGUSR1 } else { libc::SIGUSR2 };
        // SAFETY: both have a handler.
        unsafe { libc::kill(libc::getpid(), signum) };
    });
    load.run();
    runtime.shutdown_timeout(Duration::from_secs(5));
}
