# Khung của mọi trang và trang chủ.

skip-to-content = Đến nội dung chính
language = Ngôn ngữ
this-language = Tiếng Việt
error-title-prefix = Lỗi:
going-to = Để tiếp tục tới { $service }
step = Bước { $number }/{ $total }
signed-in-as = Đang đăng nhập: { $username }
footer-help = Cần giúp đỡ?
footer-desk = Hỏi trực tiếp tại { $desk }.
footer-help-link = Trợ giúp đăng nhập
footer-support = Trang hỗ trợ
footer-safety = Cán bộ không bao giờ hỏi mật khẩu hay mã xác thực của bạn.

home-title = Tài khoản dịch vụ công
home-welcome = Một tài khoản cho mọi dịch vụ công của tỉnh
home-lead = Đăng nhập một lần để nộp hồ sơ, theo dõi kết quả và dùng các dịch vụ trực tuyến của tỉnh.
home-sign-in = Đăng nhập
home-register = Đăng ký tài khoản
home-new-here = Chưa có tài khoản?
home-new-here-body = Công dân cần thẻ căn cước, doanh nghiệp cần giấy chứng nhận đăng ký; cả hai cần số điện thoại di động và địa chỉ email của chính mình. Việc đăng ký mất khoảng 5 phút.
home-hello = Xin chào, { $name }
home-signed-in = Bạn đang đăng nhập. Các dịch vụ của tỉnh sẽ nhận ra bạn mà không yêu cầu đăng nhập lại.
home-account = Tài khoản của bạn
home-masked = Một phần thông tin được che đi để người đứng cạnh không đọc được.
home-signed-in-since = Đăng nhập lúc
home-sign-out = Đăng xuất
