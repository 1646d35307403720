# Email hoặc số điện thoại còn thiếu, và mã xác thực.

contact-title = Thông tin liên hệ còn thiếu
contact-lead = Tài khoản của bạn chưa có email hoặc số điện thoại. Hãy cho biết để nhận thông báo và mã xác thực của Cổng. Chúng tôi gửi một mã đến đó để chắc rằng đó là của bạn.
contact-needed = { $service } cần thông tin này nên chưa bỏ qua được.
contact-email-hint = Mã xác thực được gửi đến địa chỉ này.
contact-email-submit = Gửi mã đến email
contact-phone-hint = Mã xác thực được gửi đến số này. Ví dụ: 0912 345 678
contact-phone-submit = Gửi mã đến điện thoại
contact-skip = Để sau
contact-done-email = Đã lưu địa chỉ email của bạn.
contact-done-phone = Đã lưu số điện thoại của bạn.
contact-taken = Mã đúng, nhưng địa chỉ hoặc số này đang thuộc tài khoản khác nên không dùng được ở đây. Hãy dùng địa chỉ hoặc số khác. Nếu tài khoản kia là của bạn, hãy đăng nhập vào đó.
contact-code-title = Nhập mã xác thực
contact-code-by-mail = Chúng tôi đã gửi thư có mã gồm 6 chữ số đến { $to }. Mã dùng được trong { $minutes } phút.
contact-code-texted = Chúng tôi đã gửi tin nhắn có mã gồm 6 chữ số đến số { $to }. Mã dùng được trong { $minutes } phút.
contact-code-not-mailed = Thư có thể đến chậm vài phút. Hãy xem cả mục thư rác, và kiểm tra địa chỉ có đúng không.
contact-code-back = Nhập lại địa chỉ hoặc số khác
contact-code-over-title = Mã này không còn dùng được
contact-code-over-body = Đã quá thời gian, hoặc đã có quá nhiều lần nhập sai. Chưa có gì được lưu. Hãy nhập lại và nhận mã mới.
account-contact-body = Thêm email hoặc số điện thoại để nhận thông báo và mã xác thực.
