// New people for each walk: valid by the rules for names, phones, identity numbers and business codes, never seen before.
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

// A new business: its code has the check digit of the rule, and the 99 of no province.
export function newBusiness() {
  const { username, phone, email, password, street } = newCitizen();
  return { business_name: 'Hợp tác xã Vải thiều Lục Ngạn', business_code: newBusinessCode(), street, username, phone, email, password };
}

// Ten digits, the last of them 10 minus the weighted sum of the others by 11: not every nine digits have one.
function newBusinessCode() {
  const weights = [31, 29, 23, 19, 17, 13, 7, 5, 3];
  for (;;) {
    const digits = [9, 9, ...Array.from({ length: 7 }, () => randomInt(10))];
    const check = 10 - (digits.reduce((sum, digit, place) => sum + digit * weights[place], 0) % 11);
    if (check < 10) return [...digits, check].join('');
  }
}
