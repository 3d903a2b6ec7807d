//! Smoke.
use lockdep::parking_lot::Mutex;
use lockdep::testing::isolated;

#[test]
fn recursion() {
    let m = std::sync::Arc::new(Mutex::new(1));
    let reports = isolated(|_| {
        let _a = m.lock();
        let _b = m.lock();
    });
    println!("{}", reports[0].to_text());
    assert_eq!(reports.len(), 1);
}

#[test]
fn abba() {
    let a = Mutex::new(1);
    let b = Mutex::new(String::new());
    let reports = isolated(|_| {
        { let _x = a.lock(); let _y = b.lock(); }
        { let _y = b.lock(); let _x = a.lock(); }
    });
    println!("{}", reports[0].to_text());
    assert_eq!(reports.len(), 1);
}
