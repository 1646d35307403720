# Ways to prove who one is: the second step of signing in, passkeys, the account's security page.

code-not-sent = We can send a text message with a 6-digit code to { $phone }.
code-send = Send the code
code-gateway-fails-others = We cannot send text messages at the moment; we keep trying. You can use another way at the foot of this page, or ask { $desk }.
code-given-up-others = The text message with this code could not be sent, and we have stopped trying. Press “Send the code again” to get a new code, use another way at the foot of this page, or ask { $desk }.
code-not-delivered-others = The network says that the text message did not reach your phone. Check your reception, then press “Send the code again”, use another way at the foot of this page, or ask { $desk }.

second-step-others = Other ways
second-step-by-app = Use a code from your authenticator app
second-step-by-passkey = Use a passkey
second-step-by-sms = Get a code by text message
second-step-by-recovery-code = Use a printed recovery code
second-step-desk = If you have none of these any more, bring your identity card to { $desk }.

app-code-title = Enter the code of your authenticator app
app-code-lead = Open the authenticator app on your phone and enter the 6-digit code of this portal. It changes every 30 seconds.
app-code-label = 6-digit code
app-code-malformed = The app’s code has exactly 6 digits. Please enter it again.

recovery-code-title = Enter a recovery code
recovery-code-lead = Use a code that you have not used yet from the list that you printed or copied. Each works once.
recovery-code-label = Recovery code
recovery-code-hint = 10 letters and digits, such as 7k2mq-x9r4d. Capitals make no difference.
recovery-code-malformed = A recovery code has 10 letters and digits. Look at your list and enter it again.

remember-label = { $days ->
    [one] Remember this browser for one day
   *[other] Remember this browser for { $days } days
}
remember-hint = Next time your password is enough, unless a service asks for more. Do not tick this on a shared computer.

passkey-title = Confirm with your passkey
passkey-lead = Press the button, then unlock your device as you always do: fingerprint, face or PIN.
passkey-submit = Use a passkey
passkey-needs-script = This browser cannot use passkeys, or JavaScript is switched off.
passkey-not-given = Your device did not confirm. You can press the button to try again.
passkey-refused = This passkey could not be confirmed. Please try again or choose another way.
passkey-unknown = This passkey cannot sign you in. Please sign in with your username and password.
passkey-not-fresh = This page was open too long or has been used. Please press the button once more.

sign-in-passkey = Sign in without a password
sign-in-passkey-body = If your account has a passkey, unlocking your device is enough.
sign-in-passkey-submit = Sign in with a passkey

home-factors-hint-without = An authenticator app lets you sign in faster and more safely than text messages.
home-factors-hint = An authenticator app or a passkey lets you sign in faster and more safely than text messages.
home-factors-link = See the ways to sign in
home-look-after = Look after your account

account-title = Your account
account-security-body-without = Authenticator app, recovery codes, remembered browsers.
account-security-body = Authenticator app, passkeys, recovery codes, remembered browsers.
account-sessions-body = See in which browsers your account is open, and sign out of them.
account-services-body = See which service may know what, and withdraw it.
account-password-body = Choose another one; you are signed out everywhere else.

confirm-denied = You did not agree to sign in there, so nothing has changed. Try again, or choose another way if there is one.
confirm-title = Confirm that it is you
confirm-lead = To protect your account, please enter your password again before you see or change the ways to sign in.
confirm-submit = Confirm
confirm-passkey = Or use a passkey
confirm-refused = The password is wrong, or there were too many tries. Check it and try again. If it still does not work, wait { $minutes } minutes and try again; after very many wrong tries it can take a few hours.
confirm-no-password-without = This account has no password. Sign in again where your account is linked; if that is not possible, sign out and sign in again.
confirm-elsewhere = Or sign in again where your account is linked
confirm-second-step = The second step
confirm-second-step-body = Where you have just signed in, one step was checked. If you signed in there a moment ago, confirm with a code too, or with the way that you have set up here.
confirm-second-step-go = Confirm with the second step
confirm-again-with = Sign in again with { $name }
confirm-no-password = This account has no password. Sign in again where your account is linked, or use a passkey; if neither is possible, sign out and sign in again.

security-title = Sign-in security
security-lead = Your password always goes together with a second step. Text messages work for everybody; the ways below are faster and need no phone signal.
security-must-enrol-without = Accounts of your kind need an authenticator app before services can be used. Please add one below.
security-must-enrol = Accounts of your kind need an authenticator app or a passkey before services can be used. Please add one below.
security-continue = Continue to the service
security-authenticators = Authenticator app
security-authenticators-body = An app on your phone makes a new code every 30 seconds, even without a network.
security-add-authenticator = Add an authenticator app
security-passkeys = Passkeys
security-passkeys-body = Sign in with your device’s fingerprint, face or PIN. A fake website can do nothing with it.
security-add-passkey = Add a passkey
security-recovery-codes = Recovery codes
security-recovery-codes-none = Ten codes on paper, each works once, in case you lose your phone.
security-recovery-codes-make = Make recovery codes
security-recovery-codes-left = { $left ->
    [one] One code is left.
   *[other] { $left } codes are left.
}
security-recovery-codes-made = The list was made at { $at }.
security-recovery-codes-again = Make a new list
security-devices = Remembered browsers
security-devices-body = In these browsers the password is enough to sign in. Forget those that you no longer use.
security-forget = Forget
security-forget-all = Forget all
security-remove = Remove
security-rename = Rename
security-added = Added at { $at }.
security-last-used = Last used at { $at }.
security-never-used = Never used.
security-until = Ends at { $at }.
security-unnamed-authenticator = Authenticator app
security-unnamed-passkey = Passkey
security-unnamed-device = Unknown browser
security-cancel = Back
security-back = Back to your account
security-done-authenticator-added = The authenticator app was added. From your next sign-in on we ask for its code first.
security-done-passkey-added = The passkey was added. You can use it right on the sign-in page.
security-done-renamed = The passkey has its new name.
security-done-removed = Removed. If the account has an e-mail address, we have told you there.
security-done-forgotten = All browsers were forgotten. Your next sign-in takes both steps.
security-done-too-many = Your account already has the most that are allowed. Remove one, then add again.
security-done-last-way = Not removed: it is the only way left into your account. First set a password and add a phone number, or link another system, then remove it.
security-done-over = The page was open too long or has been used. Nothing was changed; please do it again.

add-authenticator-title = Add an authenticator app
add-authenticator-lead = You need an app that makes codes on your phone, such as Google Authenticator, Microsoft Authenticator or Aegis.
add-authenticator-scan = Open the app and scan this picture:
add-authenticator-picture = QR code with the secret key. The key is also written out just below.
add-authenticator-type = Cannot scan it? Type this key into the app:
add-authenticator-code = Enter the 6-digit code that the app shows:
add-authenticator-submit = Add
add-authenticator-wrong = The code is wrong. Let your phone set its clock automatically, then enter the code it shows now.

make-recovery-codes-title = Make recovery codes
make-recovery-codes-lead = Ten codes will be shown, only once. Print them or copy them onto paper and keep them in a safe place. Each replaces one text message and works once.
make-recovery-codes-again = Your current list will stop working.
make-recovery-codes-submit = Make and show the codes

recovery-codes-title = Your recovery codes
recovery-codes-lead = Account { $username }. This page is shown only once: print or copy it now.
recovery-codes-keep = When you sign in, choose “Use a printed recovery code”. Cross out the codes you have used. Give this list to no one.
recovery-codes-done = I have put the list away

add-passkey-title = Add a passkey
add-passkey-lead = The key stays in your device or your password manager. The portal never sees your fingerprint or face.
add-passkey-name = A name you will recognise
add-passkey-name-hint = Optional, such as “My phone”.
add-passkey-submit = Make the passkey
add-passkey-refused = The passkey could not be made: the device must be unlocked with a fingerprint, face or PIN. Please try again.
add-passkey-already-there = Your account has this passkey already.

rename-passkey-title = Rename a passkey
rename-passkey-lead = The name is only for you, to recognise this passkey in your list.
rename-passkey-submit = Save the name
