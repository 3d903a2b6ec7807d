// Source that the expected texts quote. It is not compiled.

use std::collections::VecDeque;

use lockdep::spin::SpinLock;

pub struct Elevator {
    bfqd: SpinLock<Queues>,
    process_io_insert: SpinLock<VecDeque<Request>>,
    disk: Disk,
}

static BFQD: LockClass = LockClass::new("bfqd");

impl Elevator {
    pub fn new(disk: Disk) -> Elevator {
        Elevator {
            bfqd: SpinLock::with_class(Queues::default(), &BFQD),
            process_io_insert: SpinLock::new(VecDeque::new()),
            disk,
        }
    }

    /// Joins a new bio to a request that ends where it begins.
    pub fn bio_merge(&self, bio: Bio) -> bool {
        let mut bfqd = self.bfqd.lock_irq();
        let Some(request) = bfqd.request_ending_at(bio.sector) else {
            return false;
        };
        request.append(bio);
        self.account_merge(request.id());
        true
    }

    fn account_merge(&self, id: RequestId) {
        let mut insert = self.process_io_insert.lock_irq();
        insert.retain(|request| request.id() != id);
        drop(insert);
    }

    /// The disk is done with a request: called from its handler.
    pub fn finish(&self, id: RequestId) {
        let mut bfqd = self.bfqd.lock_irqsave();
        bfqd.remove(id);
    }

    pub fn dispatch(&self) {
        let bfqd = self.bfqd.lock();
        if bfqd.is_idle() {
            self.dispatch();
        }
        let flags = irq::save();
        irq::enable();
        irq::restore(flags);
    }
}

fn on_completion(elevator: &Elevator) {
    while let Some(id) = elevator.disk.next_done() {
        elevator.finish(id);
    }
}
