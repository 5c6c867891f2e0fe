//! An allocator that counts: how often memory was asked for, in which sizes, and how much of it is live.

#![allow(
    unsafe_code,
    reason = "a global allocator cannot be written without it; the system's does the work"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Sizes up to this are counted each for itself, in steps of [`STEP`].
const FINE: usize = 1024;
const STEP: usize = 8;

/// The fine sizes, and one class for each power of two above them.
const CLASSES: usize = FINE / STEP + 1 + usize::BITS as usize;

/// What the thread has allocated and freed. The benchmarks have one thread, so no atomics slow them down.
struct Counts {
    taken: [Cell<u64>; CLASSES],
    given_back: [Cell<u64>; CLASSES],
    live_bytes: Cell<isize>,
}

thread_local! {
    static COUNTS: Counts = const {
        Counts {
            taken: [const { Cell::new(0) }; CLASSES],
            given_back: [const { Cell::new(0) }; CLASSES],
            live_bytes: Cell::new(0),
        }
    };
}

/// The system's allocator, counted.
pub(crate) struct Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        given_back(layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        given_back(layout.size());
        taken(size);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn taken(size: usize) {
    let _ = COUNTS.try_with(|counts| {
        bump(&counts.taken, size);
        let live = counts.live_bytes.get();
        counts.live_bytes.set(live.wrapping_add_unsigned(size));
    });
}

fn given_back(size: usize) {
    let _ = COUNTS.try_with(|counts| {
        bump(&counts.given_back, size);
        let live = counts.live_bytes.get();
        counts.live_bytes.set(live.wrapping_sub_unsigned(size));
    });
}

fn bump(counts: &[Cell<u64>; CLASSES], size: usize) {
    if let Some(count) = counts.get(class(size)) {
        count.set(count.get() + 1);
    }
}

fn class(size: usize) -> usize {
    if size <= FINE {
        size.div_ceil(STEP)
    } else {
        FINE / STEP + (size - 1).ilog2() as usize - FINE.ilog2() as usize + 1
    }
}

/// The largest size of a class.
fn largest(class: usize) -> usize {
    if class <= FINE / STEP {
        class * STEP
    } else {
        FINE << (class - FINE / STEP)
    }
}

/// The counts at one moment.
pub(crate) struct Census {
    taken: Vec<u64>,
    live: Vec<i64>,
    live_bytes: isize,
}

/// Blocks of one class of sizes.
pub(crate) struct SizeClass {
    /// The largest size of the class, in bytes.
    pub(crate) largest: usize,
    /// How many more blocks there are than before.
    pub(crate) more: i64,
}

impl Census {
    pub(crate) fn take() -> Self {
        COUNTS.with(|counts| {
            // The census's own memory is not part of what it counts.
            let live_bytes = counts.live_bytes.get();
            let taken: Vec<u64> = counts.taken.iter().map(Cell::get).collect();
            let pairs = counts.taken.iter().zip(&counts.given_back);
            let live = pairs
                .map(|(taken, given_back)| {
                    taken.get().cast_signed() - given_back.get().cast_signed()
                })
                .collect();
            Self {
                taken,
                live,
                live_bytes,
            }
        })
    }

    /// How often memory was asked for since an earlier census.
    pub(crate) fn allocations_since(&self, earlier: &Self) -> u64 {
        self.taken.iter().sum::<u64>() - earlier.taken.iter().sum::<u64>()
    }

    /// How often each size was asked for since an earlier census.
    pub(crate) fn taken_since(&self, earlier: &Self) -> Vec<SizeClass> {
        let pairs = self.taken.iter().zip(&earlier.taken);
        classes(pairs.map(|(now, then)| now.cast_signed() - then.cast_signed()))
    }

    /// How many bytes more are live than at an earlier census.
    pub(crate) fn growth_since(&self, earlier: &Self) -> isize {
        self.live_bytes - earlier.live_bytes
    }

    /// Which blocks more are live than at an earlier census.
    pub(crate) fn live_since(&self, earlier: &Self) -> Vec<SizeClass> {
        classes(
            self.live
                .iter()
                .zip(&earlier.live)
                .map(|(now, then)| now - then),
        )
    }
}

fn classes(counts: impl Iterator<Item = i64>) -> Vec<SizeClass> {
    let classes = counts.enumerate().filter(|(_, more)| *more != 0);
    classes
        .map(|(class, more)| SizeClass {
            largest: largest(class),
            more,
        })
        .collect()
}
