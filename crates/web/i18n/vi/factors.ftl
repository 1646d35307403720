# Các cách xác nhận danh tính: bước thứ hai khi đăng nhập, khóa truy cập, trang bảo mật của tài khoản.

code-not-sent = Chúng tôi có thể gửi tin nhắn có mã gồm 6 chữ số đến số { $phone }.
code-send = Gửi mã
code-gateway-fails-others = Hiện chưa gửi được tin nhắn; hệ thống vẫn đang thử lại. Bạn có thể dùng cách khác ở dưới trang này, hoặc hỏi { $desk }.
code-given-up-others = Chưa gửi được tin nhắn có mã này và hệ thống đã ngừng thử. Hãy bấm “Gửi lại mã” để nhận mã mới, dùng cách khác ở dưới trang này, hoặc hỏi { $desk }.
code-not-delivered-others = Nhà mạng báo rằng tin nhắn không đến được điện thoại của bạn. Hãy kiểm tra sóng rồi bấm “Gửi lại mã”, dùng cách khác ở dưới trang này, hoặc hỏi { $desk }.

second-step-others = Cách khác
second-step-by-app = Dùng mã của ứng dụng xác thực
second-step-by-passkey = Dùng khóa truy cập
second-step-by-sms = Nhận mã qua tin nhắn
second-step-by-recovery-code = Dùng mã dự phòng đã in
second-step-desk = Nếu không còn cách nào, hãy mang thẻ căn cước đến { $desk }.

app-code-title = Nhập mã của ứng dụng xác thực
app-code-lead = Hãy mở ứng dụng xác thực trên điện thoại và nhập mã gồm 6 chữ số của Cổng. Mã đổi sau mỗi 30 giây.
app-code-label = Mã gồm 6 chữ số
app-code-malformed = Mã của ứng dụng gồm đúng 6 chữ số. Hãy nhập lại.

recovery-code-title = Nhập mã dự phòng
recovery-code-lead = Hãy dùng một mã chưa dùng trong danh sách bạn đã in hoặc chép lại. Mỗi mã chỉ dùng được một lần.
recovery-code-label = Mã dự phòng
recovery-code-hint = Gồm 10 chữ cái và chữ số, ví dụ 7k2mq-x9r4d. Không phân biệt chữ hoa, chữ thường.
recovery-code-malformed = Mã dự phòng gồm 10 chữ cái và chữ số. Hãy xem lại danh sách rồi nhập lại.

remember-label = { $days ->
   *[other] Ghi nhớ trình duyệt này trong { $days } ngày
}
remember-hint = Lần sau chỉ cần mật khẩu, trừ khi dịch vụ yêu cầu xác nhận thêm. Không chọn nếu đây là máy dùng chung.

passkey-title = Xác nhận bằng khóa truy cập
passkey-lead = Hãy bấm nút rồi mở khóa thiết bị như mọi khi: vân tay, khuôn mặt hoặc mã PIN.
passkey-submit = Dùng khóa truy cập
passkey-needs-script = Trình duyệt này không dùng được khóa truy cập, hoặc JavaScript đang bị tắt.
passkey-not-given = Thiết bị chưa xác nhận. Bạn có thể bấm lại để thử lần nữa.
passkey-refused = Không xác nhận được bằng khóa truy cập này. Hãy thử lại hoặc chọn cách khác.
passkey-unknown = Không đăng nhập được bằng khóa truy cập này. Hãy đăng nhập bằng tên đăng nhập và mật khẩu.
passkey-not-fresh = Trang này đã mở quá lâu hoặc đã được dùng. Hãy bấm lại một lần nữa.

sign-in-passkey = Đăng nhập không cần mật khẩu
sign-in-passkey-body = Nếu đã tạo khóa truy cập cho tài khoản, bạn chỉ cần mở khóa thiết bị.
sign-in-passkey-submit = Đăng nhập bằng khóa truy cập

home-factors-hint-without = Với ứng dụng xác thực, bạn đăng nhập nhanh và an toàn hơn so với mã qua tin nhắn.
home-factors-hint = Với ứng dụng xác thực hoặc khóa truy cập, bạn đăng nhập nhanh và an toàn hơn so với mã qua tin nhắn.
home-factors-link = Xem các cách đăng nhập
home-look-after = Quản lý tài khoản

account-title = Tài khoản của tôi
account-security-body-without = Ứng dụng xác thực, mã dự phòng, trình duyệt được ghi nhớ.
account-security-body = Ứng dụng xác thực, khóa truy cập, mã dự phòng, trình duyệt được ghi nhớ.
account-sessions-body = Xem tài khoản đang mở ở những trình duyệt nào và đăng xuất ở đó.
account-services-body = Xem dịch vụ nào được biết thông tin gì của bạn, và rút lại.
account-password-body = Đặt mật khẩu khác; tài khoản sẽ bị đăng xuất ở mọi nơi khác.

confirm-denied = Bạn đã không đồng ý đăng nhập ở hệ thống kia, nên chưa có gì thay đổi. Hãy thử lại, hoặc chọn cách khác nếu có.
confirm-title = Xác nhận đó là bạn
confirm-lead = Để bảo vệ tài khoản, hãy nhập lại mật khẩu trước khi xem hoặc thay đổi các cách đăng nhập.
confirm-submit = Xác nhận
confirm-passkey = Hoặc dùng khóa truy cập
confirm-refused = Mật khẩu không đúng, hoặc đã có quá nhiều lần thử. Hãy kiểm tra rồi nhập lại. Nếu vẫn không được, hãy đợi { $minutes } phút rồi thử lại; sau rất nhiều lần nhập sai, có thể phải đợi vài giờ.
confirm-no-password-without = Tài khoản này không có mật khẩu. Hãy đăng nhập lại ở hệ thống bạn đã liên kết; nếu không được, hãy đăng xuất rồi đăng nhập lại.
confirm-elsewhere = Hoặc đăng nhập lại ở hệ thống bạn đã liên kết
confirm-second-step = Bước xác thực thứ hai
confirm-second-step-body = Nơi bạn vừa đăng nhập chỉ kiểm tra một bước. Nếu bạn vừa đăng nhập ở đó, hãy xác nhận thêm bằng mã hoặc cách bạn đã chọn ở Cổng này.
confirm-second-step-go = Xác nhận thêm một bước
confirm-again-with = Đăng nhập lại bằng { $name }
confirm-no-password = Tài khoản này không có mật khẩu. Hãy đăng nhập lại ở hệ thống bạn đã liên kết, hoặc dùng khóa truy cập; nếu không dùng được cách nào, hãy đăng xuất rồi đăng nhập lại.

security-title = Bảo mật đăng nhập
security-lead = Mật khẩu luôn đi cùng một bước xác nhận thứ hai. Tin nhắn dùng được cho mọi người; các cách dưới đây nhanh hơn và không phụ thuộc vào sóng điện thoại.
security-must-enrol-without = Loại tài khoản của bạn cần có ứng dụng xác thực trước khi dùng dịch vụ. Hãy thêm một ứng dụng dưới đây.
security-must-enrol = Loại tài khoản của bạn cần có ứng dụng xác thực hoặc khóa truy cập trước khi dùng dịch vụ. Hãy thêm một cách dưới đây.
security-continue = Tiếp tục tới dịch vụ
security-authenticators = Ứng dụng xác thực
security-authenticators-body = Một ứng dụng trên điện thoại tạo mã mới sau mỗi 30 giây, kể cả khi không có mạng.
security-add-authenticator = Thêm ứng dụng xác thực
security-passkeys = Khóa truy cập
security-passkeys-body = Đăng nhập bằng vân tay, khuôn mặt hoặc mã PIN của thiết bị. Trang web giả mạo không dùng được khóa này.
security-add-passkey = Thêm khóa truy cập
security-recovery-codes = Mã dự phòng
security-recovery-codes-none = Mười mã in ra giấy, mỗi mã dùng một lần, phòng khi mất điện thoại.
security-recovery-codes-make = Tạo mã dự phòng
security-recovery-codes-left = { $left ->
   *[other] Còn { $left } mã chưa dùng.
}
security-recovery-codes-made = Danh sách được tạo lúc { $at }.
security-recovery-codes-again = Tạo danh sách mới
security-devices = Trình duyệt được ghi nhớ
security-devices-body = Ở những trình duyệt này chỉ cần mật khẩu để đăng nhập. Hãy bỏ ghi nhớ trình duyệt bạn không còn dùng.
security-forget = Bỏ ghi nhớ
security-forget-all = Bỏ ghi nhớ tất cả
security-remove = Xóa
security-rename = Đổi tên
security-added = Thêm lúc { $at }.
security-last-used = Dùng lần cuối lúc { $at }.
security-never-used = Chưa dùng lần nào.
security-until = Hết hạn lúc { $at }.
security-unnamed-authenticator = Ứng dụng xác thực
security-unnamed-passkey = Khóa truy cập
security-unnamed-device = Trình duyệt không rõ tên
security-cancel = Quay lại
security-back = Về trang tài khoản
security-done-authenticator-added = Đã thêm ứng dụng xác thực. Từ lần đăng nhập sau, chúng tôi sẽ hỏi mã của ứng dụng trước.
security-done-passkey-added = Đã thêm khóa truy cập. Bạn có thể đăng nhập bằng khóa này ngay từ trang đăng nhập.
security-done-renamed = Đã đổi tên khóa truy cập.
security-done-removed = Đã xóa. Nếu tài khoản có địa chỉ email, chúng tôi đã gửi thư báo đến đó.
security-done-forgotten = Đã bỏ ghi nhớ tất cả trình duyệt. Lần đăng nhập sau cần đủ hai bước.
security-done-too-many = Tài khoản đã đạt số lượng tối đa. Hãy xóa bớt một mục rồi thêm lại.
security-done-last-way = Chưa xóa: đây là cách duy nhất còn lại để vào tài khoản của bạn. Trước hết hãy đặt mật khẩu và thêm số điện thoại, hoặc liên kết với hệ thống khác, rồi xóa.
security-done-over = Trang trước đã mở quá lâu hoặc đã được dùng. Chưa có gì thay đổi; hãy làm lại.

add-authenticator-title = Thêm ứng dụng xác thực
add-authenticator-lead = Cần một ứng dụng tạo mã trên điện thoại, ví dụ Google Authenticator, Microsoft Authenticator hoặc Aegis.
add-authenticator-scan = Mở ứng dụng và quét hình này:
add-authenticator-picture = Mã QR chứa khóa bí mật. Khóa cũng được ghi bằng chữ ngay bên dưới.
add-authenticator-type = Không quét được? Hãy nhập khóa này vào ứng dụng:
add-authenticator-code = Nhập mã 6 chữ số mà ứng dụng đang hiện:
add-authenticator-submit = Thêm
add-authenticator-wrong = Mã không đúng. Hãy để điện thoại tự động đặt giờ, rồi nhập mã đang hiện.

make-recovery-codes-title = Tạo mã dự phòng
make-recovery-codes-lead = Mười mã sẽ hiện ra một lần duy nhất. Hãy in hoặc chép ra giấy và cất ở nơi an toàn. Mỗi mã thay cho một tin nhắn và chỉ dùng được một lần.
make-recovery-codes-again = Danh sách cũ sẽ không còn dùng được.
make-recovery-codes-submit = Tạo và hiện mã

recovery-codes-title = Mã dự phòng của bạn
recovery-codes-lead = Tài khoản { $username }. Trang này chỉ hiện một lần: hãy in hoặc chép lại ngay.
recovery-codes-keep = Khi đăng nhập, hãy chọn “Dùng mã dự phòng đã in”. Gạch đi mã đã dùng. Không đưa danh sách này cho ai.
recovery-codes-done = Tôi đã cất danh sách

add-passkey-title = Thêm khóa truy cập
add-passkey-lead = Khóa được giữ trong thiết bị hoặc trình quản lý mật khẩu của bạn. Cổng không nhận vân tay hay khuôn mặt của bạn.
add-passkey-name = Tên gợi nhớ
add-passkey-name-hint = Không bắt buộc, ví dụ “Điện thoại của tôi”.
add-passkey-submit = Tạo khóa truy cập
add-passkey-refused = Không tạo được khóa truy cập: thiết bị phải mở khóa bằng vân tay, khuôn mặt hoặc mã PIN. Hãy thử lại.
add-passkey-already-there = Khóa truy cập này đã có trong tài khoản.

rename-passkey-title = Đổi tên khóa truy cập
rename-passkey-lead = Tên chỉ để bạn nhận ra khóa này trong danh sách của mình.
rename-passkey-submit = Lưu tên
