//! Acquisitions that a thread has made before: what was proven of their chain, where they were and by which stack, and the entry of the
//! held stack that came of it. All of that is found at once, in one place.

use core::arch::x86_64::__m128i;
use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence};

use super::capture::{Capture, Slot, still_there};
use crate::arena::{allocate_for, free_for};
use crate::runtime::thread::Mine as _;

/// How many of them a thread remembers.
const SPOTS: usize = 512;

/// So many of them share so many places.
const WAYS: usize = 4;

/// No key: nothing is here.
const NOTHING: u64 = 0;
/// No key: somebody writes here.
const BUSY: u64 = 1;

/// What an entry has from its spot: see [`template`](crate::runtime::thread::template).
pub(crate) type Template = [__m128i; 2];

/// What is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// The chain with the new entry, the context and the moment.
    key: u64,
    /// The stack pointer.
    sp: usize,
    /// Where it is to be looked for first.
    first: usize,
}

/// All that one thread remembers.
pub(crate) struct Spots {
    /// Null until the thread is prepared.
    table: AtomicPtr<Spot>,
    /// All ones. Zero: stacks are not compared.
    exact: AtomicUsize,
    /// How often everything was forgotten.
    forgotten: AtomicUsize,
    /// Counts; which of the other ways is given up, and when one of them becomes the first.
    turn: AtomicUsize,
    /// How often something was remembered.
    #[cfg(test)]
    remembered: AtomicUsize,
}

impl Spots {
    pub(crate) const fn new() -> Spots {
        Spots {
            table: AtomicPtr::new(ptr::null_mut()),
            exact: AtomicUsize::new(0),
            forgotten: AtomicUsize::new(0),
            turn: AtomicUsize::new(0),
            #[cfg(test)]
            remembered: AtomicUsize::new(0),
        }
    }

    /// Memory for it.
    pub(crate) fn allocate() -> *mut Spot {
        let table = allocate_for::<Spot>(SPOTS);
        // SAFETY: fresh memory for so many.
        unsafe { table.write_bytes(0, SPOTS) };
        table
    }

    /// # Safety
    ///
    /// `table` is null or came from [`allocate`](Self::allocate), and nobody uses it any more.
    pub(crate) unsafe fn free(table: *mut Spot) {
        if !table.is_null() {
            // SAFETY: as for the caller.
            unsafe { free_for(table, SPOTS) };
        }
    }

    /// From here on this is the table; the one before.
    pub(crate) fn start(&self, table: *mut Spot, exact: bool) -> *mut Spot {
        self.exact.store(if exact { usize::MAX } else { 0 }, Ordering::Relaxed);
        self.table.swap(table, Ordering::Relaxed)
    }

    /// What it takes.
    pub(crate) fn bytes(&self) -> usize {
        if self.table.load(Ordering::Relaxed).is_null() { 0 } else { SPOTS * size_of::<Spot>() }
    }

    /// One of them; the thread must be prepared.
    #[inline(always)]
    fn spot(&self, at: usize) -> &Spot {
        debug_assert!(!self.table.load(Ordering::Relaxed).is_null() && at < SPOTS);
        // SAFETY: the table stays as long as the thread.
        unsafe { &*self.table.load(Ordering::Relaxed).add(at) }
    }

    /// An acquisition at the moment `(ip, sp)`, which comes from [`here`](super::here), that makes the chain `key`. `frame` is the signal
    /// frame of the running handler, or 0.
    ///
    /// A key is as good as random. What is added to it are parts of one moment: source position, instruction, and the stack pointer, which
    /// is nothing where stacks are not compared, and in a handler the distance from its signal frame, for a handler comes anywhere. Where
    /// only some of them differ, so does the sum: each has its bits.
    #[inline(always)]
    pub(crate) fn wanted(&self, key: u64, (ip, sp): (usize, usize), site: usize, frame: usize) -> Wanted {
        // SAFETY: this thread's own.
        let place = sp.wrapping_sub(frame) & unsafe { self.exact.mine() };
        let moment = site.wrapping_add(ip.rotate_left(32)).wrapping_add(place.rotate_left(16));
        let key = key.wrapping_add(moment as u64);
        // A factor of 31 bits is part of an instruction. Bits from the middle, for those above know nothing of the lowest, and those below
        // nothing of the highest.
        let first = (key.wrapping_mul(0x6a09_e667) >> 36) as usize % SPOTS;
        Wanted { key, sp, first }
    }

    /// What its entry has from the last time, and what more there is to know of its chain.
    #[inline(always)]
    pub(crate) fn find(&self, wanted: &Wanted) -> Option<(Template, u64)> {
        self.spot(wanted.first).find(wanted)
    }

    /// The same, in whatever place. Now and then it gets to the first.
    pub(crate) fn find_anywhere(&self, wanted: &Wanted) -> Option<(Template, u64)> {
        let forgotten = self.forgotten();
        let (way, found) = (0..WAYS).find_map(|way| Some((way, self.spot(wanted.first ^ way).find(wanted)?)))?;
        // Each time would be too often where two take turns.
        if way != 0 && self.is_a_turn() {
            self.swap(wanted.first, wanted.first ^ way);
            self.forget_if_wanted(forgotten);
        }
        Some(found)
    }

    /// Once in eight times.
    pub(crate) fn is_a_turn(&self) -> bool {
        self.next_turn().is_multiple_of(8)
    }

    fn next_turn(&self) -> usize {
        let turn = self.turn.load(Ordering::Relaxed).wrapping_add(1);
        self.turn.store(turn, Ordering::Relaxed);
        turn
    }

    #[cold]
    #[inline(never)]
    fn swap(&self, one: usize, other: usize) {
        let (one, other) = (self.spot(one), self.spot(other));
        let Some(key_of_one) = one.claim() else { return };
        if let Some(key_of_other) = other.claim() {
            let kept = Spot::new();
            // SAFETY: two are claimed, one is our own.
            unsafe {
                kept.copy(one);
                one.copy(other);
                other.copy(&kept);
            }
            other.publish(key_of_one);
            one.publish(key_of_other);
        } else {
            one.publish(key_of_one);
        }
    }

    /// After something was published: [`forget`](Self::forget) leaves out what is claimed.
    fn forget_if_wanted(&self, forgotten: usize) {
        // Pairs with the fence there: either it is seen here, or it comes after what was published.
        fence(Ordering::SeqCst);
        if self.forgotten() != forgotten {
            self.forget();
        }
    }

    /// How often everything was forgotten: what is known from here on may be [remembered](Self::remember).
    pub(crate) fn forgotten(&self) -> usize {
        self.forgotten.load(Ordering::Relaxed)
    }

    /// Remembers an acquisition by the entry that was made for it, of which this is the template; `capture` is what its stack is
    /// recognised by, nothing where stacks are not compared. `forgotten` is from before its chain was found to be known.
    pub(crate) fn remember(&self, wanted: &Wanted, more: u64, template: Template, capture: Option<&Capture>, forgotten: usize) {
        if wanted.key <= BUSY {
            return;
        }
        let first = self.spot(wanted.first);
        let Some(before) = first.claim() else { return };
        // The same with a stack of another caller is worth as much as any other.
        if before != NOTHING && !(before == wanted.key && first.is_the_same(wanted)) {
            let turn = self.next_turn();
            let free = (1..WAYS).find(|way| self.spot(wanted.first ^ way).key.load(Ordering::Relaxed) == NOTHING);
            if free.is_none() && !turn.is_multiple_of(4) {
                // Where more take turns than there is room for, each time would be too often.
                first.publish(before);
                return;
            }
            let other = self.spot(wanted.first ^ free.unwrap_or(1 + turn / 4 % (WAYS - 1)));
            if other.claim().is_some() {
                // SAFETY: both are claimed.
                unsafe { other.copy(first) };
                other.publish(before);
            }
        }
        #[cfg(test)]
        self.remembered.fetch_add(1, Ordering::Relaxed);
        let (slots, end) = capture.map_or((ptr::null_mut(), ptr::null_mut()), Capture::range);
        first.more.store(more, Ordering::Relaxed);
        first.slots.store(slots, Ordering::Relaxed);
        first.end.store(end, Ordering::Relaxed);
        // SAFETY: claimed, so nobody else reads it as if it were whole.
        unsafe { first.template.get().write_volatile(template) };
        first.publish(wanted.key);
        self.forget_if_wanted(forgotten);
    }

    /// There is something else to know of the chain of an acquisition that is remembered; `forgotten` as for `remember`.
    pub(crate) fn renew(&self, wanted: &Wanted, more: u64, forgotten: usize) {
        let mut spots = (0..WAYS).map(|way| self.spot(wanted.first ^ way));
        if let Some(spot) = spots.find(|spot| spot.find(wanted).is_some())
            && let Some(key) = spot.claim()
        {
            if key == wanted.key {
                spot.more.store(more, Ordering::Relaxed);
            }
            spot.publish(key);
            self.forget_if_wanted(forgotten);
        }
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.remembered.load(Ordering::Relaxed)
    }

    /// Forgets everything. Any thread may call this.
    pub(crate) fn forget(&self) {
        // If it is not what it was, whoever writes there sees what was counted.
        self.forget_by(|spot, key| {
            let _ = spot.key.compare_exchange(key, NOTHING, Ordering::Relaxed, Ordering::Relaxed);
        });
    }

    /// The same, of this thread itself, with signals blocked.
    pub(super) fn forget_own(&self) {
        self.forget_by(|spot, _| spot.key.store(NOTHING, Ordering::Relaxed));
    }

    fn forget_by(&self, forget: impl Fn(&Spot, u64)) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let table = self.table.load(Ordering::Relaxed);
        // SAFETY: null, or a table of so many, which stays as long as the thread.
        let spots = if table.is_null() { &[][..] } else { unsafe { core::slice::from_raw_parts(table, SPOTS) } };
        for spot in spots {
            let key = spot.key.load(Ordering::Relaxed);
            if key > BUSY {
                forget(spot, key);
            }
        }
    }
}

/// An acquisition that was made before.
///
/// A handler may write here at any moment, but as a whole, and only where no code below it is writing. So whoever writes claims it first,
/// and whoever reads takes everything else before the key: if that is the right one then, so is the rest, for what a handler puts here
/// has another key, or another stack pointer.
#[repr(C, align(16))]
pub(crate) struct Spot {
    key: AtomicU64,
    more: AtomicU64,
    /// The return addresses that the stack is recognised by, as a capture of this thread has them: when that goes, all is forgotten.
    slots: AtomicPtr<Slot>,
    end: AtomicPtr<Slot>,
    template: UnsafeCell<Template>,
}

impl Spot {
    const fn new() -> Spot {
        // SAFETY: all zeros is numbers, null, and vectors.
        unsafe { core::mem::zeroed() }
    }

    #[inline(always)]
    fn find(&self, wanted: &Wanted) -> Option<(Template, u64)> {
        let (slots, end) = (self.slots.load(Ordering::Relaxed), self.end.load(Ordering::Relaxed));
        // SAFETY: vectors of this thread alone.
        let template = unsafe { self.template.get().read_volatile() };
        // SAFETY: this thread's own.
        let more = unsafe { self.more.mine() };
        compiler_fence(Ordering::SeqCst);
        let found = self.key.load(Ordering::Relaxed) == wanted.key
            // SAFETY: the slots of a capture of this moment.
            && unsafe { still_there(slots, end, wanted.sp) };
        found.then_some((template, more))
    }

    /// Whether this is, of all that have this key, the one with this stack. It is claimed.
    fn is_the_same(&self, wanted: &Wanted) -> bool {
        let (slots, end) = (self.slots.load(Ordering::Relaxed), self.end.load(Ordering::Relaxed));
        // SAFETY: as in `find`.
        unsafe { still_there(slots, end, wanted.sp) }
    }

    /// Takes the key away, if nobody else writes here.
    fn claim(&self) -> Option<u64> {
        let key = self.key.load(Ordering::Relaxed);
        (key != BUSY && self.key.compare_exchange(key, BUSY, Ordering::Relaxed, Ordering::Relaxed).is_ok()).then_some(key)
    }

    fn publish(&self, key: u64) {
        compiler_fence(Ordering::SeqCst);
        self.key.store(key, Ordering::Relaxed);
    }

    /// # Safety
    ///
    /// Both are claimed.
    unsafe fn copy(&self, other: &Spot) {
        self.more.store(other.more.load(Ordering::Relaxed), Ordering::Relaxed);
        self.slots.store(other.slots.load(Ordering::Relaxed), Ordering::Relaxed);
        self.end.store(other.end.load(Ordering::Relaxed), Ordering::Relaxed);
        // SAFETY: nobody else reads what is claimed as if it were whole.
        unsafe { self.template.get().write_volatile(other.template.get().read_volatile()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fresh(Spots);

    impl core::ops::Deref for Fresh {
        type Target = Spots;

        fn deref(&self) -> &Spots {
            &self.0
        }
    }

    impl Drop for Fresh {
        fn drop(&mut self) {
            // SAFETY: it is its own.
            unsafe { Spots::free(self.0.start(ptr::null_mut(), true)) };
        }
    }

    fn spots() -> Fresh {
        let spots = Spots::new();
        spots.start(Spots::allocate(), true);
        Fresh(spots)
    }

    fn entry(n: u64) -> Template {
        // SAFETY: plain numbers.
        unsafe { core::mem::transmute::<[u64; 4], Template>([n; 4]) }
    }

    fn found(found: Option<(Template, u64)>) -> Option<(u64, u64)> {
        // SAFETY: plain numbers.
        let number = |template| unsafe { core::mem::transmute::<Template, [u64; 4]>(template) };
        found.map(|(template, more)| {
            let [n, others @ ..] = number(template);
            assert_eq!(others, [n; 3]);
            (n, more)
        })
    }

    fn everywhere(spots: &Spots, wanted: &Wanted) -> Option<(u64, u64)> {
        found(spots.find_anywhere(wanted))
    }

    const KEY: u64 = 0x1234_5678_9abc_def0;

    #[test]
    fn every_part_of_a_moment_tells_it_apart() {
        let spots = spots();
        let wanted = |key, ip, sp, site, frame| spots.wanted(key, (ip, sp), site, frame);
        let all = wanted(KEY, 0x5555_0000_1000, 0x7fff_0000_2000, 0x5555_0002_0000, 0);
        spots.remember(&all, 7, entry(3), None, spots.forgotten());
        assert_eq!(found(spots.find(&all)), Some((3, 7)));
        for other in [
            wanted(KEY + 1, 0x5555_0000_1000, 0x7fff_0000_2000, 0x5555_0002_0000, 0),
            wanted(KEY, 0x5555_0000_1001, 0x7fff_0000_2000, 0x5555_0002_0000, 0),
            wanted(KEY, 0x5555_0000_1000, 0x7fff_0000_2010, 0x5555_0002_0000, 0),
            wanted(KEY, 0x5555_0000_1000, 0x7fff_0000_2000, 0x5555_0002_0018, 0),
            // What one has more, another has less.
            wanted(KEY, 0x5555_0000_0fe8, 0x7fff_0000_2000, 0x5555_0002_0018, 0),
            wanted(KEY, 0x5555_0000_1010, 0x7fff_0000_1ff0, 0x5555_0002_0000, 0),
            wanted(KEY, 0x5555_0000_1000, 0x7fff_0000_2000, 0x5555_0002_0000, 0x7fff_0000_3000),
        ] {
            assert_eq!(everywhere(&spots, &other), None);
        }
        // In a handler, only the distance from its frame counts.
        let in_handler = |sp| wanted(KEY, 1, sp, 2, sp + 64);
        spots.remember(&in_handler(4096), 0, entry(4), None, spots.forgotten());
        assert_eq!(everywhere(&spots, &in_handler(8192)), Some((4, 0)));
    }

    /// So many balls in so many bins leave a third of them empty.
    #[test]
    fn moments_that_are_alike_begin_in_many_places() {
        let spots = spots();
        let places = |wanted: &dyn Fn(usize) -> Wanted| {
            let first: std::collections::BTreeSet<_> = (0..SPOTS).map(|n| wanted(n).first).collect();
            first.len()
        };
        let (ip, sp, site) = (0x5555_0000_1000, 0x7fff_0000_2000, 0x5555_0002_0000);
        for (part, places) in [
            ("position", places(&|n| spots.wanted(KEY, (ip, sp), site + 24 * n, 0))),
            ("instruction", places(&|n| spots.wanted(KEY, (ip + 100 * n, sp), site, 0))),
            ("stack pointer", places(&|n| spots.wanted(KEY, (ip, sp + 48 * n), site, 0))),
        ] {
            assert!(places > SPOTS / 2, "{places} by {part}");
        }
    }

    #[test]
    fn without_stacks_the_position_is_all() {
        let spots = spots();
        spots.exact.store(0, Ordering::Relaxed);
        let wanted = |sp| spots.wanted(KEY, (1, sp), 2, 0);
        spots.remember(&wanted(4096), 0, entry(3), None, spots.forgotten());
        assert_eq!(everywhere(&spots, &wanted(8192)), Some((3, 0)));
    }

    /// Those that are looked for first in the place of the first.
    fn side_by_side(spots: &Spots) -> Vec<Wanted> {
        let all = (0..).map(|n| spots.wanted(KEY + (n << 32), (0, 0), 0, 0));
        let first = spots.wanted(KEY, (0, 0), 0, 0).first;
        all.filter(|wanted| wanted.first == first).take(8).collect()
    }

    #[test]
    fn some_that_share_a_place_are_all_known() {
        let spots = spots();
        let all = side_by_side(&spots);
        for (n, wanted) in (0..).zip(&all) {
            // The last one is found at once, if it comes more than once where there is no room.
            let again = (0..4).find(|_| {
                spots.remember(wanted, n, entry(n), None, spots.forgotten());
                found(spots.find(wanted)) == Some((n, n))
            });
            assert!(again.is_some_and(|again| again == 0 || n as usize >= WAYS), "{again:?} of {n}");
            let known = all.iter().filter(|wanted| everywhere(&spots, wanted).is_some()).count();
            assert_eq!(known, WAYS.min(n as usize + 1));
        }
        // One that is looked for often enough is found at once, too.
        let other = all.iter().find(|wanted| spots.find(wanted).is_none() && spots.find_anywhere(wanted).is_some()).unwrap();
        assert!((0..100).any(|_| {
            spots.find_anywhere(other);
            spots.find(other).is_some()
        }));
        // None got lost by that, and each has kept its own.
        let known: Vec<_> = all.iter().filter_map(|wanted| everywhere(&spots, wanted)).collect();
        assert_eq!(known.len(), WAYS);
        assert!(known.iter().all(|&(found, more)| found == more));
    }

    #[test]
    fn what_is_known_otherwise_takes_no_second_place() {
        let spots = spots();
        let all = side_by_side(&spots);
        spots.remember(&all[0], 1, entry(3), None, spots.forgotten());
        for more in 2..20 {
            spots.remember(&all[1], more, entry(4), None, spots.forgotten());
        }
        assert_eq!(everywhere(&spots, &all[0]), Some((3, 1)));
        assert_eq!(everywhere(&spots, &all[1]), Some((4, 19)));
    }

    #[test]
    fn what_is_known_of_a_chain_can_change() {
        let spots = spots();
        let all = side_by_side(&spots);
        for (n, wanted) in (0..).zip(&all[..WAYS]) {
            spots.remember(wanted, n, entry(n), None, spots.forgotten());
            spots.renew(wanted, n + 10, spots.forgotten());
        }
        spots.renew(&all[WAYS], 1, spots.forgotten());
        let known: Vec<_> = all.iter().map(|wanted| everywhere(&spots, wanted)).collect();
        assert_eq!(known[..WAYS], [0, 1, 2, 3].map(|n| Some((n, n + 10))));
        assert!(known[WAYS..].iter().all(Option::is_none));
    }

    #[test]
    fn what_was_found_before_everything_was_forgotten_is_not_remembered() {
        let spots = spots();
        let wanted = spots.wanted(KEY, (1, 2), 3, 0);
        let before = spots.forgotten();
        spots.remember(&wanted, 0, entry(3), None, before);
        assert!(spots.find(&wanted).is_some());
        spots.forget();
        assert!(spots.find(&wanted).is_none());
        spots.remember(&wanted, 0, entry(3), None, before);
        assert!(everywhere(&spots, &wanted).is_none());
    }

    /// A handler that comes while the code below it writes.
    #[test]
    fn what_somebody_writes_is_left_alone() {
        let spots = spots();
        let wanted = spots.wanted(KEY, (1, 2), 3, 0);
        spots.remember(&wanted, 0, entry(3), None, spots.forgotten());
        let spot = spots.spot(wanted.first);
        let key = spot.claim().unwrap();
        assert!(spot.claim().is_none());
        assert!(spots.find(&wanted).is_none());
        spots.remember(&wanted, 0, entry(4), None, spots.forgotten());
        spots.forget();
        assert_eq!(spot.key.load(Ordering::Relaxed), BUSY);
        spot.publish(key);
        assert_eq!(found(spots.find(&wanted)), Some((3, 0)));
    }
}
