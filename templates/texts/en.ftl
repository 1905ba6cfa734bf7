# English: the texts of record. The voice is in short sentences, "you" and "we"; every message says what happened,
# what it means, and the next step. Tags: b, code, bdi. Keys begin with the page they stand on.

# The frame of every page
title-setup = { $page } · imera set-up
title-step = { $page } (step { $number } of { $of })
title-errors = { $count ->
    [one] Fix one thing: { $page }
   *[other] Fix { $count } things: { $page }
}
frame-skip = Skip to the page
frame-silent = No answer from the server. Trying again.
copy-do = Copy
copy-done = Copied.
copied-word = The word is copied.
copied-address = The address is copied.
error-list = { $count ->
    [one] One thing to put right
   *[other] { $count } things to put right
}

# What went wrong
fault-door = Go to the front door
fault-status = The server itself is fine
fault-status-broken = The cause stands in the server’s log
fault-missing = Nothing lives at this address
fault-missing-next = The link may be mistyped or cut in half by a message. If somebody sent it to you, ask them to send it again.
fault-foreign = This form came from another page
fault-foreign-next = Forms are only taken from this place’s own pages, so that no other site can act in your name. Nothing was changed. Open the page here and send it again.
fault-garbled = This form did not arrive whole
fault-garbled-next = Something on the way changed it. Nothing was kept. Go back, reload the page and send it again.
fault-large = That is more than fits here
fault-large-next = What was sent is much longer than this page takes. Nothing was kept. Go back and send less.
fault-many = That was fast
fault-many-next = { $minutes ->
    [one] To keep strangers from guessing, please wait a minute. Nothing you typed is wrong because of this.
   *[other] To keep strangers from guessing, please wait { $minutes } minutes. Nothing you typed is wrong because of this.
}
fault-finished = Set-up is finished
fault-finished-next = The set-up pages are closed for good. Nothing is left to do here.
fault-owner = This page is for the owner
fault-owner-next = You are signed in as <bdi>{ $name }</bdi>. Ask <bdi>{ $owner }</bdi> if you need something from here.
fault-broken = Something broke on our side
fault-broken-next = It’s not you. Messages that your app shows as sent are safe. Try again in a minute.
fault-word = If it stays like this, give the owner this word; it stands in the server’s log:
fault-busy = Back in about a minute
fault-busy-next = The server is just stopping, or has its hands full. Nothing was changed. Your app reconnects by itself.

# The front door
front-title = Welcome
front-heading = Good day. This is <bdi>{ $place }</bdi>.
front-what = A chat server for the people who live here. Their addresses end in <code>@{ $domain }</code>.
front-in = Do you have an account? Then sign in here, or in any XMPP app.
front-signed = You are signed in as <b>{ $name }</b>.
front-status = Open

# Days
day-words = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}, { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
day-words-year = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}, { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
day-today = today at { $time }
day-yesterday = yesterday at { $time }
day-at = on { $day } at { $time }

# Signing in and out
sign-in-do = Sign in
sign-in-title = Sign in
sign-in-heading = Sign in at <bdi>{ $place }</bdi>
sign-in-name = Chat name
sign-in-name-help = Your whole address does as well.
sign-in-password = Password
sign-in-password-help = The one you chat with.
sign-in-forgotten = Forgotten your password?
sign-in-forgotten-owner = Whoever runs this place can give you a new one. Ask them in person or by phone, so that they know it is you.
sign-in-status = Your password is sent to nobody but this place
sign-in-name-empty = Please type your chat name.
sign-in-name-elsewhere = Addresses here end in <code>@{ $domain }</code>. With an address of another place you sign in there.
sign-in-password-empty = Please type your password.
sign-in-wrong = Chat name and password do not belong together. Look at both once more; the password keeps capitals and small letters apart.
sign-in-again = Please sign in again
sign-in-again-next = This browser is not signed in any more: you were away for long, or you were signed out from another device.
sign-in-locked = This account is locked
sign-in-locked-next = The owner of this place has locked it. Nothing was deleted. Ask the owner why.
entry-locked-next = The owner of this place has locked it, so a new password would open nothing. Your link or code was not used up. Ask the owner why it is locked.
sign-in-out = You are signed out
sign-in-out-next = This browser knows nothing of you any more. Your apps stay signed in.
sign-out-do = Sign out

# Whoever is leaving
stay-title = You are leaving
stay-heading = You are on your way out, <bdi>{ $name }</bdi>.
stay-until = On { $day } your account and all that belongs to it will be deleted. Until then nobody gets in, and you can still change your mind.
stay-what = If you stay, everything is as it was. Your apps sign in again with the same password.
stay-do = Stay here
stay-status = Nothing has been deleted yet

# A private line
securely-title = First, a private line
securely-why = On this connection others could read along. So nothing is asked for here: no code, no password.
securely-warning = If nobody vouches for this machine’s certificate yet, your browser warns you once: choose “Advanced”, then “Continue”.
securely-shut = On this connection others could read along, and the secure door of this machine is off. Open this page from the machine’s own network, or ask the owner.
securely-go = Continue securely
securely-status = Nothing was sent

# A certificate: what is wrong with one that was brought
cert-none = There is no certificate in what you brought. It has to be PEM: text with lines that say BEGIN CERTIFICATE.
cert-no-key = The key is missing. As a rule it is a file of its own, with a line that says BEGIN PRIVATE KEY: bring it too.
cert-locked-key = The key is locked with a passphrase. Unlock it first, on your own computer: <code>openssl pkey -in KEY -out OPEN-KEY</code>
cert-unreadable = The certificate cannot be read ({ $reason }). Copy all of it once more, or ask your provider for it anew.
cert-other-key = The key does not belong to this certificate. Take both from the same order.
cert-other-names = It is not for { $domain }, but for { $names }. Get one that names { $domain }.
cert-ran-out = It ran out on { $date }. Get a newer one.
cert-not-yet = It holds only from { $date } on. Look at the machine’s clock, or wait until then.
cert-order = The certificates are in the wrong order: number { $number } did not sign the one before it. Put yours first, then the one that signed it, and so on.
cert-chain = The certificates between yours and the authority are missing. Your provider calls them “chain” or “bundle”: bring them too.
cert-broken = The certificates do not hold together ({ $reason }). Take all of them from the same order.
cert-kind = Browsers do not take a key of this kind ({ $kind }), and you could not come back to this page. Make one with P-256 (ECDSA), or RSA with 2048 bits.
cert-use = It is not for servers, but for clients, or to sign others. Order one for a web server.
cert-unknown = It has a condition that nobody knows ({ $what }), so browsers refuse it. Order one without it.
cert-long = There are { $count } certificates, more than any chain has. Bring yours, and those up to the authority.

# The owner's page of the certificate
certificate-look = The certificate
certificate-good = The certificate is good
certificate-good-more = Apps and browsers believe that this is your machine, and nobody reads along on the way.
certificate-soon = The certificate runs out soon
certificate-soon-more = Nobody notices yet. When it has run out, apps refuse to connect.
certificate-over = The certificate has run out
certificate-over-more = Apps refuse to connect, and browsers warn. It needs another one now.
certificate-self = Nobody vouches for this machine yet
certificate-self-more = It made its certificate itself. Chats are encrypted all the same, but apps and browsers ask once whether to trust it.
certificate-home = At home this machine vouches for itself
certificate-home-more = Each device has to trust it once. From then on apps and browsers ask nothing.
certificate-others = The certificate is not for the domain
certificate-others-more = Browsers take it for the names below, but apps look for the domain, and refuse to connect, or warn their people.
certificate-strangers = Phones and browsers do not know who vouches
certificate-strangers-more = Chats are encrypted all the same. But every device warns, and some apps refuse, until it trusts the authority that signed this one.
certificate-until = Good until { $day }
certificate-until-over = Ran out on { $day }
certificate-next-own = You brought it along, so it does not renew by itself. Before that day bring the next one.
certificate-next-home = It is renewed by itself, months before that day. What devices trust lasts ten years.
certificate-next-acme = It is renewed by itself, well before that day.
certificate-next-self = This machine made it at its first start.
certificate-names = These names
certificate-names-more = { $names }
certificate-missing = Not these names
certificate-missing-more = { $names }. Chats work without them; what lives there may warn. Bring one that has them, if you can.
certificate-issuer = Somebody vouches for it
certificate-issuer-more = { $issuer }
certificate-issuer-strange = Somebody vouches for it whom they do not know
certificate-nobody = Nobody vouches for it
certificate-nobody-more = Bring one along from an authority, or compare the words below when a browser warns.
certificate-chain = Something between is missing
certificate-trust = How a device comes to trust this machine
certificate-files = Files on the machine decide
certificate-files-more = Whoever runs this machine has named them in its options. They are looked at every minute and read anew when they change; files that do not fit together change nothing, and you are told.
certificate-bring = Bring one along
certificate-bring-what = From your provider, or made by another program. It is checked first and served at once; nobody who is connected notices. A wrong one changes nothing.
certificate-chain-file = Certificate
certificate-chain-file-help = PEM, yours first, then those up to the authority: often fullchain.pem. Several files at once are fine.
certificate-key-file = Its key
certificate-key-file-help = PEM, without a passphrase: often privkey.pem. Leave it out if the other file has it.
certificate-paste = Rather paste it
certificate-pasted = Certificate and key as text
certificate-pasted-help = One behind the other, with all lines that say BEGIN and END.
certificate-use = Check and use it
certificate-back = Back to the automatic one
certificate-back-what = What you brought is forgotten, key and all. From then on this machine uses what it gets or makes by itself.
certificate-back-do = Use the automatic one
certificate-brought = Checked, kept, and served from now on.
certificate-automatic = What you brought is forgotten. This is the automatic one.
certificate-ask = A certificate that comes by itself
certificate-ask-what = An authority looks whether the domain leads to this machine, and vouches for it. That costs nothing, and it renews by itself. By asking for it you agree to the authority’s terms.
certificate-ask-do = I agree: get the certificate
certificate-asked = The authority is asked from now on. How far it is stands below.

# Eight words: a certificate known again
words-heading = Is it really this machine?
words-screen = Its screen shows these eight words, beside the code, and so does the next page. If they differ, somebody stands in between: do not go on.
words-here = Its screen shows the same eight words, beside the code. If they differ, somebody stands in between: do not type the code.
words-ask = Whoever owns it can read you these eight words from their page. If theirs are others, somebody stands in between: do not go on.
words-owner = Who is warned by a browser can ask you for these eight words. They stand for the certificate; they are English everywhere.
words-browser = In a browser’s own view of the certificate the same is called SHA-256:

# At home: how devices come to trust the machine
trust-title = Trust this machine
trust-heading = Trust this machine, once on each device
trust-what = <bdi>{ $place }</bdi> lives in this home network only, so no authority of the internet vouches for it. It vouches for itself, once a device has this certificate.
trust-words = These eight words stand for the certificate. Whoever owns the place sees the same ones, on this page of their own device. If they differ, stop.
trust-profile-get = Get the profile
trust-file-get = Get the certificate
trust-pem-get = Get the certificate as text
trust-profile = Lets this device trust { $place }, at home only.
trust-iphone-1 = Open this page in Safari for it, and allow the download.
trust-iphone-2 = Open Settings: right at the top it says “Profile Downloaded”. Tap it, then “Install”.
trust-iphone-3 = Open Settings, General, About, Certificate Trust Settings, and switch on <b>{ $name }</b>.
trust-android-2 = Open Settings, Security and privacy, more settings, Encryption and credentials, Install a certificate, CA certificate. In Settings one can search for “certificate”, too.
trust-android-3 = Android warns of what anybody’s certificate could do. This one can do it for this place alone. Choose the file root.crt. Chat apps may still ask once by themselves.
trust-windows-1 = Open the file, then “Install Certificate”.
trust-windows-2 = Choose “Current User”, then “Place all certificates in the following store”: Trusted Root Certification Authorities.
trust-windows-3 = Say yes to the question. Start browsers and chat apps anew.
trust-mac-1 = Open the file.
trust-mac-2 = Open System Settings, General, Device Management (older: Profiles), double-click the profile, and install it.
trust-firefox-2 = Open Settings, Privacy and Security, View Certificates, Authorities, Import, and choose the file.
trust-firefox-3 = Tick “Trust this CA to identify websites”. Firefox has a list of its own on computers; on phones it takes the phone’s.
trust-other = On another device
trust-qr = QR code of this page
trust-qr-caption = Point the other device’s camera here: it opens this page, in this home network.
trust-know = Good to know
trust-only = It can vouch for <code>{ $domain }</code>, what is under it, <code>{ $local }</code> and addresses of this home network, and for nothing else: not for your bank, not for other sites.
trust-away = When you are no longer here, remove <b>{ $name }</b> in the same place.
trust-status = Nothing here is secret
invite-home = This place lives at home. Let your device trust it first, once.
setup-done-trust = Let each device trust this machine
setup-done-trust-more = Once, yours and your friends’: it is a file and some taps.

# Steps of the set-up
steps-label = Steps of the set-up
steps-done = , done
step-start = Start
step-who = Who it is for
step-name = Name
step-records = Domain records
step-owner = Your account
step-backups = Backups
step-look = Look it over
setup-bar = Set-up: step { $number } of { $of }
setup-back = Back
setup-continue = Continue
setup-saved = Everything up to here is saved
notice-back = Welcome back. Everything up to here was saved.
notice-first = This step comes first.
notice-here = You carry on here. The other browser has been signed out of the set-up.
notice-domain = We took the domain out of what you typed: <code>{ $domain }</code>.
notice-changed = The domain or the machine’s name has changed, so the records of { $domain } are looked at anew. Your account and the backups stay.
notice-small = We made it small: <code>{ $name }</code>.

# The code
setup-code-bar = Welcome
setup-code-title = Enter the set-up code
setup-code-heading = Good day. Let’s set up your chat server.
setup-code-what = It takes about five minutes. You need the set-up code, and a domain name if your friends are out on the internet.
setup-code-label = Set-up code
setup-code-help = Eight letters and digits, where imera was started or in your provider’s console window. Capitals and the dash don’t matter.
setup-code-where = Where do I find it?
setup-code-where-here = <b>In the window where imera was started:</b> on the line that begins with <code>setup</code>.
setup-code-where-rented = <b>Rented server:</b> on your provider’s web site, open the server and choose its console or screen, or look at imera’s log.
setup-code-where-lost = <b>Not to be found?</b> On the machine, <code>imera setup code</code> shows a new one.
setup-code-begin = Begin
setup-code-status = Nothing is set up yet
setup-code-empty = Please type the code from the machine’s screen.
setup-code-length = { $count ->
    [one] A code has eight signs; this has one.
   *[other] A code has eight signs; this has { $count }.
}
setup-code-wrong = That is not the code. Look again at the machine’s screen: the newest one counts.
setup-code-ran-out = This code has run out. Codes hold for 24 hours. A new one stands on the machine’s screen now.
setup-code-wait = { $minutes ->
    [one] Too many tries. Please wait a minute.
   *[other] Too many tries. Please wait { $minutes } minutes.
}
setup-code-again = Please enter the code again
setup-code-again-next = Everything you did is saved.
setup-code-cookies = This browser keeps no cookies for this page. Allow them for <code>{ $host }</code>, or use another browser.
setup-code-taken = The set-up goes on in another browser
setup-code-taken-next = { $minutes ->
    [0] It was taken over just now from <code>{ $from }</code>. Was that not you? Enter the code here to take it back, and do not share it.
    [one] It was taken over a minute ago from <code>{ $from }</code>. Was that not you? Enter the code here to take it back, and do not share it.
   *[other] It was taken over { $minutes } minutes ago from <code>{ $from }</code>. Was that not you? Enter the code here to take it back, and do not share it.
}
setup-securely-warning = Your browser will warn you once, as nobody vouches for this machine’s certificate yet. Choose “Advanced”, then “Continue”. If the code stood in the address, it is void now: take the newest one from the machine’s screen.
setup-securely-shut = On this connection others could read along, and the secure door of this machine is off. Switch it on (<code>IMERA_PORT_HTTPS</code>), or open this page from the machine’s own network.

# For whom
setup-who-title = Who is it for
setup-who-heading = Where are the people who will chat here?
setup-who-legend = Where are they?
setup-who-internet = Out in the world, with a domain of mine
setup-who-internet-more = The usual choice. You need a name like beach.example; about 10 € a year from any provider.
setup-who-elsewhere = Out in the world, and my domain already has a web site somewhere else
setup-who-elsewhere-more = The site stays where it is. Addresses are still name@beach.example; this machine gets a name of its own beside it.
setup-who-home = Only on my home network
setup-who-home-more = Nothing to buy. It works on this Wi-Fi only, and each phone has to trust this machine once.
setup-who-none = I have no domain yet
setup-who-none-more = Any provider that sells domain names will do. Close this page and come back when you have one; everything up to here is saved. After a day you need a new code, which stands on the machine’s screen.

# Name and domain
setup-name-title = Name and domain
setup-name-heading = What is this place called?
setup-name-place = What do your friends call this place? (optional)
setup-name-place-help = Such as Beach House. They see it when they are invited. You can change it later.
setup-name-domain = Your domain
setup-name-domain-help = Such as beach.example. Everybody’s address ends in it.
setup-name-domain-home = A name for your network, such as beach.internal. Everybody’s address ends in it.
setup-name-for-good = It cannot be changed later without everybody noticing.
setup-name-said = Addresses will be
setup-name-host = Name of this machine (optional)
setup-name-host-help = A name of its own beside your web site. If you leave it empty, we take chat. and your domain.
setup-name-long = { $count ->
   *[other] That is { $count } signs long; 40 are the most.
}
setup-name-sign = A name has letters, digits, blanks and signs on one line.
setup-name-unseen = None of these signs can be seen. Please type a name that friends can read, or leave it empty.
setup-name-empty = Please type your domain.
setup-name-address = This is the number of a machine. Friends need a name; choose “home network” if you have none.
setup-name-dot = <code>{ $domain }</code> has no dot in it. A domain looks like beach.example.
setup-name-odd = A domain has letters, digits and dashes; <code>{ $sign }</code> is not among them.
setup-name-broken = <code>{ $domain }</code> cannot be a domain. One looks like beach.example, and no part of it begins or ends with a dash.
setup-name-everybody = <code>{ $domain }</code> belongs to everybody. It needs your own word in front.
setup-name-home = Names ending in <code>.{ $ending }</code> work at home only. Choose “home network” on the page before.
setup-name-outside = The machine’s name must end in <code>.{ $domain }</code>.
setup-name-same = For this the machine needs a name of its own, for example <code>chat.{ $domain }</code>.

# The owner
setup-owner-title = Your account
setup-owner-heading = Your own account
setup-owner-what = You are the owner: you look after the place. You chat with this account too.
setup-owner-name = Chat name
setup-owner-name-help = Small letters, digits, dots and dashes. It cannot be changed later.
setup-owner-shown = Your name as friends see it (optional)
setup-owner-shown-long = { $count ->
   *[other] That is { $count } signs; it is one line of 40 at most.
}
password-label = Password
password-help = At least 10 signs. Four everyday words in a row are easy to keep and hard to guess.
strength-fair = Strength: fair. One more word makes it better.
strength-good = Strength: good.
strength-strong = Strength: strong.
password-again = The same password again
setup-owner-password-kept = Your password is kept as a fingerprint.
setup-owner-password-other = Choose another
password-sign = This has a sign in it that passwords cannot have. Type it with letters, digits and blanks.
name-empty = Please choose a chat name.
name-at = Your address ends in <code>@{ $domain }</code>; type only what stands before it.
name-blank = A chat name has no spaces. How about <b>{ $dotted }</b> or <b>{ $joined }</b>?
name-sign = A chat name cannot have <code>{ $sign }</code> in it.
name-odd = This cannot be a chat name. Take letters, digits, dots and dashes.
name-long = { $count ->
   *[other] That is { $count } signs long; 40 are the most.
}
name-kept = <b>{ $name }</b> is kept for the machine. Please take another.
name-kept-or = <b>{ $name }</b> is kept for the machine. Perhaps <b>{ $one }</b> or <b>{ $two }</b>?
name-scripts = This mixes letters of several alphabets, so it could be taken for another name. Use one alphabet.
name-scripts-or = This mixes letters of several alphabets, so it could be taken for another name. Perhaps <b>{ $one }</b> or <b>{ $two }</b>?
name-taken = <b>{ $name }</b> is taken here. Please take another.
name-taken-or = <b>{ $name }</b> is taken here. Perhaps <b>{ $one }</b> or <b>{ $two }</b>?
name-alike = <b>{ $name }</b> looks too much like a name that is taken here. Please take another.
name-alike-or = <b>{ $name }</b> looks too much like a name that is taken here. Perhaps <b>{ $one }</b> or <b>{ $two }</b>?
password-differs = This differs from the first. We kept neither: please type both again.
password-show = Show
password-show-label = Show the password
password-short = { $count ->
    [one] This has one sign; it needs 10. Add some words.
   *[other] This has { $count } signs; it needs 10. Add another word.
}
password-long = That is longer than 256 signs. Shorter is safe too.
password-known = This is one of the passwords everybody tries first. Add a word only you would think of.
password-in-use = You use this password already. Each app needs one of its own: add a word.

# Backups
setup-backups-title = Backups
setup-backups-heading = A backup every night
setup-backups-what = One file with everything in it: accounts, friends, messages, settings.
setup-backups-at = When?
setup-backups-at-help = By this machine’s clock. Choose an hour when it is on.
setup-backups-keep = How many are kept?
setup-backups-keep-help = The last days, then one for each week, then one for each month. 0 to 60 each.
setup-backups-days = Days
setup-backups-weeks = Weeks
setup-backups-months = Months
setup-backups-loss = If this machine breaks, you lose what was written since the last backup: at most one day.
setup-backups-where = Backups lie on this machine. Keep a copy somewhere else, too.
setup-backups-number = A number from 0 to { $most }, please.
setup-backups-none = Keep at least one backup.
setup-backups-size = A year of a family’s messages makes about { $each }. All of them together are then { $all }, on a disk of { $disk }.
setup-backups-tight = Kept like this they need { $all }; { $free } are free.
setup-lock-fold = Lock the backups with a passphrase (optional)
setup-lock-what = Without one, whoever gets the file can read everything in it. With one, nobody can open it without the passphrase: not a thief, not your provider, <b>not you and not we if it is forgotten</b>. Write it down on paper.
setup-lock-passphrase = Passphrase
setup-lock-passphrase-help = At least 12 signs. Some everyday words in a row are easy to write down.
setup-lock-show = Show the passphrase
setup-lock-again = The same passphrase again
setup-lock-written = I have written it down.
setup-lock-short = { $count ->
    [one] A passphrase needs 12 signs; this has one.
   *[other] A passphrase needs 12 signs; this has { $count }.
}
setup-lock-unwritten = Please write it down first; without it the backups are worthless.
setup-lock-kept = The backups are locked with the passphrase you chose. We have kept no copy of it.
setup-lock-other = Choose another, or none

# Look it over
setup-look-title = Look it over
setup-look-heading = Look it over, then open
setup-look-change = Change
setup-look-domain = Addresses end in <code>@{ $domain }</code>.
setup-look-ascii = in records: <code>{ $ascii }</code>
setup-look-host = The machine is called <code>{ $host }</code>.
setup-look-home = For the home network
setup-look-world = For friends out in the world
setup-look-records = Those that are missing can come later.
setup-look-owner = <bdi>{ $name }</bdi> is the owner
setup-look-password = The password is kept as a fingerprint, never as such.
setup-look-backups = Backups at { $time }
setup-look-keep = Kept: { $days ->
    [one] one day
   *[other] { $days } days
}, { $weeks ->
    [one] one week
   *[other] { $weeks } weeks
}, { $months ->
    [one] one month
   *[other] { $months } months
}.
setup-look-locked = Locked with your passphrase.
setup-look-unlocked = Not locked: whoever gets a file can read it.
setup-look-then = The domain and your chat name are for good; all the rest can be changed later. When the server opens, these pages close for ever.
setup-look-open = Open the server

# Done
setup-done-title = Your server is open
setup-done-bar = Set-up is finished
setup-done-heading = Good day, <bdi>{ $place }</bdi>!
setup-done-lead = Your server is open. Two things are left, and both are nice ones.
setup-done-in = Get yourself in
setup-done-apps = Install Conversations (Android) or Monal (iPhone), choose “add account”, then “scan”.
setup-done-server = If the app asks for a server
setup-done-server-domain = Leave it empty: it is the domain itself. Ports: { $ports }.
setup-done-server-host = <code>{ $host }</code>. Ports: { $ports }.
setup-done-certificate = The app asks whether to trust the machine
setup-done-certificate-more = This machine has made its certificate itself, so nobody else vouches for it. Say yes once on each device.
setup-done-records = The domain has to lead here
setup-done-records-more = Where you bought the domain, add its records. One page of yours lists them, and tells how each of them is.
setup-done-type = No camera at hand, or an app for computers (Gajim, Dino)? Type your address and the password you chose:
setup-done-invite = Invite the first friend
setup-done-invite-what = Send this link by any way you write to each other today. It lets in one person and works for 7 days.
setup-done-invite-send = Send the link
setup-done-invite-qr = QR code of the invitation
setup-done-invite-beside = My friend is beside me
setup-done-invite-caption = Point your friend’s camera here: it opens the invitation.
setup-done-invite-none = The first invitation could not be made. On the machine, imera invite create makes one.
setup-done-know = Good to know
setup-done-on = Go to my server
setup-done-tonight = What happens tonight
setup-done-backup = { $time }. The first backup
setup-done-backup-more = And every night after that.
setup-done-backup-locked = They are locked, and open only with your passphrase. Keep the paper safe.
setup-done-status = The set-up pages are closed for good

# Everybody's own pages
front-me = Your page
sign-in-left = You have left
sign-in-left-next = Your account is closed. For { $days } days you can change your mind by signing in here; then it is deleted.
me-bar = { $place }: your pages
me-tabs = Your pages
me-tab = Me
me-invite-tab = Invite
me-data-tab = My data
me-status = Signed in as { $name }
me-title = Your page
me-heading = Good day, <bdi>{ $name }</bdi>.
me-stays = Good that you stay. Everything is as it was; your apps sign in again with the same password.
me-address = Your chat address
me-address-what = Give it to friends, here or at any other place where people use XMPP.
me-qr = QR code that adds { $address } as a contact
me-qr-caption = A friend scans this with a chat app to add you. It holds no secret.
me-password = Your password
me-password-what = With a new one, every other device and browser is signed out. Your apps ask for it once.
me-password-old = The password you have now
me-password-new = New password
me-password-do = Change the password
me-password-done = Your new password holds. Everybody else who was signed in with the old one is out, and a recovery code from before is void: make a new one below.
me-password-wrong = That is not your password. Nothing was changed.
me-code = Recovery code
me-code-what = If you forget your password, this code lets you choose a new one. Write it on paper; it is shown only once.
me-code-of = You have a code from { $day }. A new one makes it void.
me-code-none = You have no code yet.
me-code-password = Your password, to show that it is you
me-code-do = Make a code
me-code-title = Your recovery code
me-code-heading = Write this down now
me-code-copied = The recovery code is copied.
me-code-keep = This is your recovery code. It is shown here once and never again: on this machine there is only a fingerprint of it.
me-code-void = Any code you had before is void. Whoever has this one can take over your account, so keep it as you keep a key.
me-code-kept = I have written it down
me-out-what = Only this browser. Your apps stay signed in.
me-out-do = Sign out this browser
me-devices-tab = Devices
me-invite-title = Invite somebody
me-invite-what = A link lets one person in: they get an account at { $place }, and you stand in each other’s list. Give it only to somebody you know.
me-invite-quota = You can have open invitations for { $quota ->
    [one] one person
   *[other] { $quota } people
} at once; now there { $given ->
    [0] are none
    [one] is one
   *[other] are { $given }
}.
me-invite-ask = Whoever comes waits until somebody who runs this place says yes.
me-invite-full = All your invitations are given out. Take one back, or wait until one is used or has run out.
me-invite-own = Your links
me-invite-older = { $count ->
    [one] And one older link.
   *[other] And { $count } older links.
}
me-invite-not = You cannot invite anybody now
me-invite-not-next = Whoever runs this place decides who may invite. Ask them for a link.
me-devices-title = Your devices
me-devices-heading = Your devices
me-devices-apps = Apps by your password
me-devices-no-apps = No other app is signed in just now.
me-devices-again = An app that knows your password may come back by itself. To keep a lost device out for good, change your password.
me-devices-browsers = Browsers at these pages
me-devices-others = Sign out everywhere else
me-devices-done = That one is signed out.
me-devices-others-done = All others are signed out.
me-devices-gone = That one was gone already.
me-device-app = { $app } (<code>{ $resource }</code>)
me-device-other = <code>{ $resource }</code>
me-device-here = here now
me-device-away = away
me-device-busy = wants to be left alone
me-device-silent = signed in, shown to nobody
me-browser-on = { $browser } on { $system }
me-browser = { $browser }
me-browser-silent = A program without a name
me-browser-other = A program that calls itself <bdi>{ $agent }</bdi>
me-browser-this = This browser
me-browser-away = Another browser
me-browser-since = this browser, signed in { $when }
me-browser-seen = last here { $when }, from { $from }
me-devices-phones = Phones and apps by code
me-device-seen = last here { $when }
me-device-code = A code nobody has scanned yet
me-device-take-back = Take back
me-device-waits = runs out { $when }
me-phone-add = Add a phone
me-phone-title = Add a phone
me-phone-heading = Add a phone
me-phone-what = You get a picture code. Whoever scans it with a chat app is signed in as you, without typing. The phone gets a password of its own, which you can take away on this page.
me-phone-do = Show the code
me-phone-scan = On the phone, open Conversations or Monal, choose to add an account, and scan this:
me-phone-then = Once it was scanned, the phone stands in your list of devices.
me-phone-none = No code can be made now: so many phones are signed in by code already. Sign one out first, or type your address and password on the phone.
me-phone-back = To your devices
me-data-title = Your data
me-data-heading = What <bdi>{ $place }</bdi> keeps of you
me-data-account = Your account
me-data-account-more = Your chat name, when you joined, when you were last here, and a fingerprint of your password, never the password. For as long as you stay.
me-data-contacts = { $count ->
    [0] No contacts yet
    [one] One contact
   *[other] { $count } contacts
}
me-data-contacts-more = { $blocked ->
    [0] With the names and groups you give them. For as long as they are in your list.
    [one] With the names and groups you give them, and one address that you blocked. For as long as they are in your list.
   *[other] With the names and groups you give them, and { $blocked } addresses that you blocked. For as long as they are in your list.
}
me-data-messages = { $count ->
    [one] One message, from { $day }
   *[other] { $count } messages, the first from { $day }
}
me-data-no-messages = No messages yet
me-data-messages-more = So that each of your devices shows the same conversations. They stay until you leave. Who you wrote to has a copy of their own. In your app’s settings you can choose which conversations are kept from now on.
me-data-devices = Devices and browsers
me-data-devices-more = Which of them are signed in; of a browser also its kind and the last internet address, forgotten after 30 days without a visit. The machine’s log tells when somebody signed in from where, and never what was written.
me-data-backups = Backups
me-data-backups-more = All of this is in the machine’s backups too. What you delete here is gone from the last of them after { $days } days or so.
me-data-who = Who can see it
me-data-who-more = You, and whoever has power over this machine. What your app encrypts from end to end (most call it OMEMO), nobody can read here. Nothing goes to anybody else.
me-export = Take everything with me
me-export-what = One file with your messages to read, your contacts, and your account in the form that other chat servers take in. It is not locked: whoever has it can read it.
me-export-do = Make the file
me-export-making = Your file is being made. You can close this page: you get a chat message when it is ready.
me-export-look = Look again
me-export-ready = Your file was made { $when }. It lies here until { $day }; then it is deleted.
me-export-fetch = Download the file ({ $size })
me-export-again = Make a new one
me-export-later = What came after it is not in this file. You can make a new one { $moment } or later.
export-told = The file with everything of yours is ready. Fetch it until { $day } on your page, where only you get it: { $page }
export-told-failed = The file with everything of yours could not be made. The cause stands in the server’s log. Please try again later, or tell the owner.
export-title = Everything of { $address }
export-heading = What <bdi>{ $place }</bdi> kept of you
export-what = <bdi>{ $address }</bdi>, here since { $joined }. This file is of { $made }. Times are those of the server’s clock.
export-files = What is in here
export-conversations = each conversation as a text file, oldest message first
export-json = { $count ->
    [one] one message, for programs: one line of JSON each
   *[other] all { $count } messages, for programs: one line of JSON each
}
export-xml = your account as other chat servers take it in (XEP-0227): contacts, blocked addresses, messages; no password
export-talks = Conversations
export-talk = Conversation with { $address }. What your app encrypted can be read in your apps only.
export-with = With
export-messages = Messages
export-last = Last one
export-more = There are more conversations than get a file of their own. Their messages stand in messages.jsonl.
export-address = Address
export-name = Name
export-groups = Groups
export-blocked = Blocked
me-leave = Leave { $place }
me-leave-what = Your account, your contacts and your messages on this server go; your friends keep what you wrote to them. All your devices are signed out at once. Until { $day } you can change your mind by signing in here.
me-leave-only-owner = A place needs an owner, and you are the only one. Make somebody else an owner first.
me-leave-sure = Type <b>{ $name }</b> to show that you mean it
me-leave-other-name = That is not your chat name. Nothing was changed.
me-leave-password = Your password
me-left-owners = { $place }: { $name } has left. The account is closed and will be deleted in { $days } days, unless { $name } signs in on the web before.

# The owner's pages
admin-bar = { $place }: for the owner
admin-tabs = Pages for the owner
admin-tab-home = Home
admin-signed-in = Signed in as { $name }
admin-fine = Everything is all right.
admin-can-wait = { $count ->
    [one] Everything works. One thing can wait.
   *[other] Everything works. { $count } things can wait.
}
admin-bad = { $count ->
    [one] It’s running, but one thing needs you.
   *[other] It’s running, but { $count } things need you.
}
admin-storm = Friends can’t reach it right now.
admin-looking = Still looking…
admin-looking-more = The server has just begun. In a minute it knows how everything is.
admin-look-page = Look at this page again
admin-looked = { $minutes ->
    [0] Looked at everything just now.
    [one] Looked at everything a minute ago.
   *[other] Looked at everything { $minutes } minutes ago.
}
admin-looked-never = Nothing was looked at yet.
admin-look = Look again
admin-more = { $count ->
    [one] And one more
   *[other] And { $count } more
}
admin-checks = What we looked at
admin-rest = Everything else is fine
admin-since = It began { $when }.
admin-machine-says = The machine says:
admin-waiting = { $count ->
    [one] Somebody waits for your yes
   *[other] { $count } people wait for your yes
}
admin-waiting-next = They came by an invitation, and get in when you say so.
admin-disk-full = The disk is full
admin-disk-full-next = New messages cannot be kept, so apps are told to try again later. Delete or move what else lies on this machine’s disk; imera goes on by itself.
admin-disk-low = Little room is left on the disk
admin-disk-low-next = Nobody notices yet. When it is full, no message can be kept. Delete or move what else lies on this machine’s disk.
admin-store = Nothing can be kept right now
admin-store-next = Messages are refused instead of lost, and apps send them again. Look after the machine’s disk; imera goes on by itself.
admin-backup-old = There is no recent backup
admin-backup-old-next = If this machine broke now, you would lose everything since the last one. Make one by hand.
admin-backup-failed = The last backup failed
admin-backup-failed-next = Earlier good ones are kept. It is tried again within the hour.
admin-backup-alone = All backups are on this machine
admin-backup-alone-next = They help when something is deleted or goes wrong inside. If the machine itself breaks or is stolen, they are gone with it. Download one now and then.
admin-backup-second = The second place has not got the last backup
admin-backup-second-next = The backup itself is good, and lies on this machine. Look whether the second place is there.
admin-clock-wrong = The machine’s clock is wrong
admin-clock-wrong-next = Certificates and the order of messages depend on it. It usually puts itself right within a minute of having internet.
admin-certificate-bad = The certificate does not hold
admin-certificate-bad-next = Apps refuse to connect, or warn their people. Put a new one in its place.
admin-certificate-soon = The certificate needs you soon
admin-certificate-soon-next = Nobody notices yet. When it runs out, apps refuse to connect.
admin-certificate-files = The certificate’s files cannot be used
admin-certificate-files-next = The one from before goes on until it runs out. Look at the files.
admin-ports-silent = A door of this server does not answer
admin-ports-silent-next = Apps that knock there cannot connect. Restart imera; if that does not help, look into its log.
admin-database-damaged = The database is damaged
admin-database-damaged-next = What is written now may be lost. Look whether the disk fails, then bring back the last good backup.
admin-aside = What a restore has put aside is still here
admin-aside-next = It takes room on the disk and is removed by itself once its time is over and a newer backup is good. Until then it is the way back.
admin-thing = Something needs you
admin-thing-next = What it is the server’s own words say.
admin-ports-fine = All doors answer
admin-ports-fine-more = Tried from this machine. Whether they open to the world it cannot see.
admin-backup-fine = Backups are good
admin-backup-fine-more = The last one was made { $when }: { $size }, opened and counted.
admin-backup-coming = Backups begin soon
admin-backup-first = The first one comes { $when }.
admin-backup-tonight = The first one comes tonight.
admin-certificate-fine = The certificate holds
admin-certificate-fine-more = Until { $day }.
admin-certificate-own = Until { $day }. This machine made it itself, so apps ask once whether to trust it.
admin-certificate-strangers = Until { $day }. Phones and browsers do not know who vouches for it.
admin-disk-fine = There is room
admin-disk-fine-more = { $free } of { $of } are free.
admin-dns-lost = Friends outside may not find this place
admin-dns-lost-next = A record of the domain is missing, or leads elsewhere. It is put right where you bought the domain; below stands which one.
admin-dns-some = A record of the domain is not right
admin-dns-some-next = Most people will notice nothing. It is put right where you bought the domain; below stands which one.
admin-dns-fine = The domain leads here
admin-dns-fine-more = Its own name servers say so.
admin-records = The domain’s records
admin-records-what = They stand where you bought <b>{ $domain }</b>, on the page called “DNS”, “Zone” or “Name records”. We ask its own name servers how they are.
admin-clock-fine = The clock is right
admin-clock-fine-more = It is { $day }.
admin-who = Who is here
admin-who-count = { $here ->
    [0] Nobody is online. { $of } accounts.
    [one] One of { $of } is online.
   *[other] { $here } of { $of } are online.
}
admin-here = Here
admin-busy = Do not disturb
admin-away = Away
admin-gone = Not here
admin-tab-people = People
admin-waiting-look = Look at them
admin-people = People
admin-people-count = { $here } of { $of } here now
admin-people-never = You see when people are here, never what they write, nor to whom.
admin-only-you = Only you so far.
admin-find = Find somebody
admin-find-do = Find
admin-nobody-found = Nobody has a name like that.
admin-everybody = Show everybody
admin-page-before = Page before
admin-page-behind = Next page
admin-closed = Closed
admin-open = Open
admin-yes = Let in
admin-no = Turn away
admin-asked = Asked { $when }.
admin-asked-through = Asked through a link of <bdi>{ $name }</bdi>, { $when }.
admin-role-owner = owner
admin-role-member = member
admin-role-limited = guest
admin-last-here = Last here { $when }.
admin-never-here = No app has signed in yet.
admin-devices-here = { $count ->
    [one] Here now, with one device.
   *[other] Here now, with { $count } devices.
}
admin-goes = Closed; deleted on { $day }.
admin-chip-closed = closed
admin-chip-locked = locked
admin-person = { $name }
admin-person-goes = This account is closed, and deleted on { $day }
admin-person-goes-next = Until then everything is still there. After that nobody can bring it back.
admin-person-stay = Keep this account
admin-person-locked = This account is locked
admin-person-locked-next = Nobody gets in with it, and messages to it wait.
admin-person-open = Open it again
admin-person-own = This is your own account. Another owner can change its role or close it.
admin-person-devices = Apps that are signed in
admin-person-no-device = None at the moment.
admin-person-browsers = { $count ->
    [0] No browser is signed in.
    [one] And one browser.
   *[other] And { $count } browsers.
}
admin-since-day = Came in on { $day }.
admin-sign-out-help = For a phone that was lost. The password stays as it is, so apps that know it come back: make a link for a new one, too.
admin-sign-out-do = Sign out everywhere
admin-reset = A new password
admin-reset-help = For somebody who forgot it. The link works once, for a day; then all apps have to sign in again. You never see the password.
admin-reset-do = Make a link
admin-reset-again = Make another link
admin-link-qr = QR code of the link
admin-link-copied = The link is copied.
admin-link-until = It works until { $day }.
admin-link-share = Share the link
admin-link-once = Copy it now: for ten minutes it can be shown in this browser, and then never again.
admin-role = Role
admin-role-do = Change the role
admin-role-owner-may = Sees these pages and may change everything here.
admin-role-member-may = Chats, and invites others if you allow it.
admin-role-limited-may = Chats. Invites nobody.
admin-lock = Lock for a while
admin-lock-help = All apps are signed out and nobody gets in until you open it again. Nothing is deleted.
admin-lock-do = Lock this account
admin-close = Close this account
admin-close-what = Nobody gets in from now on. On { $day } the account goes for good, with its contacts, its messages on this server and all settings; until then you can open it again.
admin-close-type = Type the chat name <b>{ $name }</b> to show that you mean it
admin-close-do = Close this account
admin-close-other = That is not the name. Nothing was changed.
admin-done-role = The role is changed.
admin-done-locked = The account is locked, and all its apps are signed out.
admin-done-opened = The account is open.
admin-done-closed = The account is closed.
admin-done-signed-out = All apps and browsers are signed out.
admin-done-let-in = They are in. Inviter and invited have each other in their lists.
admin-done-refused = The request is gone. Nobody was told.
admin-done-answered = That request is gone: somebody else has answered it.
admin-own = This is your own account. Nothing was changed.
admin-only-owner = A place needs an owner. Make somebody else one first.
admin-too-many = Too many links are open. Take some back first.
admin-tab-invites = Invites
admin-invites = Invitations
admin-invite-somebody = Invite somebody
admin-invite-new = New invitation
admin-invite-note = Who is it for? (optional)
admin-invite-note-help = A note to yourself. Friends don’t see it.
admin-invite-long = A note is one line of { $most } signs at most.
admin-invite-many = How many people may come in with it?
admin-invite-one = One person
admin-invite-up-to = Up to { $count }
admin-invite-other = Another number
admin-invite-other-many = How many, if another number
admin-invite-other-help = 1 to { $most }.
admin-invite-number = A number from 1 to { $most }, please.
admin-invite-lasts = How long does it work?
admin-invite-day = 1 day
admin-invite-week = 7 days
admin-invite-month = 4 weeks
admin-invite-role = They come in as
admin-invite-member = Member
admin-invite-limited = Guest: invites nobody
admin-invite-ask = Ask me first
admin-invite-ask-more = Whoever comes waits until you say yes.
admin-invite-make = Make the link
admin-invite-made = Just made
admin-invite-none-made = A new link stands here once it is made.
admin-invite-all = Open and past
admin-invite-all-newest = All links, newest first
admin-invite-none = No links yet.
admin-invite-what = For
admin-state = State
admin-invite-came = Came by it
admin-invite-until = Until
admin-actions = What you can do
admin-invite-password = New password for <bdi>{ $name }</bdi>
admin-invite-contact = To be a contact
admin-invite-for = Only as <bdi>{ $name }</bdi>
admin-invite-account = Invitation
admin-invite-by = Made by <bdi>{ $name }</bdi>
admin-invite-unused = nobody yet
admin-invite-uses = { $uses } of { $of }
admin-invite-paused = Paused
admin-invite-withdrawn = Withdrawn
admin-invite-used = Used
admin-invite-open = Open
admin-invite-ran-out = Ran out
admin-withdraw = Take back
admin-done-withdrawn = The link lets nobody in any more. Whoever came by it stays.
admin-invite-over = That link was over already. Nothing was changed.
admin-invite-twice = This form came twice. One link was made.
admin-tab-backups = Backups
admin-backups-when = Every night at { $time }.
admin-backups-kept = Kept: { $days ->
    [one] one day
   *[other] { $days } days
}, { $weeks ->
    [one] one week
   *[other] { $weeks } weeks
}, { $months ->
    [one] one month
   *[other] { $months } months
}.
admin-backups-good = The last backup is good.
admin-backups-age = { $days ->
    [one] The last backup is one day old.
   *[other] The last backup is { $days } days old.
}
admin-backups-none-good = There is no good backup.
admin-backups-none = No backup yet: the first comes { $when }.
admin-backups-none-yet = No backup yet.
admin-backups-failed = What was written since the last good one would be lost if this machine broke now. It is tried again within the hour.
admin-backups-runs = A backup is being worked on.
admin-backups-runs-look = See how far it is
admin-backups-now = Kept now
admin-backups-make = Back up now
admin-backups-empty = None is kept yet.
admin-backups-open = Some of these files are not locked. Whoever has such a file has everything: accounts, messages, settings. Keep it where only you can read it.
admin-backups-newest = Backups, newest first
admin-when = When
admin-size = Size
admin-backups-damaged = Damaged
admin-backups-proved = Good
admin-backups-locked = Locked
admin-backups-fetched = Downloaded on { $day }
admin-backups-nightly = of the night
admin-backups-by-hand = by hand
admin-backups-restored = brought back
admin-backups-elsewhere = Elsewhere on this machine
admin-backups-download = Download
admin-backups-check = Check it
admin-backups-back = Go back to a backup
admin-backups-back-how = Choose one of these or a file of yours; it is proved before anything is touched, and then you are asked. What <bdi>{ $place }</bdi> has now is put aside, not deleted. Everybody is away for a few seconds.
admin-backups-back-do = Choose a file
admin-backups-bring = Bring back
admin-work-make = A backup is being made
admin-work-check = A backup is being checked
admin-work-close = You may close this page: it goes on by itself.
admin-work-again = Check again
admin-work-percent = { $percent } % done
admin-work-made = The backup is made: opened again, and every table counted.
admin-work-proved = The file is good: it opens, and holds all it should.
admin-work-compared = The file is whole. It is locked, so whether it opens shows with its passphrase only.
admin-work-failed = No backup was made. The machine says: { $why }
admin-work-damaged = This file is not good. The machine says: { $why }
admin-stage-snapshot = Copy the database
admin-stage-pack = Pack it with all files
admin-stage-lock = Lock it
admin-stage-sums = Compare its sum
admin-stage-unpack = Open it again
admin-stage-integrity = Count every table
admin-stage-second = Bring it to the second place
admin-tab-settings = Settings
admin-log = Who changed what
admin-log-what = What owners and the machine changed, kept for a year. Nobody’s messages are in it.
admin-log-empty = Nothing was changed yet.
admin-log-newest = All changes, newest first
admin-log-who = Who
admin-log-did = What
admin-log-machine = The machine
admin-log-to-newest = The newest
admin-log-older = Older ones
admin-log-other = Something that this version does not know.
admin-log-set = Changed “{ $setting }” to: <bdi>{ $value }</bdi>.
admin-log-unset = Changed “{ $setting }”.
admin-log-added = Added the account <bdi>{ $name }</bdi>.
admin-log-added-many = { $count ->
    [one] Added one account.
   *[other] Added { $count } accounts.
}
admin-log-role = Changed the role of <bdi>{ $name }</bdi> to: { $role }.
admin-log-locked = Locked <bdi>{ $name }</bdi>.
admin-log-opened = Opened <bdi>{ $name }</bdi> again.
admin-log-closed = Closed the account <bdi>{ $name }</bdi>, to be deleted on { $day }.
admin-log-removed = Deleted the account <bdi>{ $name }</bdi> for good.
admin-log-signed-out = Signed <bdi>{ $name }</bdi> out everywhere.
admin-log-password = Gave <bdi>{ $name }</bdi> a new password.
admin-log-reset = Made a link for a new password of <bdi>{ $name }</bdi>.
admin-log-let-in = Let <bdi>{ $name }</bdi> in.
admin-log-turned-away = Turned <bdi>{ $name }</bdi> away.
admin-log-invited = { $uses ->
    [one] Made invitation { $number }, for one person.
   *[other] Made invitation { $number }, for up to { $uses }.
}
admin-log-invited-note = { $uses ->
    [one] Made the invitation <bdi>{ $note }</bdi>, for one person.
   *[other] Made the invitation <bdi>{ $note }</bdi>, for up to { $uses }.
}
admin-log-withdrew = Took back the link { $number }.
admin-log-withdrew-note = Took back the link <bdi>{ $note }</bdi>.
admin-log-backup = Made the backup <code>{ $file }</code>.
admin-log-fetched = Downloaded the backup <code>{ $file }</code>.
admin-log-restored = Went back to the backup made { $when }.
admin-log-lock = Set a passphrase for backups.
admin-log-unlock = Backups have no passphrase any more.
admin-log-certificate = Brought a certificate along, good until { $day }.
admin-log-certificate-automatic = Went back to the automatic certificate.
admin-on = Yes
admin-off = No
admin-save = Save
admin-saved = Saved.
admin-saved-later = Saved. It counts when imera is started the next time.
admin-usually = Usually: { $value }.
admin-is-set = set
admin-is-not-set = not set
admin-section-place = The place
admin-section-people = People
admin-section-apps = Apps
admin-section-backups = Backups
admin-section-machine = On the machine only
admin-machine-why = These decide over the machine itself, so no browser changes them: somebody who gets hold of yours could. On the machine, <code>imera settings set</code> does.
admin-set-domain = Domain
admin-set-host = Name of the machine
admin-set-home = For the home network only
admin-set-place-name = Name of the place
admin-set-language = Language
admin-set-allow-plain = Old apps may send the password itself
admin-set-registration = Strangers may make accounts
admin-set-members-invite = Members may invite
admin-set-invite-quota = Open invitations of one member
admin-set-ask-first = Ask me before somebody gets in
admin-set-backup-at = When the backup is made
admin-set-backup-keep = How many are kept
admin-set-backup-folder = Second place: a folder
admin-set-acme = An authority is asked for certificates
admin-set-acme-eab-kid = Key id of the account at the certificate’s authority
admin-set-acme-eab-key = Key of the account at the certificate’s authority
admin-set-acme-dns-server = Name server that takes proofs for the certificate
admin-set-acme-dns-zone = Zone of the proofs
admin-set-acme-dns-key = Name of the key for that zone
admin-set-acme-dns-algorithm = How that key signs
admin-set-acme-dns-secret = Secret of that key
admin-set-backup-command = Second place: a command
admin-set-other = { $key }
admin-why-place-name = What people call it, on every page and in every invitation. Leave it empty for the domain.
admin-why-members-invite = Owners always may. If members may, the place grows by itself; who brought whom stands among the invitations.
admin-why-invite-quota = How many people a member may have invited at once who did not come yet. It bounds how fast the place grows.
admin-why-ask-first = Whoever comes by an invitation waits until an owner says yes. It costs them time, and you a look.
admin-why-language = In which language the machine writes to you. Pages follow each reader’s browser.
admin-why-allow-plain = Apps of today prove that they know the password and never send it. Some old ones can only send it, inside the encrypted line. It is one guard less for whoever uses them.
admin-why-backup-at = By this machine’s clock, such as 3:30. Choose an hour when it is on.
admin-why-backup-keep = Days, then weeks, then months: 7,4,6 keeps the last seven, one for each of four weeks, one for each of six months.
admin-cost-backup = The last one takes { $size } of the disk.
admin-wants-number = A number from { $min } to { $max }, please. Nothing was changed.
admin-wants-time = A time of day such as 3:30, please. Nothing was changed.
admin-wants-keep = Three numbers such as 7,4,6, please, each 0 to { $most } and not all 0. Nothing was changed.
admin-wants-text = One line of { $most } signs at most, please. Nothing was changed.
admin-wants-name = One line of { $most } signs at most, please, with some that can be seen. Nothing was changed.
admin-wants-server = This is not the address of a name server. It looks like 192.0.2.53, or with a port 192.0.2.53:5353.
admin-wants-dns-name = This cannot be a name of DNS. It looks like proof.beach.example.
admin-wants-base64 = This is not base64. Copy the secret as it stands in the name server’s configuration, without the quotes.
admin-wants-other = This value does not fit. Nothing was changed.

# Links that friends get
copied-link = The link is copied.
copied-message = The message is copied.
copied-code = The code is copied. Keep it where you find it again.
entry-closed = { $place } is not open yet
entry-closed-next = Somebody is still setting it up. Your link keeps; try again tomorrow.
entry-cut = The link seems cut in half
entry-cut-next = { $count ->
   *[other] Ask for it again, or copy all of it: behind the last slash it has { $count } signs.
}

# An invitation
invite-bar = An invitation for you
invite-title = { $inviter } invites you
invite-title-place = You are invited
invite-heading = <bdi>{ $inviter }</bdi> invites you to <bdi>{ $place }</bdi>
invite-heading-place = You are invited to <bdi>{ $place }</bdi>
invite-lead = A private chat for people who know each other. No adverts, no phone number, no company in between.
invite-named = It is made out to one name: <b>{ $name }</b>.
invite-asks = Whoever runs this place says yes to each newcomer first. You choose name and password now, and come in after that.
invite-android = You need a chat app. This one works well on Android:
invite-iphone = You need a chat app. This one works well on iPhone and iPad:
invite-computer = Pick your name and password here
invite-computer-more = Then sign in with an app on this computer, or on your phone with a picture code.
invite-unknown-android = On Android
invite-unknown-iphone = On iPhone and iPad
invite-unknown-computer = On a computer
invite-play = Get Conversations
invite-play-more = from the Play Store, then you are taken straight in
invite-fdroid = Get Conversations from F‑Droid
invite-fdroid-more = free; come back here after installing it
invite-monal = Get Monal
invite-monal-more = from the App Store; come back here after installing it
invite-back = After installing, come back to this page and tap “I have the app: let me in”.
invite-open = I have the app: let me in
invite-rather = I’d rather pick my name and password here
invite-rather-more = Good for computers too. Afterwards the app on your phone signs in with a picture code.
invite-sign-up = Sign up in the browser
invite-phone = Or go on with your phone
invite-others-android = iPhone, computer or another app
invite-others-iphone = Android, computer or another app
invite-others-computer = Apps for computers and phones
invite-first = With apps for computers, sign up in the browser first.
invite-have-app = An app on this device that knows invitations takes you in directly:
invite-have = I have an account already
invite-have-more = Then you need no other one. Add <bdi>{ $inviter }</bdi> to your list.
invite-add-app = Add { $inviter } in my app
invite-add-type = Or type this address where your app adds people:
invite-add-here = My account is here: sign in
invite-another = Open this on another phone
invite-qr = QR code of this page
invite-qr-caption = Point the phone’s camera here: it opens this page.
invite-for-one = For one person, until { $day }.
invite-for-many = { $left ->
    [one] For one more person, until { $day }.
   *[other] For { $left } more people, until { $day }.
}
invite-people = { $count ->
    [one] One person is in already
   *[other] { $count } people are in already
}
invite-places = { $of ->
   *[other] { $taken } of { $of } places taken
}
app-android = Android, from the Play Store
app-fdroid = Android, from F‑Droid
app-iphone = iPhone and iPad, from the App Store
app-gajim = Windows, Linux, Mac
app-dino = Linux
app-mac = Mac, from the App Store

# An invitation, for who is in already
bond-in-title = You are in already
bond-in = You are in already
bond-in-next = You need no other account. Pass the link on to somebody who has none.
bond-add = You are in already. Add <bdi>{ $inviter }</bdi> to your list?
bond-add-next = You become contacts of one another at once, on all devices.
bond-add-do = Add to my list
bond-not-now = Not now
bond-friends = You are in already, and <bdi>{ $inviter }</bdi> is in your list
bond-friends-next = There is nothing left to do here. Say good day in your app.
bond-own-title = Your invitation
bond-own = This is your own invitation
bond-own-next = Pass it on by any way you write to each other today. This is the link:
bond-contact-title = { $inviter } would like to chat with you
bond-contact = <bdi>{ $inviter }</bdi> would like to chat with you
bond-contact-next = This link adds both of you to each other’s list. You need an account for it.
bond-status = The link works until { $day }

# A link that is over
over-used = This invitation has been used
over-used-next = It was for one person, and somebody came in with it on { $day }. Was it you? Then sign in.
over-out = This invitation has run out
over-out-next = It worked until { $day }. Nothing is wrong with your phone, and the place is still here.
over-full = { $of ->
   *[other] All { $of } places are taken
}
over-full-next = This link was made for so many people and not more.
over-back = This invitation was taken back
over-back-next = Ask the person who sent it to you.
over-reset-used = This link has been used
over-reset-used-next = It gave somebody a new password, once. Was it you? Then sign in. If it was not, tell whoever runs this place at once.
over-reset-out = This link has run out
over-reset-out-next = Links for a new password work for a day. Ask whoever runs this place for another one. Your old password is as it was.
over-ask = Ask { $inviter } for a new one
over-ask-here = We can do that for you: <bdi>{ $inviter }</bdi> gets a chat message from this place.
over-who = Your name (optional)
over-who-help = So that it is clear who asks.
over-who-long = { $count ->
   *[other] That is { $count } signs long; 40 are the most.
}
over-who-sign = Only letters, digits, blanks and dashes, please.
over-ask-do = Ask for a new link
over-ask-self = Or send this yourself, by any way you write to each other:
over-asked = { $inviter } has been asked
over-asked-next = A new link comes the way this one came. A link can ask once a day.
over-message-out = Hi { $inviter }, the invitation to { $place } has run out. Can you send me a new one?
over-message-used = Hi { $inviter }, the invitation to { $place } has been used already. Can you send me a new one?
over-message-full = Hi { $inviter }, all places of the invitation to { $place } are taken. Can you send me another one?
over-message-back = Hi { $inviter }, the invitation to { $place } was taken back. Can you send me a new one?
over-message-name = I would like to be called { $name }.
over-sign-in = I am in already: sign in
over-status = Nobody else gets in with this link
over-status-out = Nobody was let in with this link after that day
over-tell = Somebody with your invitation of { $day } asks for a new one. You can make one in your app or at { $web }.
over-tell-note = Somebody with your invitation of { $day } (“{ $note }”) asks for a new one. You can make one in your app or at { $web }.
over-tell-who = Somebody with your invitation of { $day } asks for a new one, and gives the name { $who }. You can make one in your app or at { $web }.
over-tell-who-note = Somebody with your invitation of { $day } (“{ $note }”) asks for a new one, and gives the name { $who }. You can make one in your app or at { $web }.
over-tell-cannot = Somebody with your invitation of { $day } would like to come in. You may not invite now, and the link works no more: ask whoever runs { $web }.
over-tell-cannot-who = Somebody with your invitation of { $day } would like to come in, and gives the name { $who }. You may not invite now, and the link works no more: ask whoever runs { $web }.

# Sign-up
join-title = Pick your name
join-heading = Pick your name
join-heading-named = Choose a password
join-what = <bdi>{ $inviter }</bdi>’s invitation lets you in. This is how friends find you.
join-what-place = Your invitation lets you in. This is how friends find you.
join-named = Your chat address will be <code>{ $name }@{ $domain }</code>. The name came with the invitation.
join-name-help = Small letters, digits, dots and dashes. A nickname is fine.
join-forgot = Forgot it one day? The next page gives you a code for that.
join-do = Come in
join-status = The invitation is used up only when you are in
join-many = Too many people wait for a yes just now. Your invitation is as it was: try again tomorrow.

# Waiting for a yes
waiting-title = You are nearly in
waiting-next = Whoever runs this place has to say yes first. The name <b>{ $name }</b> is kept for you.
waiting-keep = Keep this page’s address: it tells when you can come in. You may close it meanwhile. Without an answer by { $day }, the name is free again and you can ask anew.
waiting-tell = { $name } would like to come in, by an invitation of the place. You say yes or no at { $web }/admin.
waiting-tell-by = { $name } would like to come in, by an invitation of { $inviter }. You say yes or no at { $web }/admin.
waiting-status = Waiting for a yes
waiting-again = Look again
waiting-over = There is an answer
waiting-over-next = Sign in with the name and the password that you chose. If that does not work, ask the person who invited you.

# Welcome
welcome-title = Welcome
welcome-heading = Welcome, <bdi>{ $name }</bdi>.
welcome-lead = You are in. This is your chat address:
welcome-renewed = Your new password is kept
welcome-renewed-next = All your devices are signed out. Sign each in again with the new password, or with the code on this page.
welcome-code = Your recovery code
welcome-code-what = Print it or write it down. It gives you a new password if you forget yours, and it is shown this once.
welcome-phone = Chat on your phone
welcome-scan = Install the app, choose “add account”, then “scan”:
welcome-type = No camera at hand? Type the address and the password that you chose.
welcome-here-android = Install the app, choose “I already have an account”, and type your address and the password that you chose.
welcome-here-iphone = Install the app, choose to log in, and type your address and the password that you chose.
welcome-other-phone = Sign in another phone with a picture code
welcome-computer = Chat on a computer
welcome-computer-what = Type your address and the password that you chose.
welcome-friends = In your list already
welcome-status = You are signed in
buddy-here = Here
buddy-away = Not here now
phone-qr = QR code that signs your phone in as { $address }
phone-caption = Signs your phone in without typing. Works once, and runs out { $moment }. Show it to nobody.
phone-this = You read this on that very phone?
phone-link = Sign in the app on this phone
phone-link-what = Install the app first, then come back and press this: the app opens and signs in. If it asks for a new password, make one up; it is for this phone alone. The link works once, and runs out { $moment }.
phone-copy = Or copy a password into the app
phone-copy-what = Your chat address and this password sign one app in, in place of the code: choose “I already have an account”.
phone-copied = The password is copied.
phone-none = There is no picture code now. It is made for half an hour after the password was typed here, and not for any number of phones. Type your address and the password that you chose.

# A new password
reset-title = Choose a new password
reset-heading = Choose a new password
reset-what = For <code>{ $address }</code>. All devices are signed out, and sign in again with the new one.
reset-do = Keep the new password
reset-status = The link works once, and runs out { $moment }
reset-app = I’d rather do it in my app
reset-app-more = Apps that know such links ask you for the new password themselves.
reset-app-open = Open in my app
reset-tell = Your password was just changed, with a link that was made for you. All your devices were signed out. If it was not you, tell whoever runs this place at once.
recover-title = Use your recovery code
recover-heading = Use your recovery code
recover-what = It gives you a new password. All your devices are signed out, and the code is used up; you get another one.
recover-code = Recovery code
recover-code-help = Four groups of four signs. Capitals and dashes don’t matter.
recover-code-empty = Please type the code that you wrote down.
recover-wrong = Chat name and code do not belong together. Look at both once more. A newer code makes older ones void.
recover-none = I have no code
recover-none-more = Whoever runs this place can make you a link for a new password. Ask in person or by phone, so that it is clear that it is you.
recover-status = The code is used up only when the password is kept
recover-tell = Your password was just changed, with your recovery code. All your devices were signed out. If it was not you, tell whoever runs this place at once.
sign-in-recover = I have a recovery code

# New, or restore
setup-start-title = Start
setup-start-heading = Is this a new place?
setup-start-legend = What do you want to do?
setup-start-new = Yes, start a new chat server
setup-start-new-more = Five minutes, six short pages.
setup-start-restore = No, bring back a backup
setup-start-restore-more = Everybody keeps their account, friends and messages. The file is checked before anything is changed.
setup-clock = The machine’s clock says { $date }
setup-clock-next = Certificates and the order of messages don’t work with a wrong clock. It usually puts itself right within a minute of having internet.
setup-router = This machine is behind a router
setup-router-next = Friends outside reach it only if the router lets them through. In the router’s own pages look for “port forwarding” and send { $ports } to this machine. For people in your home only, go back and choose “home network”.
setup-shared = Your internet line has no address of its own
setup-shared-next = Your provider shares one address among many customers, so nobody outside can reach this machine, whatever the router does. Ask your internet company for a public IPv4 or IPv6 address, or use a rented server. For people in your home only, go back and choose “home network”.

# Restoring
restore-title = Bring back a backup
restore-heading = Which backup comes back?
restore-what = The file is checked before anything is changed. Then you are asked once more.
restore-file = The backup
restore-file-help = It is called imera-DATE.backup. There is room for { $room }.
restore-file-missing = Please choose a file.
restore-passphrase = Passphrase (only if the backup has one)
restore-passphrase-help = Type it as it was written down; capitals and blanks count.
restore-check = Check this backup
restore-again = Check it again
restore-other = Choose another file
restore-waits = A backup that was checked waits for your yes, for a day.
restore-waits-look = Look at it
restore-status-untouched = Nothing has been changed
restore-not-ours = This is not an imera backup
restore-not-ours-next = It may be a backup of another program. Ours are called <code>imera-DATE.backup</code>.
restore-damaged = The file is damaged
restore-damaged-next = What is in it is not what was put into it. Copy it again from where it was kept, or take an older one. Nothing was changed.
restore-cut-next = It ends after { $has } of { $of }. Copy it again from where it was kept, or take an older one. Nothing was changed.
restore-passphrase-wrong = That passphrase does not open it
restore-passphrase-wrong-next = Capitals and blanks count. Without the right one nobody can open this file, we neither.
restore-passphrase-missing = This backup is locked
restore-passphrase-missing-next = It opens with the passphrase that was chosen for the backups of its place. The file is here; only the passphrase is missing.
restore-newer = This backup was made by a newer imera ({ $version })
restore-newer-next = This machine has { $version }. Update it first, then bring the backup again.
restore-big = It does not fit
restore-big-next = It needs { $needs }, and { $free } are free for it. Use a bigger disk, or free some of this one.
restore-mounted = Nothing can take the place of today’s data
restore-mounted-next = A part of it is a disk of its own. Unmount that, or mount the whole folder of imera’s data instead, then check again. Nothing was changed.
restore-full = The disk is full
restore-full-next = Something else has filled it meanwhile. Free some of it, then check again. Nothing was changed.
restore-busy = Something else is under way
restore-busy-next = A backup is just being made, or brought back. Wait for its end, then check again.
restore-failed = It could not be checked
restore-failed-next = Something broke on our side, and the server’s log says what. Nothing was changed. Check it again.
restore-broke-off = The upload broke off at { $percent } %
restore-broke-off-early = The upload broke off
restore-broke-off-next = Choose the file again.
restore-check-title = The backup is being checked
restore-check-heading = We look whether it is whole
restore-check-what = That takes a minute or two, for a big one longer. You may close this page and come back; the check goes on.
restore-look-again = Look again
restore-row-arrived = Arrived
restore-row-arrived-more = { $done } of { $of }
restore-row-arrived-some = { $done } so far
restore-row-unlocked = Unlocked
restore-row-unlocked-more = If it has a passphrase, that opens it.
restore-row-complete = Complete
restore-row-complete-more = Every sum is compared, and all of it unpacked beside what is there.
restore-row-opens = Opens
restore-row-opens-more = The database is opened and looked through.
restore-row-counted = Counted
restore-row-counted-more = Accounts and messages are as many as on the day it was made.
restore-chip-good = Good
restore-chip-now = Under way
restore-chip-percent = { $percent } %
restore-chip-later = Comes next
restore-ready-title = Bring back { $place }?
restore-ready-heading = Bring back <bdi>{ $place }</bdi> as it was { $made }?
restore-ready-good = The backup is good
restore-ready-good-more = It is whole, it opens, and everything that was counted into it is there.
restore-ready-accounts = { $count ->
    [one] One account
   *[other] { $count } accounts
}
restore-ready-content = { $messages ->
    [0] No messages
    [one] One message
   *[other] { $messages } messages
}, { $files ->
    [0] no files.
    [one] one file.
   *[other] { $files } files.
}
restore-ready-made = Made { $made }
restore-ready-by = By imera { $version }, of <code>{ $domain }</code>.
restore-ready-then = Everybody keeps their account, friends and messages of that day. The server begins again; that takes a few seconds.
restore-ready-do = Bring it back
restore-zone = What happens then
restore-zone-lost = What was written or changed here after the backup was made ({ $made }) disappears for everybody. Everyone is signed out for some seconds.
restore-zone-aside = Today’s data is set aside on this machine for { $days } days. Until then it can be undone.
restore-zone-type = Type <b>{ $place }</b> to show that you mean it.
restore-place-differs = That is not the name. Nothing was changed.
restore-coming-title = The server begins again
restore-coming-heading = It is coming back
restore-coming-now = The server begins again
restore-coming-more = That takes some seconds. This page goes on by itself. If your browser warns about the certificate, that is as on the first day: the machine shows the one that was in the backup.
restore-back-title = Back again
restore-back-heading = <bdi>{ $place }</bdi> is back.
restore-back-what = Everything is as it was { $made }. Everybody signs in with the password of that day.
restore-back-apps = Apps connect by themselves. Whoever changed the password since then uses the one from before.
restore-back-aside = What was here before lies in the folder <code>{ $name }</code> beside the data. It is removed { $until }.

# What owners are told by a chat message
alert-line = { $place }: { $what }. { $next }
alert-cause = The machine says: { $cause }
alert-said = The machine says: { $what }. { $next }.
alert-certificate = { $place }: The certificate for { $domain } has come. It is renewed by itself, and apps need not ask about it any more.

# Signing up in an app
register-title = An account at { $place }
register-title-reset = A new password at { $place }
register-paste = New accounts are by invitation. Paste yours, and choose a chat name and a password of at least 10 signs.
register-choose = Choose a chat name and a password of at least 10 signs.
register-reset = Choose a new password of at least 10 signs.
register-name = Chat name
register-invitation = Invitation
register-missing = A chat name and a password are needed.
register-closed = New accounts are by invitation only. Ask somebody who is in already.
register-waits = You are nearly in: whoever runs this place has to say yes first. Sign in later with this name and password.
register-named = This invitation is made out to the name { $name }. Please take that one.
register-other = This link is for another account. Type the chat name it was made for.
register-used = This invitation has been used. Ask the person who sent it to you for a new one.
register-full = All places of this invitation are taken. Ask the person who sent it to you for a new one.
register-out = This invitation has run out. Ask the person who sent it to you for a new one.
register-back = This invitation was taken back. Ask the person who sent it to you.
register-contact = This invitation adds somebody to your list. It is for people who have an account already.
register-unknown = This invitation is not known here. Copy all of it, or ask for it again.
register-reset-used = This link has been used. Ask whoever runs this place for a new one.
register-reset-out = This link has run out. Ask whoever runs this place for a new one.
register-device = This needs the account’s own password. You are signed in with one of this device alone.
register-fast = { $count ->
    [one] Too many invitations that are not known here were tried from where you are. Please wait a minute.
   *[other] Too many invitations that are not known here were tried from where you are. Please wait { $count } minutes.
}

# Commands in an app
adhoc-commands = Commands
adhoc-forbidden = This command is not for you.
adhoc-over = That took too long. Please begin again.
adhoc-invite = Invite somebody
adhoc-invite-account = Invite somebody to an account here
adhoc-invite-what = Leave the name empty to let them choose it.
adhoc-befriend = Become contacts
adhoc-name-taken = This name is taken, or kept for somebody else who is invited.
adhoc-quota = { $count ->
    [one] You have an invitation open for one person, which is all there may be. Wait until they are in, or until it has run out.
   *[other] You have invitations open for { $count } people, which is all there may be. Wait until somebody is in, or until one has run out.
}
adhoc-accounts = Accounts
adhoc-address = The account’s address
adhoc-addresses = Their addresses
adhoc-add = Add an account
adhoc-given-name = Given name
adhoc-family-name = Family name
adhoc-remove = Remove accounts
adhoc-lock = Lock accounts
adhoc-unlock = Unlock accounts
adhoc-sign-out = Sign accounts out
adhoc-password = Give an account a new password
adhoc-announce = Tell everybody who is online
adhoc-announce-what = What to tell
adhoc-announce-long = That is too long to be read.
adhoc-owners = Choose the owners
adhoc-owners-who = The owners
adhoc-owner-closed = A place needs an owner who can sign in.
adhoc-own = This is your own account.
adhoc-nobody = There is no account { $address } here.
adhoc-gone = This account is not here any more.
adhoc-elsewhere = Addresses here end in @{ $domain }.
adhoc-seen = When accounts were last here
adhoc-has = What an account has
adhoc-number = How many accounts there are
adhoc-number-locked = How many accounts are locked
adhoc-number-online = How many people are online
adhoc-list = All accounts
adhoc-list-locked = The accounts that are locked
adhoc-list-online = Who is online
adhoc-most = How many at most
adhoc-all = All
adhoc-too-many = There are too many for one list. Choose how many at most.

# Why a backup failed
why-big = It does not fit: it needs { $needs }, and { $free } are free in { $folder }. Free some of that disk, or use a bigger one.
why-full = The disk of { $path } is full. Free some of it, then try again.
why-permission = imera may not use { $path }. Change who may, on this machine.
why-gone = { $path } is not there. Look whether the name is right.
why-read-only = The disk of { $path } can only be read. Mount it for writing.
why-system = { $path } cannot be used; the system says: { $said }. Look after the disk, then try again.
why-database = The database could not be read. The server’s log says more.
why-not-proved = The new backup did not pass its proof, so it was not kept. Look after the database on the machine: <code>imera check database</code>
why-key = The key that locks backups cannot be used. Set the passphrase again on the machine: <code>imera backup lock</code>
why-busy = A backup is being made or brought back just now. Wait for its end.
why-broke-off = The work broke off. The server’s log says more; then try again.
why-not-ours = It is not an imera backup.
why-cut = It ends after { $has } of { $of }. Take an older one.
why-damaged = What is in it is not what was put into it. Take an older one.
why-newer = A newer imera made it ({ $version }). Update this one first.
why-folder-path = { $folder } is not a whole path: it has to begin with a slash.
why-folder-gone = The folder { $folder } is not there. Plug its disk in, or mount it.
why-name = A file { $name } is there already. Empty the folder.
why-command-quote = The command has a quote that stays open. Look at it in the settings.
why-command-run = { $program } cannot be started; the system says: { $said }. Try it by hand, then look at the command in the settings.
why-command-failed = { $program } failed and said: { $said }. Try it by hand, then look at the command in the settings.
why-command-slow = { $hours ->
    [one] { $program } took more than an hour and was stopped. Try it by hand, then look at the command in the settings.
   *[other] { $program } took more than { $hours } hours and was stopped. Try it by hand, then look at the command in the settings.
}

# Why nothing can be kept
store-full = The disk is full. Free some of the disk with imera’s data.
store-read-only = The folder of imera’s data can only be read. Make it writable for imera.
store-disk = The disk reports errors. Look after it, its cable and the system’s log.
store-damaged = The database is damaged. Bring a backup back.
store-moved = The folder of imera’s data was moved or deleted. Put it back where it was, or stop imera and start it on the new place.

# A private line
misled-why = This door only speaks https.

# The domain's records: setup/records, imera setup records, imera check dns
record-machine = The machine
record-machine-why = Brings everybody to this machine.
record-newer = The machine, newer networks
record-newer-why = Phones on many mobile networks look here first.
record-apps = Chat apps
record-apps-why = Tells apps which machine speaks for { $domain }.
record-hotel = Hotel Wi-Fi
record-hotel-why = Gets phones through networks that only let web pages pass.
record-servers = Other servers
record-servers-why = Lets friends elsewhere write to you.
record-alias = Proof by a record
record-alias-why = Lets this machine prove that the domain is yours, though no door of it is open.
record-proof = Proof that the domain is yours
record-proof-why = The authority that gives certificates asks the web site of the domain. Let it send such questions on to this machine; that is one line in its settings. Where it cannot, a record can prove the same: see the page of the certificate, after set-up.
record-changing = Does the address of your line change?
record-changing-what = This machine is behind a router, and most lines at home get a new address now and then. A number that is typed in by hand is wrong from then on.
record-changing-do = Let the router tell the new one each time: most can, under “dynamic DNS”. Or write a CNAME to a name that the router keeps up to date, in the place of the number. A domain itself can have no CNAME: then give this machine a name of its own, as if the web site lived elsewhere.
record-waiting = Waiting
record-found = Found
record-found-on = Found on { $on } of { $of }
record-wrong = Wrong value
record-not-needed = Not needed
record-no-look = Could not look
record-later = Later
record-waiting-next = Not there yet. Some providers show the name as <code>{ $name }</code>: that is the same.
record-waiting-long = Not there yet. Some providers show the name as <code>{ $name }</code>: that is the same. If you saved it: is it the right domain, and did the page say “saved”?
record-copying = Your provider is still copying it to its other servers. Minutes, as a rule.
record-via = By way of <code>{ $name }</code>.
record-unsure = It says <code>{ $value }</code>. This machine is behind a router and cannot tell whether that is your line’s address.
record-not-needed-next = It may be missing.
record-no-look-next = Your domain’s name servers did not answer. We keep trying; nothing for you to do.
record-no-look-long = Your domain’s name servers have not answered for five minutes. Is the domain paid, and are these its servers?
record-later-next = It is tried when the certificate is made.
record-seen = We found <code>{ $value }</code>.
record-wrong-zone = It does not lead into <b>{ $zone }</b>, where this machine writes its proofs. Replace the value with the one above.
record-wrong-redirect = The web site sends such questions somewhere else. Let it send exactly this path on, with all that stands behind it.
record-wrong-machine = That is another machine, so some phones would knock at the wrong door. Replace the value with the one above, or delete this record.
record-wrong-private = That number works at home only. Replace it with the address that the internet sees.
record-wrong-foreign = That chat server is not this machine. If you used a chat service before, delete this record.
record-wrong-port = That is this machine, but another door. The port has to be <code>{ $port }</code>.
record-wrong-parked = That is your provider’s placeholder page, for every name of the domain. Replace it.
record-wrong-proxy = Traffic goes through { $network } first. Chat cannot pass there: switch its proxy off for this record.
record-wrong-ipv6 = This machine has no such address, so some phones would knock in vain. Delete this record.
record-wrong-none = It says that the domain has no chat. If you turned it off once, delete it.
record-wrong-loop = <code>{ $name }</code> leads in a circle, to itself. Replace it with the value above.
reach-offline = This machine has no internet
reach-offline-next = Look at the cable or the Wi-Fi; then check again.
reach-nobody = Nobody has registered { $domain } yet, or it is very new
reach-nobody-next = Is it written right? A new domain takes up to an hour until it is known everywhere. You can go on; we keep looking.
reach-no-servers = The internet finds no name servers for { $domain }
reach-no-servers-next = Is the domain paid? Where you bought it, look whether name servers are written down for it.
reach-silent = { $servers }: no answer
reach-silent-next = These are the domain’s name servers. We keep trying. If it stays like this: is the domain paid, and are these its servers?
reach-slow = The name servers of { $domain } take too long to answer
reach-lame = { $servers }: no answer for this domain
reach-lame-next = Not all name servers that are written down for { $domain } know it, so some phones find nothing. Where you bought the domain, take those off the list, or ask the provider.
reach-signatures = The signatures of { $domain } do not hold
reach-signatures-next = The domain has DNSSEC switched on with keys that do not fit, so that many networks find nothing at all. It happens when a domain moves to another provider. Where you bought it, switch DNSSEC off, or let it be set up anew.
reach-caa = A record of the type CAA at { $domain } forbids the certificate
reach-caa-nobody = It says that no authority may give one. Delete it, or add one with the value letsencrypt.org.
reach-caa-others = It allows { $others } alone. Add one with the value letsencrypt.org.

# Set-up: the domain's records
setup-records-title = Domain records
setup-records-found = { $found } of { $of } found
setup-records-heading = Point { $domain } at this machine
setup-records-what = Sign in where you bought <b>{ $domain }</b>, open the page called “DNS”, “Zone” or “Name records”, and add { $count ->
    [one] this record
   *[other] these { $count } records
}. We ask your domain’s own name servers, so a new record shows up here within seconds of saving it.
setup-records-looking = We are looking.
setup-records-last = Last look: { $time }
setup-records-onward = Continue while we wait
setup-records-else = Somebody else looks after the domain
setup-records-else-more = Send them this list. You can go on; we keep looking.
setup-records-else-list = The records as text
setup-records-list = Records for { $domain }
setup-records-at = What is “@”? And the dot at the end?
setup-records-at-more = “@” means the domain itself; some providers want that field left empty. The dot at the end of a value may be left off if your provider complains. If a time (“TTL”) is asked for, take the shortest.
record-looking = Looking
record-nice = Nice to have
record-type = Type
record-name = Name
record-value = Value
record-priority = Priority
record-weight = Weight
record-port = Port
record-target = Target
record-from = From
record-to = To
record-copy-name = Copy the name
record-copied-name = The name is copied.
record-copy-value = Copy the value
record-copied-value = The value is copied.
record-address-unknown = your internet line’s address, as your router shows it

# Why a name has no certificate of an authority, and what to do

acme-dns = No record leads to this name yet
acme-dns-next = The authority asked the domain and got no address. Look at the records at your provider; new ones take some minutes.
acme-connection = Nobody answers at this name
acme-connection-next = The authority found the address, but no open door there. Let ports 80 and 443 through to this machine: in the router, and at the machine’s provider. If the name also has an IPv6 address, it has to lead here as well.
acme-answer = Another server answers at this name
acme-answer-next = The authority reached a machine that is not this one. Look where the records lead, IPv6 too, and whether another web server sits in front.
acme-caa = The domain lets other authorities certify only
acme-caa-next = Delete the CAA record at your provider, or add one for this authority.
acme-rate = Too many certificates were asked for lately
acme-rate-next = The authority has said from when on it can be asked again, and it will be. You need not do anything.
acme-authority = The authority does not answer
acme-authority-next = It may be busy, or this machine cannot reach the internet. It is tried again by itself.
acme-clock = This machine’s clock is wrong
acme-clock-next = Certificates do not work with a wrong clock. It usually puts itself right within a minute of having internet; otherwise set it.
acme-rejected = The authority does not certify this name
acme-rejected-next = Some names cannot be certified, such as those of home networks. Look for a slip in the name, or take another one.
acme-account = The authority wants an account of its own
acme-account-next = Make one at its site, and give imera the key id and the key that it shows there (settings acme_eab_kid and acme_eab_key).
acme-way = No door is open for the authority
acme-way-next = It looks at port 80 or 443, and both are switched off on this machine. Switch one of them on.
acme-record-alias = The domain does not let us prove it by a record yet
acme-record-alias-next = Its name _acme-challenge has to be a CNAME into the zone that this machine may write to. The page of records shows it. The exact names stand beside this.
acme-record-loop = The CNAME records go round in a circle
acme-record-loop-next = _acme-challenge leads by way of others back to itself. Look at the records at your provider, and let the last one lead into the zone that this machine may write to.
acme-record-nowhere = Nobody answers for the zone of the proofs
acme-record-nowhere-next = The internet finds no name servers for it. Look for a slip in its name, and whether it was handed over (NS) to your name server.
acme-record-key = The name server does not accept the key
acme-record-key-next = Its name, its secret and the algorithm have to be exactly as in the name server’s configuration. Type them again.
acme-record-clock = This machine’s clock and the name server’s differ
acme-record-clock-next = By more than five minutes no key is accepted. Look at both clocks; one of them is wrong.
acme-record-refused = The name server does not let us write there
acme-record-refused-next = It knows the key, or wants none, and refuses this zone or name. Allow the key to change TXT records there.
acme-record-silent = The name server that takes the proofs does not answer
acme-record-silent-next = Look whether its address and port are right, and whether a firewall stands between. It is tried again by itself.
acme-record-late = The proof has not arrived at all name servers
acme-record-late-next = It was written, but not all name servers of the zone show it in time. Look whether the others copy from the first one. It is tried again by itself.
acme-record-unseen = The authority has not seen the proof
acme-record-unseen-next = All name servers that we asked show it. Its own words stand beside this; mostly an older answer is remembered for some minutes. It is tried again by itself.
acme-unknown = The authority said no
acme-unknown-next = Its own words stand beside this. It is tried again by itself.

# Names that an authority certifies
names-heading = Asked of the authority
names-waiting = Waiting
names-waiting-more = Its turn comes.
names-checking = Checking
names-checking-more = The authority is looking at this machine now.
names-issued = Issued
names-issued-more = Good until { $day }.
names-failed = Failed
names-trouble = <b>{ $what }.</b>
names-none = Looking which names lead to this machine.
names-again = The next try is { $when }.
names-serves = The one from before goes on until { $day }.
names-said = What the authority said
names-look = Check again
names-try = Try what failed again now
terms-read = Read the authority’s terms
terms-named = Whoever runs this machine has named the authority that is asked:

# Set-up: the certificate
step-certificate = Certificate
setup-certificate-heading = The certificate
setup-certificate-what = It is the padlock in the browser: it proves to phones that this really is <b>{ $domain }</b>. It costs nothing and renews by itself.
setup-certificate-home = At home no authority is asked: this machine makes its own certificate. Each phone has to trust it once; the last page shows how.
setup-certificate-now = Get the certificate
setup-certificate-now-more = An authority looks whether the domain leads to this machine. By asking for it you agree to its terms.
setup-certificate-later = Later
setup-certificate-later-more = For now the machine’s own, of which browsers and apps warn. You can bring one along afterwards, too.
setup-certificate-waits = You can go on, and close this page: names that fail are left out and tried again by themselves.
setup-certificate-brought = Yours is checked and kept
setup-certificate-until = It is served once the server opens, and holds until { $day }.
certificate-self-brought = Nobody but the machine itself vouches for it: apps and browsers ask once whether to trust it.
setup-certificate-kept = Use the one I brought
setup-certificate-kept-more = It does not renew by itself: before its last day bring the next one.
setup-certificate-bring = I have one already
setup-certificate-bring-what = From your provider, or made by another program. It is checked at once; a wrong one changes nothing.
setup-certificate-bring-do = Check and keep it
setup-certificate-moves = The padlock is there
setup-certificate-moves-more = From here on the set-up can go on at <code>{ $name }</code>, where no browser warns.
setup-certificate-move = Go on there
setup-look-certificate-home = This machine makes its own. Each device has to trust it once.
setup-look-certificate-now = Asked for. Names that failed are tried again by themselves.
setup-look-certificate-issued = It is there, and is renewed by itself.
setup-look-certificate-later = For now the machine’s own.
setup-look-certificate-brought = The one you brought.
notice-moved = You have moved to the padlock. Everything up to here was saved.

# Set-up: a padlock before the domain
setup-address-first = This machine gets a certificate for its bare address first, so that your browser need not warn you. It asks an authority (Let’s Encrypt, unless it was told another), whose terms you agree to by that. If the code stood in the address, it is void now: take the newest one from the machine’s screen.
setup-address-what = The authority looks at this machine now. That takes a minute at most; then the set-up goes on behind a padlock.
setup-address-issued = The padlock is there. From here on nobody reads along.
setup-address-go = Go on with the padlock
setup-address-own = It works without the authority, too
setup-address-own-go = Go on with the machine’s own certificate

# The owner's page of proofs by record
proof-link = No port can be opened, or the web site lives elsewhere: prove the domain by a record
proof-heading = Prove the domain by a record
proof-lead = An authority usually knocks at this machine before it certifies a name. Where nobody outside can knock, a record of the domain proves the same. For this you need a name server that takes changes (RFC 2136): BIND, Knot and PowerDNS do, and some providers.
proof-works = Everything is set up
proof-works-more = It is used for names that cannot be proved otherwise. Whether it works shows at the certificate.
proof-server = Address of the name server
proof-server-help = A number such as 192.0.2.53; with a port, if it is not 53: 192.0.2.53:5353.
proof-zone = Zone of the proofs
proof-zone-help = A small zone of its own is best, such as proof.beach.example: then the key can change nothing else. Leave it empty if the key may change the domain itself.
proof-key = Name of the key
proof-key-help = As in the name server’s configuration.
proof-algorithm = How it signs
proof-secret = Secret of the key
proof-secret-help = Base64, as in the name server’s configuration. It is not shown again.
proof-secret-kept = A secret is kept. Leave this empty to keep it.
proof-empty-server = Please type the name server’s address.
proof-empty-key = Please type the name of the key.
proof-empty-secret = Please type the secret of the key.
proof-save = Save and try
proof-kept = Saved. Names that failed are tried again now.
proof-forgotten = Forgotten. Names are proved at this machine’s doors alone.
proof-aliases = What your domain needs for it
proof-aliases-more = Write these at the provider of the domain, once. They lead whoever asks for a proof into the zone above. Others into the same zone do as well.
proof-forget = Do without it again
proof-forget-what = Address, key and secret are forgotten. The certificate stays; from then on it is renewed by this machine’s doors alone.
proof-forget-do = Forget it
