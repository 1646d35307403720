# Accounts elsewhere that this one is linked to, and the first password.

links-title = Links to accounts elsewhere
links-lead = Once linked, you sign in here with the other account and need no password of this portal.
links-none = Your account is not linked to any other.
links-since = Linked since
links-last-used = Last used
links-off = This way to sign in is switched off.
links-only = It is the only way into your account, so it cannot be removed yet.
links-only-password = Set a password first
links-remove = Remove the link
links-add = Add a link
links-add-body = You sign in there once and come back here. We send you an e-mail whenever a link changes.
links-add-with = Link { $name }
links-done-linked = Linked. From now on you can sign in with that account.
links-done-removed = The link was removed. Sign-ins by it in other places have ended too.
links-done-over = That link is no longer there. These are the links you have.
links-last-way-without = Not removed: it is the only way into your account. First set a password or link another account.
links-last-way = Not removed: it is the only way into your account. First set a password, add a passkey or link another account.
account-links-body = Sign in with the National Public Service Portal or another system; add and remove links.

first-password-title = Set a password
first-password-lead = Your account has no password. Choose a username and a password to sign in right here, also when the other system cannot be reached. The way you sign in now goes on working.
first-password-lead-named = Set a password to sign in right here with the name { $username }. The way you sign in now goes on working.
first-password-submit = Save the password
first-password-later = Later
first-password-slow = There were too many tries from this network. You can try again from { $until }.
password-set-title = The password is set
password-set-body = From now on you can also sign in with your username and password. The code at sign-in is sent to your phone. If the account has an e-mail address, we have told you there.
account-first-password-body = Choose a username and a password to sign in right here.

account-vouched = Confirmed by { $name }, level { $level }, { $at }
account-vouched-plain = Confirmed by { $name }, { $at }
account-vouched-mailbox = Verified by an e-mail to this address, { $at }
account-vouched-phone = Verified by a code to this number, { $at }
account-vouched-desk = An official has seen the papers, { $at }
account-declared = Typed by you, not confirmed
account-national-portal = the National Public Service Portal
account-other-provider = another system
account-disputed = At { $at } a number was taken out of this account, since it is confirmed as somebody else’s. If it is yours, bring your papers to { $desk }.
account-disputed-business = At { $at } the business code was taken out of this account, since it is confirmed as somebody else’s. If it is yours, bring your papers to { $desk }.

confirm-elsewhere = Or sign in again where your account is linked
confirm-again-with = Sign in again with { $name }
