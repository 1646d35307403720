# Đăng ký tài khoản.

register-title = Đăng ký tài khoản
register-lead = Bạn đăng ký cho ai?
register-citizen-choice = Công dân
register-citizen-choice-body = Tài khoản cho chính bạn, với số định danh cá nhân của bạn.
register-business-choice = Doanh nghiệp
register-business-choice-body = Tài khoản do người đại diện lập, với mã số doanh nghiệp.
register-organisation-choice = Cơ quan, tổ chức khác
register-organisation-choice-body = Không cần đăng ký: đăng nhập bằng tài khoản định danh điện tử của tổ chức. Bấm để xem cách làm.
register-not-open-here = Hiện không đăng ký được tại đây. Bấm để xem cách khác.
register-have-account = Đã có tài khoản?
register-sign-in = Đăng nhập

register-citizen-title = Đăng ký tài khoản công dân
register-citizen-lead = Bạn cần thẻ căn cước, điện thoại di động và hộp thư email của chính mình. Hãy điền tất cả các mục, trừ mục ghi “nếu có”.
register-citizen-lead-sex = Bạn cần thẻ căn cước, điện thoại di động và hộp thư email của chính mình. Hãy điền tất cả các mục, trừ mục ghi “không bắt buộc” hoặc “nếu có”.
register-about-you = Thông tin của bạn
register-address = Địa chỉ nơi ở hiện nay
register-contact = Liên hệ
register-sign-in-details = Thông tin đăng nhập
register-passwords-again = Vì lý do an toàn, mật khẩu không được giữ lại. Hãy nhập lại mật khẩu ở cuối trang.
register-privacy-title = Chúng tôi dùng thông tin của bạn thế nào
register-privacy-purpose = Thông tin trên chỉ được dùng để lập tài khoản, nhận ra bạn khi đăng nhập và điền sẵn hồ sơ khi bạn cho phép.
register-privacy-share = Một dịch vụ của tỉnh chỉ nhận thông tin của bạn khi bạn đăng nhập vào dịch vụ đó; trang xin phép nêu rõ từng mục.
register-privacy-keep = Thông tin được mã hóa khi lưu giữ và được xóa khi tài khoản bị xóa, trừ phần pháp luật buộc phải lưu.
register-privacy-rights = Theo Luật Bảo vệ dữ liệu cá nhân, bạn có quyền xem, sửa, xóa dữ liệu của mình và rút lại sự đồng ý bất cứ lúc nào, tại { $desk }.
register-privacy-consent = Khi bấm “Đăng ký”, bạn đồng ý cho chúng tôi dùng các thông tin trên vào những việc này. Nếu không đồng ý, bạn chỉ cần rời trang: chưa có gì được lưu.
register-submit = Đăng ký

register-business-title = Đăng ký tài khoản doanh nghiệp
register-business-lead = Người đại diện điền thay cho doanh nghiệp, hợp tác xã hoặc hộ kinh doanh. Bạn cần giấy chứng nhận đăng ký, điện thoại di động và hộp thư email. Hãy điền tất cả các mục.
register-about-business = Thông tin doanh nghiệp
register-head-office = Địa chỉ trụ sở

register-closes-on = Trang này nhận đăng ký đến hết ngày { $day }.

register-closed-title = Hiện không nhận đăng ký tại đây
register-closed-citizen = Cổng hiện không nhận đăng ký tài khoản công dân mới. Nếu đã có tài khoản, bạn vẫn đăng nhập được như thường lệ.
register-closed-business = Cổng hiện không nhận đăng ký tài khoản doanh nghiệp mới. Doanh nghiệp đã có tài khoản vẫn đăng nhập được như thường lệ.
register-closed-organisation = Cổng hiện không nhận tài khoản mới của cơ quan, tổ chức. Cơ quan, tổ chức đã có tài khoản vẫn đăng nhập được như thường lệ.
register-closed-ask = Nếu cần tài khoản, hãy hỏi tại { $desk }.
register-federated-title = Hãy dùng tài khoản định danh quốc gia
register-federated-citizen = Cổng không lập tài khoản riêng cho công dân nữa. Hãy đăng nhập bằng tài khoản định danh điện tử (VNeID) của bạn.
register-federated-citizen-ask = Nếu chưa có tài khoản định danh điện tử, hãy đến công an phường, xã để được cấp. Nếu cần giúp thêm, hãy hỏi tại { $desk }.
register-federated-business = Cổng không lập tài khoản riêng cho doanh nghiệp nữa. Hãy đăng nhập bằng tài khoản định danh điện tử của tổ chức.
register-federated-business-ask = Nếu doanh nghiệp chưa có, người đại diện theo pháp luật đăng ký định danh điện tử cho tổ chức trên ứng dụng VNeID. Nếu cần giúp thêm, hãy hỏi tại { $desk }.
register-federated-organisation = Cơ quan, tổ chức không phải doanh nghiệp thì không đăng ký tại Cổng. Hãy đăng nhập bằng tài khoản định danh điện tử của tổ chức.
register-federated-organisation-ask = Nếu cơ quan, tổ chức chưa có, người đại diện đăng ký định danh điện tử cho tổ chức trên ứng dụng VNeID. Nếu cần giúp thêm, hãy hỏi tại { $desk }.

registered-title = Đăng ký tài khoản thành công
registered-lead = Bây giờ hãy mở hộp thư { $email } để kích hoạt tài khoản. Tài khoản chỉ dùng được sau khi kích hoạt.
registered-next = Việc cần làm tiếp theo
registered-open = Mở thư chúng tôi vừa gửi và bấm vào liên kết kích hoạt trong thư.
registered-password = Nhập mật khẩu bạn vừa đặt, nếu trang hỏi, rồi bấm “Kích hoạt”.
registered-sign-in = Đăng nhập bằng tên đăng nhập và mật khẩu, rồi nhập mã gửi đến điện thoại.
registered-hours = { $hours ->
   *[other] Liên kết dùng được trong { $hours } giờ.
}
phone-moved = Bạn đã nhập số 11 chữ số bắt đầu bằng { $old }. Từ năm 2018 đầu số này đã đổi thành { $new }, nên mã xác thực sẽ được gửi đến số { $phone }.
registered-nothing = Không thấy thư?
registered-nothing-wait = Thư có thể đến chậm vài phút. Hãy xem cả mục thư rác hoặc quảng cáo.
registered-nothing-wrong = Nếu địa chỉ email bị gõ sai, hãy đăng ký lại với địa chỉ đúng.
registered-again = Đăng ký lại
registered-continue = Tôi đã kích hoạt, tiếp tục
