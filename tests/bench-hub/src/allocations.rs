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
    live_bytes: [Cell<isize>; CLASSES],
}

thread_local! {
    static COUNTS: Counts = const {
        Counts {
            taken: [const { Cell::new(0) }; CLASSES],
            given_back: [const { Cell::new(0) }; CLASSES],
            live_bytes: [const { Cell::new(0) }; CLASSES],
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
        let class = class(size);
        change(&counts.taken, class, |count| count + 1);
        change(&counts.live_bytes, class, |live| {
            live.wrapping_add_unsigned(size)
        });
    });
}

fn given_back(size: usize) {
    let _ = COUNTS.try_with(|counts| {
        let class = class(size);
        change(&counts.given_back, class, |count| count + 1);
        change(&counts.live_bytes, class, |live| {
            live.wrapping_sub_unsigned(size)
        });
    });
}

fn change<T: Copy>(counts: &[Cell<T>; CLASSES], class: usize, to: impl FnOnce(T) -> T) {
    if let Some(count) = counts.get(class) {
        count.set(to(count.get()));
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

/// The counts at one moment, by class.
pub(crate) struct Census {
    taken: Vec<u64>,
    given_back: Vec<u64>,
    live_bytes: Vec<isize>,
}

/// Blocks of one class of sizes: what there is more of than before.
pub(crate) struct SizeClass {
    /// The largest size of the class, in bytes.
    pub(crate) largest: usize,
    pub(crate) blocks: i64,
    pub(crate) bytes: isize,
}

impl Census {
    pub(crate) fn take() -> Self {
        // Room for the census itself is made first, so that it is not part of what it counts.
        let mut census = Self {
            taken: Vec::with_capacity(CLASSES),
            given_back: Vec::with_capacity(CLASSES),
            live_bytes: Vec::with_capacity(CLASSES),
        };
        COUNTS.with(|counts| {
            census.taken.extend(counts.taken.iter().map(Cell::get));
            census
                .given_back
                .extend(counts.given_back.iter().map(Cell::get));
            census
                .live_bytes
                .extend(counts.live_bytes.iter().map(Cell::get));
        });
        census
    }

    /// How often memory was asked for since an earlier census.
    pub(crate) fn allocations_since(&self, earlier: &Self) -> u64 {
        self.taken.iter().sum::<u64>() - earlier.taken.iter().sum::<u64>()
    }

    /// How often each size was asked for since an earlier census.
    pub(crate) fn taken_since(&self, earlier: &Self) -> Vec<SizeClass> {
        self.classes(|class| {
            let blocks = self.taken[class] - earlier.taken[class];
            (blocks.cast_signed(), 0)
        })
    }

    /// How many bytes more are live than at an earlier census.
    pub(crate) fn growth_since(&self, earlier: &Self) -> isize {
        self.live_bytes.iter().sum::<isize>() - earlier.live_bytes.iter().sum::<isize>()
    }

    /// Which blocks more are live than at an earlier census.
    pub(crate) fn live_since(&self, earlier: &Self) -> Vec<SizeClass> {
        let live = |census: &Self, class: usize| {
            census.taken[class].cast_signed() - census.given_back[class].cast_signed()
        };
        self.classes(|class| {
            let blocks = live(self, class) - live(earlier, class);
            (blocks, self.live_bytes[class] - earlier.live_bytes[class])
        })
    }

    /// What has changed, class by class.
    fn classes(&self, change: impl Fn(usize) -> (i64, isize)) -> Vec<SizeClass> {
        let classes = (0..self.taken.len()).map(|class| {
            let (blocks, bytes) = change(class);
            SizeClass {
                largest: largest(class),
                blocks,
                bytes,
            }
        });
        classes
            .filter(|it| it.blocks != 0 || it.bytes != 0)
            .collect()
    }
}
