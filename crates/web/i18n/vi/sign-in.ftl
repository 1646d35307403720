# Đăng nhập: mật khẩu, mã xác thực, sửa số điện thoại, trợ giúp.

sign-in-title = Đăng nhập
sign-in-lead = Công dân đăng nhập tại đây. Doanh nghiệp, hợp tác xã và hộ kinh doanh cũng đăng nhập tại đây.
sign-in-name = Tên đăng nhập
sign-in-name-hint = Cũng có thể dùng email hoặc số điện thoại; công dân có thể dùng số định danh cá nhân. Nếu bạn có cả tài khoản công dân và doanh nghiệp, hãy dùng tên đăng nhập.
sign-in-refused = Tên đăng nhập hoặc mật khẩu không đúng, hoặc đã có quá nhiều lần thử. Hãy kiểm tra rồi nhập lại. Nếu vẫn không được, hãy đợi { $minutes } phút rồi thử lại; sau rất nhiều lần nhập sai, có thể phải đợi vài giờ.
sign-in-flood = Có quá nhiều lần đăng nhập từ mạng của bạn. Hãy đợi một phút rồi thử lại.
sign-in-too-many-codes = Đã có quá nhiều mã được gửi đến điện thoại của tài khoản này. Bạn có thể đăng nhập lại từ { $until }.
sign-in-no-second-step = Mật khẩu đúng, nhưng tài khoản này chưa có số điện thoại để nhận mã và cũng chưa có cách xác nhận nào khác. Nếu đăng nhập được bằng cách khác, hãy dùng cách đó rồi thêm số điện thoại ở “Tài khoản của tôi”. Nếu không, hãy mang thẻ căn cước đến { $desk }.
sign-in-signed-in-as = Bạn đang đăng nhập bằng tài khoản { $username }.
sign-in-again = Hãy đăng nhập lại để xác nhận đó là bạn.
sign-in-submit = Đăng nhập
sign-in-forgot = Quên mật khẩu?
sign-in-no-account = Chưa có tài khoản?
sign-in-register = Đăng ký

code-title = Nhập mã xác thực
code-sent = Chúng tôi đã gửi tin nhắn có mã gồm 6 chữ số đến số { $phone }. Mã dùng được trong { $minutes } phút.
code-sent-again = Đã gửi mã mới. Mã trước đó không còn dùng được.
code-wrong = { $tries ->
   *[other] Mã không đúng. Bạn còn { $tries } lần thử.
}
code-expired = Mã này đã hết hạn. Hãy bấm “Gửi lại mã” để nhận mã mới.
code-wait = { $seconds ->
   *[other] Hãy đợi thêm { $seconds } giây rồi bấm “Gửi lại mã”.
}
code-too-many-sent = Đã có quá nhiều mã được gửi. Bạn có thể nhận mã khác từ { $until }.
code-throttled = Đã có quá nhiều mã sai cho tài khoản này. Bạn có thể thử lại từ { $until }.
code-submit = Xác nhận
code-gateway-fails = Hiện chưa gửi được tin nhắn; hệ thống vẫn đang thử lại. Hãy tải lại trang sau một phút, hoặc hỏi { $desk }.
code-given-up = Chưa gửi được tin nhắn có mã này và hệ thống đã ngừng thử. Hãy bấm “Gửi lại mã” để nhận mã mới, hoặc hỏi { $desk }.
code-not-delivered = Nhà mạng báo rằng tin nhắn không đến được điện thoại của bạn. Hãy kiểm tra sóng và số điện thoại rồi bấm “Gửi lại mã”, hoặc hỏi { $desk }.
code-not-received = Không nhận được mã?
code-not-received-wait = Tin nhắn có thể đến chậm một phút. Hãy kiểm tra sóng và hộp tin nhắn bị chặn.
code-resend = Gửi lại mã
code-wrong-phone = Số điện thoại sai?
code-wrong-phone-body = Chúng tôi có thể gửi đến email của bạn một liên kết để sửa số điện thoại.
code-wrong-phone-ask = Gửi liên kết sửa số điện thoại
code-desk = Nếu không còn dùng số này, hãy mang thẻ căn cước đến { $desk }.
code-start-again = Đăng nhập bằng tài khoản khác

code-over-title = Lần đăng nhập này đã kết thúc
code-over-body = Đã quá thời gian, hoặc đã có quá nhiều lần nhập sai. Hãy đăng nhập lại từ đầu; một mã mới sẽ được gửi đến điện thoại của bạn.
code-over-sign-in = Đăng nhập lại

phone-asked-title = Hãy mở hộp thư của bạn
phone-asked-body = Chúng tôi đã gửi liên kết sửa số điện thoại đến địa chỉ email của tài khoản. Liên kết dùng được trong { $minutes } phút.
phone-slow-title = Hãy đợi một lát
phone-slow-body = Đã có nhiều thư được gửi đến địa chỉ của tài khoản này. Bạn có thể xin liên kết khác từ { $until }.
phone-not-possible-title = Không thể sửa số điện thoại tại đây
phone-not-possible-body = Số này đã từng nhận mã xác thực. Để bảo vệ tài khoản, chỉ có thể đổi số trực tiếp tại { $desk }. Hãy mang theo thẻ căn cước.
phone-correct-title = Sửa số điện thoại
phone-correct-lead = Số mới sẽ nhận mã mỗi khi bạn đăng nhập.
phone-correct-now = Số hiện tại
phone-correct-new = Số điện thoại di động đúng
phone-correct-password = Mật khẩu
phone-correct-refused = Mật khẩu không đúng, hoặc đã có quá nhiều lần thử. Hãy kiểm tra rồi nhập lại. Nếu vẫn không được, hãy đợi { $minutes } phút rồi thử lại; sau rất nhiều lần nhập sai, có thể phải đợi vài giờ.
phone-correct-submit = Lưu số điện thoại
phone-corrected-title = Đã lưu số điện thoại mới
phone-corrected-body = Hãy đăng nhập lại. Mã xác thực sẽ được gửi đến số mới.
phone-link-over-title = Liên kết này không còn dùng được
phone-link-over-body = Liên kết đã được dùng hoặc đã hết hạn. Hãy đăng nhập lại để xin liên kết mới.

not-activated-title = Tài khoản chưa được kích hoạt
not-activated-body = Mật khẩu đúng, nhưng bạn cần bấm vào liên kết trong thư kích hoạt trước. Nếu không thấy thư, hãy xem mục thư rác hoặc yêu cầu gửi lại.

disabled-title = Tài khoản đang bị tạm khóa
disabled-body = Quản trị viên đã tạm khóa tài khoản này. Hãy hỏi tại { $desk } và mang theo thẻ căn cước.
closed-title = Tài khoản đã đóng
closed-body = Tài khoản này đã được đóng và không đăng nhập được nữa. Nếu cần, hãy hỏi tại { $desk }.

help-title = Trợ giúp đăng nhập
help-password = Quên mật khẩu hoặc tên đăng nhập
help-password-body = Hiện chưa đặt lại mật khẩu trực tuyến được. Hãy mang thẻ căn cước đến { $desk }; cán bộ sẽ giúp bạn lấy lại tài khoản.
help-phone = Đổi hoặc mất số điện thoại
help-phone-body = Nếu số điện thoại bị gõ sai khi đăng ký, hãy đăng nhập bằng mật khẩu rồi chọn “Số điện thoại sai?” ở trang nhập mã. Nếu bạn có ứng dụng xác thực, khóa truy cập hoặc mã dự phòng, hãy chọn cách đó ở bước nhập mã. Nếu không còn cách nào, hãy đến { $desk }.
help-mail = Không nhận được thư kích hoạt
help-mail-body = Hãy xem mục thư rác. Bạn cũng có thể đăng nhập bằng tên đăng nhập và mật khẩu: trang tiếp theo có nút gửi lại thư.
help-safety = Giữ tài khoản an toàn
help-safety-body = Không đưa mật khẩu hay mã xác thực cho bất kỳ ai, kể cả người tự xưng là cán bộ.
help-back = Về trang đăng nhập

step-up-title = Xác nhận thêm một bước
step-up-lead = Bạn đang đăng nhập bằng tài khoản { $username } mà chưa qua bước xác thực thứ hai. Dịch vụ này cần bước đó.
step-up-lead-own = Bạn đang đăng nhập bằng tài khoản { $username } mà chưa qua bước xác thực thứ hai. Trang này cần bước đó để bảo vệ tài khoản.
step-up-how = Bạn không phải nhập lại mật khẩu. Ở trang tiếp theo, hãy nhập mã hoặc dùng cách bạn đã chọn.
step-up-submit = Tiếp tục
step-up-again = Đăng nhập lại, hoặc dùng tài khoản khác
