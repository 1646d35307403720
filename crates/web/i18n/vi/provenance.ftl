# Ai xác nhận các thông tin của một tài khoản, và thông tin nào đã được gỡ.

account-vouched = { $name } xác nhận, mức { $level }, { $at }
account-vouched-plain = { $name } xác nhận, { $at }
account-vouched-mailbox = Đã xác minh bằng thư gửi đến địa chỉ này, { $at }
account-vouched-phone = Đã xác minh bằng mã gửi đến số này, { $at }
account-vouched-desk = Cán bộ đã xem giấy tờ, { $at }
account-declared = Bạn tự khai, chưa được xác nhận
account-national-portal = Cổng Dịch vụ công quốc gia
account-other-provider = Một hệ thống khác
account-disputed-identity = Lúc { $at }, số định danh cá nhân đã được gỡ khỏi tài khoản này vì đã được xác nhận là của người khác. Nếu số đó là của bạn, hãy mang giấy tờ đến { $desk }.
account-disputed-former = Lúc { $at }, số chứng minh nhân dân cũ đã được gỡ khỏi tài khoản này vì đã được xác nhận là của người khác. Nếu số đó là của bạn, hãy mang giấy tờ đến { $desk }.
account-disputed-both = Lúc { $at }, số định danh cá nhân và số chứng minh nhân dân cũ đã được gỡ khỏi tài khoản này vì đã được xác nhận là của người khác. Nếu các số đó là của bạn, hãy mang giấy tờ đến { $desk }.
account-disputed-business = Lúc { $at }, mã số doanh nghiệp đã được gỡ khỏi tài khoản này vì đã được xác nhận là của người khác. Nếu mã số đó là của bạn, hãy mang giấy tờ đến { $desk }.
