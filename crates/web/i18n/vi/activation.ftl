# Kích hoạt tài khoản.

activate-title = Kích hoạt tài khoản
activate-lead = Còn một bước nữa: xác nhận đây là tài khoản của bạn.
activate-username = Tên đăng nhập
activate-phone = Số điện thoại
activate-password = Mật khẩu đã đặt khi đăng ký
activate-refused = Mật khẩu không đúng, hoặc đã có quá nhiều lần thử. Hãy kiểm tra rồi nhập lại. Nếu vẫn không được, hãy đợi { $minutes } phút rồi thử lại; sau rất nhiều lần nhập sai, có thể phải đợi vài giờ.
activate-submit = Kích hoạt
activate-not-me-title = Không phải bạn đăng ký?
activate-not-me-body = Có thể ai đó đã gõ nhầm địa chỉ email của bạn. Bấm nút dưới đây để xóa đăng ký này.
activate-not-me = Không phải tôi, hãy xóa đăng ký

activated-title = Kích hoạt tài khoản thành công
activated-body = Bây giờ bạn có thể đăng nhập bằng tên đăng nhập hoặc địa chỉ email, cùng mật khẩu đã đặt.

activation-used-title = Liên kết này đã được dùng
activation-used-body = Tài khoản đã được kích hoạt từ trước. Bạn chỉ cần đăng nhập.

activation-expired-title = Liên kết này đã hết hạn
activation-expired-body = Tài khoản chưa được kích hoạt. Chúng tôi có thể gửi cho bạn một thư mới, đến cùng địa chỉ email.
activation-send-again = Gửi lại thư kích hoạt

activation-unknown-title = Liên kết này không dùng được
activation-unknown-body = Hãy kiểm tra xem bạn đã sao chép đủ liên kết chưa và đó có phải là liên kết trong thư mới nhất không. Bạn cũng thấy trang này nếu đăng ký đã bị xóa hoặc đã được thay bằng một đăng ký mới.
activation-unknown-register = Đăng ký lại
activation-unknown-sign-in = Đăng nhập

activation-resent-title = Đã gửi thư mới
activation-resent-body = Hãy mở hộp thư và bấm vào liên kết trong thư mới nhất. Thư có thể đến chậm vài phút; hãy xem cả mục thư rác.

activation-slow-title = Hãy đợi một lát
activation-slow-body = Đã có nhiều thư được gửi đến địa chỉ này. Bạn có thể yêu cầu thư khác từ { $until }.

disowned-title = Đăng ký đã được xóa
disowned-body = Cảm ơn bạn đã cho biết. Tên, số điện thoại và địa chỉ email trong đăng ký đó không còn được lưu. Bạn không cần làm gì thêm.

not-completed-title = Chưa thể hoàn tất đăng ký
not-completed-body = Thông tin trong đăng ký này không thể dùng cho một tài khoản mới, nên đăng ký đã bị hủy.
not-completed-have = Nếu bạn đã có tài khoản, hãy đăng nhập.
not-completed-desk = Nếu không, hãy mang thẻ căn cước đến { $desk } để được giúp.
not-completed-sign-in = Đăng nhập
