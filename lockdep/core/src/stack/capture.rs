//! Capture, revalidate, intern.

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use allocator_api2::vec::Vec;
use hashbrown::HashMap;

use crate::arena::{Arena, allocate_for, free_for, immortal_slice};
use crate::runtime::thread::current;
use crate::runtime::{Errno, config, slow};

/// Frames beyond this many are not kept.
pub(crate) const DEEPEST: usize = 128;
/// Captures remembered per thread: so many buckets, each with so many ways.
const BUCKETS: usize = 256;
const WAYS: usize = 4;
/// Moments of which it is remembered what they were last.
const RECENT: usize = 512;
/// Captures that were replaced and are freed together.
const REPLACED: usize = 32;

/// Where the code is: the instruction and the stack pointer of the function this is inlined into.
#[inline(always)]
pub(crate) fn here() -> (usize, usize) {
    let (ip, sp): (usize, usize);
    // SAFETY: reads two registers.
    unsafe {
        core::arch::asm!(
            "lea {ip}, [rip]",
            "mov {sp}, rsp",
            ip = out(reg) ip,
            sp = out(reg) sp,
            options(nomem, nostack, preserves_flags),
        );
    }
    (ip, sp)
}

/// Placed behind a call, keeps the frame of the function this is inlined into: a call that comes last would otherwise be a jump,
/// and its stack would begin with the caller's caller. No instruction.
#[inline(always)]
pub(crate) fn keep_frame() {
    // SAFETY: nothing is executed.
    unsafe { core::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}

/// The bit of a stack's number that says that the stack ends with a signal frame: what the handler interrupted is to be put behind
/// it, see [`complete`].
const INNER: u32 = 1 << 31;

/// Where the frame of the running handler is that is not known, or not the kernel's: its stacks are unwound to their ends.
pub(crate) const UNKNOWN_FRAME: usize = 1;

/// What a capture is looked for by. The stack that was seen here first has the moment itself: instruction, stack pointer, source
/// position (it tells apart the callers of a function that was not inlined); in a handler, the distance from its signal frame instead
/// of the stack pointer, for a handler comes anywhere. Any other stack of the same moment differs from one
/// that is known, in one of its slots first: it is found by that stack's number, the slot, and the address that is there instead.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key(usize, usize, usize);

impl Key {
    /// One of `count`, a power of two.
    #[inline(always)]
    fn bucket(self, count: usize) -> usize {
        let hash = self.0.wrapping_add(self.1.wrapping_mul(4)).wrapping_add(self.2).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash >> (usize::BITS - count.trailing_zeros())
    }
}

/// A capture that can be recognised again. Never changed once it is published.
///
/// The slots lie behind it, so that it takes one load less to come to them. They are compared two at a time: an odd last one is there
/// twice.
#[repr(C)]
pub(crate) struct Capture {
    /// Instruction, stack pointer and source position.
    moment: Key,
    /// Where the slots end.
    end: *const Slot,
    id: u32,
    /// How many slots.
    len: u32,
    key: Key,
    /// Never used again in this thread; above any stack pointer, so that the two kinds of keys differ.
    number: usize,
}

/// A return address and where it lies, as an offset from the stack pointer.
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    offset: usize,
    address: usize,
}

/// The captures of one thread.
///
/// Invariant: a pointer in `entries`, `recent`, `newest` or `replaced` is null or points to a valid `Capture`, one in the thread's
/// spots is null or points to the slots of one. A capture is replaced, and freed, only outside handlers: a handler may have interrupted
/// a comparison that still reads it.
pub(crate) struct StackCache {
    /// All ones. Zero: one stack for each source position, the first, and nothing is compared.
    exact: usize,
    /// Frames beyond this many are neither kept nor compared.
    deepest: usize,
    /// The number of the last capture.
    last: AtomicUsize,
    /// The last capture that was remembered: the next one will most often differ from it in the innermost frames alone.
    newest: AtomicPtr<Capture>,
    /// How many frames of stacks were unwound.
    #[cfg(test)]
    unwound: AtomicUsize,
    /// What a moment was found to be when it came last; and what it was when a slot last had another address than the time before,
    /// by that slot and that address.
    recent: [AtomicPtr<Capture>; RECENT],
    /// Out of `entries`, but perhaps still in `recent`, where it is as good as any other: freed when there is no more room here.
    replaced: [AtomicPtr<Capture>; REPLACED],
    entries: [[AtomicPtr<Capture>; WAYS]; BUCKETS],
}

impl StackCache {
    /// A fresh cache in the arena, of whole stacks or of the first for each source position; `deepest` is at most [`DEEPEST`].
    pub(crate) fn allocate(exact: bool, deepest: usize) -> *mut StackCache {
        let cache = allocate_for::<StackCache>(1);
        let exact = if exact { usize::MAX } else { 0 };
        // SAFETY: fresh memory for one cache, which is numbers and null. In place, for the stack of a thread may be small.
        unsafe {
            cache.write_bytes(0, 1);
            (*cache).exact = exact;
            (*cache).deepest = deepest;
            (*cache).last = AtomicUsize::new(1 << 63);
        }
        cache
    }

    /// The number of the stack at `(ip, sp)` of this thread, which must come from [`here`] in a function still running; asked
    /// for the source position `site`.
    ///
    /// `frame` is 0, or the signal frame of the running handler, as it lies behind the address that the handler returns to. The stack
    /// of a handler may then be its own part alone: see [`complete`].
    #[inline(always)]
    pub(crate) fn stack(&self, moment: (usize, usize), site: usize, frame: usize) -> u32 {
        let wanted = self.moment(moment, site, frame);
        if let Some(known) = Capture::at(&self.recent[wanted.bucket(RECENT)])
            && known.moment == wanted
            && known.still_there(moment.1)
        {
            return known.id;
        }
        self.other(moment.0, moment.1, site, frame)
    }

    #[inline(always)]
    fn moment(&self, (ip, sp): (usize, usize), site: usize, frame: usize) -> Key {
        // The first stack of a position stands for all: where the code is then plays no part.
        let ip = if site == 0 { ip } else { ip & self.exact };
        let place = if frame <= UNKNOWN_FRAME { sp } else { frame.wrapping_sub(sp) };
        Key(ip, place & self.exact, site)
    }

    /// What the stack is recognised by that the moment was found to be just now, if it can be.
    pub(crate) fn capture_of(&self, (ip, sp): (usize, usize), site: usize, frame: usize, id: u32) -> Option<&Capture> {
        let moment = self.moment((ip, sp), site, frame);
        Capture::at(&self.recent[moment.bucket(RECENT)]).filter(|known| known.moment == moment && known.id == id)
    }

    /// Not the stack that the moment was the last time.
    #[inline(never)]
    fn other(&self, ip: usize, sp: usize, site: usize, frame: usize) -> u32 {
        // In registers until here: the key would be in memory for the fast way too.
        let moment = self.moment((ip, sp), site, frame);
        let Key(key_ip, key_sp, _) = moment;
        let recent = &self.recent[moment.bucket(RECENT)];
        // Callers that take turns: the place of what it was when this one called last.
        let turned = |known: &Capture| {
            let at = known.first_difference(0, sp);
            (at < known.len).then(|| {
                // SAFETY: the slot is the one that `first_difference` has read.
                let (slot, there) = unsafe { known.slot(at, sp) };
                &self.recent[Key(key_ip ^ there, key_sp ^ slot.offset, site).bucket(RECENT)]
            })
        };
        let of_moment = |place| Capture::at(place).filter(|known| known.moment == moment);
        let place = of_moment(recent).and_then(turned).unwrap_or(recent);
        let (id, capture) = match of_moment(place) {
            Some(known) if known.still_there(sp) => (known.id, ptr::from_ref(known).cast_mut()),
            _ => self.search(moment, sp, frame),
        };
        if !capture.is_null() {
            place.store(capture, Ordering::Relaxed);
            recent.store(capture, Ordering::Relaxed);
        }
        id
    }

    /// Looks for it among all that are remembered, and unwinds it if it is not there.
    // Part of its caller: each frame that a new stack is not to have is unwound first.
    #[inline(always)]
    fn search(&self, moment: Key, sp: usize, frame: usize) -> (u32, *mut Capture) {
        let mut key = moment;
        // From one stack to the next that has one more slot right. Never in a circle: each was captured after the one before.
        while let Some(known) = self.find(key) {
            let at = known.first_difference(0, sp);
            if at == known.len {
                return (known.id, ptr::from_ref(known).cast_mut());
            }
            // SAFETY: the slot is the one that `first_difference` has read.
            let (slot, there) = unsafe { known.slot(at, sp) };
            key = Key(known.number, slot.offset, there);
        }
        self.capture(moment, key, sp, frame)
    }

    /// The capture of this key.
    fn find(&self, key: Key) -> Option<&Capture> {
        self.entries[key.bucket(BUCKETS)].iter().filter_map(Capture::at).find(|known| known.key == key)
    }

    /// Unwinds, interns, remembers.
    fn capture(&self, moment: Key, key: Key, sp: usize, frame: usize) -> (u32, *mut Capture) {
        if config::idle() {
            // Nobody will read it.
            return (0, ptr::null_mut());
        }
        let first = self.exact == 0;
        // Of a handler, only what the kernel's frame ends.
        let inner = frame > UNKNOWN_FRAME && !first;
        // The unwinder promises nothing about it, and may run in a handler.
        let _errno = Errno::keep();
        let mut addresses = [0_usize; DEEPEST];
        let mut slots = [Slot { offset: 0, address: 0 }; DEEPEST];
        let (mut depth, mut slot_count, mut recognisable, mut interrupted, mut ended) = (0, 0, true, false, false);
        let newest = Capture::at(&self.newest);
        let mut outer = Outer::of(newest.filter(|_| frame == 0), self.deepest);
        // SAFETY: no other use of the unwinder by this thread can be interrupted in a way that matters: capture needs no
        // symbolization and takes no lock of the crate's.
        unsafe {
            backtrace::trace_unsynchronized(|unwound| {
                let (address, frame_sp) = (unwound.ip() as usize, unwound.sp() as usize);
                if address == 0 {
                    return true;
                }
                // The frame that asks is the last that begins below: it may have put arguments there since it was asked where it is. Those
                // further down are the capture's own.
                if frame_sp <= sp {
                    addresses[0] = address;
                    depth = 1;
                    return true;
                }
                if depth == self.deepest {
                    return false;
                }
                #[cfg(test)]
                self.unwound.fetch_add(1, Ordering::Relaxed);
                let called = addresses[..depth].last();
                if called.is_none_or(|&called| returns_from_signal(called)) {
                    // Interrupted, and not called: below its stack pointer there is nothing to remember it by.
                    recognisable = false;
                    interrupted |= called.is_some();
                } else {
                    let slot = (frame_sp - size_of::<usize>()) as *const usize;
                    // The call that entered the frame below pushed the address just below this frame's stack pointer; a signal
                    // frame did not. Aligned and on this stack, the read is sound either way.
                    if slot.is_aligned() && slot.read_volatile() == address {
                        if let Some(known) = outer.from(slot as usize, address) {
                            for slot in known.map(|(at, address)| Slot { offset: at - sp, address }).take(self.deepest - depth) {
                                (slots[slot_count], addresses[depth]) = (slot, slot.address);
                                (slot_count, depth) = (slot_count + 1, depth + 1);
                            }
                            return false;
                        }
                        slots[slot_count] = Slot { offset: slot as usize - sp, address };
                        slot_count += 1;
                    } else {
                        recognisable = false;
                    }
                }
                addresses[depth] = address;
                depth += 1;
                ended = inner && is_signal_frame(address, frame_sp, frame);
                !(ended || interrupted && becomes_another(address))
            });
        }
        // What was looked for by its distance from a frame must end there.
        recognisable &= ended == inner;
        let (recognisable, slots) = if first { (true, &[][..]) } else { (recognisable, &slots[..slot_count]) };
        // All that needs the lock, at once: entering costs more than unwinding.
        slow::with(|globals| {
            let id = globals.stacks.intern(&addresses[..depth]) | if ended { INNER } else { 0 };
            let ways = &self.entries[key.bucket(BUCKETS)];
            let free = ways.iter().find(|way| way.load(Ordering::Relaxed).is_null());
            let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
            // One of the others, each in its turn.
            let place = free.or_else(|| ways.get(number % WAYS).filter(|_| frame == 0));
            let Some(place) = place.filter(|_| recognisable && depth > 0) else { return (id, ptr::null_mut()) };
            let capture = Capture::allocate(Capture { moment, end: ptr::null(), id, len: 0, key, number }, slots);
            let old = place.swap(capture, Ordering::Release);
            if !old.is_null() {
                self.forget(old);
            }
            if !ended {
                self.newest.store(capture, Ordering::Relaxed);
            }
            (id, capture)
        })
    }

    /// What it takes, with its captures; in a slow section.
    pub(crate) fn bytes(&self) -> usize {
        let slots = |capture: &Capture| Capture::HEAD + (capture.len as usize).next_multiple_of(2);
        let block = |bytes: usize| bytes.next_power_of_two();
        // Nothing is freed meanwhile.
        let captures = self.entries.iter().flatten().chain(&self.replaced).filter_map(Capture::at);
        block(size_of::<StackCache>()) + captures.map(|capture| block(slots(capture) * size_of::<Slot>())).sum::<usize>()
    }

    /// Keeps a capture that is out of the table until some can be freed together: what may lead to it is anywhere in `recent`, and to look
    /// there for each alone was a third of the instructions of a new stack. In a slow section, outside handlers.
    #[cold]
    fn forget(&self, old: *mut Capture) {
        if let Some(free) = self.replaced.iter().find(|place| place.load(Ordering::Relaxed).is_null()) {
            free.store(old, Ordering::Relaxed);
            return;
        }
        // All of it, whether it leads there or not: what is still in the table is found again without unwinding.
        current().spots.forget_own();
        for place in self.recent.iter().chain([&self.newest]) {
            place.store(ptr::null_mut(), Ordering::Relaxed);
        }
        for place in &self.replaced {
            // SAFETY: by the invariant of the cache; now nothing leads to it any more.
            unsafe { Capture::free(place.swap(ptr::null_mut(), Ordering::Relaxed)) };
        }
        // SAFETY: the same.
        unsafe { Capture::free(old) };
    }

    /// How many stacks were unwound and kept.
    #[cfg(test)]
    pub(super) fn captures(&self) -> usize {
        self.last.load(Ordering::Relaxed) - (1 << 63)
    }

    /// Whether all that is remembered is still kept.
    #[cfg(test)]
    pub(super) fn leads_nowhere_else(&self) -> bool {
        let kept: Vec<_> =
            self.entries.iter().flatten().chain(&self.replaced).map(|place| place.load(Ordering::Relaxed)).collect();
        let mut seen = self.recent.iter().chain([&self.newest]).map(|place| place.load(Ordering::Relaxed));
        seen.all(|capture| capture.is_null() || kept.contains(&capture))
    }

    /// How many frames it took for that.
    #[cfg(test)]
    pub(super) fn unwound(&self) -> usize {
        self.unwound.load(Ordering::Relaxed)
    }

    /// Frees the cache with all it remembers.
    ///
    /// # Safety
    ///
    /// `cache` is null or came from [`allocate`](Self::allocate), and its thread takes no stack from it any more.
    pub(crate) unsafe fn free(cache: *mut StackCache) {
        if cache.is_null() {
            return;
        }
        // SAFETY: as for the caller.
        unsafe {
            let all = (*cache).entries.iter().flatten().chain(&(*cache).replaced);
            all.for_each(|place| Capture::free(place.load(Ordering::Relaxed)));
            free_for(cache, 1);
        }
    }
}

/// Whether a stack ends with a signal frame, and its rest is to be got by [`complete`].
#[inline(always)]
pub(crate) fn is_inner(id: u32) -> bool {
    id & INNER != 0
}

/// The whole stack that a handler's part begins, with the signal frame `frame`, whose handler is still running: then what it
/// interrupted has not moved since the part was taken. (If it is not, for it was left by a jump, the part is all there is.)
#[cold]
pub(crate) fn complete(id: u32, frame: usize) -> u32 {
    let _errno = Errno::keep();
    let inner = slow::with(|globals| globals.stacks.get(id));
    let mut addresses = [0_usize; DEEPEST];
    let mut depth = inner.len();
    addresses[..depth].copy_from_slice(inner);
    // Other handlers may have come on top of this one.
    let (mut reached, mut interrupted, mut called) = (false, false, 0);
    // SAFETY: as in `capture`.
    unsafe {
        backtrace::trace_unsynchronized(|unwound| {
            let address = unwound.ip() as usize;
            interrupted |= called != 0 && returns_from_signal(called);
            called = address;
            if !reached {
                reached = is_signal_frame(address, unwound.sp() as usize, frame);
                return reached || !(interrupted && becomes_another(address));
            } else if address != 0 && depth < DEEPEST {
                addresses[depth] = address;
                depth += 1;
                return depth < DEEPEST && !becomes_another(address);
            }
            true
        });
    }
    slow::with(|globals| globals.stacks.intern(&addresses[..depth]))
}

/// Whether the frame at `address`, interrupted or below what was, is one of the unwinder's that becomes the frame it has unwound to. While it
/// does, the registers that it saved are those of that frame already, so that nothing further out can be found from it: whoever tries reads
/// from anywhere. A panic does so for each frame with something to drop.
pub(crate) fn becomes_another(address: usize) -> bool {
    unsafe extern "C" {
        fn _Unwind_FindEnclosingFunction(address: *mut c_void) -> *mut c_void;
    }
    // SAFETY: looks the address up in tables, as the unwinder itself does for each frame; it may be any number.
    let function = unsafe { _Unwind_FindEnclosingFunction(ptr::without_provenance_mut(address)) }.addr();
    let elsewhere = || ELSEWHERE.iter().any(|known| known.load(Ordering::Relaxed) == function);
    function != 0 && (linked().contains(&function) || elsewhere())
}

/// Where those functions are, as they are linked.
///
/// Not by a declaration: the compiler calls one of them at the end of each clean-up, and what a declaration says of it, such as that it does
/// not unwind, would hold for those calls.
fn linked() -> [usize; 4] {
    let (raise, resume, rethrow, forced);
    // SAFETY: reads four words that the loader has written.
    unsafe {
        core::arch::asm!(
            "mov {raise}, qword ptr [rip + _Unwind_RaiseException@GOTPCREL]",
            "mov {resume}, qword ptr [rip + _Unwind_Resume@GOTPCREL]",
            "mov {rethrow}, qword ptr [rip + _Unwind_Resume_or_Rethrow@GOTPCREL]",
            "mov {forced}, qword ptr [rip + _Unwind_ForcedUnwind@GOTPCREL]",
            raise = out(reg) raise,
            resume = out(reg) resume,
            rethrow = out(reg) rethrow,
            forced = out(reg) forced,
            options(nostack, pure, readonly, preserves_flags),
        );
    }
    [raise, resume, rethrow, forced]
}

/// The same functions as the loader finds them: in a program at a fixed address, what the linker gives out for them are only jumps there.
static ELSEWHERE: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

/// Finds the functions that [`becomes_another`] is about. Before `main`.
pub(crate) fn find_unwinder() {
    let names = [c"_Unwind_RaiseException", c"_Unwind_Resume", c"_Unwind_Resume_or_Rethrow", c"_Unwind_ForcedUnwind"];
    if cfg!(not(target_feature = "crt-static")) {
        for (place, name) in ELSEWHERE.iter().zip(names) {
            // SAFETY: the name is a string.
            place.store(unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) }.addr(), Ordering::Relaxed);
        }
    }
}

/// Whether what was unwound is the signal frame at `frame`.
fn is_signal_frame(address: usize, sp: usize, frame: usize) -> bool {
    sp == frame && returns_from_signal(address)
}

/// The frames of a known stack that an unwinder has not come to yet.
struct Outer<'c> {
    known: Option<&'c Capture>,
    /// Slots before this one play no part any more.
    at: u32,
}

impl<'c> Outer<'c> {
    /// A stack that was cut off at the deepest frame says nothing of what is beyond.
    fn of(known: Option<&'c Capture>, deepest: usize) -> Outer<'c> {
        Outer { known: known.filter(|known| (known.len as usize) + 1 < deepest), at: 0 }
    }

    /// The unwinder has come to a frame that returns to `address`, which lies in `slot`. If the known stack has it there, and whatever
    /// it has beyond is still there, too, then that is what the unwinder would find: the slots and addresses from here on.
    ///
    /// That is the reason by which a stack is recognised as well, whose innermost frame then is this one.
    #[inline(never)]
    fn from(&mut self, slot: usize, address: usize) -> Option<impl Iterator<Item = (usize, usize)> + use<'c>> {
        let known = self.known?;
        // SAFETY: `len` slots, by `allocate`.
        let slots = unsafe { core::slice::from_raw_parts(known.slots(), known.len as usize) };
        // The whole of a stack is looked for where it begins.
        let Key(_, sp, _) = known.moment;
        let at = |ix: u32| slots.get(ix as usize).map(|slot| (sp + slot.offset, slot.address));
        while at(self.at).is_some_and(|(place, _)| place < slot) {
            self.at += 1;
        }
        if at(self.at) != Some((slot, address)) {
            return None;
        }
        let (first, differs) = (self.at, known.first_difference(self.at, sp));
        if differs < known.len {
            // What is before that has to be unwound, and need not be compared again.
            self.at = differs + 1;
            return None;
        }
        Some(slots[first as usize..].iter().map(move |slot| (sp + slot.offset, slot.address)))
    }
}

/// What handlers return to, and unwinders and debuggers know a signal's frame by: `mov $15, %rax; syscall`.
pub(super) const RETURN_FROM_SIGNAL: [u8; 9] = [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];

/// Whether this is where handlers return to.
fn returns_from_signal(address: usize) -> bool {
    let code = address as *const u8;
    // SAFETY: a function returns to this address, so there is code; it is read only as far as it is this code.
    RETURN_FROM_SIGNAL.iter().enumerate().all(|(at, &byte)| unsafe { code.add(at).read() } == byte)
}

impl Capture {
    /// A capture in the arena, with a copy of the slots.
    fn allocate(capture: Capture, slots: &[Slot]) -> *mut Capture {
        let room = slots.len().next_multiple_of(2);
        let place = allocate_for::<Slot>(Capture::HEAD + room);
        place.expose_provenance();
        // SAFETY: fresh memory for one capture and the slots.
        unsafe {
            let copy = place.add(Capture::HEAD);
            copy.copy_from_nonoverlapping(slots.as_ptr(), slots.len());
            if let Some(last) = slots.last() {
                copy.add(room - 1).write(*last);
            }
            let place = place.cast::<Capture>();
            place.write(Capture { len: slots.len() as u32, end: copy.add(room), ..capture });
            place
        }
    }

    /// As many slots as itself takes.
    const HEAD: usize = size_of::<Capture>().div_ceil(size_of::<Slot>());

    /// The first of the slots.
    #[inline(always)]
    fn slots(&self) -> *const Slot {
        // Of the whole piece, which `allocate` has exposed.
        ptr::with_exposed_provenance(ptr::from_ref(self).addr() + Capture::HEAD * size_of::<Slot>())
    }

    /// # Safety
    ///
    /// `capture` is null or came from `allocate`, and nobody uses it any more.
    unsafe fn free(capture: *mut Capture) {
        if !capture.is_null() {
            // SAFETY: as for the caller.
            unsafe { free_for(capture.cast::<Slot>(), Capture::HEAD + ((*capture).len as usize).next_multiple_of(2)) };
        }
    }

    /// What a place of the cache points to.
    #[inline(always)]
    fn at<'c>(place: &AtomicPtr<Capture>) -> Option<&'c Capture> {
        // SAFETY: by the invariant of the cache.
        unsafe { place.load(Ordering::Relaxed).as_ref() }
    }

    /// Where the slots begin, and where they end.
    pub(super) fn range(&self) -> (*mut Slot, *mut Slot) {
        (self.slots().cast_mut(), self.end.cast_mut())
    }

    /// Whether every return address is where it was.
    #[inline(always)]
    fn still_there(&self, sp: usize) -> bool {
        // SAFETY: a capture of this moment.
        unsafe { still_there(self.slots(), self.end, sp) }
    }

    /// The first slot, not before `at`, that does not hold its return address now; the number of slots if all do.
    fn first_difference(&self, mut at: u32, sp: usize) -> u32 {
        while at < self.len {
            // SAFETY: every slot before it still holds what it held.
            let (slot, there) = unsafe { self.slot(at, sp) };
            if there != slot.address {
                break;
            }
            at += 1;
        }
        at
    }

    /// A slot, and what it holds now.
    ///
    /// # Safety
    ///
    /// `sp` is that of a running function of this thread, at the moment of the capture, `at` is below `len`, and the slots before it
    /// hold what they held: it lies above them, on the same stack, as the return address of a function that is still running.
    unsafe fn slot(&self, at: u32, sp: usize) -> (Slot, usize) {
        // SAFETY: as for the caller.
        unsafe {
            let slot = *self.slots().add(at as usize);
            (slot, ((sp + slot.offset) as *const usize).read_volatile())
        }
    }
}

/// Whether every return address is where it was: in all slots from `slot` to `end`, an even number.
///
/// # Safety
///
/// They are the slots of a capture, and what they name is there, as for [`Capture::slot`].
#[inline(always)]
pub(super) unsafe fn still_there(mut slot: *const Slot, end: *const Slot, sp: usize) -> bool {
    // SAFETY: as for the caller.
    let holds = |slot: *const Slot| unsafe {
        let Slot { offset, address } = *slot;
        ((sp + offset) as *const usize).read_volatile() == address
    };
    while slot != end {
        if !holds(slot) || !holds(slot.wrapping_add(1)) {
            return false;
        }
        slot = slot.wrapping_add(2);
    }
    true
}

/// All stacks of the process.
pub(crate) struct Interned {
    stacks: Vec<&'static [usize], Arena>,
    /// By hash; equal hashes are told apart by content.
    index: HashMap<u64, u32, foldhash::fast::FixedState, Arena>,
}

impl Interned {
    pub(crate) const fn new() -> Interned {
        let hash = foldhash::fast::FixedState::with_seed(1);
        Interned { stacks: Vec::new_in(Arena), index: HashMap::with_hasher_in(hash, Arena) }
    }

    /// The number of a stack, from 1.
    pub(crate) fn intern(&mut self, addresses: &[usize]) -> u32 {
        if addresses.is_empty() {
            return 0;
        }
        let mut hash = addresses.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &address| {
            (hash ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        });
        loop {
            match self.index.get(&hash) {
                Some(&id) if self.stacks[id as usize - 1] == addresses => return id,
                Some(_) => hash = hash.wrapping_add(1),
                None => break,
            }
        }
        self.stacks.push(immortal_slice(addresses));
        let id = self.stacks.len() as u32;
        self.index.insert(hash, id);
        id
    }

    /// The return addresses of a stack, innermost first.
    pub(crate) fn get(&self, id: u32) -> &'static [usize] {
        (id & !INNER).checked_sub(1).and_then(|ix| self.stacks.get(ix as usize)).copied().unwrap_or(&[])
    }

    pub(crate) fn len(&self) -> usize {
        self.stacks.len()
    }

    /// What the stacks take: addresses, in blocks of the arena, and the table that finds them.
    pub(crate) fn bytes(&self) -> usize {
        let addresses = self.stacks.iter().map(|stack| size_of_val(*stack).next_power_of_two()).sum::<usize>();
        addresses + self.stacks.capacity() * size_of::<&[usize]>() + self.index.allocation_size()
    }
}
