//! The bench's clock: real time, scaled and moved forward.

use std::time::Duration;

use wire::timestamp::Timestamp;

/// The slowest that a clock may run.
pub const SLOWEST: f64 = 0.1;

/// The fastest that a clock may run.
pub const FASTEST: f64 = 3_600.0;

/// Says what time it is on a bench for a real time, and the reverse.
#[derive(Clone, Debug)]
pub struct Clock {
    real: Timestamp,
    bench: Timestamp,
    speed: f64,
}

impl Clock {
    /// A clock that shows real time.
    pub fn new(real_now: Timestamp) -> Self {
        Self {
            real: real_now,
            bench: real_now,
            speed: 1.0,
        }
    }

    /// Bench seconds for each real second.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The bench's time at a real time. A real time before the last change shows the time of that change:
    /// the bench's time never goes back.
    pub fn bench_time(&self, real: Timestamp) -> Timestamp {
        let real_elapsed = real.since(self.real).as_secs_f64();
        // The page's clock may be set by hand, so that any figure can come out here.
        let elapsed = Duration::try_from_secs_f64(real_elapsed * self.speed).unwrap_or_default();
        self.bench.plus(elapsed)
    }

    /// The real time at which the bench will show `bench`, rounded up to a millisecond.
    pub fn real_time(&self, bench: Timestamp) -> Timestamp {
        let elapsed = bench.since(self.bench).as_secs_f64() / self.speed;
        let millis = (elapsed * 1_000.0).ceil();
        self.real
            .plus(Duration::try_from_secs_f64(millis / 1_000.0).unwrap_or_default())
    }

    /// Changes the speed from `real_now` on. False, and no change, for a speed outside of 0.1 to 3,600.
    pub fn set_speed(&mut self, real_now: Timestamp, speed: f64) -> bool {
        if !(SLOWEST..=FASTEST).contains(&speed) {
            return false;
        }
        self.move_to(real_now, self.bench_time(real_now));
        self.speed = speed;
        true
    }

    /// Leaves out the real time from `from` to `to`: the bench stands still in between.
    pub fn hold(&mut self, from: Timestamp, to: Timestamp) {
        self.bench = self.bench_time(from);
        self.real = self.real.max(to);
    }

    /// Lets the clock show `bench` at `real_now`, if it would show more: the bench has not come further.
    /// The caller has shown nobody a later time.
    pub fn fall_back(&mut self, real_now: Timestamp, bench: Timestamp) {
        if self.bench_time(real_now) > bench {
            self.bench = bench;
            self.real = real_now.max(self.real);
        }
    }

    /// Moves the clock forward, so that the bench's time at `real_now` is at least `bench`.
    pub fn move_to(&mut self, real_now: Timestamp, bench: Timestamp) {
        self.bench = bench.max(self.bench_time(real_now));
        self.real = real_now.max(self.real);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn after(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    #[test]
    fn a_new_clock_shows_real_time() {
        assert_eq!(Clock::new(START).bench_time(after(1_234)), after(1_234));
    }

    #[test]
    fn a_faster_clock_counts_from_the_change_on() {
        let mut clock = Clock::new(START);
        assert!(clock.set_speed(after(1_000), 60.0));
        assert_eq!(clock.bench_time(after(2_000)), after(61_000));
        assert!(clock.set_speed(after(2_000), 1.0));
        assert_eq!(clock.bench_time(after(3_000)), after(62_000));
    }

    #[test]
    fn real_and_bench_time_are_inverse() {
        let mut clock = Clock::new(START);
        clock.set_speed(START, 60.0);
        assert_eq!(clock.real_time(after(90_000)), after(1_500));
        assert!(clock.bench_time(clock.real_time(after(90_001))) >= after(90_001));
    }

    #[test]
    fn a_clock_moves_only_forward() {
        let mut clock = Clock::new(START);
        clock.move_to(START, after(5_000));
        clock.move_to(START, after(3_000));
        assert_eq!(clock.bench_time(after(10)), after(5_010));
        assert_eq!(clock.bench_time(Timestamp::from_millis(0)), after(5_000));
    }

    #[test]
    fn a_time_left_out_does_not_count() {
        let mut clock = Clock::new(START);
        clock.hold(after(10), after(5_000));
        assert_eq!(clock.bench_time(after(5_007)), after(17));
    }

    #[test]
    fn a_clock_that_fell_back_goes_on_from_there() {
        let mut clock = Clock::new(START);
        clock.set_speed(START, 60.0);
        clock.fall_back(after(1_000), after(10_000));
        assert_eq!(clock.bench_time(after(1_000)), after(10_000));
        assert_eq!(clock.bench_time(after(2_000)), after(70_000));
        clock.fall_back(after(2_000), after(80_000));
        assert_eq!(clock.bench_time(after(2_000)), after(70_000));
    }

    #[test]
    fn speeds_out_of_range_are_refused() {
        let mut clock = Clock::new(START);
        for speed in [0.0, -1.0, 3_601.0, f64::NAN, f64::INFINITY] {
            assert!(!clock.set_speed(START, speed), "{speed}");
        }
        assert!((clock.speed() - 1.0).abs() < f64::EPSILON);
    }
}
