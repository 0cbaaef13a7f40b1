#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| coinslot_tests::targets::run("signature", data));
