#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tests::sessions::sessions(data));
