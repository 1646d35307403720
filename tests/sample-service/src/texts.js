// Every word that a visitor reads, Vietnamese first. A language is one entry here.
import { cookie } from './sessions.js';

const vi = {
  htmlLang: 'vi',
  otherLanguage: { code: 'en', name: 'English', label: 'Switch to English' },
  title: 'Dịch vụ công mẫu',
  tagline: 'Một dịch vụ của tỉnh, đăng nhập bằng Cổng',
  skip: 'Chuyển đến nội dung chính',
  navigation: 'Tài khoản và ngôn ngữ',
  signIn: 'Đăng nhập',
  signOut: 'Đăng xuất',
  welcome: 'Nộp hồ sơ trực tuyến, không phải đến quầy',
  lead: 'Đăng nhập một lần bằng tài khoản Cổng dịch vụ công của tỉnh để nộp và theo dõi hồ sơ. Dịch vụ này không giữ mật khẩu của bạn.',
  signInLong: 'Đăng nhập bằng Cổng',
  services: 'Dịch vụ thường dùng',
  serviceList: [
    ['Đăng ký khai sinh', 'Cho trẻ em dưới 60 ngày tuổi, kèm cấp thẻ bảo hiểm y tế.'],
    ['Xác nhận tình trạng hôn nhân', 'Nhận kết quả bản điện tử hoặc tại xã, phường.'],
    ['Đăng ký hộ kinh doanh', 'Thành lập, thay đổi nội dung hoặc tạm ngừng.'],
  ],
  greeting: (name) => `Xin chào, ${name}`,
  greetingUnnamed: 'Xin chào',
  signedInLead: 'Bạn đã đăng nhập bằng Cổng. Dưới đây là những gì Cổng cho dịch vụ này biết về bạn.',
  claims: 'Thông tin nhận được từ Cổng',
  columns: ['Thông tin', 'Giá trị', 'Nguồn'],
  sources: { id: 'ID token', userinfo: 'Userinfo', both: 'ID token và userinfo' },
  refresh: 'Làm mới thông tin',
  refreshHint: 'Hỏi lại Cổng bằng refresh token, không cần đăng nhập lại.',
  yes: 'có',
  no: 'không',
  signedIn: 'Đăng nhập thành công.',
  signedOut: 'Bạn đã đăng xuất khỏi dịch vụ và khỏi Cổng.',
  refreshed: 'Đã làm mới thông tin từ Cổng.',
  again: 'Đăng nhập lại',
  home: 'Về trang chủ',
  footer: 'Đây là dịch vụ minh hoạ; mọi dữ liệu là dữ liệu thử.',
  problems: {
    not_found: ['Không tìm thấy trang', 'Địa chỉ này không có ở đây. Hãy về trang chủ.'],
    access_denied: ['Bạn chưa cho phép chia sẻ thông tin', 'Dịch vụ không nhận được thông tin nào. Bạn có thể đăng nhập lại khi sẵn sàng.'],
    unknown_state: ['Lượt đăng nhập này đã cũ', 'Có thể bạn đã dùng lại một liên kết hoặc mở ở trình duyệt khác. Hãy đăng nhập lại từ đầu.'],
    stale_form: ['Trang đã cũ', 'Hãy về trang chủ và thử lại.'],
    refresh_refused: ['Cần đăng nhập lại', 'Cổng không gia hạn phiên này nữa.'],
    untrusted_answer: ['Không xác minh được câu trả lời của Cổng', 'Để an toàn, dịch vụ đã bỏ lượt đăng nhập này. Hãy thử lại.'],
    provider_unreachable: ['Chưa kết nối được với Cổng', 'Hãy thử lại sau ít phút.'],
    other: ['Cổng chưa thể đăng nhập cho bạn', 'Hãy thử lại; nếu vẫn lỗi, báo cho quầy hỗ trợ mã lỗi bên dưới.'],
  },
  errorCode: 'Mã lỗi',
  claimNames: {
    sub: 'Mã người dùng ở dịch vụ này', name: 'Họ tên hoặc tên doanh nghiệp', given_name: 'Tên', family_name: 'Họ', middle_name: 'Tên đệm',
    preferred_username: 'Tên đăng nhập', birthdate: 'Ngày sinh', gender: 'Giới tính', locale: 'Ngôn ngữ', zoneinfo: 'Múi giờ',
    updated_at: 'Cập nhật lúc', email: 'Thư điện tử', email_verified: 'Thư điện tử đã xác minh', phone_number: 'Số điện thoại',
    phone_number_verified: 'Số điện thoại đã xác minh', address: 'Địa chỉ', identity_number: 'Số định danh', identity_number_verified: 'Số định danh đã xác minh',
    identity_number_source: 'Nguồn số định danh', account_type: 'Loại tài khoản', business_name: 'Tên doanh nghiệp', business_name_verified: 'Tên doanh nghiệp đã xác minh', business_name_source: 'Nguồn tên doanh nghiệp',
    business_code: 'Mã số doanh nghiệp', business_code_verified: 'Mã số doanh nghiệp đã xác minh', business_code_source: 'Nguồn mã số doanh nghiệp', head_office: 'Trụ sở',
    head_office_verified: 'Trụ sở đã xác minh', head_office_source: 'Nguồn địa chỉ trụ sở', iss: 'Cổng phát hành',
    aud: 'Dành cho', iat: 'Phát hành lúc', exp: 'Hết hạn lúc', auth_time: 'Đăng nhập lúc', acr: 'Mức đảm bảo', amr: 'Cách đăng nhập',
    aal: 'Mức xác thực', ial: 'Mức danh tính', sid: 'Phiên', nonce: 'Số dùng một lần', at_hash: 'Dấu của access token',
  },
};

const en = {
  htmlLang: 'en',
  otherLanguage: { code: 'vi', name: 'Tiếng Việt', label: 'Chuyển sang tiếng Việt' },
  title: 'Sample public service',
  tagline: 'A service of the province, with the portal’s sign-in',
  skip: 'Skip to the main content',
  navigation: 'Account and language',
  signIn: 'Log in',
  signOut: 'Sign out',
  welcome: 'Apply online, without going to the counter',
  lead: 'Sign in once with your account at the province’s public-service portal to apply and to follow your case. This service never holds your password.',
  signInLong: 'Log in with the portal',
  services: 'Often used',
  serviceList: [
    ['Birth registration', 'For children under 60 days, together with the health insurance card.'],
    ['Certificate of marital status', 'As an electronic copy, or at your ward or commune.'],
    ['Household business registration', 'Found one, change it or suspend it.'],
  ],
  greeting: (name) => `Hello, ${name}`,
  greetingUnnamed: 'Hello',
  signedInLead: 'You are signed in with the portal. Below is what the portal tells this service about you.',
  claims: 'What the portal told us',
  columns: ['Claim', 'Value', 'Source'],
  sources: { id: 'ID token', userinfo: 'Userinfo', both: 'ID token and userinfo' },
  refresh: 'Refresh',
  refreshHint: 'Asks the portal again with the refresh token; you need not sign in again.',
  yes: 'yes',
  no: 'no',
  signedIn: 'You are signed in.',
  signedOut: 'You are signed out of this service and of the portal.',
  refreshed: 'Refreshed from the portal.',
  again: 'Sign in again',
  home: 'To the start page',
  footer: 'This is a demonstration service; all data is test data.',
  problems: {
    not_found: ['Page not found', 'There is nothing at this address. Please go to the start page.'],
    access_denied: ['You did not allow your data to be shared', 'The service received nothing. You can sign in again whenever you like.'],
    unknown_state: ['This sign-in is out of date', 'Perhaps a link was used twice or opened in another browser. Please sign in again from the start.'],
    stale_form: ['This page is out of date', 'Please go to the start page and try again.'],
    refresh_refused: ['Please sign in again', 'The portal no longer extends this session.'],
    untrusted_answer: ['The portal’s answer could not be verified', 'To be safe, the service dropped this sign-in. Please try again.'],
    provider_unreachable: ['The portal cannot be reached', 'Please try again in a few minutes.'],
    other: ['The portal could not sign you in', 'Please try again; if it fails again, tell the help desk the code below.'],
  },
  errorCode: 'Error code',
  claimNames: {
    sub: 'Your id at this service', name: 'Name', given_name: 'Given name', family_name: 'Family name', middle_name: 'Middle name',
    preferred_username: 'Username', birthdate: 'Date of birth', gender: 'Gender', locale: 'Language', zoneinfo: 'Time zone',
    updated_at: 'Updated at', email: 'E-mail', email_verified: 'E-mail verified', phone_number: 'Phone', phone_number_verified: 'Phone verified',
    address: 'Address', identity_number: 'Identity number', identity_number_verified: 'Identity number verified',
    identity_number_source: 'Source of the identity number', account_type: 'Kind of account', business_name: 'Business name', business_name_verified: 'Business name verified',
    business_name_source: 'Source of the business name', business_code: 'Business code', business_code_verified: 'Business code verified', business_code_source: 'Source of the business code',
    head_office: 'Head office', head_office_verified: 'Head office verified', head_office_source: 'Source of the head office', iss: 'Issuing portal', aud: 'Meant for', iat: 'Issued at', exp: 'Expires at',
    auth_time: 'Signed in at', acr: 'Assurance level', amr: 'How you signed in', aal: 'Authentication level', ial: 'Identity level',
    sid: 'Session', nonce: 'Nonce', at_hash: 'Access token hash',
  },
};

const languages = { vi, en };

export function textsFor(language) {
  return languages[language];
}

// The link's choice, then the choice made before, then Vietnamese.
export function languageOf(url, request) {
  for (const wish of [url.searchParams.get('lang'), cookie(request, 'mau-lang')]) {
    if (wish && Object.hasOwn(languages, wish)) return wish;
  }
  return 'vi';
}
