//! Checks openings of lootboxes as `docs/lootboxes.md` says, from what the API
//! shows and with nothing of the server's own code.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The commitment to a seed.
pub fn commitment(server_seed: &str) -> String {
    hex(&Sha256::digest(unhex(server_seed)))
}

/// One block of random bytes.
pub fn block(server_seed: &str, client_seed: &str, nonce: i64, number: u64) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&unhex(server_seed)).unwrap();
    mac.update(format!("{client_seed}|{nonce}|{number}").as_bytes());
    mac.finalize().into_bytes().into()
}

/// The places that are drawn from slots of these weights, where `weigh` says
/// what a slot weighs once the places before it are known.
fn places(
    seeds: (&str, &str, i64),
    slots: usize,
    mut weigh: impl FnMut(usize, &[Option<usize>]) -> Vec<u64>,
) -> Vec<Option<usize>> {
    let (mut at, mut found) = (0, Vec::new());
    for slot in 0..slots {
        let weights = weigh(slot, &found);
        let sum: u64 = weights.iter().sum();
        if sum == 0 {
            found.push(None);
            continue;
        }
        let mut r = loop {
            let bytes = block(seeds.0, seeds.1, seeds.2, at / 8);
            let start = usize::try_from(at % 8).unwrap() * 4;
            at += 1;
            let n = u64::from(u32::from_be_bytes(bytes[start..start + 4].try_into().unwrap()));
            if n < (1 << 32) / sum * sum {
                break n % sum;
            }
        };
        let mut place = 0;
        while r >= weights[place] {
            r -= weights[place];
            place += 1;
        }
        found.push(Some(place));
    }
    found
}

/// The places drawn from slots whose weights are known.
pub fn drawn_from(seeds: (&str, &str, i64), slots: &[Vec<u64>]) -> Vec<Option<usize>> {
    places(seeds, slots.len(), |slot, _| slots[slot].clone())
}

/// Checks all openings of a player, oldest first, as the API lists them: each
/// commitment, each number, each weight and each place. How many were checked.
///
/// # Panics
/// When one is not as it must be.
pub fn check(draws: &[Value]) -> usize {
    let mut before: BTreeMap<(i64, i64), u64> = BTreeMap::new();
    for (nonce, draw) in (1_i64..).zip(draws) {
        let (server, client) = (draw["server_seed"].as_str().unwrap(), draw["client_seed"].as_str().unwrap());
        assert_eq!(draw["commitment"], commitment(server).as_str());
        assert_eq!(draw["nonce"], nonce, "no opening is left out");
        let lootbox = draw["item_id"].as_i64().unwrap();
        let slots = draw["slots"].as_array().unwrap();
        let mut shown: Vec<Vec<u64>> = Vec::new();
        let found = places((server, client, nonce), slots.len(), |slot, so_far| {
            // What the slot before yielded counts.
            if let Some(place) = slot.checked_sub(1).and_then(|before| so_far[before])
                && let Some(item) = item(&slots[slot - 1]["entries"][place])
            {
                *before.entry((lootbox, item)).or_insert(0) += 1;
            }
            let entries = slots[slot]["entries"].as_array().unwrap();
            let weights = entries.iter().map(|e| weight(e, lootbox, &draw["limits"], &before)).collect::<Vec<_>>();
            shown.push(entries.iter().map(|e| e["weight"].as_u64().unwrap()).collect());
            assert_eq!(shown.last(), Some(&weights), "{draw}");
            weights
        });
        if let Some((last, place)) = slots.last().zip(found.last().copied().flatten())
            && let Some(item) = item(&last["entries"][place])
        {
            *before.entry((lootbox, item)).or_insert(0) += 1;
        }
        let written: Vec<Option<usize>> =
            slots.iter().map(|s| s["place"].as_u64().map(|p| usize::try_from(p).unwrap())).collect();
        assert_eq!(written, found, "{draw}");
        assert_eq!(drawn_from((server, client, nonce), &shown), found);
    }
    draws.len()
}

fn item(entry: &Value) -> Option<i64> {
    entry["virtual_item"]["id"].as_i64()
}

fn weight(entry: &Value, lootbox: i64, limits: &Value, before: &BTreeMap<(i64, i64), u64>) -> u64 {
    let rate = entry["drop_rate"].to_string();
    let (whole, part) = rate.split_once('.').unwrap_or((&rate, ""));
    let hundredths = format!("{whole}{part:0<2}").parse().unwrap();
    let Some(item) = item(entry) else {
        return if entry.get("attribute").is_some() { 0 } else { hundredths };
    };
    let most = limits["virtual_item"].as_array().unwrap().iter().find(|l| l["id"] == item);
    let drawn = before.get(&(lootbox, item)).copied().unwrap_or(0);
    if most.is_some_and(|l| drawn >= l["max_items"].as_u64().unwrap()) { 0 } else { hundredths }
}
