//! The floor of a password sign-in: the argon2 crate alone, on every core, each thread with its own memory.

use super::process::{cores, cpu_of};
use crate::clock;
use crate::load::figures::{Figures, number};
use anyhow::{Result, anyhow};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use portal_id_core::password::hash::HashSettings;
use std::time::Duration;

/// Hashes for `time` at the product's default cost.
pub(super) fn hashes(time: Duration) -> Result<Figures> {
    let HashSettings { memory_kib, passes, .. } = HashSettings::default();
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(|error| anyhow!("{error}"))?;
    let (begun, used) = (clock::now(), cpu_of("self"));
    let threads: Vec<_> = (0..cores())
        .map(|_| {
            let params = params.clone();
            std::thread::spawn(move || {
                let mut memory = vec![Block::default(); params.block_count()];
                let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let (mut tag, mut done) = ([0; 32], 0);
                while begun.elapsed() < time {
                    if hasher.hash_password_into_with_memory(b"password", &[7; 16], &mut tag, &mut memory).is_err() {
                        break;
                    }
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut good = 0;
    for thread in threads {
        good += thread.join().map_err(|_| anyhow!("a hashing thread broke"))?;
    }
    let rate = number(good) / begun.elapsed().as_secs_f64();
    let used = cpu_of("self").saturating_sub(used);
    let cpu = used / u32::try_from(good.max(1)).unwrap_or(u32::MAX);
    Ok(Figures { rate, good, cpu, ..Figures::default() })
}
