# The frame of every page, and the home page.

skip-to-content = Skip to main content
language = Language
this-language = English
error-title-prefix = Error:
going-to = To continue to { $service }
step = Step { $number } of { $total }
signed-in-as = Signed in: { $username }
footer-help = Need help?
footer-desk = Ask in person at { $desk }.
footer-help-link = Help with signing in
footer-support = Support
footer-safety = No official will ever ask for your password or your code.

home-title = Public service account
home-welcome = One account for every public service of the province
home-lead = Sign in once to submit applications, follow their progress and use the province’s online services.
home-sign-in = Sign in
home-register = Create an account
home-new-here = No account yet?
home-new-here-body = Citizens need their identity card, businesses their registration certificate; both need a mobile phone number and an e-mail address of their own. It takes about 5 minutes.
home-hello = Hello, { $name }
home-signed-in = You are signed in. The province’s services will recognise you without asking you to sign in again.
home-account = Your account
home-masked = Some details are hidden so that people beside you cannot read them.
home-signed-in-since = Signed in at
home-sign-out = Sign out
