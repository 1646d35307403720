# Accounts elsewhere that this one is linked to.

links-title = Links to accounts elsewhere
links-lead = Once linked, you sign in here with the other account and need no password of this portal.
links-none = Your account is not linked to any other.
links-since = Linked since
links-last-used = Last used
links-off = This way to sign in is switched off.
links-only = It is the only way into your account, so it cannot be removed yet.
links-only-password = Set a password first
links-only-phone = Add a phone number first
links-remove = Remove the link
links-add = Add a link
links-add-body = You sign in there once and come back here. If your account has an e-mail address, we tell you there whenever a link changes.
links-add-with = Link { $name }
links-done-linked = Linked. From now on you can sign in with that account.
links-done-removed = The link was removed. Sign-ins made with it on other devices have ended too.
links-done-denied = You did not agree to sign in there, so nothing has been linked. You can try again.
links-done-over = That link is no longer there. These are the links you have.
links-last-way-without = Not removed: it is the only way into your account. First set a password and add a phone number, or link another account.
links-last-way = Not removed: it is the only way into your account. First set a password and add a phone number, add a passkey, or link another account.
account-links-body = Sign in with the National Public Service Portal or another system; add and remove links.
