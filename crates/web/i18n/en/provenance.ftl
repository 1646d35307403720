# Who vouches for the facts of an account, and which were taken from it.

account-vouched = Confirmed by { $name }, level { $level }, { $at }
account-vouched-plain = Confirmed by { $name }, { $at }
account-vouched-mailbox = Verified by an e-mail to this address, { $at }
account-vouched-phone = Verified by a code to this number, { $at }
account-vouched-desk = An official has seen the papers, { $at }
account-declared = Typed by you, not confirmed
account-national-portal = the National Public Service Portal
account-other-provider = another system
account-disputed-identity = At { $at } the personal identity number was removed from this account, because it is confirmed as somebody else’s. If it is yours, bring your papers to { $desk }.
account-disputed-former = At { $at } the former identity card number (CMND) was removed from this account, because it is confirmed as somebody else’s. If it is yours, bring your papers to { $desk }.
account-disputed-both = At { $at } the personal identity number and the former identity card number (CMND) were removed from this account, because they are confirmed as somebody else’s. If they are yours, bring your papers to { $desk }.
account-disputed-business = At { $at } the business code was removed from this account, because it is confirmed as somebody else’s. If it is yours, bring your papers to { $desk }.
