# Signing in with an account elsewhere: the national portal, VNeID and other systems.

upstream-or = Or use an account that you have elsewhere
upstream-sign-in-body = You sign in there and come back here. No password or code of this portal is needed.
upstream-register-body = There is no need to register: sign in there, and an account here is made from details that were verified.
upstream-denied = You did not agree to sign in there, so nothing has happened. Try again, or sign in another way.
upstream-sign-in-with = Sign in with { $name }
upstream-other-provider = the system that you just used
upstream-other-ways = Other ways to sign in
upstream-by-password = Sign in with username and password
upstream-again = Try { $name } again

going-there-title = On the way
going-there-body = You are on the way to { $name } to sign in there. If nothing happens, press the button.

upstream-unknown-title = This way to sign in cannot be used
upstream-unknown-body = There is no such way to sign in here, or it is switched off. Choose another one.
upstream-away-title = No connection
upstream-away-body = At the moment { $name } does not answer. You did nothing wrong. Try again in a few minutes, or choose another way.
upstream-busy-title = Many people are signing in
upstream-busy-body = Too many people are signing in with { $name } at the moment. Wait a minute and try again, or choose another way.
upstream-flood-title = Wait a moment
upstream-flood-body = There were too many sign-ins from your network. Wait a minute and try { $name } again, or choose another way.
upstream-out-of-reach-title = This way cannot be used for now
upstream-out-of-reach-body = A part of our system is down, so nobody can sign in with { $name } for now. Try again in a few minutes, or sign in with your username and password.
upstream-over-title = This sign-in is over
upstream-over-body = It took too long, it was begun in another browser, or you signed out there meanwhile. Nothing has happened. Please start again.
upstream-malformed-title = The answer cannot be read
upstream-malformed-body = The answer of { $name } is not in the right form. Nothing has happened. Try again.
upstream-said-title = You are not signed in
upstream-said-body = We did not learn from { $name } who you are. Try again, or choose another way.
upstream-refused-title = You did not agree
upstream-refused-body = You did not agree to sign in at { $name }, so nothing has changed. You can try again, or go on without this step.
upstream-distrusted-title = We stopped this sign-in
upstream-distrusted-body = The answer of { $name } did not pass our checks. To protect you we stopped here; nobody has been signed in to your account. Choose another way, and tell { $desk }.
upstream-too-old-title = Please sign in again
upstream-too-old-body = The service asks for a new sign-in, but { $name } says that you signed in a while ago. Try again and enter your password there.
upstream-unknown-class-title = This kind of account is not supported
upstream-unknown-class-body = We do not support the kind of account that { $name } told us of. Choose another way, or ask at { $desk }.
upstream-incomplete-title = Something is missing to open an account
upstream-incomplete-body = We got no personal identity number or business code from { $name }. Add it there and sign in again, or choose another way.
