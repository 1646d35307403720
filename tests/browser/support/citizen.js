// A new citizen for each walk: valid by the rules for names, phones and identity numbers, never seen before.
import { randomInt } from 'node:crypto';

export function newCitizen() {
  const number = (digits) => Array.from({ length: digits }, () => randomInt(10)).join('');
  const tail = number(6);
  return {
    full_name: 'Trần Thị Bích Ngọc',
    // CCCD: province (024 = Bắc Giang), 1 = woman born in the 1900s, birth year, serial.
    birth_date: '1992-03-08',
    identity_number: `024192${number(6)}`,
    username: `bichngoc${tail}`,
    phone: `0912${tail}`,
    email: `bich.ngoc.${tail}@example.vn`,
    password: `Hoa-Sen-${number(5)}!`,
    street: '12 đường Ngô Gia Tự',
  };
}
