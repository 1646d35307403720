// Who has an account at this national portal. Claims are spelt as VNConnect spells them, and as carelessly: a number here and
// a string there, an empty string for nothing, a name in decomposed letters, things that nobody asked for.
const SENSITIVE = { TonGiao: 'Phật giáo', NhomMau: 'AB', DanToc: 'Tày', Cha: 'Trần Văn Cha', Me: 'Lê Thị Mẹ', TinhTrangHonNhan: 1 };

// Each signs in with `number` (an identity number, or a tax code) and `password`; the code comes "by SMS" and is always the same.
export const CODE = '246810';
const password = 'Quoc-Gia-2026!';

// Walks take one each, so that everybody's first arrival is one. Nobody has an e-mail here: it is asked for where they arrive.
export const citizens = Array.from({ length: 20 }, (_, at) => {
  const number = `024190${String(1240 + at).padStart(6, '0')}`;
  return {
    sub: `p-${at}`, number, password, name: 'Trần Thị Bình',
    claims: {
      TechID: `c2f1a0de-${at}`, LoaiTaiKhoan: at % 2 ? '1' : 1, SoDinhDanh: number, SoCMND: '', HoVaTen: 'Trần Thị Bình'.normalize('NFD'),
      NgayThangNamSinh: at % 2 ? '28/02/1990' : '19900228', GioiTinh: 2, SoDienThoai: `09123457${String(at).padStart(2, '0')}`,
      ThuDienTu: at % 2 ? null : '', DiaChi: 'Số 5 đường Lê Lợi, tỉnh Bắc Ninh', ...SENSITIVE,
    },
  };
});

// A tax code alone, without a code of its own for businesses.
export const business = {
  sub: 'p-vai', number: '9900000023', password, name: 'Hợp tác xã Mỳ Chũ Mẫu',
  claims: {
    TechID: 'c2f1a0de-b', LoaiTaiKhoan: '2', MaSoThue: '9900000023', MaSoDoanhNghiep: '', TenDoanhNghiep: 'Hợp tác xã Mỳ Chũ Mẫu',
    SoDienThoai: '0912345698', ThuDienTu: 'mychu@example.vn', DiaChi: 'Xã Nam Dương, tỉnh Bắc Ninh',
  },
};

// Of a kind of account that we have never heard of.
export const stranger = {
  sub: 'p-la', number: '024085001259', password, name: 'Người Lạ',
  claims: { TechID: 'c2f1a0de-s', LoaiTaiKhoan: '9', SoDinhDanh: '024085001259', HoVaTen: 'Người Lạ' },
};

const people = [...citizens, business, stranger];

export const sensitive = Object.values(SENSITIVE).filter((value) => typeof value === 'string');

export const claimNames = [...new Set(people.flatMap(({ claims }) => Object.keys(claims))), 'loAs'];

export const bySubject = (sub) => people.find((person) => person.sub === sub);

export const byNumber = (number) => people.find((person) => person.number === number);
