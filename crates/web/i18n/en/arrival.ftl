# Somebody who just signed in elsewhere: is the account here with the same number theirs?

arrival-title = Is this account yours?
arrival-lead = { $name } has confirmed your identity number or your former identity card number (CMND), and there is an account here with the same number. If it is yours, prove it once. From the next time on, { $name } takes you straight in.
arrival-lead-business = { $name } has confirmed your business code, and there is an account here with the same code. If it is yours, prove it once. From the next time on, { $name } takes you straight in.
arrival-candidate = Account { $username }
arrival-candidate-unnamed = Account without a username
arrival-send-code = Send a code to { $phone }
arrival-sign-in-only = This account has no verified phone, so no code can be sent. Sign in to the account instead.
arrival-neither = This account has neither a password nor a verified phone. Sign in to it with a passkey, or with another system that it is linked to. If you cannot, bring your papers to { $desk }.
arrival-mine = Is it yours?
arrival-mine-body = Have a code sent to the phone above, or sign in to that account as you always do.
arrival-mine-body-sign-in = Sign in to that account as you always do: with its password, a passkey, or another system that it is linked to.
arrival-sign-in = Sign in to that account
arrival-by-other = Sign in to that account with { $name }
arrival-not-mine = Not yours, or you can no longer get in?
arrival-not-mine-body = You can still go on. See what will happen before you decide; this button does not change anything yet.
arrival-decline = See what will happen
arrival-not-proved = This browser is signed in to the account { $username }. It is not an account that we ask about below, or you signed in to it before. Please sign in again, to the right account.
arrival-no-phone = No code can be sent for this account any more. Choose another way.

arrival-code-title = Enter the code to prove that the account is yours
arrival-code-back = Choose another way to prove it
arrival-code-over-title = This code can no longer be used
arrival-code-over-body = It took too long, or there were too many wrong tries. Nothing has changed. Choose again how to prove the account.

arrival-decline-title = Go on without the old account
arrival-decline-lead = If you go on:
arrival-decline-new = You get a new account with what { $name } has confirmed about you. From then on you sign in with { $name }.
arrival-decline-number = The identity number or former identity card number (CMND) that is confirmed as yours is taken out of the old account; nobody can sign in to the old account with it any more.
arrival-decline-number-business = The business code that is confirmed as yours is taken out of the old account.
arrival-decline-nothing-moves = Nothing else of the old account moves to the new one, and nothing is deleted: its papers, its history and its contact details stay where they are.
arrival-decline-told = If the old account has an e-mail address, its holder is told there. It is recorded, and only an official can put it right again.
arrival-decline-desk = If the old account is yours and you can no longer get in, you can also bring your papers to { $desk } and get it back first.
arrival-decline-submit = I understand, open a new account
arrival-decline-back = Go back and prove the old account
arrival-decline-closed = No new accounts are opened here at the moment. { $name } has confirmed who you are, but you can only get in by proving that the account here is yours.

# Why somebody is not let in by an account elsewhere.

arrival-not-open-title = No account can be made here
arrival-not-open-citizen = You signed in there, but you have no account at this portal, and it takes no new accounts of citizens at present. Nothing has been stored. If you have an account with other details, sign in with your username.
arrival-not-open-business = You signed in there, but the business has no account at this portal, and it takes no new accounts of businesses at present. Nothing has been stored. If it has an account with other details, sign in with its username.
arrival-not-open-organisation = You signed in there, but the organisation has no account at this portal, and it takes no new accounts of organisations at present. Nothing has been stored.
arrival-person-changed-title = This does not match the account
arrival-person-changed-body = What { $name } told us does not match the holder of this account. To protect the account we stopped here. Bring your papers to { $desk }.
arrival-class-changed-title = The kind of account has changed
arrival-class-changed-body = The kind of account that { $name } told us of is not that of the account here. Please ask at { $desk }.
arrival-linked-elsewhere-title = That account is linked already
arrival-linked-elsewhere-body = The { $name } account that you just used is linked to another account here. Sign in to that account and remove the link first.
arrival-another-linked-here-title = Your account has another link
arrival-another-linked-here-body = Your account is linked to another { $name } account. Remove that link first.
arrival-somebody-else-title = You signed in with another account
arrival-somebody-else-body = The account that was just used at { $name } is not one of the holder of the account in use here. Try again with your own account.
arrival-desk-title = An official has to look at this
arrival-desk-body = Another account here, which was verified, has the same identity number, former identity card number (CMND) or business code. Bring your papers to { $desk }, where an official will look at it.
