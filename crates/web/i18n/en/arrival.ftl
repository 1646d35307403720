# Somebody who just signed in elsewhere: is the account here with the same number theirs?

arrival-title = Is this account yours?
arrival-lead = { $name } has confirmed your identity number, and there is an account here with the same number. If it is yours, prove it once. From the next time on, { $name } takes you straight in.
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
arrival-decline-number = The identity number that is confirmed as yours is taken out of the old account; nobody can sign in to the old account with it any more.
arrival-decline-number-business = The business code that is confirmed as yours is taken out of the old account.
arrival-decline-nothing-moves = Nothing else of the old account moves to the new one, and nothing is deleted: its papers, its history and its contact details stay where they are.
arrival-decline-told = If the old account has an e-mail address, its holder is told there. It is recorded, and only an official can put it right again.
arrival-decline-desk = If the old account is yours and you can no longer get in, you can also bring your papers to { $desk } and get it back first.
arrival-decline-submit = I understand, open a new account
arrival-decline-back = Go back and prove the old account
arrival-decline-closed = No new accounts are opened here at the moment. { $name } has confirmed who you are, but you can only get in by proving that the account here is yours.
