//! The validator's own memory: mapped pages, never malloc.
//!
//! The slow path may run in a handler that interrupted malloc, or inside the allocator of a program whose allocator uses
//! checked locks. So everything the engine and the runtime keep comes from here. Blocks come in powers of two from pages mapped
//! in large pieces; freed blocks are kept in a list per size and given out again. Nothing is given back to the system. A table that
//! grows beyond a piece is moved by the kernel, page by page, and not copied: it may be long, and all signals are blocked.
//!
//! When the system has no more, the validator stops to learn, says so once, and the program goes on: what is under way then, and
//! whatever must be kept nevertheless, comes from a reserve that was mapped in better times.
//!
//! Signal safety: allowed in a handler; every operation runs in a [slow section](crate::runtime::slow).

use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicBool, Ordering};

use allocator_api2::alloc::{AllocError, Allocator, Layout};

use crate::runtime::slow;

/// Handle to the one arena of the process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arena;

/// The smallest block: what the link of a free block needs.
const SMALLEST: usize = 16;
/// One list for each power of two.
const SIZES: usize = 48;
/// How much is mapped at a time.
const PIECE: usize = 1 << 20;
/// The same, where much is needed: as one page, if the system gives it. Page by page, the first touch of so much memory takes twenty
/// times as long, and a new dependency would spend a third of its time there.
const LARGE_PIECE: usize = 2 << 20;
/// The largest alignment that is given.
const PAGE: usize = 4096;

static EXHAUSTED: AtomicBool = AtomicBool::new(false);

/// Whether the system refused memory once.
pub(crate) fn is_exhausted() -> bool {
    EXHAUSTED.load(Ordering::Relaxed)
}

fn exhausted() {
    if !EXHAUSTED.swap(true, Ordering::Relaxed) {
        crate::runtime::complain(
            b"lockdep: out of memory: new classes, orders and handlers are not checked from here on, and the program goes on\n",
        );
    }
}

/// The state of the arena. The slow section is its lock.
pub(crate) struct Blocks {
    /// The first free block of each size; a free block holds the address of the next.
    free: [*mut u8; SIZES],
    /// The rest of the piece mapped last.
    next: *mut u8,
    end: *mut u8,
    mapped: usize,
    /// For when nothing can be mapped any more.
    reserve: *mut u8,
    reserve_end: *mut u8,
}

impl Blocks {
    pub(crate) const fn new() -> Blocks {
        Blocks {
            free: [ptr::null_mut(); SIZES],
            next: ptr::null_mut(),
            end: ptr::null_mut(),
            mapped: 0,
            reserve: ptr::null_mut(),
            reserve_end: ptr::null_mut(),
        }
    }

    /// Bytes mapped so far.
    pub(crate) fn mapped(&self) -> usize {
        self.mapped
    }

    fn class(layout: Layout) -> Option<(usize, usize)> {
        let size = layout.size().max(layout.align()).max(SMALLEST).checked_next_power_of_two()?;
        Some((size.trailing_zeros() as usize, size))
    }

    fn allocate(&mut self, layout: Layout) -> Option<NonNull<[u8]>> {
        let (class, size) = Blocks::class(layout)?;
        if layout.align() > PAGE {
            return None;
        }
        let head = self.free[class];
        let block = if head.is_null() {
            self.carve(size)?
        } else {
            // SAFETY: a block in the list is free, at least 16 bytes long, and begins with the address of the next one.
            self.free[class] = unsafe { head.cast::<*mut u8>().read() };
            head
        };
        NonNull::new(ptr::slice_from_raw_parts_mut(block, size))
    }

    /// A block that was never used. Its address is a multiple of its size, or of the page size if that is smaller.
    fn carve(&mut self, size: usize) -> Option<*mut u8> {
        if size >= PIECE {
            return self.map(size);
        }
        let mut aligned = self.next.wrapping_add(self.next.align_offset(size.min(PAGE)));
        if self.next.is_null() || (self.end as usize) < aligned as usize + size {
            // The rest of the old piece is lost: less than one block. A program that has few locks is done with the first.
            let piece = if self.mapped == 0 || is_exhausted() { PIECE } else { LARGE_PIECE };
            aligned = self.map(piece)?;
            self.end = aligned.wrapping_add(piece);
        }
        self.next = aligned.wrapping_add(size);
        Some(aligned)
    }

    /// A longer block in the place of `block`, with what is in it, if that can be had without copying.
    ///
    /// # Safety
    ///
    /// `block` came from `allocate` with the layout `old`; if there is a longer one, nobody uses the old one any more.
    unsafe fn lengthen(&mut self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<NonNull<[u8]>> {
        let ((_, old_size), (_, new_size)) = (Blocks::class(old)?, Blocks::class(new)?);
        if old_size == new_size {
            return Some(NonNull::slice_from_raw_parts(block, new_size));
        }
        if old_size < PIECE || new.align() > PAGE {
            return None;
        }
        // SAFETY: a mapping of its own, by `carve`, of which nothing else is left than this block.
        let moved = unsafe { libc::mremap(block.as_ptr().cast(), old_size, new_size, libc::MREMAP_MAYMOVE) };
        if moved == libc::MAP_FAILED {
            return None;
        }
        prefer_large_pages(moved, new_size);
        self.mapped += new_size - old_size;
        self.keep_reserve(new_size);
        Some(NonNull::slice_from_raw_parts(NonNull::new(moved.cast())?, new_size))
    }

    fn map(&mut self, size: usize) -> Option<*mut u8> {
        let block = if is_exhausted() { None } else { map(size) };
        if block.is_some() {
            self.mapped += size;
            self.keep_reserve(size);
            return block;
        }
        exhausted();
        let block = self.reserve;
        if (self.reserve_end as usize) - (block as usize) < size {
            return None;
        }
        self.reserve = block.wrapping_add(size);
        Some(block)
    }

    /// Tables double: as much as that of the largest takes, and a piece for all else. Pages that nobody touches cost no memory, and the
    /// reserve that was too small is given back.
    fn keep_reserve(&mut self, largest: usize) {
        let (wanted, kept) = (2 * largest + LARGE_PIECE, self.reserve_end as usize - self.reserve as usize);
        if kept >= wanted {
            return;
        }
        let Some(larger) = map(wanted) else { return exhausted() };
        if kept > 0 {
            // SAFETY: nothing of it was given out: that happens only when nothing is mapped any more, and no reserve kept.
            unsafe { libc::munmap(self.reserve.cast(), kept) };
        }
        (self.reserve, self.reserve_end) = (larger, larger.wrapping_add(wanted));
    }

    /// # Safety
    ///
    /// `block` came from `allocate` with the same layout, and nobody uses it any more.
    unsafe fn deallocate(&mut self, block: NonNull<u8>, layout: Layout) {
        let Some((class, _)) = Blocks::class(layout) else { return };
        // SAFETY: the block is ours again, and at least 16 bytes long.
        unsafe { block.cast::<*mut u8>().write(self.free[class]) };
        self.free[class] = block.as_ptr();
    }
}

fn map(size: usize) -> Option<*mut u8> {
    // SAFETY: a fresh private mapping touches no existing memory.
    let block = unsafe {
        libc::mmap(ptr::null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
    };
    if block == libc::MAP_FAILED {
        return None;
    }
    prefer_large_pages(block, size);
    Some(block.cast())
}

/// A hint: if it is refused, there are small pages.
fn prefer_large_pages(block: *mut libc::c_void, size: usize) {
    if size >= LARGE_PIECE {
        // SAFETY: a mapping of ours, which keeps what is in it.
        unsafe { libc::madvise(block, size, libc::MADV_HUGEPAGE) };
    }
}

// SAFETY: blocks are disjoint, stay where they are until deallocated, and all handles speak of the one arena.
unsafe impl Allocator for Arena {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        slow::with_blocks(|blocks| blocks.allocate(layout)).ok_or_else(|| {
            crate::runtime::complain(b"lockdep: out of memory, and the memory kept for that is used up: this is an abort\n");
            AllocError
        })
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: as for the caller.
        slow::with_blocks(|blocks| unsafe { blocks.deallocate(block, layout) });
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: as for the caller; what is copied fits, for `new` is not shorter.
        unsafe {
            if let Some(longer) = slow::with_blocks(|blocks| blocks.lengthen(block, old, new)) {
                return Ok(longer);
            }
            let longer = self.allocate(new)?;
            longer.cast::<u8>().copy_from_nonoverlapping(block, old.size());
            self.deallocate(block, old);
            Ok(longer)
        }
    }
}

/// A value that stays for the life of the process.
pub(crate) fn immortal<T>(value: T) -> &'static T {
    // SAFETY: the block is fresh, large and aligned enough for a `T`, and never deallocated.
    unsafe {
        let block = allocate_for::<T>(1);
        block.write(value);
        &*block
    }
}

/// A copy of a slice that stays for the life of the process.
pub(crate) fn immortal_slice<T: Copy>(slice: &[T]) -> &'static [T] {
    let block = allocate_for::<T>(slice.len());
    // SAFETY: the block is fresh, large and aligned enough for the slice, and never deallocated.
    unsafe {
        block.copy_from_nonoverlapping(slice.as_ptr(), slice.len());
        core::slice::from_raw_parts(block, slice.len())
    }
}

/// Addresses for `most` values that become memory by [`open`], or for fewer where the system gives no more, but at least for `least`: where
/// they lie, and how many.
pub(crate) fn reserve<T>(least: usize, most: usize) -> (*mut T, usize) {
    let halves = core::iter::successors(Some(most), |count| Some(count / 2)).take_while(|&count| count >= least);
    for count in halves {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a fresh private mapping touches no existing memory.
        let start = unsafe { libc::mmap(ptr::null_mut(), count * size_of::<T>(), libc::PROT_NONE, flags, -1, 0) };
        if start != libc::MAP_FAILED {
            return (start.cast(), count);
        }
    }
    let block = allocate_for::<T>(least);
    // SAFETY: fresh memory for so many.
    unsafe { block.write_bytes(0, least) };
    (block, least)
}

/// Makes memory of the first `count` values of what was reserved, of which `before` are memory already; all zeros, at first. Whether the
/// system has so much.
///
/// # Safety
///
/// `start` came from [`reserve`], with room for so many.
pub(crate) unsafe fn open<T>(start: *mut T, before: usize, count: usize) -> bool {
    let [before, bytes] = [before, count].map(|count| count * size_of::<T>());
    // SAFETY: ours, and all of it stays readable.
    let opened = unsafe { libc::mprotect(start.cast(), bytes, libc::PROT_READ | libc::PROT_WRITE) } == 0;
    if opened {
        slow::with_blocks(|blocks| blocks.mapped += bytes - before);
    }
    opened
}

/// Gives back what was reserved, and the `opened` of it that are memory.
///
/// # Safety
///
/// Both came from [`reserve`] and [`open`]; more than the least was opened, so that it is no block of the arena; and nobody uses it any more.
pub(crate) unsafe fn give_back<T>(start: *mut T, reserved: usize, opened: usize) {
    // SAFETY: as for the caller.
    unsafe { libc::munmap(start.cast(), reserved * size_of::<T>()) };
    slow::with_blocks(|blocks| blocks.mapped -= opened * size_of::<T>());
}

/// Frees what `allocate_for` gave.
///
/// # Safety
///
/// `block` came from `allocate_for` with the same type and count, and nobody uses it any more.
pub(crate) unsafe fn free_for<T>(block: *mut T, count: usize) {
    if let (Some(block), Ok(layout)) = (NonNull::new(block), Layout::array::<T>(count)) {
        // SAFETY: as for the caller.
        unsafe { Arena.deallocate(block.cast(), layout) };
    }
}

/// Room for `count` values; the process ends if there is none.
pub(crate) fn allocate_for<T>(count: usize) -> *mut T {
    match Layout::array::<T>(count).map(|layout| Arena.allocate(layout)) {
        Ok(Ok(block)) => block.cast().as_ptr(),
        _ => std::process::abort(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_disjoint_and_reused() {
        let mut seen = Vec::new();
        for size in [1, 16, 17, 100, 4096, 5000, PIECE, 3 * PIECE] {
            for align in [1, 8, 64] {
                let layout = Layout::from_size_align(size, align).expect("a layout");
                let block = Arena.allocate(layout).expect("memory");
                assert_eq!(block.cast::<u8>().as_ptr() as usize % align, 0);
                assert!(block.len() >= size);
                seen.push((block.cast::<u8>().as_ptr() as usize, block.len(), layout));
            }
        }
        for (i, a) in seen.iter().enumerate() {
            for b in &seen[i + 1..] {
                assert!(a.0 + a.1 <= b.0 || b.0 + b.1 <= a.0, "{a:?} and {b:?} overlap");
            }
        }
        let (address, _, layout) = seen[3];
        // SAFETY: allocated above with this layout.
        unsafe { Arena.deallocate(NonNull::new(address as *mut u8).expect("not null"), layout) };
        let again = Arena.allocate(layout).expect("memory");
        assert_eq!(again.cast::<u8>().as_ptr() as usize, address);
    }

    #[test]
    fn what_grows_keeps_its_content() {
        let mut numbers = allocator_api2::vec::Vec::new_in(Arena);
        (0..3 * PIECE).for_each(|number| numbers.push(number));
        assert!(numbers.iter().copied().eq(0..3 * PIECE));
    }

    /// A table of a long run is moved, and not copied: memory that was copied out of is still mapped.
    #[test]
    fn large_blocks_grow_without_a_second_one() {
        let layout = |size| Layout::from_size_align(size, 8).expect("a layout");
        let mapped = || slow::with_blocks(|blocks| blocks.mapped());
        let mut size = 16 * PIECE;
        let mut block = Arena.allocate(layout(size)).expect("memory").cast::<u8>();
        let before = mapped();
        while size < 256 * PIECE {
            // SAFETY: allocated above with this layout.
            block = unsafe { Arena.grow(block, layout(size), layout(2 * size)) }.expect("memory").cast();
            size *= 2;
        }
        // Copied it would be 480. Tests beside this one map pieces of their own.
        assert!(mapped() - before < 400 * PIECE);
        // SAFETY: as above.
        unsafe { Arena.deallocate(block, layout(size)) };
    }
}
