# Activating an account.

activate-title = Activate your account
activate-lead = One more step: confirm that this account is yours.
activate-username = Username
activate-phone = Phone number
activate-password = The password you chose when registering
activate-refused = The password is wrong, or there were too many tries. Check it and try again. If it still does not work, wait { $minutes } minutes and try again; after very many wrong tries it can take a few hours.
activate-submit = Activate
activate-not-me-title = Did you not register?
activate-not-me-body = Somebody may have mistyped their e-mail address. Press the button to delete this registration.
activate-not-me = This was not me: delete the registration

activated-title = Your account has been activated
activated-body = You can now sign in with your username or e-mail address, and your password.

activation-used-title = This link has been used
activation-used-body = The account is already active. You only need to sign in.

activation-expired-title = This link has expired
activation-expired-body = The account is not active yet. We can send you a new e-mail, to the same address.
activation-send-again = Send the activation e-mail again

activation-unknown-title = This link does not work
activation-unknown-body = Check that you copied the whole link, and that it is from the newest e-mail. You also see this page if the registration was deleted or replaced by a newer one.
activation-unknown-register = Register again
activation-unknown-sign-in = Sign in

activation-resent-title = A new e-mail is on its way
activation-resent-body = Open your mailbox and follow the link in the newest e-mail. It can take a few minutes; look into the junk folder too.

activation-slow-title = Please wait a little
activation-slow-body = Several e-mails have been sent to this address already. You can ask for another one from { $until }.

disowned-title = The registration has been deleted
disowned-body = Thank you for telling us. The name, phone number and e-mail address of that registration are no longer stored. You need not do anything else.

not-completed-title = The registration could not be completed
not-completed-body = The details of this registration cannot be used for a new account, so it was cancelled.
not-completed-have = If you already have an account, please sign in.
not-completed-desk = If not, please bring your identity card to { $desk }, where you will be helped.
not-completed-sign-in = Sign in
