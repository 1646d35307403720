# Signing out.

sign-out-title = Sign out of the portal?
sign-out-body = You are signed in as { $username }.
sign-out-asked-by = { $service } asks to sign you out of the portal.
sign-out-effect = After that, the other services of the province will ask you to sign in again.
sign-out-confirm = Sign out
sign-out-stay = No, stay signed in

signed-out-title = You are signed out
signed-out-body = On a shared computer, close all windows of the browser.
signed-out-sign-in = Sign in again
signed-out-home = To the home page

check-session-title = Whether you are still signed in
check-session-body = There is nothing to see here. Services load this page unseen to learn whether you are still signed in.

leaving-title = Signing you out of the services
leaving-body = You will be taken back to the service in a moment. If nothing happens, press “Continue”.
leaving-there-body = You are signed out of this portal. Next you will be taken to { $name } to sign out there. If nothing happens, press “Continue”.
leaving-continue = Continue
