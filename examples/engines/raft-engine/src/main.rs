//! raft-engine 0.4: groups with keys, synced and unsynced batches, readers, purges. And its deadlocks of
//! callbacks.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use harness::{Amount, Load, Wanted, directory, wanted};
use raft_engine::internals::{EventListener, FileBlockHandle};
use raft_engine::{Command, Config, Engine, LogBatch, ReadableSize};

const GROUPS: u64 = 64;
const KEYS: u64 = 100;

const BUGS: [&str; 4] = ["scan-that-writes", "scan-that-reads", "scan-that-writes-elsewhere", "listener-that-writes"];

fn main() {
    match wanted(&BUGS) {
        Wanted::Load(amount) => load(amount),
        Wanted::Bug(name) => harness::bug(&name, || bug(&name)),
    }
}

fn config(directory: &std::path::Path) -> Config {
    Config {
        dir: directory.to_str().expect("a path").to_owned(),
        target_file_size: ReadableSize::mb(1),
        purge_threshold: ReadableSize::mb(4),
        ..Config::default()
    }
}

fn load(amount: Amount) {
    let directory = directory();
    let config = config(directory.path());
    let engine = Arc::new(Engine::open(config.clone()).expect("an engine"));
    let key = |random: u64| (random % KEYS).to_be_bytes().to_vec();

    let mut load = Load::new("raft-engine", amount);
    for name in ["writer 1", "writer 2", "writer 3"] {
        let engine = Arc::clone(&engine);
        load.spawn(name, move |random| {
            let mut batch = LogBatch::default();
            for n in 0..4 {
                let random = random.rotate_left(n * 9);
                match random >> 60 {
                    0 => batch.delete(random % GROUPS, key(random)),
                    1 => batch.add_command(random % GROUPS, Command::Compact { index: 1 }),
                    2 => batch.add_command(random % GROUPS, Command::Clean),
                    _ => batch.put(random % GROUPS, key(random), vec![0; random as usize % 500]).expect("a place in the batch"),
                }
            }
            engine.write(&mut batch, random >> 58 == 0).expect("a write");
        });
    }
    for name in ["reader 1", "reader 2"] {
        let engine = Arc::clone(&engine);
        load.spawn(name, move |random| {
            let _ = (engine.get(random % GROUPS, &key(random)), engine.last_index(random % GROUPS));
        });
    }
    {
        let engine = Arc::clone(&engine);
        load.spawn("scanner", move |random| {
            let scanned = engine.scan_raw_messages(random % GROUPS, None, None, random >> 63 == 0, |_, value| value.len() < 500);
            scanned.expect("a scan");
            assert!(engine.raft_groups().len() as u64 <= GROUPS);
        });
    }
    {
        let engine = Arc::clone(&engine);
        load.spawn_every(Duration::from_millis(10), "purge", move |random| {
            let behind = engine.purge_expired_files().expect("a purge");
            behind.into_iter().for_each(|group| drop(engine.compact_to(group, 1)));
            if random >> 62 == 0 {
                engine.sync().expect("a sync");
            }
        });
    }
    load.run();
    drop(engine);
    drop(Engine::open(config).expect("the engine again"));
}

fn bug(name: &str) {
    let directory = directory();
    let known = Arc::new(OnceLock::<Engine>::new());
    let listeners: Vec<Arc<dyn EventListener>> = match name {
        "listener-that-writes" => vec![Arc::new(Listener(Arc::clone(&known)))],
        _ => Vec::new(),
    };
    let engine = Engine::open_with_listeners(config(directory.path()), listeners).expect("an engine");
    let write = |engine: &Engine, group: u64| {
        let mut batch = LogBatch::default();
        batch.put(group, b"key".to_vec(), b"value".to_vec()).expect("a place in the batch");
        engine.write(&mut batch, false).expect("a write");
    };
    write(&engine, 1);
    let scan = |mut callback: &mut dyn FnMut()| {
        engine.scan_raw_messages(1, None, None, false, |_, _| {
            callback();
            true
        })
    };
    match name {
        // The callback runs with the table of its group locked.
        "scan-that-writes" => scan(&mut || write(&engine, 1)).expect("a scan"),
        // This returns as long as no writer comes between,
        "scan-that-reads" => scan(&mut || drop(engine.get(1, b"key"))).expect("a scan"),
        // and this as long as another thread does not look into all tables, as `raft_groups` and purges do, while a third one waits
        // to write into the scanned one.
        "scan-that-writes-elsewhere" => {
            scan(&mut || write(&engine, 2)).expect("a scan");
            println!("{} groups", engine.raft_groups().len());
        }
        _ => write(known.get_or_init(|| engine), 2),
    }
}

/// Marks each write by another.
struct Listener(Arc<OnceLock<Engine>>);

impl EventListener for Listener {
    /// Runs with the file locked, and its writer is the leader of a group of writers, of which a second write waits to be the next.
    fn on_append_log_file(&self, _: FileBlockHandle) {
        let Some(engine) = self.0.get() else { return };
        let mut batch = LogBatch::default();
        batch.put(1, b"last".to_vec(), b"now".to_vec()).expect("a place in the batch");
        engine.write(&mut batch, false).expect("a write");
    }
}
