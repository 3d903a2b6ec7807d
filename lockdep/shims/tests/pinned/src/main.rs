fn main() {
    let lock = parking_lot::Mutex::new(0);
    println!("{}", lock.lock());
}
