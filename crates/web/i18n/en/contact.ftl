# A missing e-mail address or phone number, and its code.

contact-title = How to reach you
contact-lead = Your account has no e-mail address or no phone number yet. Tell us, so that you get news and codes of this portal. We send a code there to be sure that it is yours.
contact-needed = { $service } needs this, so it cannot be skipped.
contact-email-hint = The code is sent to this address.
contact-email-submit = Send a code by e-mail
contact-phone-hint = The code is sent to this number. Example: 0912 345 678
contact-phone-submit = Send a code to the phone
contact-skip = Later
contact-done-email = Your e-mail address has been saved.
contact-done-phone = Your phone number has been saved.
contact-taken = The code was right, but this address or number belongs to another account, so it cannot be used here. Use another one. If the other account is yours, sign in to it.
contact-code-title = Enter the code
contact-code-by-mail = We have sent an e-mail with a 6-digit code to { $to }. It works for { $minutes } minutes.
contact-code-texted = We have sent a text message with a 6-digit code to { $to }. It works for { $minutes } minutes.
contact-code-not-mailed = An e-mail can take a few minutes. Look among unwanted mail too, and check whether the address is right.
contact-code-back = Enter another address or number
contact-code-over-title = This code can no longer be used
contact-code-over-body = It took too long, or there were too many wrong tries. Nothing was saved. Enter it again and get a new code.
account-contact-body = Add an e-mail address or a phone number for news and codes.
