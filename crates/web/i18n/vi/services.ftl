# Những dịch vụ được biết thông tin của một người, và điều dịch vụ tự giới thiệu.

services-title = Dịch vụ được dùng thông tin của bạn
services-lead = Mỗi mục là một dịch vụ được biết một phần thông tin của bạn. Bạn có thể rút lại bất cứ lúc nào.
services-none = Chưa có dịch vụ nào được biết thông tin của bạn.
services-first-party = Đây là dịch vụ của tỉnh. Dịch vụ nhận ra bạn khi bạn đăng nhập mà không cần hỏi bạn cho phép.
services-off = Dịch vụ này đang tạm ngừng và hiện không nhận được thông tin nào.
services-knows = Được biết
services-since = Từ lúc
services-offline = Dịch vụ được nhận các thông tin này cả khi bạn không đăng nhập.
services-revoke = Rút lại
services-revoked = Đã rút lại. Từ bây giờ dịch vụ đó không nhận được thông tin nào nữa, và phải hỏi lại nếu bạn đăng nhập ở đó.
services-unknown = Dịch vụ đó không còn được biết thông tin nào của bạn. Dưới đây là những dịch vụ đang được biết.
services-after = Sau khi rút lại
services-after-body = Dịch vụ có thể vẫn giữ những gì đã nhận trước đó, chẳng hạn trong hồ sơ bạn đã nộp. Muốn xem hoặc xóa, hãy hỏi trực tiếp dịch vụ. Nếu đang đăng nhập ở trang của dịch vụ, hãy đăng xuất ở đó.

client-home = Trang của { $service }
client-policy = Dịch vụ dùng thông tin của bạn như thế nào
client-terms = Điều khoản sử dụng của dịch vụ
