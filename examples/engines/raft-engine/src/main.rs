//! raft-engine 0.4: groups with keys, synced and unsynced batches, readers, purges.

use std::sync::Arc;
use std::time::Duration;

use harness::{Load, Wanted, directory, wanted};
use raft_engine::{Command, Config, Engine, LogBatch, ReadableSize};

const GROUPS: u64 = 64;
const KEYS: u64 = 100;

fn main() {
    let Wanted::Load(time) = wanted(&[]) else { unreachable!("no bug is known here") };
    let directory = directory();
    let config = Config {
        dir: directory.path().to_str().expect("a path").to_owned(),
        target_file_size: ReadableSize::mb(1),
        purge_threshold: ReadableSize::mb(4),
        ..Config::default()
    };
    let engine = Arc::new(Engine::open(config.clone()).expect("an engine"));
    let key = |random: u64| (random % KEYS).to_be_bytes().to_vec();

    let mut load = Load::new("raft-engine", time);
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
        load.spawn("purge", move |random| {
            let behind = engine.purge_expired_files().expect("a purge");
            behind.into_iter().for_each(|group| drop(engine.compact_to(group, 1)));
            if random >> 62 == 0 {
                engine.sync().expect("a sync");
            }
            std::thread::sleep(Duration::from_millis(10));
        });
    }
    load.run();
    drop(engine);
    drop(Engine::open(config).expect("the engine again"));
}
