# Đăng nhập bằng tài khoản ở hệ thống khác: Cổng Dịch vụ công quốc gia, VNeID và những hệ thống khác.

upstream-or = Hoặc dùng tài khoản đã có ở hệ thống khác
upstream-sign-in-body = Bạn đăng nhập ở đó rồi được đưa trở lại đây. Không cần mật khẩu hay mã xác thực của Cổng này.
upstream-register-body = Bạn không phải đăng ký: hãy đăng nhập ở đó, tài khoản ở đây sẽ được lập từ thông tin đã xác minh.
upstream-denied = Bạn đã không đồng ý đăng nhập ở hệ thống kia, nên chưa có gì được thực hiện. Bạn có thể thử lại hoặc đăng nhập bằng cách khác.
upstream-sign-in-with = Đăng nhập bằng { $name }
upstream-other-provider = hệ thống bạn vừa dùng
upstream-other-ways = Cách đăng nhập khác
upstream-by-password = Đăng nhập bằng tên đăng nhập và mật khẩu
upstream-again = Thử lại với { $name }

going-there-title = Đang chuyển trang
going-there-body = Bạn đang được đưa đến { $name } để đăng nhập. Nếu trang không tự chuyển, hãy bấm nút dưới đây.

upstream-unknown-title = Cách đăng nhập này không dùng được
upstream-unknown-body = Cổng không có cách đăng nhập này, hoặc đã tạm tắt. Hãy chọn cách khác.
upstream-away-title = Chưa kết nối được
upstream-away-body = Hiện { $name } không phản hồi. Bạn không làm gì sai. Hãy thử lại sau vài phút, hoặc chọn cách khác.
upstream-busy-title = Đang có nhiều người đăng nhập
upstream-busy-body = Có quá nhiều người đang đăng nhập bằng { $name }. Hãy đợi một phút rồi thử lại, hoặc chọn cách khác.
upstream-flood-title = Hãy đợi một lát
upstream-flood-body = Có quá nhiều lần đăng nhập từ mạng của bạn. Hãy đợi một phút rồi thử lại với { $name }, hoặc chọn cách khác.
upstream-out-of-reach-title = Tạm thời chưa dùng được cách này
upstream-out-of-reach-body = Một phần hệ thống của chúng tôi đang tạm ngừng, nên chưa đăng nhập bằng { $name } được. Hãy thử lại sau vài phút, hoặc đăng nhập bằng tên đăng nhập và mật khẩu.
upstream-over-title = Lần đăng nhập này đã kết thúc
upstream-over-body = Đã quá thời gian, hoặc việc đăng nhập được bắt đầu ở một trình duyệt khác, hoặc trong lúc đó bạn đã đăng xuất ở hệ thống kia. Chưa có gì được thực hiện. Hãy bắt đầu lại.
upstream-malformed-title = Phản hồi không đọc được
upstream-malformed-body = Phản hồi của { $name } không đúng định dạng. Chưa có gì được thực hiện. Hãy thử lại.
upstream-said-title = Chưa đăng nhập được
upstream-said-body = Chúng tôi không nhận được thông tin về bạn từ { $name }. Hãy thử lại, hoặc chọn cách khác.
upstream-refused-title = Bạn đã không đồng ý
upstream-refused-body = Bạn đã không đồng ý đăng nhập ở { $name }, nên chưa có gì thay đổi. Bạn có thể thử lại, hoặc tiếp tục không qua bước này.
upstream-distrusted-title = Chúng tôi đã dừng lần đăng nhập này
upstream-distrusted-body = Phản hồi của { $name } không qua được kiểm tra. Để bảo vệ bạn, chúng tôi đã dừng lại; không ai đăng nhập vào tài khoản của bạn. Hãy chọn cách khác và báo cho { $desk }.
upstream-too-old-title = Cần đăng nhập lại
upstream-too-old-body = Dịch vụ yêu cầu bạn vừa mới đăng nhập, nhưng { $name } cho biết bạn đã đăng nhập từ trước. Hãy thử lại và nhập mật khẩu ở đó.
upstream-unknown-class-title = Cổng chưa hỗ trợ loại tài khoản này
upstream-unknown-class-body = Cổng chưa hỗ trợ loại tài khoản mà { $name } gửi sang. Hãy chọn cách khác, hoặc hỏi { $desk }.
upstream-incomplete-title = Thiếu thông tin để mở tài khoản
upstream-incomplete-body = Chúng tôi không nhận được số định danh cá nhân hoặc mã số doanh nghiệp từ { $name }. Hãy bổ sung thông tin ở đó rồi đăng nhập lại, hoặc chọn cách khác.
