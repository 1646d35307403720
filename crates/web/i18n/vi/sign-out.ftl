# Đăng xuất.

sign-out-title = Đăng xuất khỏi Cổng?
sign-out-body = Bạn đang đăng nhập bằng tài khoản { $username }.
sign-out-asked-by = { $service } đề nghị đăng xuất bạn khỏi Cổng.
sign-out-effect = Sau khi đăng xuất, các dịch vụ khác của tỉnh sẽ yêu cầu bạn đăng nhập lại.
sign-out-confirm = Đăng xuất
sign-out-stay = Không đăng xuất

signed-out-title = Bạn đã đăng xuất
signed-out-body = Nếu dùng máy chung, hãy đóng hết các cửa sổ của trình duyệt.
signed-out-sign-in = Đăng nhập lại
signed-out-home = Về trang chủ

check-session-title = Kiểm tra phiên đăng nhập
check-session-body = Trang này không có gì để xem. Các dịch vụ tải trang này ở chế độ ẩn để biết bạn còn đăng nhập hay không.

leaving-title = Đang đăng xuất khỏi các dịch vụ
leaving-body = Bạn sẽ được đưa trở lại dịch vụ ngay sau đây. Nếu trang không tự chuyển, hãy bấm “Tiếp tục”.
leaving-there-body = Bạn đã đăng xuất khỏi Cổng này. Tiếp theo, bạn sẽ được đưa đến { $name } để đăng xuất ở đó. Nếu trang không tự chuyển, hãy bấm “Tiếp tục”.
leaving-continue = Tiếp tục
