//! QR codes, drawn by us as SVG: no request goes anywhere, and no style or script is needed.

use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Empty modules around the code (ISO/IEC 18004 wants four).
const QUIET: i32 = 4;

/// A drawn code.
pub(crate) struct Qr {
    /// The side of the picture in modules.
    pub(crate) side: i32,
    /// The dark modules as an SVG path.
    pub(crate) path: String,
}

impl Qr {
    /// The code of `text`; `None` when it is longer than any code holds.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
        Some(Self { side: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_nothing_but_modules() {
        let qr = Qr::of("otpauth://totp/A:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert!(qr.side > 29 && qr.path.starts_with("M4,4h1v1h-1z"), "a finder pattern stands in the corner");
        assert!(qr.path.chars().all(|letter| "Mhvz,-0123456789".contains(letter)));
        assert!(Qr::of(&"x".repeat(3000)).is_none());
    }
}
