# Signing in with an account elsewhere: the national portal, VNeID and other systems.

upstream-or = Or use an account that you have elsewhere
upstream-sign-in-body = You sign in there and come back here. No password or code of this portal is needed.
upstream-register-body = There is no need to register: sign in there, and the account here is made of what they have verified.
upstream-denied = You did not agree to sign in there, so nothing has happened. Try again, or sign in another way.
upstream-sign-in-with = Sign in with { $name }
upstream-other-provider = the other system
upstream-other-ways = Other ways to sign in
upstream-by-password = Sign in with username and password
upstream-again = Try { $name } again

going-there-title = On the way
going-there-body = You are on the way to { $name } to sign in there. If nothing happens, press the button.

upstream-unknown-title = This way to sign in cannot be used
upstream-unknown-body = There is no such way to sign in here, or it is switched off. Choose another one.
upstream-away-title = No connection
upstream-away-body = { $name } does not answer at the moment. You did nothing wrong. Try again in a few minutes, or choose another way.
upstream-busy-title = Many people are signing in
upstream-busy-body = Too many people are signing in with { $name } at the moment. Wait a minute and try again, or choose another way.
upstream-flood-title = Wait a moment
upstream-flood-body = There were too many sign-ins from your network. Wait a minute and try { $name } again, or choose another way.
upstream-out-of-reach-title = This way cannot be used for now
upstream-out-of-reach-body = A part of our system is down, so nobody can sign in with { $name } for now. Try again in a few minutes, or sign in with your username and password.
upstream-over-title = This sign-in is over
upstream-over-body = It took too long, it was begun in another browser, or you signed out there meanwhile. Nothing has happened. Please start again.
upstream-malformed-title = The answer cannot be read
upstream-malformed-body = { $name } sent an answer that is not in the right form. Nothing has happened. Try again.
upstream-said-title = You are not signed in
upstream-said-body = { $name } did not tell us who you are. Try again, or choose another way.
upstream-distrusted-title = We stopped this sign-in
upstream-distrusted-body = The answer of { $name } did not pass our checks. To protect you we stopped here; nobody has been signed in to your account. Choose another way, and tell { $desk }.
upstream-too-old-title = Please sign in again
upstream-too-old-body = The service asks for a new sign-in, but { $name } says that you signed in a while ago. Try again and enter your password there.
upstream-unknown-class-title = This kind of account is not known here
upstream-unknown-class-body = { $name } names a kind of account that we do not know. Choose another way, or ask at { $desk }.
upstream-incomplete-title = Something is missing to open an account
upstream-incomplete-body = { $name } did not tell us a personal identity number or a business code. Add it there and sign in again, or choose another way.

arrival-not-open-title = No account can be made here
arrival-not-open-citizen = You signed in there, but you have no account at this portal, and it takes no new accounts of citizens at present. Nothing has been stored. If you have an account with other details, sign in with your username.
arrival-not-open-business = You signed in there, but the business has no account at this portal, and it takes no new accounts of businesses at present. Nothing has been stored. If it has an account with other details, sign in with its username.
arrival-not-open-organisation = You signed in there, but the organisation has no account at this portal, and it takes no new accounts of organisations at present. Nothing has been stored.
arrival-person-changed-title = This does not match the account
arrival-person-changed-body = { $name } names another person than the one whose account this is. To protect the account we did not sign you in. Bring your identity card to { $desk }.
arrival-class-changed-title = The kind of account has changed
arrival-class-changed-body = { $name } names another kind of account than the one here. Please ask at { $desk }.
arrival-linked-elsewhere-title = That account is linked already
arrival-linked-elsewhere-body = The { $name } account that you just used is linked to another account here. Sign in to that account and remove the link first.
arrival-another-linked-here-title = Your account has another link
arrival-another-linked-here-body = Your account is linked to another { $name } account. Remove that link first.
arrival-somebody-else-title = That was somebody else
arrival-somebody-else-body = Whoever signed in at { $name } is not the holder of the account in use here. Try again with your own account.
arrival-desk-title = An official has to look at this
arrival-desk-body = Somebody else has signed in with { $name } and the same number. Bring your papers to { $desk }.
