# The services that may know something of a person, and what a service shows of itself.

services-title = Services that use your details
services-lead = Each entry is a service that may know some of your details. You can withdraw that at any time.
services-none = No service may know your details yet.
services-first-party = This is a service of the province. It recognises you when you sign in and need not ask you first.
services-off = This service is switched off and gets nothing at the moment.
services-knows = May know
services-since = Since
services-offline = The service may receive these details even when you are not signed in.
services-revoke = Withdraw
services-revoked = Withdrawn. From now on that service gets nothing, and has to ask again if you sign in there.
services-unknown = That service no longer knows anything of you. Below are those that do.
services-after = After you withdraw
services-after-body = The service may keep what it received before, for example in an application that you submitted. Ask the service itself to see or delete it. If you are signed in on the service’s own pages, sign out there.

client-home = { $service }: its own page
client-policy = How the service uses your details
client-terms = The service’s terms of use
