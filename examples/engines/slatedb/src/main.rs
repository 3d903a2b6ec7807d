//! slatedb 0.18 over objects in memory: writers, batches, transactions, merges, readers, snapshots, scans, a second reader of the same
//! objects; small tables, so that it flushes, compacts and collects garbage all the time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use harness::{Load, Wanted, wanted};
use slatedb::bytes::Bytes;
use slatedb::config::{
    CompactionWorkerOptions, CompactorOptions, DbReaderOptions, FlushOptions, FlushType, GarbageCollectorDirectoryOptions,
    GarbageCollectorOptions, Settings,
};
use slatedb::object_store::{ObjectStore, memory::InMemory};
use slatedb::{Db, DbIterator, DbReader, DbReaderMode, IsolationLevel, MergeOperator, MergeOperatorError, WriteBatch};
use tokio::runtime::{Builder, Handle};

const KEYS: u64 = 20_000;

struct Longest;

impl MergeOperator for Longest {
    fn merge(&self, _key: &Bytes, old: Option<Bytes>, new: Bytes) -> Result<Bytes, MergeOperatorError> {
        Ok(old.filter(|old| old.len() >= new.len()).unwrap_or(new))
    }
}

fn key(random: u64) -> [u8; 8] {
    (random % KEYS).to_be_bytes()
}

fn value(random: u64) -> Vec<u8> {
    vec![random as u8; random as usize % 300]
}

fn settings() -> Settings {
    let often = Duration::from_millis(200);
    let directory = || Some(GarbageCollectorDirectoryOptions { interval: Some(often), min_age: often, dry_run: false });
    Settings {
        flush_interval: Some(Duration::from_millis(10)),
        manifest_poll_interval: often,
        l0_sst_size_bytes: 256 << 10,
        l0_max_ssts: 16,
        max_unflushed_bytes: 4 << 20,
        compactor_options: Some(CompactorOptions {
            poll_interval: Duration::from_millis(50),
            worker: Some(CompactionWorkerOptions {
                compactions_poll_interval: Duration::from_millis(50),
                max_sst_size: 1 << 20,
                ..CompactionWorkerOptions::default()
            }),
            ..CompactorOptions::default()
        }),
        garbage_collector_options: Some(GarbageCollectorOptions {
            manifest_options: directory(),
            wal_options: directory(),
            compacted_options: directory(),
            compactions_options: directory(),
            ..GarbageCollectorOptions::default()
        }),
        ..Settings::default()
    }
}

/// A thread that does `step` over and over, in the runtime.
fn spawn<Step: Future<Output = Result<(), slatedb::Error>>>(
    load: &mut Load,
    name: &str,
    handle: &Handle,
    step: impl Fn(u64) -> Step + Send + 'static,
) {
    let handle = handle.clone();
    load.spawn(name, move |random| handle.block_on(step(random)).expect("a step"));
}

async fn some(mut iterator: DbIterator) -> Result<(), slatedb::Error> {
    for _ in 0..100 {
        let Some(pair) = iterator.next().await? else { break };
        assert!(pair.value.len() < 300);
    }
    Ok(())
}

fn main() {
    let Wanted::Load(amount) = wanted(&[]) else { unreachable!("no bug is known here") };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let open = || {
        let builder = Db::builder("db", Arc::clone(&objects)).with_settings(settings()).with_merge_operator(Arc::new(Longest));
        runtime.block_on(builder.build()).expect("a database")
    };
    let db = open();
    let handle = runtime.handle();

    let mut load = Load::new("slatedb", amount);
    for name in ["writer 1", "writer 2"] {
        let db = db.clone();
        spawn(&mut load, name, handle, move |random| {
            let db = db.clone();
            async move {
                match random >> 60 {
                    0 => drop(db.delete(key(random)).await?),
                    1 => drop(db.merge(key(random), value(random)).await?),
                    2 => {
                        let mut batch = WriteBatch::new();
                        (0..10).for_each(|n| batch.put(key(random.rotate_left(n * 7)), value(random)));
                        drop(db.write(batch).await?);
                    }
                    // Now and then until it is on disk, so to speak.
                    3 if random >> 56 == 0x30 => db.put(key(random), value(random)).await?.await_durable().await?,
                    _ => drop(db.put(key(random), value(random)).await?),
                }
                Ok(())
            }
        });
    }
    for (name, level) in [("snapshots", IsolationLevel::Snapshot), ("serialized", IsolationLevel::SerializableSnapshot)] {
        let db = db.clone();
        spawn(&mut load, name, handle, move |random| {
            let db = db.clone();
            async move {
                let transaction = db.begin(level)?;
                if let Some(found) = transaction.get(key(random)).await? {
                    transaction.put(key(random.rotate_left(32)), found)?;
                }
                match random >> 61 {
                    0 => transaction.rollback(),
                    1 => some(transaction.scan(&key(random)[..]..).await?).await?,
                    // A conflict with another is fine.
                    _ => drop(transaction.commit().await),
                }
                Ok(())
            }
        });
    }
    for name in ["reader 1", "reader 2"] {
        let db = db.clone();
        spawn(&mut load, name, handle, move |random| {
            let db = db.clone();
            async move { db.get(key(random)).await.map(|found| assert!(found.is_none_or(|found| found.len() < 300))) }
        });
    }
    {
        let db = db.clone();
        spawn(&mut load, "scanner", handle, move |random| {
            let db = db.clone();
            async move {
                if random >> 63 == 0 {
                    some(db.scan(&key(random)[..]..).await?).await
                } else {
                    let snapshot = db.snapshot()?;
                    some(snapshot.scan(..&key(random)[..]).await?).await
                }
            }
        });
    }
    {
        let db = db.clone();
        spawn(&mut load, "flusher", handle, move |random| {
            let db = db.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let flush_type = if random >> 62 == 0 { FlushType::MemTable } else { FlushType::Wal };
                db.flush_with_options(FlushOptions { flush_type }).await?;
                let _ = (db.status(), db.manifest());
                db.refresh_manifest().await
            }
        });
    }
    {
        let objects = Arc::clone(&objects);
        spawn(&mut load, "other process", handle, move |random| {
            let objects = Arc::clone(&objects);
            async move {
                let options =
                    DbReaderOptions { manifest_poll_interval: Duration::from_millis(100), ..DbReaderOptions::default() };
                let builder = DbReader::builder("db", objects)
                    .with_reader_mode(DbReaderMode::ManagedCheckpoint)
                    .with_options(options)
                    .with_merge_operator(Arc::new(Longest));
                let reader = builder.build().await?;
                for n in 0..20 {
                    let _ = reader.get(key(random.rotate_left(n))).await?;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                some(reader.scan(&key(random)[..]..).await?).await?;
                reader.close().await
            }
        });
    }
    load.run();
    runtime.block_on(db.close()).expect("a close");
    // What was written is found again.
    let db = open();
    runtime.block_on(async { some(db.scan::<std::ops::RangeFull>(..).await?).await }).expect("a scan");
    runtime.block_on(db.close()).expect("a close");
}
