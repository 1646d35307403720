# Đồng ý chia sẻ thông tin với một dịch vụ, và quay về dịch vụ đó.

consent-title = Cho phép dùng thông tin của bạn
consent-heading = { $service } muốn biết một số thông tin của bạn
consent-lead = Nếu bạn cho phép, dịch vụ này sẽ biết:
consent-signed-in = Tài khoản: { $username }
consent-nothing = Bạn chưa có thông tin này.
consent-unverified = bạn tự khai, chưa được xác minh
consent-right = Bạn có thể từ chối. Khi đó bạn quay lại dịch vụ mà không chia sẻ gì. Nếu đã cho phép, bạn có thể rút lại bất cứ lúc nào: đăng nhập ở đây, mở “Tài khoản của tôi”, rồi chọn “{ $place }”.
consent-goes-to = Sau bước này bạn sẽ được đưa đến { $origin }.
consent-allow = Cho phép
consent-deny = Từ chối

scope-openid = Mã tài khoản của bạn
scope-openid-body = Một mã riêng để dịch vụ nhận ra bạn ở lần sau.
scope-profile = Thông tin cơ bản
scope-email = Địa chỉ email
scope-phone = Số điện thoại
scope-address = Địa chỉ
scope-identity = Số định danh cá nhân
scope-organization = Doanh nghiệp của bạn
scope-offline_access = Truy cập khi bạn vắng mặt
scope-offline_access-body = Dịch vụ được nhận các thông tin trên cả khi bạn không đăng nhập, cho đến khi bạn rút lại sự đồng ý.

claim-full_name = Họ và tên
claim-birth_date = Ngày sinh
claim-username = Tên đăng nhập
claim-email = Email
claim-phone = Điện thoại
claim-address = Địa chỉ
claim-identity_number = Số định danh cá nhân
claim-former_number = Số chứng minh nhân dân cũ
claim-business_name = Tên doanh nghiệp
claim-business_code = Mã số doanh nghiệp
claim-head_office = Trụ sở

form-post-title = Quay lại dịch vụ
form-post-body = Bấm “Tiếp tục” để quay lại dịch vụ.
form-post-submit = Tiếp tục

going-back-title = Đang quay lại dịch vụ
going-back-body = Bạn đang được đưa trở lại dịch vụ. Nếu trang không tự chuyển, hãy bấm nút dưới đây.
going-back-go = Tiếp tục

open-app-title = Mở ứng dụng
open-app-body = Bấm nút dưới đây để quay lại ứng dụng.
open-app-open = Mở ứng dụng
open-app-nothing = Nếu không có gì xảy ra, hãy mở ứng dụng trên thiết bị này và đăng nhập lại từ đó.
