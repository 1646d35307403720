# Agreeing to share details with a service, and going back to it.

consent-title = Allow the use of your details
consent-heading = { $service } would like to know some of your details
consent-lead = If you allow it, this service will know:
consent-signed-in = Account: { $username }
consent-nothing = You have not given this.
consent-unverified = stated by you, not verified
consent-right = You may refuse. Then you go back to the service without sharing anything. If you allow it, you can withdraw that at any time: sign in here, open “Your account”, then “{ $place }”.
consent-goes-to = After this step you will be taken to { $origin }.
consent-allow = Allow
consent-deny = Refuse

scope-openid = Your account’s identifier
scope-openid-body = A value by which the service recognises you next time.
scope-profile = Basic details
scope-email = E-mail address
scope-phone = Phone number
scope-address = Address
scope-identity = Personal identity number
scope-organization = Your business
scope-offline_access = Access while you are away
scope-offline_access-body = The service may receive these details even when you are not signed in, until you withdraw your agreement.

claim-full_name = Full name
claim-birth_date = Date of birth
claim-username = Username
claim-email = E-mail
claim-phone = Phone
claim-address = Address
claim-identity_number = Identity number
claim-former_number = Former identity card number (CMND)
claim-business_name = Business name
claim-business_code = Business code
claim-head_office = Head office

form-post-title = Back to the service
form-post-body = Press “Continue” to go back to the service.
form-post-submit = Continue

going-back-title = Going back to the service
going-back-body = You are on the way back to the service. If nothing happens, press the button.
going-back-go = Go on

open-app-title = Open the app
open-app-body = Press the button to go back to the app.
open-app-open = Open the app
open-app-nothing = If nothing happens, open the app on this device and sign in from there again.
