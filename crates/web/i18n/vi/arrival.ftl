# Người vừa đăng nhập ở hệ thống khác: tài khoản có cùng số ở đây có phải của họ không?

arrival-title = Đây có phải tài khoản của bạn không?
arrival-lead = { $name } đã xác nhận số định danh cá nhân hoặc số chứng minh nhân dân cũ của bạn, và ở đây đã có tài khoản ghi cùng số đó. Nếu tài khoản là của bạn, hãy chứng minh một lần. Từ lần sau, bạn đăng nhập bằng { $name } là vào thẳng.
arrival-lead-business = { $name } đã xác nhận mã số doanh nghiệp của bạn, và ở đây đã có tài khoản ghi cùng mã số đó. Nếu tài khoản là của bạn, hãy chứng minh một lần. Từ lần sau, bạn đăng nhập bằng { $name } là vào thẳng.
arrival-candidate = Tài khoản { $username }
arrival-candidate-unnamed = Tài khoản chưa có tên đăng nhập
arrival-send-code = Gửi mã đến { $phone }
arrival-sign-in-only = Tài khoản này chưa có số điện thoại đã xác minh nên không gửi mã được. Hãy đăng nhập vào tài khoản.
arrival-neither = Tài khoản này không có mật khẩu và chưa có số điện thoại đã xác minh. Hãy đăng nhập bằng khóa truy cập hoặc bằng hệ thống khác đã liên kết với tài khoản. Nếu không được, hãy mang giấy tờ đến { $desk }.
arrival-mine = Tài khoản là của bạn?
arrival-mine-body = Bạn có thể nhận mã ở điện thoại ghi bên trên, hoặc đăng nhập vào tài khoản đó như mọi khi.
arrival-mine-body-sign-in = Hãy đăng nhập vào tài khoản đó như mọi khi: bằng mật khẩu, khóa truy cập hoặc hệ thống khác đã liên kết.
arrival-sign-in = Đăng nhập vào tài khoản đó
arrival-by-other = Đăng nhập vào tài khoản đó bằng { $name }
arrival-not-mine = Không phải của bạn, hoặc không còn vào được?
arrival-not-mine-body = Bạn vẫn tiếp tục được. Hãy xem điều gì sẽ xảy ra trước khi quyết định; bấm nút này chưa thay đổi gì.
arrival-decline = Xem điều gì sẽ xảy ra
arrival-not-proved = Trình duyệt này đang đăng nhập bằng tài khoản { $username }. Đó không phải tài khoản được hỏi dưới đây, hoặc bạn đã đăng nhập từ trước đó. Hãy đăng nhập lại vào đúng tài khoản.
arrival-no-phone = Không gửi được mã đến tài khoản này nữa. Hãy chọn cách khác.

arrival-code-title = Nhập mã để chứng minh tài khoản là của bạn
arrival-code-back = Chọn cách khác để chứng minh
arrival-code-over-title = Mã này không còn dùng được
arrival-code-over-body = Đã quá thời gian, hoặc đã có quá nhiều lần nhập sai. Chưa có gì thay đổi. Hãy chọn lại cách chứng minh.

arrival-decline-title = Tiếp tục mà không dùng tài khoản cũ
arrival-decline-lead = Nếu bạn tiếp tục:
arrival-decline-new = Bạn có một tài khoản mới với những thông tin mà { $name } đã xác nhận. Từ lần sau bạn đăng nhập bằng { $name }.
arrival-decline-number = Số định danh cá nhân hoặc số chứng minh nhân dân cũ đã được xác nhận là của bạn sẽ được gỡ khỏi tài khoản cũ; không ai đăng nhập vào tài khoản cũ bằng số đó được nữa.
arrival-decline-number-business = Mã số doanh nghiệp đã được xác nhận là của bạn sẽ được gỡ khỏi tài khoản cũ.
arrival-decline-nothing-moves = Không có gì khác trong tài khoản cũ được chuyển sang tài khoản mới hay bị xóa: hồ sơ, lịch sử và thông tin liên hệ vẫn ở nguyên chỗ cũ.
arrival-decline-told = Nếu tài khoản cũ có địa chỉ email, chủ tài khoản được báo qua email. Việc này được ghi lại và chỉ cán bộ mới sửa lại được.
arrival-decline-desk = Nếu tài khoản cũ là của bạn mà không còn vào được, bạn cũng có thể mang giấy tờ đến { $desk } để lấy lại tài khoản trước khi tiếp tục.
arrival-decline-submit = Tôi hiểu, mở tài khoản mới
arrival-decline-back = Quay lại để chứng minh tài khoản cũ
arrival-decline-closed = Hiện Cổng không mở tài khoản mới. { $name } đã xác nhận bạn là ai, nhưng bạn chỉ vào được khi chứng minh tài khoản đã có là của mình.

# Vì sao không vào được bằng tài khoản ở hệ thống khác.

arrival-not-open-title = Chưa lập được tài khoản ở đây
arrival-not-open-citizen = Bạn đã đăng nhập ở hệ thống kia, nhưng chưa có tài khoản ở Cổng này, và Cổng hiện không nhận tài khoản công dân mới. Chưa có gì được lưu. Nếu đã có tài khoản với thông tin khác, hãy đăng nhập bằng tên đăng nhập.
arrival-not-open-business = Bạn đã đăng nhập ở hệ thống kia, nhưng doanh nghiệp chưa có tài khoản ở Cổng này, và Cổng hiện không nhận tài khoản doanh nghiệp mới. Chưa có gì được lưu. Nếu đã có tài khoản với thông tin khác, hãy đăng nhập bằng tên đăng nhập.
arrival-not-open-organisation = Bạn đã đăng nhập ở hệ thống kia, nhưng cơ quan, tổ chức chưa có tài khoản ở Cổng này, và Cổng hiện không nhận tài khoản mới của cơ quan, tổ chức. Chưa có gì được lưu.
arrival-person-changed-title = Thông tin không khớp với tài khoản
arrival-person-changed-body = Thông tin từ { $name } không khớp với chủ tài khoản này. Để bảo vệ tài khoản, chúng tôi đã dừng lại. Hãy mang giấy tờ đến { $desk }.
arrival-class-changed-title = Loại tài khoản đã thay đổi
arrival-class-changed-body = Loại tài khoản mà { $name } gửi sang khác với loại tài khoản ở đây. Hãy hỏi { $desk }.
arrival-linked-elsewhere-title = Tài khoản đó đã được liên kết
arrival-linked-elsewhere-body = Tài khoản { $name } mà bạn vừa dùng đã được liên kết với một tài khoản khác ở đây. Hãy đăng nhập vào tài khoản kia và gỡ liên kết trước.
arrival-another-linked-here-title = Tài khoản của bạn đã có liên kết khác
arrival-another-linked-here-body = Tài khoản của bạn đã được liên kết với một tài khoản { $name } khác. Hãy gỡ liên kết cũ trước.
arrival-somebody-else-title = Bạn đã đăng nhập bằng tài khoản khác
arrival-somebody-else-body = Tài khoản vừa dùng ở { $name } không phải của chủ tài khoản đang đăng nhập ở đây. Hãy thử lại bằng đúng tài khoản của bạn.
arrival-desk-title = Cần cán bộ kiểm tra
arrival-desk-body = Ở đây có một tài khoản khác đã được xác minh ghi cùng số định danh cá nhân, số chứng minh nhân dân cũ hoặc mã số doanh nghiệp. Hãy mang giấy tờ đến { $desk } để cán bộ kiểm tra.
