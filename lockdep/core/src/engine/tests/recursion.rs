//! The same lock again, another lock of its class.

use super::script::check;

#[test]
fn a_lock_taken_twice_never_returns() {
    check("t1: lock A, lock A", &["Recursion Certain: A A"]);
}
#[test]
fn hello() {
    check("t1: lock A, lock B, unlock B, unlock A; t2: lock B, lock A", &["Inversion Possible: B A"]);
}
