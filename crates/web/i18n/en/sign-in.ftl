# Signing in: password, code, correcting the phone number, help.

sign-in-title = Sign in
sign-in-lead = Citizens and businesses sign in here.
sign-in-name = Username
sign-in-name-hint = Your e-mail or phone number works too; for citizens, so does the personal identity number. If you have an account as a citizen and one for a business, use the username.
sign-in-refused = The username or password is wrong, or there were too many tries. Check them and try again. If it still does not work, wait { $minutes } minutes and try again; after very many wrong tries it can take a few hours.
sign-in-flood = There were too many sign-ins from your network. Wait a minute and try again.
sign-in-too-many-codes = Too many codes have been sent to the phone of this account. You can sign in again from { $until }.
sign-in-no-second-step = The password is right, but this account has no phone number to send a code to and no other way to confirm that it is you. If you can sign in another way, do so and add a phone number under “Your account”. If not, bring your identity card to { $desk }.
sign-in-signed-in-as = You are signed in as { $username }.
sign-in-again = Please sign in again to confirm that it is you.
sign-in-submit = Sign in
sign-in-forgot = Forgot your password?
sign-in-no-account = No account yet?
sign-in-register = Create an account

code-title = Enter your code
code-sent = We have sent a text message with a 6-digit code to { $phone }. It works for { $minutes } minutes.
code-sent-again = A new code is on its way. The one before no longer works.
code-wrong = { $tries ->
    [one] The code is wrong. You have one try left.
   *[other] The code is wrong. You have { $tries } tries left.
}
code-expired = This code has expired. Press “Send the code again” to get a new one.
code-wait = { $seconds ->
    [one] Wait one more second, then press “Send the code again”.
   *[other] Wait { $seconds } more seconds, then press “Send the code again”.
}
code-too-many-sent = Too many codes have been sent. You can get another one from { $until }.
code-throttled = There were too many wrong codes for this account. You can try again from { $until }.
code-submit = Confirm
code-gateway-fails = We cannot send text messages at the moment; we keep trying. Reload this page in a minute, or ask { $desk }.
code-given-up = The text message with this code could not be sent, and we have stopped trying. Press “Send the code again” to get a new code, or ask { $desk }.
code-not-delivered = The network says that the text message did not reach your phone. Check your reception and the phone number, then press “Send the code again”, or ask { $desk }.
code-not-received = No code?
code-not-received-wait = The message can take a minute. Check your phone signal and your blocked messages.
code-resend = Send the code again
code-wrong-phone = Wrong phone number?
code-wrong-phone-body = We can send a link to your e-mail that lets you correct the phone number.
code-wrong-phone-ask = Send the link
code-desk = If you no longer use this number, bring your identity card to { $desk }.
code-start-again = Sign in with another account

code-over-title = This sign-in is over
code-over-body = It took too long, or there were too many wrong codes. Please sign in again from the start; a new code will be sent to your phone.
code-over-sign-in = Sign in again

phone-asked-title = Please open your mailbox
phone-asked-body = We have sent a link to correct the phone number to the e-mail address of the account. It works for { $minutes } minutes.
phone-slow-title = Please wait a little
phone-slow-body = Several e-mails have been sent to the address of this account already. You can ask for another link from { $until }.
phone-not-possible-title = The phone number cannot be changed here
phone-not-possible-body = This number has received a code before. To protect the account, it can only be changed in person at { $desk }. Please bring your identity card.
phone-correct-title = Correct your phone number
phone-correct-lead = The new number will receive a code whenever you sign in.
phone-correct-now = Current number
phone-correct-new = Correct mobile phone number
phone-correct-password = Password
phone-correct-refused = The password is wrong, or there were too many tries. Check it and try again. If it still does not work, wait { $minutes } minutes and try again; after very many wrong tries it can take a few hours.
phone-correct-submit = Save the phone number
phone-corrected-title = The new phone number has been saved
phone-corrected-body = Please sign in again. The code will be sent to the new number.
phone-link-over-title = This link no longer works
phone-link-over-body = It has been used or has expired. Please sign in again to ask for a new one.

not-activated-title = The account is not active yet
not-activated-body = The password is right, but first you need to follow the link in the activation e-mail. If you cannot find it, look into the junk folder or ask for another one.

disabled-title = The account is suspended
disabled-body = An administrator has suspended this account. Please ask at { $desk } and bring your identity card.
closed-title = The account is closed
closed-body = This account has been closed and can no longer be used. If you need help, ask at { $desk }.

help-title = Help with signing in
help-password = Forgotten password or username
help-password-body = Passwords cannot be reset online yet. Bring your identity card to { $desk }, where an official will help you get your account back.
help-phone = Changed or lost phone number
help-phone-body = If the number was mistyped at registration, sign in with your password and choose “Wrong phone number?” on the page that asks for the code. If you have an authenticator app, a passkey or recovery codes, choose that way at the step that asks for the code. If you have none of them, go to { $desk }.
help-mail = No activation e-mail
help-mail-body = Look into the junk folder. You can also sign in with your username and password: the next page has a button that sends it again.
help-safety = Keep your account safe
help-safety-body = Give your password and your codes to nobody, not even to somebody who claims to be an official.
help-back = Back to signing in

step-up-title = One more step
step-up-lead = You are signed in to the account { $username } without the second step. This service needs it.
step-up-lead-own = You are signed in to the account { $username } without the second step. To protect the account, this page needs it.
step-up-how = You need not enter your password again. On the next page, give your code or use the way that you have set up.
step-up-submit = Continue
step-up-again = Sign in again, or with another account
