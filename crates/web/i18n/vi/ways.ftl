# Dịch vụ yêu cầu điều gì khi đăng nhập, và ai lập được tài khoản ở đây.

way-is-off = Dịch vụ muốn bạn đăng nhập bằng một loại tài khoản mà Cổng hiện không nhận. Hãy đăng nhập bằng cách khác dưới đây.
way-for-level = Dịch vụ này cần danh tính đã được cơ quan nhà nước xác nhận. Cách nhanh nhất là đăng nhập bằng { $name }.

upstream-without = Tiếp tục không qua bước này
upstream-without-body = Dịch vụ có thể cho bạn làm tiếp với cách đăng nhập hiện tại, hoặc cho biết bạn cần làm gì.
upstream-without-go-on = Trở lại dịch vụ

new-here-federated = Không cần đăng ký. Ở lần đầu đăng nhập bằng { $name }, tài khoản của bạn được lập ngay.
new-here-more = Ai có tài khoản ở đây?
new-here-closed = Cổng hiện không nhận tài khoản mới. Nếu cần tài khoản, hãy hỏi tại { $desk }.
