//! A raw lock as somebody writes it for `lock_api` 0.5, who has never heard of lockdep: each hold has a number.

use std::sync::atomic::{AtomicU64, Ordering};

pub struct RawTicket {
    next: AtomicU64,
    serving: AtomicU64,
}

pub struct Ticket(u64);

// SAFETY: a ticket is given out once, and only its holder is served.
unsafe impl lock_api_05::RawMutex for RawTicket {
    const INIT: RawTicket = RawTicket { next: AtomicU64::new(0), serving: AtomicU64::new(0) };
    type Guard = Ticket;

    fn lock(&self) -> Ticket {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        while self.serving.load(Ordering::Acquire) != ticket {
            std::thread::yield_now();
        }
        Ticket(ticket)
    }

    fn try_lock(&self) -> Option<Ticket> {
        let ticket = self.serving.load(Ordering::Acquire);
        self.next.compare_exchange(ticket, ticket + 1, Ordering::Acquire, Ordering::Relaxed).ok().map(Ticket)
    }

    unsafe fn unlock(&self, Ticket(ticket): Ticket) {
        assert_eq!(self.serving.load(Ordering::Relaxed), ticket);
        self.serving.store(ticket + 1, Ordering::Release);
    }

    fn is_locked(&self) -> bool {
        self.serving.load(Ordering::Relaxed) != self.next.load(Ordering::Relaxed)
    }
}

pub type Mutex<T> = lock_api_05::Mutex<RawTicket, T>;
