//! The one source of chance. Seeded in tests, the operating system's generator in production.

use zeroize::Zeroizing;

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the one source of chance")]
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing we do is safe: stopping is the only right answer"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

impl dyn Entropy + '_ {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> Zeroizing<[u8; N]> {
        let mut bytes = Zeroizing::new([0; N]);
        self.fill(bytes.as_mut());
        bytes
    }

    /// A uniform number below `bound`, by rejection: a plain remainder would favour small codes.
    pub fn below(&self, bound: u32) -> u32 {
        let bound = bound.max(1);
        let zone = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = u32::from_le_bytes(*self.bytes::<4>());
            if drawn < zone {
                return drawn % bound;
            }
        }
    }
}
