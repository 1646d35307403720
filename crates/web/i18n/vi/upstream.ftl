# Đăng nhập bằng tài khoản ở nơi khác: Cổng Dịch vụ công quốc gia, VNeID và các hệ thống khác.

upstream-or = Hoặc dùng tài khoản đã có ở nơi khác
upstream-sign-in-body = Bạn đăng nhập ở đó rồi được đưa trở lại đây. Không cần mật khẩu hay mã xác thực của Cổng này.
upstream-register-body = Bạn không phải đăng ký: hãy đăng nhập ở đó, tài khoản ở đây sẽ được lập từ thông tin đã xác minh.
upstream-denied = Bạn đã không đồng ý đăng nhập ở nơi kia, nên chưa có gì được thực hiện. Bạn có thể thử lại hoặc đăng nhập bằng cách khác.
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
upstream-over-body = Đã quá thời gian, hoặc việc đăng nhập được bắt đầu ở một trình duyệt khác, hoặc trong lúc đó bạn đã đăng xuất ở bên kia. Chưa có gì được thực hiện. Hãy bắt đầu lại.
upstream-malformed-title = Phản hồi không đọc được
upstream-malformed-body = Phản hồi của { $name } không đúng định dạng. Chưa có gì được thực hiện. Hãy thử lại.
upstream-said-title = Chưa đăng nhập được
upstream-said-body = Chúng tôi không nhận được thông tin về bạn từ { $name }. Hãy thử lại, hoặc chọn cách khác.
upstream-refused-title = Bạn đã không đồng ý
upstream-refused-body = Bạn đã không đồng ý đăng nhập ở { $name }, nên chưa có gì thay đổi. Bạn có thể thử lại, hoặc làm tiếp không qua bước này.
upstream-distrusted-title = Chúng tôi đã dừng lần đăng nhập này
upstream-distrusted-body = Phản hồi của { $name } không qua được kiểm tra. Để bảo vệ bạn, chúng tôi đã dừng lại; không ai đăng nhập vào tài khoản của bạn. Hãy chọn cách khác và báo cho { $desk }.
upstream-too-old-title = Cần đăng nhập lại
upstream-too-old-body = Dịch vụ yêu cầu bạn vừa mới đăng nhập, nhưng { $name } cho biết bạn đã đăng nhập từ trước. Hãy thử lại và nhập mật khẩu ở đó.
upstream-unknown-class-title = Cổng chưa hỗ trợ loại tài khoản này
upstream-unknown-class-body = Cổng chưa hỗ trợ loại tài khoản mà { $name } gửi sang. Hãy chọn cách khác, hoặc hỏi { $desk }.
upstream-incomplete-title = Thiếu thông tin để mở tài khoản
upstream-incomplete-body = Chúng tôi không nhận được số định danh cá nhân hoặc mã số doanh nghiệp từ { $name }. Hãy bổ sung thông tin ở đó rồi đăng nhập lại, hoặc chọn cách khác.

arrival-not-open-title = Chưa lập được tài khoản ở đây
arrival-not-open-citizen = Bạn đã đăng nhập ở nơi kia, nhưng chưa có tài khoản ở Cổng này, và Cổng hiện không nhận tài khoản công dân mới. Chưa có gì được lưu. Nếu đã có tài khoản với thông tin khác, hãy đăng nhập bằng tên đăng nhập.
arrival-not-open-business = Bạn đã đăng nhập ở nơi kia, nhưng doanh nghiệp chưa có tài khoản ở Cổng này, và Cổng hiện không nhận tài khoản doanh nghiệp mới. Chưa có gì được lưu. Nếu đã có tài khoản với thông tin khác, hãy đăng nhập bằng tên đăng nhập.
arrival-not-open-organisation = Bạn đã đăng nhập ở nơi kia, nhưng cơ quan, tổ chức chưa có tài khoản ở Cổng này, và Cổng hiện không nhận tài khoản mới của cơ quan, tổ chức. Chưa có gì được lưu.
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
arrival-desk-body = Ở đây có một tài khoản khác đã được xác minh ghi cùng số định danh cá nhân hoặc mã số doanh nghiệp. Hãy mang giấy tờ đến { $desk } để cán bộ kiểm tra.
