//! The first three digits of a personal identity number: where the birth was registered.

/// Where a birth was registered, as the number says (Circular 07/2016/TT-BCA, annexes I and II).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birthplace {
    /// One of the 63 provinces as they were before 1 July 2025; numbers keep the old codes.
    Province(&'static str),
    /// Registered abroad: the code stands for a country.
    Abroad,
}

/// The last code of a province; the codes above it are countries.
const LAST_PROVINCE: u16 = 96;

const PROVINCES: [(u16, &str); 63] = [
    (1, "Hà Nội"),
    (2, "Hà Giang"),
    (4, "Cao Bằng"),
    (6, "Bắc Kạn"),
    (8, "Tuyên Quang"),
    (10, "Lào Cai"),
    (11, "Điện Biên"),
    (12, "Lai Châu"),
    (14, "Sơn La"),
    (15, "Yên Bái"),
    (17, "Hòa Bình"),
    (19, "Thái Nguyên"),
    (20, "Lạng Sơn"),
    (22, "Quảng Ninh"),
    (24, "Bắc Giang"),
    (25, "Phú Thọ"),
    (26, "Vĩnh Phúc"),
    (27, "Bắc Ninh"),
    (30, "Hải Dương"),
    (31, "Hải Phòng"),
    (33, "Hưng Yên"),
    (34, "Thái Bình"),
    (35, "Hà Nam"),
    (36, "Nam Định"),
    (37, "Ninh Bình"),
    (38, "Thanh Hóa"),
    (40, "Nghệ An"),
    (42, "Hà Tĩnh"),
    (44, "Quảng Bình"),
    (45, "Quảng Trị"),
    (46, "Thừa Thiên Huế"),
    (48, "Đà Nẵng"),
    (49, "Quảng Nam"),
    (51, "Quảng Ngãi"),
    (52, "Bình Định"),
    (54, "Phú Yên"),
    (56, "Khánh Hòa"),
    (58, "Ninh Thuận"),
    (60, "Bình Thuận"),
    (62, "Kon Tum"),
    (64, "Gia Lai"),
    (66, "Đắk Lắk"),
    (67, "Đắk Nông"),
    (68, "Lâm Đồng"),
    (70, "Bình Phước"),
    (72, "Tây Ninh"),
    (74, "Bình Dương"),
    (75, "Đồng Nai"),
    (77, "Bà Rịa - Vũng Tàu"),
    (79, "Hồ Chí Minh"),
    (80, "Long An"),
    (82, "Tiền Giang"),
    (83, "Bến Tre"),
    (84, "Trà Vinh"),
    (86, "Vĩnh Long"),
    (87, "Đồng Tháp"),
    (89, "An Giang"),
    (91, "Kiên Giang"),
    (92, "Cần Thơ"),
    (93, "Hậu Giang"),
    (94, "Sóc Trăng"),
    (95, "Bạc Liêu"),
    (96, "Cà Mau"),
];

impl Birthplace {
    /// The place of a three-digit code, `None` for a code that was never given.
    pub fn of_code(code: u16) -> Option<Self> {
        if (LAST_PROVINCE + 1..=999).contains(&code) {
            return Some(Self::Abroad);
        }
        let place = PROVINCES.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        PROVINCES.get(place).map(|(_, name)| Self::Province(name))
    }
}

#[cfg(test)]
mod tests {
    use super::{Birthplace, PROVINCES};

    #[test]
    fn sixty_three_codes_in_rising_order_are_provinces() {
        assert!(PROVINCES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!((0..=96).filter(|code| Birthplace::of_code(*code).is_some()).count(), 63);
    }

    #[test]
    fn gaps_are_unknown_and_codes_above_096_are_abroad() {
        assert_eq!(Birthplace::of_code(24), Some(Birthplace::Province("Bắc Giang")));
        assert_eq!(Birthplace::of_code(27), Some(Birthplace::Province("Bắc Ninh")));
        for unknown in [0, 3, 5, 88, 1000] {
            assert_eq!(Birthplace::of_code(unknown), None);
        }
        assert_eq!(Birthplace::of_code(97), Some(Birthplace::Abroad));
        assert_eq!(Birthplace::of_code(999), Some(Birthplace::Abroad));
    }
}
