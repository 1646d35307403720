// The pages of this national portal: just enough to be walked through, in Vietnamese alone.

const page = (title, body) => `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"></head>
<body><main data-page="upstream"><h1>${title}</h1>${body}</main></body></html>`;

const refused = (why) => (why ? `<p role="alert">${why}</p>` : '');

export const numberPage = (uid, why) => page('Cổng quốc gia: đăng nhập', `${refused(why)}
<form method="post" action="/interaction/${uid}/number">
<p><label>Số định danh hoặc mã số thuế <input id="number" name="number" autocomplete="username" required></label></p>
<p><label>Mật khẩu <input id="password" name="password" type="password" autocomplete="current-password" required></label></p>
<button id="submit">Đăng nhập</button></form>
<form method="post" action="/interaction/${uid}/refuse"><button id="refuse">Không đăng nhập nữa</button></form>`);

export const codePage = (uid, why) => page('Cổng quốc gia: mã xác nhận', `${refused(why)}
<form method="post" action="/interaction/${uid}/code">
<p><label>Mã trong tin nhắn <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required></label></p>
<button id="submit">Xác nhận</button></form>`);

// `form` is the library's own, with the token against forged requests; its id is its own too.
export const leavePage = (form) => page('Cổng quốc gia: đăng xuất', `${form}
<button id="leave" form="op.logoutForm" type="submit" name="logout" value="yes">Đăng xuất</button>
<button id="stay" form="op.logoutForm" type="submit">Ở lại</button>`);

export const leftPage = () => page('Cổng quốc gia: đã đăng xuất', '');

export const problemPage = ({ error, error_description: description }) =>
  page('Cổng quốc gia: có lỗi', `<p role="alert">${[error, description].join(': ').replace(/[<>&"]/g, '')}</p>`);
