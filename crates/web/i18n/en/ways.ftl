# What a service asks of a sign-in, and who gets an account here.

way-is-off = The service wants you to sign in with a kind of account that is not taken here at the moment. Sign in another way below.
way-for-level = This service needs an identity that an authority has confirmed. The shortest way is to sign in with { $name }.

upstream-without = Go on without it
upstream-without-body = The service may be content with how you are signed in now, or tell you what to do.
upstream-without-go-on = Back to the service

new-here-federated = No need to register. The first time you sign in with { $name }, your account is made.
new-here-more = Who has an account here?
new-here-closed = No new accounts are made here at the moment. If you need one, ask at { $desk }.
