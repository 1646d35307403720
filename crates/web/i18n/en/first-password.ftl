# The first password of an account that was made elsewhere.

first-password-title = Set a password
first-password-lead = Your account has no password. Choose a username and a password to sign in right here, also when the other system cannot be reached. The way you sign in now goes on working.
first-password-lead-named = Set a password to sign in right here with the name { $username }. The way you sign in now goes on working.
first-password-needs-phone = Your account has no phone for codes. After setting the password, add a phone number: without one you cannot sign in with the password.
first-password-submit = Save the password
first-password-later = Later
first-password-slow = There were too many tries from this network. You can try again from { $until }.
password-set-title = The password is set
password-set-body = From now on you can also sign in with your username and password, together with a code to your phone or another second step that you have added. If the account has an e-mail address, we have told you there.
password-set-phone-title = The password is saved; a phone number is missing
password-set-phone-body = You cannot sign in with this password yet, because your account has no phone for codes. Add a phone number now. Until then, go on signing in the way you do now.
password-set-phone-add = Add a phone number
account-first-password-body = Choose a username and a password to sign in right here.
