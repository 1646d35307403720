# Tài khoản ở hệ thống khác được liên kết với tài khoản này.

links-title = Liên kết với tài khoản ở hệ thống khác
links-lead = Khi đã liên kết, bạn đăng nhập ở đây bằng tài khoản kia mà không cần mật khẩu của Cổng này.
links-none = Tài khoản của bạn chưa được liên kết với hệ thống nào.
links-since = Liên kết từ
links-last-used = Dùng lần cuối
links-off = Cách đăng nhập này đang tắt.
links-only = Đây là cách duy nhất để vào tài khoản của bạn nên chưa gỡ được.
links-only-password = Đặt mật khẩu trước
links-only-phone = Thêm số điện thoại trước
links-remove = Gỡ liên kết
links-add = Thêm liên kết
links-add-body = Bạn đăng nhập ở đó một lần rồi được đưa trở lại đây. Nếu tài khoản có địa chỉ email, chúng tôi báo qua email mỗi khi liên kết thay đổi.
links-add-with = Liên kết với { $name }
links-done-linked = Đã liên kết. Từ lần sau bạn có thể đăng nhập bằng tài khoản đó.
links-done-removed = Đã gỡ liên kết. Những lần đăng nhập bằng liên kết đó trên các thiết bị khác cũng đã kết thúc.
links-done-denied = Bạn đã không đồng ý đăng nhập ở hệ thống kia, nên chưa có gì được liên kết. Bạn có thể thử lại.
links-done-over = Liên kết đó không còn nữa. Dưới đây là những liên kết hiện có.
links-last-way-without = Chưa gỡ: đây là cách duy nhất để vào tài khoản của bạn. Trước hết hãy đặt mật khẩu và thêm số điện thoại, hoặc liên kết với hệ thống khác.
links-last-way = Chưa gỡ: đây là cách duy nhất để vào tài khoản của bạn. Trước hết hãy đặt mật khẩu và thêm số điện thoại, thêm khóa truy cập, hoặc liên kết với hệ thống khác.
account-links-body = Đăng nhập bằng Cổng Dịch vụ công quốc gia hoặc hệ thống khác; thêm và gỡ liên kết.
