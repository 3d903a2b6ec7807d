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
    bench.measure("irq/lock_irqsave/lazy", |n| {
        C::set_lazy(true);
        for _ in 0..n {
            *C::lock_irqsave(black_box(&spin)) += 1;
        }
        C::set_lazy(false);
    });
}
