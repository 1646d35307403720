# Mật khẩu đầu tiên của tài khoản được lập từ hệ thống khác.

first-password-title = Đặt mật khẩu
first-password-lead = Tài khoản của bạn chưa có mật khẩu. Hãy chọn tên đăng nhập và mật khẩu để đăng nhập ngay tại đây, cả khi không truy cập được hệ thống kia. Cách đăng nhập bạn đang dùng vẫn như cũ.
first-password-lead-named = Hãy đặt mật khẩu để đăng nhập ngay tại đây bằng tên { $username }. Cách đăng nhập bạn đang dùng vẫn như cũ.
first-password-needs-phone = Tài khoản chưa có số điện thoại để nhận mã xác thực. Sau khi đặt mật khẩu, hãy thêm số điện thoại: chưa có số điện thoại thì chưa đăng nhập bằng mật khẩu được.
first-password-submit = Lưu mật khẩu
first-password-later = Để sau
first-password-slow = Đã có quá nhiều lần thử từ mạng này. Bạn có thể thử lại từ { $until }.
password-set-title = Đã đặt mật khẩu
password-set-body = Từ bây giờ bạn cũng đăng nhập được bằng tên đăng nhập và mật khẩu, cùng mã gửi đến điện thoại hoặc cách xác nhận khác mà bạn đã thêm. Nếu tài khoản có địa chỉ email, chúng tôi đã gửi thư báo đến đó.
password-set-phone-title = Đã lưu mật khẩu, còn thiếu số điện thoại
password-set-phone-body = Mật khẩu này chưa dùng để đăng nhập được, vì tài khoản chưa có số điện thoại nhận mã xác thực. Hãy thêm số điện thoại ngay bây giờ. Cho đến khi thêm xong, bạn vẫn đăng nhập bằng cách đang dùng.
password-set-phone-add = Thêm số điện thoại
account-first-password-body = Chọn tên đăng nhập và mật khẩu để đăng nhập ngay tại đây.
