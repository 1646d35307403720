// Who has an account at this national portal. Claims are spelt as VNConnect spells them, and as carelessly: a number here and
// a string there, an empty string for nothing, a name in decomposed letters, things that nobody asked for.
const SENSITIVE = { TonGiao: 'Không', NhomMau: 'O', DanToc: 'Kinh', Cha: 'Nguyễn Văn Cha', Me: 'Trần Thị Mẹ', TinhTrangHonNhan: 1 };

// Each signs in with `number` (an identity number, or a tax code) and `password`; the code comes "by SMS" and is always the same.
export const CODE = '246810';

const people = [
  {
    sub: 'p-binh', number: '024190001239', password: 'Quoc-Gia-2026!',
    claims: {
      TechID: 'c2f1a0de-0001', LoaiTaiKhoan: 1, SoDinhDanh: '024190001239', SoCMND: '', HoVaTen: 'Trần Thị Bình'.normalize('NFD'),
      NgayThangNamSinh: '19900228', GioiTinh: 2, SoDienThoai: '0912345670', ThuDienTu: '', DiaChi: 'Số 5 đường Lê Lợi, tỉnh Bắc Ninh',
      ...SENSITIVE,
    },
  },
  {
    sub: 'p-cuong', number: '024085001242', password: 'Quoc-Gia-2026!',
    claims: {
      TechID: 'c2f1a0de-0002', LoaiTaiKhoan: '1', SoDinhDanh: '024085001242', SoCMND: '121234567', HoVaTen: 'Lê Văn Cường',
      NgayThangNamSinh: '15/03/1985', SoDienThoai: '', ThuDienTu: null, ...SENSITIVE,
    },
  },
  {
    sub: 'p-vai', number: '9900000023', password: 'Quoc-Gia-2026!',
    claims: {
      TechID: 'c2f1a0de-0003', LoaiTaiKhoan: '2', MaSoThue: '9900000023', MaSoDoanhNghiep: '', TenDoanhNghiep: 'Hợp tác xã Mỳ Chũ Mẫu',
      SoDienThoai: '0912345671', ThuDienTu: 'mychu@example.vn', DiaChi: 'Xã Nam Dương, tỉnh Bắc Ninh',
    },
  },
  {
    sub: 'p-la', number: '024085001259', password: 'Quoc-Gia-2026!',
    // A kind of account that we have never heard of.
    claims: { TechID: 'c2f1a0de-0009', LoaiTaiKhoan: '9', SoDinhDanh: '024085001259', HoVaTen: 'Người Lạ' },
  },
];

export const claimNames = [...new Set(people.flatMap(({ claims }) => Object.keys(claims))), 'loAs'];

export const bySubject = (sub) => people.find((person) => person.sub === sub);

export const byNumber = (number) => people.find((person) => person.number === number);
