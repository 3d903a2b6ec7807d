//! What the validator keeps, and how much room that takes. A process of its own: the figures are those of the process.
#![cfg(feature = "validate")]

use lockdep::parking_lot::{Mutex, RwLock};
use lockdep::{LockClass, stats};

const CLASSES: usize = 200;

#[test]
fn memory_is_accounted_for_and_bounded() {
    // Two words in every lock.
    assert_eq!(size_of::<Mutex<u64>>(), size_of::<parking_lot::Mutex<u64>>() + 16);
    assert_eq!(size_of::<RwLock<u64>>(), size_of::<parking_lot::RwLock<u64>>() + 16);
    // And none in a guard.
    assert_eq!(size_of_val(&Mutex::new(0).lock()), size_of_val(&parking_lot::Mutex::new(0).lock()));

    let before = stats();
    let locks: Vec<_> = (0..CLASSES)
        .map(|n| Mutex::with_class((), Box::leak(Box::new(LockClass::new(Box::leak(format!("memory {n}").into_boxed_str()))))))
        .collect();
    for (n, outer) in locks.iter().enumerate() {
        for inner in &locks[n + 1..] {
            let _outer = outer.lock();
            let _inner = inner.lock();
        }
    }
    let after = stats();
    let dependencies = after.dependencies - before.dependencies;
    assert_eq!(dependencies, CLASSES * (CLASSES - 1) / 2);
    let per_dependency = (after.dependency_bytes - before.dependency_bytes) / dependencies;
    assert!((100..=300).contains(&per_dependency), "{per_dependency} bytes per dependency");
    let per_class = (after.class_bytes - before.class_bytes) / CLASSES;
    assert!((300..=2000).contains(&per_class), "{per_class} bytes per class");
    let per_thread = after.thread_bytes / after.threads;
    assert!((5_000..=70_000).contains(&per_thread), "{per_thread} bytes per thread");
    // All came through two lines.
    let stacks = after.stacks - before.stacks;
    assert!((1..=4).contains(&stacks), "{stacks} stacks");
    assert!((after.stack_bytes / after.stacks) < 2048, "{} bytes in {} stacks", after.stack_bytes, after.stacks);
    let accounted = after.stack_bytes + after.dependency_bytes + after.class_bytes;
    assert!(accounted < after.memory_bytes, "{accounted} of {}", after.memory_bytes);

    // Known by now: nothing more, whoever does it how often, but for the evidence that others did it too.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..1000).for_each(|_| drop((locks[0].lock(), locks[1].lock()))));
        }
    });
    let again = stats();
    assert_eq!(again.dependencies, after.dependencies);
    assert!((0..=512).contains(&(again.dependency_bytes - after.dependency_bytes)));
    assert_eq!(again.class_bytes, after.class_bytes);
    // New locks of a known class leave nothing behind.
    for _ in 0..20_000 {
        drop(Mutex::new(0_u8).lock());
    }
    assert!(stats().memory_bytes - again.memory_bytes <= 2 << 20, "{} bytes", stats().memory_bytes - again.memory_bytes);
}
