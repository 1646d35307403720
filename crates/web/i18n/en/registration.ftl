# Creating an account.

register-title = Create an account
register-lead = Who is the account for?
register-citizen-choice = A citizen
register-citizen-choice-body = An account for yourself, with your personal identity number.
register-business-choice = A business
register-business-choice-body = An account made by its representative, with the business code.
register-organisation-choice = Another organisation
register-organisation-choice-body = No need to register: sign in with the electronic identity of the organisation. Press to see how.
register-not-open-here = This cannot be done here at present. Press to see other ways.
register-have-account = Already have an account?
register-sign-in = Sign in

register-citizen-title = Create a citizen account
register-citizen-lead = You need your identity card, your own mobile phone and your own e-mail address. Please fill in every field, except where it says “if you had one”.
register-citizen-lead-sex = You need your identity card, your own mobile phone and your own e-mail address. Please fill in every field, except where it says “optional” or “if you had one”.
register-about-you = Your details
register-address = Current address
register-contact = Contact details
register-sign-in-details = Sign-in details
register-passwords-again = For safety your passwords are not kept. Enter them again at the end of the page.
register-privacy-title = How we use your details
register-privacy-purpose = The details above are used only to set up your account, to recognise you when you sign in, and to pre-fill applications when you allow it.
register-privacy-share = A service of the province receives your details only when you sign in to it; the page that asks you names each of them.
register-privacy-keep = They are encrypted where they are stored, and deleted with the account, except what the law requires us to keep.
register-privacy-rights = Under the Personal Data Protection Law you may see, correct and delete your data and withdraw your agreement at any time, at { $desk }.
register-privacy-consent = By pressing “Create account” you agree that we use these details for these purposes. If you do not agree, just leave this page: nothing has been stored yet.
register-submit = Create account

register-business-title = Create a business account
register-business-lead = The representative fills this in for a company, cooperative or household business. You need the registration certificate, a mobile phone and an e-mail address. Please fill in every field.
register-about-business = Business details
register-head-office = Head office

register-closes-on = You can register on this page until the end of { $day }.

register-closed-title = Registration is closed here
register-closed-citizen = The portal takes no new registrations of citizens at present. If you already have an account, you can sign in as usual.
register-closed-business = The portal takes no new registrations of businesses at present. A business that already has an account can sign in as usual.
register-closed-organisation = The portal takes no new accounts of organisations at present. An organisation that already has an account can sign in as usual.
register-closed-ask = If you need an account, ask at { $desk }.
register-federated-title = Please use your national account
register-federated-citizen = The portal no longer makes accounts of its own for citizens. Please sign in with your electronic identity (VNeID).
register-federated-citizen-ask = If you do not have an electronic identity yet, the police office of your ward or commune issues one. For further help ask at { $desk }.
register-federated-business = The portal no longer makes accounts of its own for businesses. Please sign in with the electronic identity of the organisation.
register-federated-business-ask = If the business does not have one yet, its legal representative registers the organisation in the VNeID app. For further help ask at { $desk }.
register-federated-organisation = Organisations other than businesses do not register at the portal. Please sign in with the electronic identity of the organisation.
register-federated-organisation-ask = If the organisation does not have one yet, its representative registers it in the VNeID app. For further help ask at { $desk }.

registered-title = Your account has been registered
registered-lead = Now open the mailbox { $email } to activate the account. It can be used only after that.
registered-next = What to do next
registered-open = Open the e-mail that we have just sent and follow the activation link in it.
registered-password = Enter the password you have just chosen, if asked for it, and press “Activate”.
registered-sign-in = Sign in with your username and password, then enter the code sent to your phone.
registered-hours = { $hours ->
    [one] The link works for one hour.
   *[other] The link works for { $hours } hours.
}
phone-moved = You entered an 11-digit number that begins with { $old }. In 2018 this prefix became { $new }, so your codes will be sent to { $phone }.
registered-nothing = No e-mail?
registered-nothing-wait = It can take a few minutes. Look into the junk and promotions folders too.
registered-nothing-wrong = If the e-mail address was mistyped, register again with the right one.
registered-again = Register again
registered-continue = I have activated it: continue
