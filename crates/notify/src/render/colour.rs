//! The operator's colour, and black or white to write on it.

use crate::SetupError;

/// Reads `#rrggbb` and says which text colour has the greater contrast on it (WCAG 2.2 §1.4.3): with the better of
/// the two, every colour reaches at least 4.5:1.
pub(super) fn text_colour_on(colour: &str) -> Result<&'static str, SetupError> {
    let [red, green, blue] =
        channels(colour).ok_or_else(|| SetupError::new(format!("colour must be #rrggbb, not {colour:?}")))?;
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    let on_white_text = 1.05 / (luminance + 0.05);
    let on_black_text = (luminance + 0.05) / 0.05;
    Ok(if on_white_text >= on_black_text { "#ffffff" } else { "#000000" })
}

fn channels(colour: &str) -> Option<[u8; 3]> {
    let digits = colour
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}

fn linear(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_colours_carry_white_and_light_ones_black() {
        assert_eq!(text_colour_on("#0b5394").ok(), Some("#ffffff"));
        assert_eq!(text_colour_on("#DA251D").ok(), Some("#ffffff"));
        assert_eq!(text_colour_on("#ffcd00").ok(), Some("#000000"));
    }

    #[test]
    fn what_is_not_a_colour_cannot_reach_a_style_attribute() {
        for text in ["", "#fff", "0b5394", "#0b5394;background:url(//x)", "red", "#+12345", "#\u{ff10}bcdef"] {
            assert!(text_colour_on(text).is_err(), "{text}");
        }
    }
}
