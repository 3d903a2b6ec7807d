//! Signals blocked and opened.

use std::hint::black_box;

use crate::contender::Irqs;
use crate::measure::Bench;

pub fn all<C: Irqs>(bench: &mut Bench) {
    bench.measure("irq/save+restore/outer", |n| {
        for _ in 0..n {
            C::restore(C::save());
        }
    });
    bench.measure("irq/save+restore/nested", |n| {
        let outer = C::save();
        for _ in 0..n {
            C::restore(C::save());
        }
        C::restore(outer);
    });
    bench.measure("irq/disable+enable/outer", |n| {
        for _ in 0..n {
            C::disable();
            C::enable();
        }
    });
    let spin = C::spin();
    bench.measure("irq/lock_irqsave/outer", |n| {
        for _ in 0..n {
            *C::lock_irqsave(black_box(&spin)) += 1;
        }
    });
    bench.measure("irq/lock_irqsave/nested", |n| {
        let outer = C::save();
        for _ in 0..n {
            *C::lock_irqsave(black_box(&spin)) += 1;
        }
        C::restore(outer);
    });
    bench.measure("irq/save+restore/lazy", |n| {
        C::set_lazy(true);
        for _ in 0..n {
            C::restore(C::save());
        }
        C::set_lazy(false);
    });
    bench.measure("irq/disable+enable/lazy", |n| {
        C::set_lazy(true);
        for _ in 0..n {
            C::disable();
            C::enable();
        }
        C::set_lazy(false);
    });
    bench.measure("irq/lock_irqsave/lazy", |n| {
        C::set_lazy(true);
        for _ in 0..n {
            *C::lock_irqsave(black_box(&spin)) += 1;
        }
        C::set_lazy(false);
    });
    let shared = C::spin_of_handlers();
    bench.measure("irq/lock+unlock/in a handler", |n| {
        C::in_handler(&mut || {
            for _ in 0..n {
                *C::lock(black_box(&shared)) += 1;
            }
        });
    });
}

/// Raises a signal in this thread, which has a handler for it.
pub fn raise(signal: i32) {
    // SAFETY: no more than that.
    assert_eq!(unsafe { libc::raise(signal) }, 0);
}
