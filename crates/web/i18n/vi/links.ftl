# Tài khoản ở nơi khác được liên kết với tài khoản này, và mật khẩu đầu tiên.

links-title = Liên kết với tài khoản ở nơi khác
links-lead = Khi đã liên kết, bạn đăng nhập ở đây bằng tài khoản kia mà không cần mật khẩu của Cổng này.
links-none = Tài khoản của bạn chưa được liên kết với nơi nào.
links-since = Liên kết từ
links-last-used = Dùng lần cuối
links-off = Cách đăng nhập này đang tắt.
links-only = Đây là cách duy nhất để vào tài khoản của bạn nên chưa gỡ được.
links-only-password = Đặt mật khẩu trước
links-remove = Gỡ liên kết
links-add = Thêm liên kết
links-add-body = Bạn đăng nhập ở đó một lần rồi được đưa trở lại đây. Chúng tôi gửi thư báo mỗi khi liên kết thay đổi.
links-add-with = Liên kết với { $name }
links-done-linked = Đã liên kết. Từ lần sau bạn có thể đăng nhập bằng tài khoản đó.
links-done-removed = Đã gỡ liên kết. Những lần đăng nhập bằng liên kết đó ở nơi khác cũng đã kết thúc.
links-done-over = Liên kết đó không còn nữa. Dưới đây là những liên kết hiện có.
links-last-way-without = Chưa gỡ: đây là cách duy nhất để vào tài khoản của bạn. Hãy đặt mật khẩu hoặc liên kết với nơi khác trước.
links-last-way = Chưa gỡ: đây là cách duy nhất để vào tài khoản của bạn. Hãy đặt mật khẩu, thêm khóa truy cập hoặc liên kết với nơi khác trước.
account-links-body = Đăng nhập bằng Cổng Dịch vụ công quốc gia hoặc nơi khác; thêm và gỡ liên kết.

first-password-title = Đặt mật khẩu
first-password-lead = Tài khoản của bạn chưa có mật khẩu. Hãy chọn tên đăng nhập và mật khẩu để đăng nhập ngay tại đây, cả khi nơi khác không truy cập được. Cách đăng nhập cũ vẫn dùng được.
first-password-lead-named = Hãy đặt mật khẩu để đăng nhập ngay tại đây bằng tên { $username }. Cách đăng nhập bạn đang dùng vẫn như cũ.
first-password-submit = Lưu mật khẩu
first-password-later = Để sau
first-password-slow = Đã có quá nhiều lần thử từ mạng này. Bạn có thể thử lại từ { $until }.
password-set-title = Đã đặt mật khẩu
password-set-body = Từ bây giờ bạn cũng đăng nhập được bằng tên đăng nhập và mật khẩu. Mã xác thực khi đăng nhập được gửi đến điện thoại của bạn. Nếu tài khoản có địa chỉ email, chúng tôi đã gửi thư báo đến đó.
account-first-password-body = Chọn tên đăng nhập và mật khẩu để đăng nhập ngay tại đây.

account-vouched = { $name } xác nhận, mức { $level }, { $at }
account-vouched-plain = { $name } xác nhận, { $at }
account-vouched-mailbox = Đã xác minh bằng thư gửi đến địa chỉ này, { $at }
account-vouched-phone = Đã xác minh bằng mã gửi đến số này, { $at }
account-vouched-desk = Cán bộ đã xem giấy tờ, { $at }
account-declared = Bạn tự khai, chưa được xác nhận
account-national-portal = Cổng Dịch vụ công quốc gia
account-other-provider = Một hệ thống khác
account-disputed = Lúc { $at }, một số giấy tờ được gỡ khỏi tài khoản này vì đã được xác nhận là của người khác. Nếu số đó là của bạn, hãy mang giấy tờ đến { $desk }.
account-disputed-business = Lúc { $at }, mã số doanh nghiệp được gỡ khỏi tài khoản này vì đã được xác nhận là của người khác. Nếu mã số đó là của bạn, hãy mang giấy tờ đến { $desk }.

confirm-elsewhere = Hoặc đăng nhập lại ở nơi bạn đã liên kết
confirm-again-with = Đăng nhập lại bằng { $name }
