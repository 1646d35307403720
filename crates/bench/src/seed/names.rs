//! Vietnamese names as they are spread over the country, near enough for a database to look like one.

/// Family names with their share of a hundred.
pub(super) const FAMILY: [(&str, u64); 14] = [
    ("Nguyễn", 39),
    ("Trần", 11),
    ("Lê", 10),
    ("Phạm", 7),
    ("Hoàng", 5),
    ("Phan", 5),
    ("Vũ", 4),
    ("Đặng", 4),
    ("Bùi", 4),
    ("Đỗ", 3),
    ("Hồ", 2),
    ("Ngô", 2),
    ("Dương", 2),
    ("Thân", 2),
];
/// Middle names of men.
pub(super) const MIDDLE_OF_MEN: [&str; 10] =
    ["Văn", "Văn", "Văn", "Hữu", "Đức", "Minh", "Quang", "Công", "Xuân", "Ngọc"];
/// Middle names of women.
pub(super) const MIDDLE_OF_WOMEN: [&str; 10] =
    ["Thị", "Thị", "Thị", "Thị Thu", "Thị Ngọc", "Thị Thanh", "Thùy", "Ngọc", "Phương", "Mai"];
/// Given names of men.
pub(super) const GIVEN_OF_MEN: [&str; 20] = [
    "An", "Bình", "Cường", "Dũng", "Đạt", "Hải", "Hiếu", "Hùng", "Huy", "Khánh", "Khôi", "Long", "Nam", "Phúc", "Quân",
    "Sơn", "Thắng", "Tuấn", "Việt", "Vương",
];
/// Given names of women.
pub(super) const GIVEN_OF_WOMEN: [&str; 20] = [
    "Anh", "Chi", "Dung", "Giang", "Hà", "Hạnh", "Hiền", "Hoa", "Hồng", "Hương", "Lan", "Linh", "Loan", "Mai", "Nga",
    "Ngân", "Nhung", "Oanh", "Thảo", "Yến",
];
/// Streets that most towns have.
pub(super) const STREETS: [&str; 12] = [
    "Lê Lợi",
    "Trần Phú",
    "Nguyễn Trãi",
    "Hùng Vương",
    "Lý Thường Kiệt",
    "Hoàng Văn Thụ",
    "Nguyễn Thị Minh Khai",
    "Quang Trung",
    "Xương Giang",
    "Ngô Gia Tự",
    "Hai Bà Trưng",
    "Lương Văn Nắm",
];
