# Deutsch. «Du», kurze Sätze; was geschah, was es heißt, was als Nächstes zu tun ist.

# Rahmen jeder Seite
title-setup = { $page } · imera einrichten
title-step = { $page } (Schritt { $number } von { $of })
title-errors = { $count ->
    [one] Eines verbessern: { $page }
   *[other] { $count } Dinge verbessern: { $page }
}
frame-skip = Zum Inhalt springen
frame-silent = Der Server antwortet nicht. Wir versuchen es weiter.
copy-do = Kopieren
copy-done = Kopiert.
copied-word = Das Wort ist kopiert.
copied-address = Die Adresse ist kopiert.
error-list = { $count ->
    [one] Eines stimmt noch nicht
   *[other] { $count } Dinge stimmen noch nicht
}

# Was schiefging
fault-door = Zur Haustür
fault-status = Dem Server selbst geht es gut
fault-status-broken = Die Ursache steht im Protokoll des Servers
fault-missing = Unter dieser Adresse ist nichts
fault-missing-next = Vielleicht ist der Link vertippt, oder eine Nachricht hat ihn abgeschnitten. Wenn ihn dir jemand geschickt hat, lass ihn dir noch einmal schicken.
fault-foreign = Dieses Formular kam von einer anderen Seite
fault-foreign-next = Formulare werden nur von den eigenen Seiten angenommen, damit niemand anderes in deinem Namen handelt. Nichts wurde geändert. Öffne die Seite hier und sende sie noch einmal.
fault-garbled = Dieses Formular kam nicht heil an
fault-garbled-next = Unterwegs hat es etwas verändert. Nichts wurde gespeichert. Geh zurück, lade die Seite neu und sende sie noch einmal.
fault-large = Das ist mehr, als hier hineinpasst
fault-large-next = Was gesendet wurde, ist viel länger, als diese Seite annimmt. Nichts wurde gespeichert. Geh zurück und sende weniger.
fault-many = Das ging schnell
fault-many-next = { $minutes ->
    [one] Damit Fremde nicht raten können, warte bitte eine Minute. Falsch ist deshalb nichts, was du getippt hast.
   *[other] Damit Fremde nicht raten können, warte bitte { $minutes } Minuten. Falsch ist deshalb nichts, was du getippt hast.
}
fault-finished = Alles ist eingerichtet
fault-finished-next = Die Seiten zum Einrichten sind für immer geschlossen. Hier ist nichts mehr zu tun.
fault-owner = Diese Seite ist nicht für alle da
fault-owner-next = Sie ist für die Person, der der Server gehört. Du bist als <bdi>{ $name }</bdi> angemeldet. Frag <bdi>{ $owner }</bdi>, wenn du von hier etwas brauchst.
fault-broken = Bei uns ist etwas kaputtgegangen
fault-broken-next = Es liegt nicht an dir. Nachrichten, die deine App als gesendet zeigt, sind sicher. Versuch es in einer Minute noch einmal.
fault-word = Wenn es so bleibt, sag der Person, der der Server gehört, dieses Wort; es steht in seinem Protokoll:
fault-busy = In etwa einer Minute wieder da
fault-busy-next = Der Server hält gerade an oder hat alle Hände voll zu tun. Nichts wurde geändert. Deine App verbindet sich von selbst wieder.

# Die Haustür
front-title = Willkommen
front-heading = Guten Tag. Das ist <bdi>{ $place }</bdi>.
front-what = Ein Chatserver für die Leute, die hier zu Hause sind. Ihre Adressen enden auf <code>@{ $domain }</code>.
front-in = Hast du ein Konto? Dann melde dich hier an, oder mit einer beliebigen XMPP-App.
front-signed = Du bist als <b>{ $name }</b> angemeldet.
front-status = Geöffnet

# Tage
day-words = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}, { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
day-words-year = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}, { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
day-today = heute um { $time }
day-yesterday = gestern um { $time }
day-at = am { $day }, um { $time }

# An- und abmelden
sign-in-do = Anmelden
sign-in-title = Anmelden
sign-in-heading = Bei <bdi>{ $place }</bdi> anmelden
sign-in-name = Chatname
sign-in-name-help = Deine ganze Adresse geht auch.
sign-in-password = Passwort
sign-in-password-help = Das, mit dem du chattest.
sign-in-forgotten = Passwort vergessen?
sign-in-forgotten-owner = Wer diesen Ort betreibt, kann dir ein neues geben. Frag persönlich oder am Telefon, damit klar ist, dass du es bist.
sign-in-status = Dein Passwort geht an niemanden außer an diesen Ort
sign-in-name-empty = Bitte gib deinen Chatnamen ein.
sign-in-name-elsewhere = Adressen hier enden auf <code>@{ $domain }</code>. Mit der Adresse eines anderen Ortes meldest du dich dort an.
sign-in-password-empty = Bitte gib dein Passwort ein.
sign-in-wrong = Chatname und Passwort gehören nicht zusammen. Schau dir beide noch einmal an; beim Passwort zählen große und kleine Buchstaben.
sign-in-again = Bitte melde dich noch einmal an
sign-in-again-next = Dieser Browser ist nicht mehr angemeldet: Du warst lange weg, oder du wurdest von einem anderen Gerät aus abgemeldet.
sign-in-locked = Dieses Konto ist gesperrt
sign-in-locked-next = Wer diesen Ort betreibt, hat es gesperrt. Gelöscht wurde nichts. Frag dort nach dem Grund.
entry-locked-next = Wer diesen Ort betreibt, hat es gesperrt, und ein neues Passwort würde nichts öffnen. Dein Link oder dein Code ist nicht verbraucht. Frag dort nach dem Grund.
sign-in-out = Du bist abgemeldet
sign-in-out-next = Dieser Browser weiß nichts mehr von dir. Deine Apps bleiben angemeldet.
sign-out-do = Abmelden

# Wer geht
stay-title = Du gehst
stay-heading = Du bist dabei zu gehen, <bdi>{ $name }</bdi>.
stay-until = Am { $day } werden dein Konto und alles, was dazu gehört, gelöscht. Bis dahin kommt niemand hinein, und du kannst es dir noch anders überlegen.
stay-what = Wenn du bleibst, ist alles, wie es war. Deine Apps melden sich mit demselben Passwort wieder an.
stay-do = Hier bleiben
stay-status = Noch ist nichts gelöscht

# Eine sichere Leitung
securely-title = Zuerst eine sichere Leitung
securely-why = Auf dieser Verbindung könnten andere mitlesen. Darum fragen wir hier nach nichts: keinem Code, keinem Passwort.
securely-warning = Wenn noch niemand für das Zertifikat dieser Maschine bürgt, warnt dich dein Browser einmal: Wähle „Erweitert“, dann „Weiter“.
securely-shut = Auf dieser Verbindung könnten andere mitlesen, und die sichere Tür dieser Maschine ist zu. Öffne diese Seite aus dem Netz der Maschine, oder frag, wem sie gehört.
securely-go = Sicher weiter
securely-status = Nichts wurde gesendet

# Ein Zertifikat: was an einem mitgebrachten nicht stimmt
cert-none = In dem, was du mitgebracht hast, ist kein Zertifikat. Es muss PEM sein: Text mit Zeilen, in denen BEGIN CERTIFICATE steht.
cert-no-key = Der Schlüssel fehlt. Meist ist er eine eigene Datei mit einer Zeile, in der BEGIN PRIVATE KEY steht: Bring sie auch mit.
cert-locked-key = Der Schlüssel hat ein Passwort. Schließ ihn zuerst auf, auf deinem eigenen Rechner: <code>openssl pkey -in KEY -out OPEN-KEY</code>
cert-unreadable = Das Zertifikat ist nicht zu lesen ({ $reason }). Kopier es noch einmal ganz, oder lass es dir vom Anbieter neu geben.
cert-other-key = Der Schlüssel gehört nicht zu diesem Zertifikat. Nimm beide aus derselben Bestellung.
cert-other-names = Es gilt nicht für { $domain }, sondern für { $names }. Besorg eines, das { $domain } nennt.
cert-ran-out = Es ist am { $date } abgelaufen. Besorg ein neueres.
cert-not-yet = Es gilt erst ab { $date }. Sieh nach der Uhr der Maschine, oder warte bis dahin.
cert-order = Die Zertifikate sind in der falschen Reihenfolge: Nummer { $number } hat das davor nicht unterschrieben. Deines kommt zuerst, dann das, mit dem es unterschrieben ist, und so weiter.
cert-chain = Die Zertifikate zwischen deinem und der Zertifizierungsstelle fehlen. Dein Anbieter nennt sie „Chain“ oder „Bundle“: Bring sie auch mit.
cert-broken = Die Zertifikate gehören nicht zusammen ({ $reason }). Nimm alle aus derselben Bestellung.
cert-kind = Browser nehmen keinen Schlüssel dieser Art ({ $kind }), und du kämst nicht mehr auf diese Seite. Mach einen mit P-256 (ECDSA) oder RSA mit 2048 Bits.
cert-use = Es ist nicht für Server, sondern für Clients oder um andere zu unterschreiben. Bestell eines für einen Webserver.
cert-unknown = Es hat eine Bedingung, die niemand kennt ({ $what }), darum lehnen Browser es ab. Bestell eines ohne sie.
cert-long = Das sind { $count } Zertifikate, mehr als jede Kette hat. Bring deines und die bis zur Zertifizierungsstelle.

# Die Seite des Zertifikats
certificate-look = Das Zertifikat
certificate-good = Das Zertifikat ist gut
certificate-good-more = Apps und Browser glauben, dass das deine Maschine ist, und unterwegs liest niemand mit.
certificate-soon = Das Zertifikat läuft bald ab
certificate-soon-more = Noch merkt es niemand. Ist es abgelaufen, verbinden sich Apps nicht mehr.
certificate-over = Das Zertifikat ist abgelaufen
certificate-over-more = Apps verbinden sich nicht, und Browser warnen. Es braucht jetzt ein anderes.
certificate-self = Noch bürgt niemand für diese Maschine
certificate-self-more = Sie hat ihr Zertifikat selbst gemacht. Chats sind trotzdem verschlüsselt, aber Apps und Browser fragen einmal, ob sie ihm trauen sollen.
certificate-home = Zu Hause bürgt diese Maschine für sich selbst
certificate-home-more = Jedes Gerät muss ihr einmal trauen. Danach fragen Apps und Browser nichts mehr.
certificate-others = Das Zertifikat ist nicht für die Domain
certificate-others-more = Browser nehmen es für die Namen unten, aber Apps suchen die Domain und verbinden sich nicht oder warnen.
certificate-strangers = Telefone und Browser kennen nicht, wer dafür bürgt
certificate-strangers-more = Chats sind trotzdem verschlüsselt. Aber jedes Gerät warnt, und manche Apps verbinden sich nicht, bis es der Zertifizierungsstelle traut, die unterschrieben hat.
certificate-until = Gültig bis { $day }
certificate-until-over = Abgelaufen am { $day }
certificate-next-own = Du hast es mitgebracht, darum erneuert es sich nicht von selbst. Bring vor diesem Tag das nächste.
certificate-next-home = Es wird von selbst erneuert, Monate vor diesem Tag. Wem Geräte trauen, das hält zehn Jahre.
certificate-next-acme = Es wird von selbst erneuert, lange vor diesem Tag.
certificate-next-self = Diese Maschine hat es bei ihrem ersten Start gemacht.
certificate-names = Für diese Namen
certificate-names-more = { $names }
certificate-missing = Nicht für diese Namen
certificate-missing-more = { $names }. Chats gehen auch ohne sie; was dort liegt, kann warnen. Bring eines, das sie hat, wenn du kannst.
certificate-issuer = Jemand bürgt dafür
certificate-issuer-more = { $issuer }
certificate-issuer-strange = Jemand bürgt dafür, den sie nicht kennen
certificate-nobody = Niemand bürgt dafür
certificate-nobody-more = Bring eines von einer Zertifizierungsstelle mit, oder vergleich die Wörter unten, wenn ein Browser warnt.
certificate-chain = Dazwischen fehlt etwas
certificate-trust = So lernt ein Gerät, dieser Maschine zu trauen
certificate-files = Dateien auf der Maschine entscheiden
certificate-files-more = Wer diese Maschine betreibt, hat sie in ihren Optionen genannt. Jede Minute sehen wir nach ihnen und lesen sie neu, wenn sie sich geändert haben; was nicht zusammenpasst, ändert nichts, und du erfährst es.
certificate-bring = Eines mitbringen
certificate-bring-what = Von deinem Anbieter oder aus einem anderen Programm. Wir prüfen es zuerst und nehmen es sofort; wer verbunden ist, merkt nichts davon. Ein falsches ändert nichts.
certificate-chain-file = Zertifikat
certificate-chain-file-help = PEM, deines zuerst, dann die bis zur Zertifizierungsstelle: oft fullchain.pem. Auch mehrere Dateien auf einmal.
certificate-key-file = Sein Schlüssel
certificate-key-file-help = PEM, ohne Passwort: oft privkey.pem. Lass es leer, wenn er in der anderen Datei steht.
certificate-paste = Lieber einfügen
certificate-pasted = Zertifikat und Schlüssel als Text
certificate-pasted-help = Hintereinander, mit allen Zeilen, in denen BEGIN und END steht.
certificate-use = Prüfen und nehmen
certificate-back = Zurück zum automatischen
certificate-back-what = Was du mitgebracht hast, wird vergessen, samt Schlüssel. Danach nimmt diese Maschine, was sie selbst bekommt oder macht.
certificate-back-do = Das automatische nehmen
certificate-brought = Geprüft, aufgehoben, und ab jetzt in Gebrauch.
certificate-automatic = Was du mitgebracht hast, ist vergessen. Das hier ist das automatische.
certificate-ask = Ein Zertifikat, das von selbst kommt
certificate-ask-what = Eine Zertifizierungsstelle sieht nach, ob die Domain zu dieser Maschine führt, und bürgt dafür. Das kostet nichts, und es erneuert sich von selbst. Wer sie fragt, stimmt ihren Bedingungen zu.
certificate-ask-do = Ich stimme zu: Hol das Zertifikat
certificate-asked = Ab jetzt wird die Zertifizierungsstelle gefragt. Wie weit es ist, steht unten.

# Acht Wörter: woran man ein Zertifikat wiedererkennt
words-heading = Ist es wirklich diese Maschine?
words-screen = Ihr Bildschirm zeigt diese acht Wörter, neben dem Code, und die nächste Seite auch. Sind es andere, steht jemand dazwischen: Geh nicht weiter.
words-here = Ihr Bildschirm zeigt dieselben acht Wörter, neben dem Code. Sind es andere, steht jemand dazwischen: Tipp den Code nicht ein.
words-ask = Wem sie gehört, der kann dir diese acht Wörter von seiner Seite vorlesen. Sind es andere, steht jemand dazwischen: Geh nicht weiter.
words-owner = Wen ein Browser warnt, der kann dich nach diesen acht Wörtern fragen. Sie stehen für das Zertifikat; sie sind überall englisch.
words-browser = Wie ein Browser selbst das Zertifikat zeigt, heißt dasselbe SHA-256:

# Zu Hause: wie Geräte lernen, der Maschine zu trauen
trust-title = Dieser Maschine trauen
trust-heading = Trau dieser Maschine, einmal auf jedem Gerät
trust-what = <bdi>{ $place }</bdi> lebt nur in diesem Heimnetz, darum bürgt keine Stelle im Internet dafür. Die Maschine bürgt für sich selbst, sobald ein Gerät dieses Zertifikat hat.
trust-words = Diese acht Wörter stehen für das Zertifikat. Wem der Ort gehört, sieht dieselben, auf dieser Seite am eigenen Gerät. Sind es andere, hör auf.
trust-profile-get = Hol das Profil
trust-file-get = Hol das Zertifikat
trust-pem-get = Hol das Zertifikat als Text
trust-profile = Lässt dieses Gerät { $place } trauen, nur zu Hause.
trust-iphone-1 = Öffne diese Seite dafür in Safari, und erlaube den Download.
trust-iphone-2 = Öffne die Einstellungen: Ganz oben steht „Profil geladen“. Tipp darauf, dann auf „Installieren“.
trust-iphone-3 = Öffne Einstellungen, Allgemein, Info, Zertifikatsvertrauenseinstellungen, und schalte <b>{ $name }</b> ein.
trust-android-2 = Öffne Einstellungen, Sicherheit und Datenschutz, weitere Einstellungen, Verschlüsselung und Anmeldedaten, Zertifikat installieren, CA-Zertifikat. Man kann in den Einstellungen auch nach „Zertifikat“ suchen.
trust-android-3 = Android warnt davor, was ein beliebiges Zertifikat könnte. Dieses kann es nur für diesen Ort. Wähl die Datei root.crt. Chat-Apps fragen vielleicht trotzdem einmal selbst.
trust-windows-1 = Öffne die Datei, dann „Zertifikat installieren“.
trust-windows-2 = Wähl „Aktueller Benutzer“, dann „Alle Zertifikate in folgendem Speicher speichern“: Vertrauenswürdige Stammzertifizierungsstellen.
trust-windows-3 = Sag ja zu der Frage. Starte Browser und Chat-Apps neu.
trust-mac-1 = Öffne die Datei.
trust-mac-2 = Öffne Systemeinstellungen, Allgemein, Geräteverwaltung (früher: Profile), klick das Profil doppelt an und installiere es.
trust-firefox-2 = Öffne Einstellungen, Datenschutz und Sicherheit, Zertifikate anzeigen, Zertifizierungsstellen, Importieren, und wähl die Datei.
trust-firefox-3 = Setz den Haken bei „Dieser CA vertrauen, um Websites zu identifizieren“. Firefox hat auf Rechnern eine eigene Liste; auf Telefonen nimmt es die des Telefons.
trust-other = Auf einem anderen Gerät
trust-qr = QR-Code dieser Seite
trust-qr-caption = Halte die Kamera des anderen Geräts hierher: Sie öffnet diese Seite, in diesem Heimnetz.
trust-know = Gut zu wissen
trust-only = Es kann für <code>{ $domain }</code> bürgen, für alles darunter, für <code>{ $local }</code> und Adressen dieses Heimnetzes, und für nichts sonst: nicht für deine Bank, nicht für andere Seiten.
trust-away = Wenn du nicht mehr hier bist, entferne <b>{ $name }</b> an derselben Stelle.
trust-status = Hier ist nichts geheim
invite-home = Dieser Ort lebt zu Hause. Lass dein Gerät ihm zuerst trauen, einmal.
setup-done-trust = Lass jedes Gerät dieser Maschine trauen
setup-done-trust-more = Einmal, deine und die deiner Freunde: eine Datei und ein paar Handgriffe.

# Schritte der Einrichtung
steps-label = Schritte der Einrichtung
steps-done = , erledigt
step-start = Anfang
step-who = Für wen
step-name = Name
step-records = Domain-Einträge
step-owner = Dein Konto
step-backups = Sicherungen
step-look = Durchsehen
setup-bar = Einrichten: { $number } von { $of }
setup-back = Zurück
setup-continue = Weiter
setup-saved = Alles bis hierher ist gespeichert
notice-back = Willkommen zurück. Alles bis hierher war gespeichert.
notice-first = Dieser Schritt kommt zuerst.
notice-here = Du machst hier weiter. Der andere Browser ist von der Einrichtung abgemeldet.
notice-domain = Wir haben die Domain aus dem genommen, was du getippt hast: <code>{ $domain }</code>.
notice-changed = Die Domain oder der Name der Maschine ist jetzt ein anderer; die Einträge von { $domain } werden neu angesehen. Dein Konto und die Sicherungen bleiben.
notice-small = Wir haben ihn klein geschrieben: <code>{ $name }</code>.

# Der Code
setup-code-bar = Willkommen
setup-code-title = Code eingeben
setup-code-heading = Guten Tag. Richten wir deinen Chatserver ein.
setup-code-what = Es dauert etwa fünf Minuten. Du brauchst den Code und, wenn deine Freunde draußen im Internet sind, eine Domain.
setup-code-label = Code zum Einrichten
setup-code-help = Acht Buchstaben und Ziffern, dort, wo imera gestartet wurde, oder im Konsolenfenster deines Anbieters. Groß oder klein ist gleich, der Strich auch.
setup-code-where = Wo finde ich ihn?
setup-code-where-here = <b>Im Fenster, in dem imera gestartet wurde:</b> in der Zeile, die mit <code>setup</code> beginnt.
setup-code-where-rented = <b>Gemieteter Server:</b> Öffne auf der Seite deines Anbieters den Server und wähle Konsole oder Bildschirm, oder sieh in imeras Protokoll.
setup-code-where-lost = <b>Nicht zu finden?</b> Auf der Maschine zeigt <code>imera setup code</code> einen neuen.
setup-code-begin = Anfangen
setup-code-status = Noch ist nichts eingerichtet
setup-code-empty = Bitte tippe den Code vom Bildschirm der Maschine ein.
setup-code-length = { $count ->
    [one] Ein Code hat acht Zeichen; das ist eines.
   *[other] Ein Code hat acht Zeichen; das sind { $count }.
}
setup-code-wrong = Das ist nicht der Code. Sieh noch einmal auf den Bildschirm der Maschine: Der neueste gilt.
setup-code-ran-out = Dieser Code ist abgelaufen. Codes gelten 24 Stunden. Ein neuer steht jetzt auf dem Bildschirm der Maschine.
setup-code-wait = { $minutes ->
    [one] Zu viele Versuche. Bitte warte eine Minute.
   *[other] Zu viele Versuche. Bitte warte { $minutes } Minuten.
}
setup-code-again = Bitte gib den Code noch einmal ein
setup-code-again-next = Alles, was du getan hast, ist gespeichert.
setup-code-cookies = Dieser Browser behält keine Cookies für diese Seite. Erlaube sie für <code>{ $host }</code>, oder nimm einen anderen Browser.
setup-code-taken = Die Einrichtung geht in einem anderen Browser weiter
setup-code-taken-next = { $minutes ->
    [0] Sie wurde eben von <code>{ $from }</code> übernommen. Warst du das nicht? Gib hier den Code ein, um sie zurückzuholen, und gib ihn nicht weiter.
    [one] Sie wurde vor einer Minute von <code>{ $from }</code> übernommen. Warst du das nicht? Gib hier den Code ein, um sie zurückzuholen, und gib ihn nicht weiter.
   *[other] Sie wurde vor { $minutes } Minuten von <code>{ $from }</code> übernommen. Warst du das nicht? Gib hier den Code ein, um sie zurückzuholen, und gib ihn nicht weiter.
}
setup-securely-warning = Dein Browser warnt dich einmal, weil noch niemand für das Zertifikat dieser Maschine bürgt. Wähle „Erweitert“, dann „Weiter“. Stand der Code in der Adresse, gilt er nicht mehr: Nimm den neuesten vom Bildschirm der Maschine.
setup-securely-shut = Auf dieser Verbindung könnten andere mitlesen, und die sichere Tür dieser Maschine ist zu. Mach sie auf (<code>IMERA_PORT_HTTPS</code>), oder öffne diese Seite aus dem Netz der Maschine.

# Für wen
setup-who-title = Für wen
setup-who-heading = Wo sind die Leute, die hier chatten werden?
setup-who-legend = Wo sind sie?
setup-who-internet = Draußen in der Welt, mit einer eigenen Domain
setup-who-internet-more = Das Übliche. Du brauchst einen Namen wie strand.example; etwa 10 € im Jahr bei jedem Anbieter.
setup-who-elsewhere = Draußen in der Welt, und meine Domain hat anderswo schon eine Webseite
setup-who-elsewhere-more = Die Webseite bleibt, wo sie ist. Adressen heißen trotzdem name@strand.example; diese Maschine bekommt daneben einen eigenen Namen.
setup-who-home = Nur in meinem Heimnetz
setup-who-home-more = Nichts zu kaufen. Es geht nur in diesem WLAN, und jedes Telefon muss dieser Maschine einmal vertrauen.
setup-who-none = Ich habe noch keine Domain
setup-who-none-more = Jeder Anbieter, der Domains verkauft, ist recht. Schließ diese Seite und komm wieder, wenn du eine hast; alles bis hierher ist gespeichert. Nach einem Tag brauchst du einen neuen Code, der auf dem Bildschirm der Maschine steht.

# Name und Domain
setup-name-title = Name und Domain
setup-name-heading = Wie heißt dieser Ort?
setup-name-place = Wie nennen deine Freunde diesen Ort? (freiwillig)
setup-name-place-help = Zum Beispiel Strandhaus. Sie sehen es, wenn sie eingeladen werden. Du kannst es später ändern.
setup-name-domain = Deine Domain
setup-name-domain-help = Zum Beispiel strand.example. Alle Adressen enden darauf.
setup-name-domain-home = Ein Name für dein Netz, zum Beispiel strand.internal. Alle Adressen enden darauf.
setup-name-for-good = Später lässt sie sich nicht ändern, ohne dass es alle merken.
setup-name-said = Adressen heißen dann
setup-name-host = Name dieser Maschine (freiwillig)
setup-name-host-help = Ein eigener Name neben deiner Webseite. Lässt du das Feld leer, nehmen wir chat. und deine Domain.
setup-name-long = { $count ->
   *[other] Das sind { $count } Zeichen; 40 sind das Höchste.
}
setup-name-sign = Ein Name hat Buchstaben, Ziffern, Leerzeichen und andere Zeichen in einer Zeile.
setup-name-unseen = Keines dieser Zeichen ist zu sehen. Bitte tippe einen Namen, den Freunde lesen können, oder lass das Feld leer.
setup-name-empty = Bitte tippe deine Domain ein.
setup-name-address = Das ist die Nummer einer Maschine. Freunde brauchen einen Namen; nimm „Heimnetz“, wenn du keinen hast.
setup-name-dot = In <code>{ $domain }</code> ist kein Punkt. Eine Domain sieht aus wie strand.example.
setup-name-odd = Eine Domain hat Buchstaben, Ziffern und Striche; <code>{ $sign }</code> gehört nicht dazu.
setup-name-broken = <code>{ $domain }</code> kann keine Domain sein. Eine sieht aus wie strand.example, und kein Teil beginnt oder endet mit einem Strich.
setup-name-everybody = <code>{ $domain }</code> gehört allen. Davor muss dein eigenes Wort stehen.
setup-name-home = Namen auf <code>.{ $ending }</code> gehen nur zu Hause. Wähle „Heimnetz“ auf der Seite davor.
setup-name-outside = Der Name der Maschine muss auf <code>.{ $domain }</code> enden.
setup-name-same = Dafür braucht die Maschine einen eigenen Namen, zum Beispiel <code>chat.{ $domain }</code>.

# Wem es gehört
setup-owner-title = Dein Konto
setup-owner-heading = Dein eigenes Konto
setup-owner-what = Der Ort gehört dir: Du kümmerst dich um ihn. Mit diesem Konto chattest du auch.
setup-owner-name = Chatname
setup-owner-name-help = Kleine Buchstaben, Ziffern, Punkte und Striche. Er lässt sich später nicht ändern.
setup-owner-shown = Dein Name, wie Freunde ihn sehen (freiwillig)
setup-owner-shown-long = { $count ->
   *[other] Das sind { $count } Zeichen; eine Zeile mit höchstens 40 passt.
}
password-label = Passwort
password-help = Mindestens 10 Zeichen. Vier alltägliche Wörter hintereinander merkt man sich leicht, und sie sind schwer zu raten.
strength-fair = Stärke: ausreichend. Ein Wort mehr macht es besser.
strength-good = Stärke: gut.
strength-strong = Stärke: sehr gut.
password-again = Dasselbe Passwort noch einmal
setup-owner-password-kept = Dein Passwort ist als Fingerabdruck gespeichert.
setup-owner-password-other = Ein anderes wählen
password-sign = Darin ist ein Zeichen, das Passwörter nicht haben können. Nimm Buchstaben, Ziffern und Leerzeichen.
name-empty = Bitte wähle einen Chatnamen.
name-at = Deine Adresse endet auf <code>@{ $domain }</code>; tippe nur, was davor steht.
name-blank = Ein Chatname hat keine Leerzeichen. Wie wäre es mit <b>{ $dotted }</b> oder <b>{ $joined }</b>?
name-sign = In einem Chatnamen kann <code>{ $sign }</code> nicht stehen.
name-odd = Das kann kein Chatname sein. Nimm Buchstaben, Ziffern, Punkte und Striche.
name-long = { $count ->
   *[other] Das sind { $count } Zeichen; 40 sind das Höchste.
}
name-kept = <b>{ $name }</b> ist für die Maschine vorgesehen. Bitte nimm einen anderen.
name-kept-or = <b>{ $name }</b> ist für die Maschine vorgesehen. Vielleicht <b>{ $one }</b> oder <b>{ $two }</b>?
name-scripts = Hier mischen sich Buchstaben mehrerer Alphabete, das ließe sich mit einem anderen Namen verwechseln. Nimm nur eines.
name-scripts-or = Das mischt Buchstaben aus mehreren Alphabeten und ließe sich mit einem anderen Namen verwechseln. Vielleicht <b>{ $one }</b> oder <b>{ $two }</b>?
name-taken = <b>{ $name }</b> ist hier schon vergeben. Nimm bitte einen anderen.
name-taken-or = <b>{ $name }</b> ist hier schon vergeben. Vielleicht <b>{ $one }</b> oder <b>{ $two }</b>?
name-alike = <b>{ $name }</b> sieht einem Namen zu ähnlich, den es hier schon gibt. Nimm bitte einen anderen.
name-alike-or = <b>{ $name }</b> sieht einem Namen zu ähnlich, den es hier schon gibt. Vielleicht <b>{ $one }</b> oder <b>{ $two }</b>?
password-differs = Das ist ein anderes als das erste. Wir haben keines behalten: Bitte tippe beide noch einmal.
password-show = Zeigen
password-show-label = Zeigen, was als Passwort getippt ist
password-short = { $count ->
    [one] Das ist ein Zeichen; nötig sind 10. Häng ein paar Wörter an.
   *[other] Das sind { $count } Zeichen; nötig sind 10. Häng noch ein Wort an.
}
password-long = Das sind mehr als 256 Zeichen. Kürzer ist auch sicher.
password-known = Das ist eines der Passwörter, die jeder zuerst versucht. Häng ein Wort an, auf das nur du kommst.
password-in-use = Dieses Passwort benutzt du schon. Jede App braucht ein eigenes: Häng ein Wort an.

# Sicherungen
setup-backups-title = Sicherungen
setup-backups-heading = Jede Nacht eine Sicherung
setup-backups-what = Eine Datei, in der alles ist: Konten, Freunde, Nachrichten, Einstellungen.
setup-backups-at = Wann?
setup-backups-at-help = Nach der Uhr dieser Maschine. Wähle eine Stunde, in der sie an ist.
setup-backups-keep = Wie viele werden behalten?
setup-backups-keep-help = Die letzten Tage, dann eine für jede Woche, dann eine für jeden Monat. Je 0 bis 60.
setup-backups-days = Tage
setup-backups-weeks = Wochen
setup-backups-months = Monate
setup-backups-loss = Geht diese Maschine kaputt, verlierst du, was seit der letzten Sicherung geschrieben wurde: höchstens einen Tag.
setup-backups-where = Die Sicherungen liegen auf dieser Maschine. Bewahre auch anderswo eine Kopie auf.
setup-backups-number = Bitte eine Zahl von 0 bis { $most }.
setup-backups-none = Behalte mindestens eine Sicherung.
setup-backups-size = Ein Jahr Nachrichten einer Familie ergibt etwa { $each }. Alle zusammen sind dann { $all }, auf einer Platte von { $disk }.
setup-backups-tight = So aufbewahrt brauchen sie { $all }; frei sind { $free }.
setup-lock-fold = Die Sicherungen mit einer Passphrase verschließen (freiwillig)
setup-lock-what = Ohne sie kann jeder, der die Datei bekommt, alles darin lesen. Mit ihr kann sie ohne die Passphrase niemand öffnen: kein Dieb, nicht dein Anbieter, <b>nicht du und nicht wir, wenn sie vergessen ist</b>. Schreib sie auf Papier.
setup-lock-passphrase = Passphrase
setup-lock-passphrase-help = Mindestens 12 Zeichen. Ein paar Alltagswörter hintereinander lassen sich gut aufschreiben.
setup-lock-show = Die Passphrase zeigen
setup-lock-again = Dieselbe Passphrase noch einmal
setup-lock-written = Ich habe sie aufgeschrieben.
setup-lock-short = { $count ->
    [one] Eine Passphrase braucht 12 Zeichen; diese hat eines.
   *[other] Eine Passphrase braucht 12 Zeichen; diese hat { $count }.
}
setup-lock-unwritten = Bitte schreib sie zuerst auf; ohne sie sind die Sicherungen nichts wert.
setup-lock-kept = Die Sicherungen sind mit der Passphrase verschlossen, die du gewählt hast. Wir haben keine Abschrift davon.
setup-lock-other = Eine andere wählen, oder keine

# Durchsehen
setup-look-title = Durchsehen
setup-look-heading = Sieh alles durch, dann öffne
setup-look-change = Ändern
setup-look-domain = Adressen enden auf <code>@{ $domain }</code>.
setup-look-ascii = in Einträgen: <code>{ $ascii }</code>
setup-look-host = Die Maschine heißt <code>{ $host }</code>.
setup-look-home = Für das Heimnetz
setup-look-world = Für Freunde draußen in der Welt
setup-look-records = Was noch fehlt, kann später kommen.
setup-look-owner = Der Ort gehört <bdi>{ $name }</bdi>
setup-look-password = Das Passwort ist nur als Fingerabdruck gespeichert.
setup-look-backups = Sicherungen um { $time } Uhr
setup-look-keep = Behalten: { $days ->
    [one] ein Tag
   *[other] { $days } Tage
}, { $weeks ->
    [one] eine Woche
   *[other] { $weeks } Wochen
}, { $months ->
    [one] ein Monat
   *[other] { $months } Monate
}.
setup-look-locked = Mit deiner Passphrase verschlossen.
setup-look-unlocked = Nicht verschlossen: Wer eine Datei bekommt, kann sie lesen.
setup-look-then = Domain und Chatname bleiben für immer; alles andere lässt sich später ändern. Wenn der Server öffnet, schließen diese Seiten für immer.
setup-look-open = Server öffnen

# Fertig
setup-done-title = Dein Server ist offen
setup-done-bar = Alles ist eingerichtet
setup-done-heading = Guten Tag, <bdi>{ $place }</bdi>!
setup-done-lead = Dein Server ist offen. Zwei Dinge bleiben, und beide sind schön.
setup-done-in = Komm selbst herein
setup-done-apps = Installiere Conversations (Android) oder Monal (iPhone), wähle „Konto hinzufügen“ und dann „Scannen“.
setup-done-server = Wenn die App nach einem Server fragt
setup-done-server-domain = Lass es leer: Es ist die Domain selbst. Ports: { $ports }.
setup-done-server-host = <code>{ $host }</code>. Ports: { $ports }.
setup-done-certificate = Die App fragt, ob sie der Maschine trauen soll
setup-done-certificate-more = Diese Maschine hat ihr Zertifikat selbst gemacht, sonst bürgt niemand dafür. Sag auf jedem Gerät einmal ja.
setup-done-records = Die Domain muss hierher führen
setup-done-records-more = Trag dort, wo du die Domain gekauft hast, ihre Einträge ein. Eine Seite von dir führt sie auf und sagt, wie es um jeden steht.
setup-done-type = Keine Kamera zur Hand, oder eine App am Computer (Gajim, Dino)? Tippe deine Adresse und das Passwort ein, das du gewählt hast:
setup-done-invite = Lade die erste Person ein
setup-done-invite-what = Schick diesen Link, so wie ihr euch heute schreibt. Er lässt eine Person herein und gilt 7 Tage.
setup-done-invite-send = Link verschicken
setup-done-invite-qr = QR-Code der Einladung
setup-done-invite-beside = Die Person steht neben mir
setup-done-invite-caption = Hierher gehört die Kamera ihres Telefons: Sie öffnet die Einladung.
setup-done-invite-none = Die erste Einladung ließ sich nicht machen. Auf der Maschine macht imera invite create eine.
setup-done-know = Gut zu wissen
setup-done-on = Zu meinem Server
setup-done-tonight = Was heute Nacht geschieht
setup-done-backup = { $time } Uhr. Die erste Sicherung
setup-done-backup-more = Und danach jede Nacht.
setup-done-backup-locked = Sie sind verschlossen und öffnen sich nur mit deiner Passphrase. Bewahre das Papier gut auf.
setup-done-status = Die Seiten zum Einrichten sind für immer geschlossen

# Die eigenen Seiten
front-me = Deine Seite
sign-in-left = Du bist gegangen
sign-in-left-next = Dein Konto ist geschlossen. { $days } Tage lang kannst du es dir anders überlegen, indem du dich hier anmeldest; dann wird es gelöscht.
me-bar = { $place }: deine Seiten
me-tabs = Deine Seiten
me-tab = Ich
me-invite-tab = Einladen
me-data-tab = Meine Daten
me-status = Angemeldet als { $name }
me-title = Deine Seite
me-heading = Guten Tag, <bdi>{ $name }</bdi>.
me-stays = Schön, dass du bleibst. Alles ist, wie es war; deine Apps melden sich mit demselben Passwort wieder an.
me-address = Deine Chatadresse
me-address-what = Gib sie Freunden, hier oder an jedem anderen Ort, an dem Leute XMPP benutzen.
me-qr = QR-Code, der { $address } als Kontakt hinzufügt
me-qr-caption = Freunde lesen ihn mit ihrer Chat-App ein und haben dich in der Liste. Er enthält kein Geheimnis.
me-password = Dein Passwort
me-password-what = Mit einem neuen werden alle anderen Geräte und Browser abgemeldet. Deine Apps fragen einmal danach.
me-password-old = Dein jetziges Passwort
me-password-new = Neues Passwort
me-password-do = Passwort ändern
me-password-done = Dein neues Passwort gilt. Wer mit dem alten angemeldet war, ist draußen, und ein Wiederherstellungscode von früher gilt nicht mehr: Mach unten einen neuen.
me-password-wrong = Das ist nicht dein Passwort. Nichts wurde geändert.
me-code = Wiederherstellungscode
me-code-what = Wenn du dein Passwort vergisst, kannst du mit diesem Code ein neues wählen. Schreib ihn auf Papier; er wird nur einmal gezeigt.
me-code-of = Du hast einen Code, gemacht am { $day }. Ein neuer macht ihn ungültig.
me-code-none = Du hast noch keinen Code.
me-code-password = Dein Passwort, zum Zeichen, dass du es bist
me-code-do = Code machen
me-code-title = Dein Wiederherstellungscode
me-code-heading = Schreib das jetzt auf
me-code-copied = Der Wiederherstellungscode ist kopiert.
me-code-keep = Das ist dein Wiederherstellungscode. Er steht hier einmal und nie wieder: Auf dieser Maschine liegt nur ein Fingerabdruck davon.
me-code-void = Ein früherer Code gilt nicht mehr. Wer diesen hat, kann dein Konto übernehmen; heb ihn auf wie einen Schlüssel.
me-code-kept = Ich habe ihn aufgeschrieben
me-out-what = Nur diesen Browser. Deine Apps bleiben angemeldet.
me-out-do = Diesen Browser abmelden
me-devices-tab = Geräte
me-invite-title = Jemanden einladen
me-invite-what = Ein Link lässt eine Person herein: Sie bekommt ein Konto bei { $place }, und ihr steht einander in der Liste. Gib ihn nur jemandem, den du kennst.
me-invite-quota = Du kannst offene Einladungen für { $quota ->
    [one] eine Person
   *[other] { $quota } Personen
} zugleich haben; jetzt { $given ->
    [0] sind es keine
    [one] ist es eine
   *[other] sind es { $given }
}.
me-invite-ask = Wer kommt, wartet, bis jemand, der diesen Ort betreibt, Ja sagt.
me-invite-full = Alle deine Einladungen sind vergeben. Nimm eine zurück, oder warte, bis eine benutzt oder abgelaufen ist.
me-invite-own = Deine Links
me-invite-older = { $count ->
    [one] Und ein älterer Link.
   *[other] Und { $count } ältere Links.
}
me-invite-not = Du kannst gerade niemanden einladen
me-invite-not-next = Wer diesen Ort betreibt, entscheidet, wer einladen darf. Bitte dort um einen Link.
me-devices-title = Deine Geräte
me-devices-heading = Deine Geräte
me-devices-apps = Apps mit deinem Passwort
me-devices-no-apps = Gerade ist keine andere App angemeldet.
me-devices-again = Eine App, die dein Passwort kennt, kommt vielleicht von selbst wieder. Um ein verlorenes Gerät für immer draußen zu halten, ändere dein Passwort.
me-devices-browsers = Browser auf diesen Seiten
me-devices-others = Überall sonst abmelden
me-devices-done = Das ist abgemeldet.
me-devices-others-done = Alles andere ist abgemeldet.
me-devices-gone = Das war schon weg.
me-device-app = { $app } (<code>{ $resource }</code>)
me-device-other = <code>{ $resource }</code>
me-device-here = gerade da
me-device-away = abwesend
me-device-busy = will in Ruhe gelassen werden
me-device-silent = angemeldet, für niemanden zu sehen
me-browser-on = { $browser } auf { $system }
me-browser = { $browser }
me-browser-silent = Ein Programm ohne Namen
me-browser-other = Ein Programm, das sich <bdi>{ $agent }</bdi> nennt
me-browser-this = Dieser Browser
me-browser-away = Ein anderer Browser
me-browser-since = dieser Browser, angemeldet { $when }
me-browser-seen = zuletzt da { $when }, von { $from }
me-devices-phones = Telefone und Apps mit Bildcode
me-device-seen = zuletzt da { $when }
me-device-code = Ein Code, den noch niemand eingelesen hat
me-device-take-back = Zurücknehmen
me-device-waits = läuft { $when } ab
me-phone-add = Telefon hinzufügen
me-phone-title = Telefon hinzufügen
me-phone-heading = Telefon hinzufügen
me-phone-what = Du bekommst einen Bildcode. Wer ihn mit einer Chat-App einliest, ist als du angemeldet, ohne zu tippen. Das Telefon bekommt ein eigenes Passwort, das du ihm auf dieser Seite wieder nehmen kannst.
me-phone-do = Code zeigen
me-phone-scan = Öffne auf dem Telefon Conversations oder Monal, wähle „Konto hinzufügen“ und lies das hier ein:
me-phone-then = Sobald er eingelesen ist, steht das Telefon in der Liste deiner Geräte.
me-phone-none = Gerade geht kein Code: Es sind schon so viele Telefone mit Code angemeldet. Melde zuerst eines ab, oder tippe Adresse und Passwort ins Telefon.
me-phone-back = Zu deinen Geräten
me-data-title = Deine Daten
me-data-heading = Was <bdi>{ $place }</bdi> von dir aufhebt
me-data-account = Dein Konto
me-data-account-more = Dein Chatname, seit wann du da bist, wann du zuletzt da warst, und ein Fingerabdruck deines Passworts, nie das Passwort. So lange du bleibst.
me-data-contacts = { $count ->
    [0] Noch keine Kontakte
    [one] Ein Kontakt
   *[other] { $count } Kontakte
}
me-data-contacts-more = { $blocked ->
    [0] Mit den Namen und Gruppen, die du ihnen gegeben hast. So lange sie in deiner Liste stehen.
    [one] Mit den Namen und Gruppen, die du ihnen gegeben hast, und eine Adresse, die du blockiert hast. So lange sie in deiner Liste stehen.
   *[other] Mit den Namen und Gruppen, die du ihnen gegeben hast, und { $blocked } Adressen, die du blockiert hast. So lange sie in deiner Liste stehen.
}
me-data-messages = { $count ->
    [one] Eine Nachricht vom { $day }
   *[other] { $count } Nachrichten, die erste vom { $day }
}
me-data-no-messages = Noch keine Nachrichten
me-data-messages-more = Damit alle deine Geräte dieselben Unterhaltungen zeigen. Sie bleiben, bis du gehst. Wem du geschrieben hast, der hat eine eigene Abschrift. In den Einstellungen deiner App wählst du, welche Unterhaltungen von nun an aufgehoben werden.
me-data-devices = Geräte und Browser
me-data-devices-more = Welche angemeldet sind; von einem Browser auch seine Art und die letzte Internetadresse, vergessen nach 30 Tagen ohne Besuch. Im Protokoll der Maschine steht, wann sich wer von wo angemeldet hat, und nie, was geschrieben wurde.
me-data-backups = Sicherungen
me-data-backups-more = All das liegt auch in den Sicherungen der Maschine. Was du hier löschst, ist nach etwa { $days } Tagen auch aus der letzten verschwunden.
me-data-who = Wer es sehen kann
me-data-who-more = Du, und wer Macht über diese Maschine hat. Was deine App von Ende zu Ende verschlüsselt (meist heißt es OMEMO), kann hier niemand lesen. An andere geht nichts.
me-export = Alles mitnehmen
me-export-what = Eine Datei mit deinen Nachrichten zum Lesen, deinen Kontakten und deinem Konto in der Form, die andere Chatserver annehmen. Sie ist nicht verschlossen: Wer sie hat, kann sie lesen.
me-export-do = Datei machen
me-export-making = Deine Datei wird gerade gemacht. Du kannst diese Seite schließen: Wenn sie fertig ist, bekommst du eine Chatnachricht.
me-export-look = Noch einmal nachsehen
me-export-ready = Deine Datei wurde { $when } gemacht. Sie liegt hier bis { $day }; dann wird sie gelöscht.
me-export-fetch = Datei herunterladen ({ $size })
me-export-again = Eine neue machen
me-export-later = Was danach kam, ist nicht in dieser Datei. Eine neue kannst du { $moment } oder später machen.
export-told = Die Datei mit allem, was dir gehört, ist fertig. Hol sie bis { $day } auf deiner Seite ab, wo nur du sie bekommst: { $page }
export-told-failed = Die Datei mit allem, was dir gehört, konnte nicht gemacht werden. Der Grund steht im Protokoll des Servers. Versuch es später noch einmal, oder sag denen Bescheid, die den Ort betreiben.
export-title = Alles von { $address }
export-heading = Was <bdi>{ $place }</bdi> von dir aufgehoben hat
export-what = <bdi>{ $address }</bdi>, hier seit { $joined }. Diese Datei ist vom { $made }. Alle Zeiten nach der Uhr des Servers.
export-files = Was hier drin ist
export-conversations = jede Unterhaltung als Textdatei, die älteste Nachricht zuerst
export-json = { $count ->
    [one] eine Nachricht, für Programme: je eine Zeile JSON
   *[other] alle { $count } Nachrichten, für Programme: je eine Zeile JSON
}
export-xml = dein Konto, wie andere Chatserver es annehmen (XEP-0227): Kontakte, blockierte Adressen, Nachrichten; kein Passwort
export-talks = Unterhaltungen
export-talk = Unterhaltung mit { $address }. Was deine App verschlüsselt hat, ist nur in deinen Apps zu lesen.
export-with = Mit
export-messages = Nachrichten
export-last = Letzte
export-more = Es gibt mehr Unterhaltungen, als eine eigene Datei bekommen. Ihre Nachrichten stehen in messages.jsonl.
export-address = Adresse
export-name = Name
export-groups = Gruppen
export-blocked = Blockiert
me-leave = { $place } verlassen
me-leave-what = Dein Konto, deine Kontakte und deine Nachrichten auf diesem Server verschwinden; deine Freunde behalten, was du ihnen geschrieben hast. Alle deine Geräte werden sofort abgemeldet. Bis { $day } kannst du es dir anders überlegen, indem du dich hier anmeldest.
me-leave-only-owner = Jeder Ort muss jemandem gehören, und du bist die einzige Person, der er gehört. Gib ihn zuerst in andere Hände.
me-leave-sure = Tippe <b>{ $name }</b>, zum Zeichen, dass du es ernst meinst
me-leave-other-name = Das ist nicht dein Chatname. Nichts wurde geändert.
me-leave-password = Dein Passwort
me-left-owners = { $place }: { $name } ist gegangen. Das Konto ist geschlossen und wird in { $days } Tagen gelöscht, wenn sich { $name } nicht vorher im Web anmeldet.

# Die Seiten der Besitzer
admin-bar = { $place }: für Besitzer
admin-tabs = Seiten für Besitzer
admin-tab-home = Start
admin-signed-in = Angemeldet als { $name }
admin-fine = Alles ist in Ordnung.
admin-can-wait = { $count ->
    [one] Alles läuft. Eines kann warten.
   *[other] Alles läuft. { $count } Dinge können warten.
}
admin-bad = { $count ->
    [one] Es läuft, aber eines braucht dich.
   *[other] Es läuft, aber { $count } Dinge brauchen dich.
}
admin-storm = Freunde kommen gerade nicht hinein.
admin-looking = Wir sehen noch nach …
admin-looking-more = Der Server hat eben erst angefangen. In einer Minute weiß er, wie alles steht.
admin-look-page = Diese Seite noch einmal ansehen
admin-looked = { $minutes ->
    [0] Eben wurde alles angesehen.
    [one] Vor einer Minute wurde alles angesehen.
   *[other] Vor { $minutes } Minuten wurde alles angesehen.
}
admin-looked-never = Noch wurde nichts angesehen.
admin-look = Noch einmal nachsehen
admin-more = { $count ->
    [one] Und noch eines
   *[other] Und noch { $count }
}
admin-checks = Was wir angesehen haben
admin-rest = Alles andere ist in Ordnung
admin-since = Es begann { $when }.
admin-machine-says = Die Maschine sagt:
admin-waiting = { $count ->
    [one] Jemand wartet auf dein Ja
   *[other] { $count } Leute warten auf dein Ja
}
admin-waiting-next = Sie kamen über eine Einladung und kommen herein, wenn du es sagst.
admin-disk-full = Der Speicher ist voll
admin-disk-full-next = Neue Nachrichten lassen sich nicht behalten; Apps sollen es später wieder versuchen. Lösche oder verschiebe, was sonst auf dem Speicher dieser Maschine liegt; imera macht von selbst weiter.
admin-disk-low = Auf dem Speicher ist wenig Platz
admin-disk-low-next = Noch merkt es niemand. Ist er voll, lässt sich keine Nachricht mehr behalten. Lösche oder verschiebe, was sonst auf dem Speicher dieser Maschine liegt.
admin-store = Gerade lässt sich nichts behalten
admin-store-next = Nachrichten werden abgewiesen statt verloren, und Apps senden sie noch einmal. Sieh nach dem Speicher der Maschine; imera macht von selbst weiter.
admin-backup-old = Es gibt keine frische Sicherung
admin-backup-old-next = Ginge diese Maschine jetzt kaputt, wäre alles seit der letzten verloren. Mach von Hand eine.
admin-backup-failed = Die letzte Sicherung ist misslungen
admin-backup-failed-next = Frühere gute bleiben. Es wird innerhalb einer Stunde noch einmal versucht.
admin-backup-alone = Alle Sicherungen liegen auf dieser Maschine
admin-backup-alone-next = Sie helfen, wenn etwas gelöscht wird oder innen schiefgeht. Geht die Maschine selbst kaputt oder wird gestohlen, sind sie mit weg. Lade ab und zu eine herunter.
admin-backup-second = Am zweiten Ort fehlt die letzte Sicherung
admin-backup-second-next = Die Sicherung selbst ist gut und liegt auf dieser Maschine. Sieh nach, ob der zweite Ort da ist.
admin-clock-wrong = Die Uhr der Maschine geht falsch
admin-clock-wrong-next = Zertifikate und die Reihenfolge der Nachrichten hängen davon ab. Meist stellt sie sich von selbst, sobald das Internet da ist.
admin-certificate-bad = Das Zertifikat gilt nicht
admin-certificate-bad-next = Apps verbinden sich nicht oder warnen ihre Leute. Setz ein neues an seine Stelle.
admin-certificate-soon = Das Zertifikat braucht dich bald
admin-certificate-soon-next = Noch merkt es niemand. Läuft es ab, verbinden sich Apps nicht mehr.
admin-certificate-files = Die Dateien des Zertifikats sind nicht zu gebrauchen
admin-certificate-files-next = Das vorige gilt weiter, bis es abläuft. Sieh dir die Dateien an.
admin-ports-silent = Eine Tür dieses Servers antwortet nicht
admin-ports-silent-next = Apps, die dort klopfen, kommen nicht hinein. Starte imera neu; hilft das nicht, sieh in sein Protokoll.
admin-database-damaged = Die Datenbank ist beschädigt
admin-database-damaged-next = Was jetzt geschrieben wird, kann verloren gehen. Sieh nach, ob der Speicher ausfällt, und hol dann die letzte gute Sicherung zurück.
admin-aside = Was beim Zurückholen beiseitegelegt wurde, ist noch da
admin-aside-next = Es braucht Platz auf dem Speicher und geht von selbst, wenn seine Zeit um ist und es eine neuere gute Sicherung gibt. Bis dahin ist es der Weg zurück.
admin-thing = Etwas braucht dich
admin-thing-next = Was es ist, sagen die Worte des Servers selbst.
admin-ports-fine = Alle Türen antworten
admin-ports-fine-more = Von dieser Maschine aus versucht. Ob sie sich zur Welt öffnen, sieht sie nicht.
admin-backup-fine = Die Sicherungen sind gut
admin-backup-fine-more = Die letzte wurde { $when } gemacht: { $size }, geöffnet und nachgezählt.
admin-backup-coming = Bald wird gesichert
admin-backup-first = Die erste kommt { $when }.
admin-backup-tonight = Die erste kommt heute Nacht.
admin-certificate-fine = Das Zertifikat gilt
admin-certificate-fine-more = Bis { $day }.
admin-certificate-own = Bis { $day }. Diese Maschine hat es selbst gemacht; Apps fragen einmal, ob sie ihm trauen sollen.
admin-certificate-strangers = Bis { $day }. Telefone und Browser kennen nicht, wer dafür bürgt.
admin-disk-fine = Platz ist da
admin-disk-fine-more = { $free } von { $of } sind frei.
admin-dns-lost = Freunde von draußen finden diesen Ort vielleicht nicht
admin-dns-lost-next = Ein Eintrag der Domain fehlt oder führt woandershin. In Ordnung bringst du das dort, wo du die Domain gekauft hast; unten steht, welcher es ist.
admin-dns-some = Ein Eintrag der Domain stimmt nicht
admin-dns-some-next = Die meisten merken nichts davon. In Ordnung bringst du das dort, wo du die Domain gekauft hast; unten steht, welcher es ist.
admin-dns-fine = Die Domain führt hierher
admin-dns-fine-more = Ihre eigenen Nameserver sagen es.
admin-records = Die Einträge der Domain
admin-records-what = Sie stehen dort, wo du <b>{ $domain }</b> gekauft hast, auf der Seite „DNS“, „Zone“ oder „Namenseinträge“. Wir fragen die eigenen Nameserver der Domain, wie es um jeden steht.
admin-clock-fine = Die Uhr geht richtig
admin-clock-fine-more = Es ist { $day }.
admin-who = Wer da ist
admin-who-count = { $here ->
    [0] Niemand ist online. { $of } Konten.
    [one] Von { $of } ist eine Person online.
   *[other] { $here } von { $of } sind online.
}
admin-here = Da
admin-busy = Bitte nicht stören
admin-away = Weg
admin-gone = Nicht da
admin-tab-people = Leute
admin-waiting-look = Sieh sie dir an
admin-people = Leute
admin-people-count = { $here } von { $of } gerade da
admin-people-never = Du siehst, wann jemand da ist, nie, was sie schreiben, und nicht, wem.
admin-only-you = Bis jetzt nur du.
admin-find = Jemanden finden
admin-find-do = Finden
admin-nobody-found = So heißt niemand.
admin-everybody = Alle zeigen
admin-page-before = Seite davor
admin-page-behind = Nächste Seite
admin-closed = Geschlossen
admin-open = Öffnen
admin-yes = Einlassen
admin-no = Abweisen
admin-asked = Hat gefragt: { $when }.
admin-asked-through = Hat über einen Link von <bdi>{ $name }</bdi> gefragt, { $when }.
admin-role-owner = besitzt den Ort
admin-role-member = Mitglied
admin-role-limited = Gast
admin-last-here = Zuletzt da: { $when }.
admin-never-here = Noch hat sich keine App angemeldet.
admin-devices-here = { $count ->
    [one] Gerade da, mit einem Gerät.
   *[other] Gerade da, mit { $count } Geräten.
}
admin-goes = Geschlossen; gelöscht wird am { $day }.
admin-chip-closed = geschlossen
admin-chip-locked = gesperrt
admin-person = { $name }
admin-person-goes = Dieses Konto ist geschlossen und wird am { $day } gelöscht
admin-person-goes-next = Bis dahin ist alles noch da. Danach kann es niemand zurückholen.
admin-person-stay = Dieses Konto behalten
admin-person-locked = Dieses Konto ist gesperrt
admin-person-locked-next = Niemand kommt damit hinein, und Nachrichten an das Konto warten.
admin-person-open = Wieder öffnen
admin-person-own = Das ist dein eigenes Konto. Seine Rolle ändern oder es schließen kann, wem der Ort außer dir gehört.
admin-person-devices = Angemeldete Apps
admin-person-no-device = Gerade keine.
admin-person-browsers = { $count ->
    [0] Kein Browser ist angemeldet.
    [one] Und ein Browser.
   *[other] Und { $count } Browser.
}
admin-since-day = Dabei seit { $day }.
admin-sign-out-help = Für ein verlorenes Telefon. Das Passwort bleibt, und Apps, die es kennen, kommen wieder: Mach auch einen Link für ein neues.
admin-sign-out-do = Überall abmelden
admin-reset = Ein neues Passwort
admin-reset-help = Für alle, die es vergessen haben. Der Link gilt einmal, einen Tag lang; danach müssen sich alle Apps neu anmelden. Das Passwort siehst du nie.
admin-reset-do = Link machen
admin-reset-again = Noch einen Link machen
admin-link-qr = QR-Code des Links
admin-link-copied = Der Link ist kopiert.
admin-link-until = Er gilt bis { $day }.
admin-link-share = Link teilen
admin-link-once = Kopiere ihn jetzt: Zehn Minuten lang lässt er sich in diesem Browser zeigen, danach nie wieder.
admin-role = Rolle
admin-role-do = Rolle ändern
admin-role-owner-may = Sieht diese Seiten und darf hier alles ändern.
admin-role-member-may = Chattet, und lädt andere ein, wenn du es erlaubst.
admin-role-limited-may = Chattet. Lädt niemanden ein.
admin-lock = Eine Weile sperren
admin-lock-help = Alle Apps werden abgemeldet, und niemand kommt hinein, bis du wieder öffnest. Gelöscht wird nichts.
admin-lock-do = Dieses Konto sperren
admin-close = Dieses Konto schließen
admin-close-what = Ab sofort kommt niemand mehr hinein. Am { $day } verschwindet das Konto für immer, mit seinen Kontakten, seinen Nachrichten auf diesem Server und allen Einstellungen; bis dahin kannst du es wieder öffnen.
admin-close-type = Tippe den Chatnamen <b>{ $name }</b>, um zu zeigen, dass du es ernst meinst
admin-close-do = Dieses Konto schließen
admin-close-other = Das ist nicht der Name. Nichts wurde geändert.
admin-done-role = Die Rolle ist geändert.
admin-done-locked = Das Konto ist gesperrt, und alle seine Apps sind abgemeldet.
admin-done-opened = Das Konto ist offen.
admin-done-closed = Das Konto ist geschlossen.
admin-done-signed-out = Alle Apps und Browser sind abgemeldet.
admin-done-let-in = Eingelassen. Wer einlud und wer kam, haben einander in der Liste.
admin-done-refused = Die Anfrage ist weg. Niemand hat davon erfahren.
admin-done-answered = Diese Anfrage ist weg: Jemand anderes hat sie beantwortet.
admin-own = Das ist dein eigenes Konto. Nichts wurde geändert.
admin-only-owner = Ein Ort braucht jemanden, dem er gehört. Mach erst jemand anderen dazu.
admin-too-many = Zu viele Links sind offen. Nimm erst welche zurück.
admin-tab-invites = Einladen
admin-invites = Einladungen
admin-invite-somebody = Jemanden einladen
admin-invite-new = Neue Einladung
admin-invite-note = Für wen ist sie? (freiwillig)
admin-invite-note-help = Eine Notiz für dich. Freunde sehen sie nicht.
admin-invite-long = Eine Notiz ist eine Zeile mit höchstens { $most } Zeichen.
admin-invite-many = Wie viele dürfen damit hereinkommen?
admin-invite-one = Eine Person
admin-invite-up-to = Bis zu { $count }
admin-invite-other = Eine andere Zahl
admin-invite-other-many = Wie viele, wenn eine andere Zahl
admin-invite-other-help = 1 bis { $most }.
admin-invite-number = Bitte eine Zahl von 1 bis { $most }.
admin-invite-lasts = Wie lange gilt sie?
admin-invite-day = 1 Tag
admin-invite-week = 7 Tage
admin-invite-month = 4 Wochen
admin-invite-role = Sie kommen herein als
admin-invite-member = Mitglied
admin-invite-limited = Gast: lädt niemanden ein
admin-invite-ask = Frag mich zuerst
admin-invite-ask-more = Wer kommt, wartet, bis du ja sagst.
admin-invite-make = Link machen
admin-invite-made = Eben gemacht
admin-invite-none-made = Hier steht ein neuer Link, sobald er gemacht ist.
admin-invite-all = Offen und vorbei
admin-invite-all-newest = Alle Links, die neuesten zuerst
admin-invite-none = Noch keine Links.
admin-invite-what = Für
admin-state = Zustand
admin-invite-came = Gekommen
admin-invite-until = Bis
admin-actions = Was du tun kannst
admin-invite-password = Neues Passwort für <bdi>{ $name }</bdi>
admin-invite-contact = Als Kontakt
admin-invite-for = Nur als <bdi>{ $name }</bdi>
admin-invite-account = Einladung
admin-invite-by = Von <bdi>{ $name }</bdi>
admin-invite-unused = noch niemand
admin-invite-uses = { $uses } von { $of }
admin-invite-paused = Ruht
admin-invite-withdrawn = Zurückgenommen
admin-invite-used = Benutzt
admin-invite-open = Offen
admin-invite-ran-out = Abgelaufen
admin-withdraw = Zurücknehmen
admin-done-withdrawn = Der Link lässt niemanden mehr ein. Wer damit kam, bleibt.
admin-invite-over = Dieser Link war schon vorbei. Nichts wurde geändert.
admin-invite-twice = Dieses Formular kam zweimal. Ein Link wurde gemacht.
admin-tab-backups = Sichern
admin-backups-when = Jede Nacht um { $time }.
admin-backups-kept = Behalten: { $days ->
    [one] ein Tag
   *[other] { $days } Tage
}, { $weeks ->
    [one] eine Woche
   *[other] { $weeks } Wochen
}, { $months ->
    [one] ein Monat
   *[other] { $months } Monate
}.
admin-backups-good = Die letzte Sicherung ist gut.
admin-backups-age = { $days ->
    [one] Die letzte Sicherung ist einen Tag alt.
   *[other] Die letzte Sicherung ist { $days } Tage alt.
}
admin-backups-none-good = Es gibt keine gute Sicherung.
admin-backups-none = Noch keine Sicherung: Die erste kommt { $when }.
admin-backups-none-yet = Noch keine Sicherung.
admin-backups-failed = Ginge diese Maschine jetzt kaputt, wäre verloren, was seit der letzten guten geschrieben wurde. Innerhalb einer Stunde wird es wieder versucht.
admin-backups-runs = An einer Sicherung wird gearbeitet.
admin-backups-runs-look = Sieh, wie weit sie ist
admin-backups-now = Das ist da
admin-backups-make = Jetzt sichern
admin-backups-empty = Noch ist keine da.
admin-backups-open = Einige dieser Dateien sind nicht verschlossen. Wer so eine Datei hat, hat alles: Konten, Nachrichten, Einstellungen. Leg sie dorthin, wo nur du sie lesen kannst.
admin-backups-newest = Sicherungen, die neuesten zuerst
admin-when = Wann
admin-size = Größe
admin-backups-damaged = Beschädigt
admin-backups-proved = Gut
admin-backups-locked = Verschlossen
admin-backups-fetched = Heruntergeladen am { $day }
admin-backups-nightly = aus der Nacht
admin-backups-by-hand = von Hand
admin-backups-restored = zurückgeholt
admin-backups-elsewhere = Anderswo auf dieser Maschine
admin-backups-download = Herunterladen
admin-backups-check = Prüfen
admin-backups-back = Zu einer Sicherung zurückgehen
admin-backups-back-how = Wähle eine von diesen oder eine eigene Datei; sie wird geprüft, bevor irgendetwas angerührt wird, und dann wirst du gefragt. Was <bdi>{ $place }</bdi> jetzt hat, wird beiseitegelegt, nicht gelöscht. Alle sind für ein paar Sekunden weg.
admin-backups-back-do = Eine Datei wählen
admin-backups-bring = Zurückholen
admin-work-make = Eine Sicherung wird gemacht
admin-work-check = Eine Sicherung wird geprüft
admin-work-close = Du darfst diese Seite schließen: Es geht von selbst weiter.
admin-work-again = Noch einmal nachsehen
admin-work-percent = { $percent } % fertig
admin-work-made = Die Sicherung ist gemacht: wieder geöffnet und jede Tabelle nachgezählt.
admin-work-proved = Die Datei ist gut: Sie lässt sich öffnen und enthält alles, was sie soll.
admin-work-compared = Die Datei ist heil. Sie ist verschlossen; ob sie aufgeht, zeigt sich nur mit ihrem Passwort.
admin-work-failed = Es wurde keine Sicherung gemacht. Die Maschine sagt: { $why }
admin-work-damaged = Diese Datei ist nicht gut. Die Maschine sagt: { $why }
admin-stage-snapshot = Die Datenbank kopieren
admin-stage-pack = Mit allen Dateien einpacken
admin-stage-lock = Verschließen
admin-stage-sums = Die Summe vergleichen
admin-stage-unpack = Wieder öffnen
admin-stage-integrity = Jede Tabelle nachzählen
admin-stage-second = An den zweiten Ort bringen
admin-tab-settings = Einstellen
admin-log = Wer was geändert hat
admin-log-what = Was Besitzer und die Maschine geändert haben, ein Jahr lang aufgehoben. Nachrichten stehen hier nie.
admin-log-empty = Noch wurde nichts geändert.
admin-log-newest = Alle Änderungen, die neuesten zuerst
admin-log-who = Wer
admin-log-did = Was
admin-log-machine = Die Maschine
admin-log-to-newest = Die neuesten
admin-log-older = Ältere
admin-log-other = Etwas, das diese Version nicht kennt.
admin-log-set = „{ $setting }“ geändert in: <bdi>{ $value }</bdi>.
admin-log-unset = „{ $setting }“ geändert.
admin-log-added = Das Konto <bdi>{ $name }</bdi> angelegt.
admin-log-added-many = { $count ->
    [one] Ein Konto angelegt.
   *[other] { $count } Konten angelegt.
}
admin-log-role = Die Rolle von <bdi>{ $name }</bdi> geändert in: { $role }.
admin-log-locked = <bdi>{ $name }</bdi> gesperrt.
admin-log-opened = <bdi>{ $name }</bdi> wieder geöffnet.
admin-log-closed = Das Konto <bdi>{ $name }</bdi> geschlossen; gelöscht wird es am { $day }.
admin-log-removed = Das Konto <bdi>{ $name }</bdi> für immer gelöscht.
admin-log-signed-out = <bdi>{ $name }</bdi> überall abgemeldet.
admin-log-password = <bdi>{ $name }</bdi> ein neues Passwort gegeben.
admin-log-reset = Einen Link für ein neues Passwort von <bdi>{ $name }</bdi> gemacht.
admin-log-let-in = <bdi>{ $name }</bdi> eingelassen.
admin-log-turned-away = <bdi>{ $name }</bdi> abgewiesen.
admin-log-invited = { $uses ->
    [one] Einladung { $number } gemacht, für eine Person.
   *[other] Einladung { $number } gemacht, für bis zu { $uses }.
}
admin-log-invited-note = { $uses ->
    [one] Die Einladung <bdi>{ $note }</bdi> gemacht, für eine Person.
   *[other] Die Einladung <bdi>{ $note }</bdi> gemacht, für bis zu { $uses }.
}
admin-log-withdrew = Den Link { $number } zurückgenommen.
admin-log-withdrew-note = Den Link <bdi>{ $note }</bdi> zurückgenommen.
admin-log-backup = Die Sicherung <code>{ $file }</code> gemacht.
admin-log-fetched = Die Sicherung <code>{ $file }</code> heruntergeladen.
admin-log-restored = Zu der Sicherung zurückgegangen, die { $when } gemacht wurde.
admin-log-lock = Den Sicherungen ein Passwort gegeben.
admin-log-unlock = Sicherungen haben kein Passwort mehr.
admin-log-certificate = Hat ein Zertifikat mitgebracht, gültig bis { $day }.
admin-log-certificate-automatic = Ist zum automatischen Zertifikat zurückgekehrt.
admin-on = Ja
admin-off = Nein
admin-save = Speichern
admin-saved = Gespeichert.
admin-saved-later = Gespeichert. Es gilt, wenn imera das nächste Mal gestartet wird.
admin-usually = Üblich: { $value }.
admin-is-set = gesetzt
admin-is-not-set = nicht gesetzt
admin-section-place = Der Ort
admin-section-people = Leute
admin-section-apps = Apps
admin-section-backups = Sicherungen
admin-section-machine = Nur auf der Maschine
admin-machine-why = Diese entscheiden über die Maschine selbst, darum ändert sie kein Browser: Wer deinen in die Hände bekäme, könnte es auch. Auf der Maschine geht es mit <code>imera settings set</code>.
admin-set-domain = Domain
admin-set-host = Name der Maschine
admin-set-home = Nur für das Heimnetz
admin-set-place-name = Name des Orts
admin-set-language = Sprache
admin-set-allow-plain = Alte Apps dürfen das Passwort selbst senden
admin-set-registration = Fremde dürfen Konten anlegen
admin-set-members-invite = Mitglieder dürfen einladen
admin-set-invite-quota = Offene Einladungen eines Mitglieds
admin-set-ask-first = Frag mich, bevor jemand hereinkommt
admin-set-backup-at = Wann die Sicherung gemacht wird
admin-set-backup-keep = Wie viele behalten werden
admin-set-backup-folder = Zweiter Ort: ein Ordner
admin-set-acme = Eine Zertifizierungsstelle wird nach Zertifikaten gefragt
admin-set-acme-eab-kid = Schlüsselkennung des Kontos bei der Zertifizierungsstelle
admin-set-acme-eab-key = Schlüssel des Kontos bei der Zertifizierungsstelle
admin-set-acme-dns-server = Nameserver, der Nachweise für das Zertifikat annimmt
admin-set-acme-dns-zone = Zone der Nachweise
admin-set-acme-dns-key = Name des Schlüssels für diese Zone
admin-set-acme-dns-algorithm = Wie dieser Schlüssel unterschreibt
admin-set-acme-dns-secret = Geheimnis dieses Schlüssels
admin-set-backup-command = Zweiter Ort: ein Befehl
admin-set-other = { $key }
admin-why-place-name = Wie ihn alle nennen, auf jeder Seite und in jeder Einladung. Leer heißt er wie die Domain.
admin-why-members-invite = Wem der Ort gehört, der darf immer. Dürfen es auch Mitglieder, wächst der Ort von selbst; wer wen mitbrachte, steht bei den Einladungen.
admin-why-invite-quota = Wie viele Leute ein Mitglied zugleich eingeladen haben darf, die noch nicht gekommen sind. Das begrenzt, wie schnell der Ort wächst.
admin-why-ask-first = Wer mit einer Einladung kommt, wartet auf ein Ja. Das kostet sie Zeit und dich einen Blick.
admin-why-language = In welcher Sprache dir die Maschine schreibt. Seiten richten sich nach dem Browser.
admin-why-allow-plain = Heutige Apps beweisen, dass sie das Passwort kennen, und senden es nie. Manche alte können es nur senden, in der verschlüsselten Leitung. Für alle, die sie benutzen, ist das ein Schutz weniger.
admin-why-backup-at = Nach der Uhr dieser Maschine, zum Beispiel 3:30. Wähle eine Stunde, in der sie an ist.
admin-why-backup-keep = Tage, dann Wochen, dann Monate: 7,4,6 behält die letzten sieben, je eine für vier Wochen und je eine für sechs Monate.
admin-cost-backup = Die letzte braucht { $size } Platz.
admin-wants-number = Bitte eine Zahl von { $min } bis { $max }. Nichts wurde geändert.
admin-wants-time = Bitte eine Uhrzeit wie 3:30. Nichts wurde geändert.
admin-wants-keep = Bitte drei Zahlen wie 7,4,6, jede von 0 bis { $most } und nicht alle 0. Nichts wurde geändert.
admin-wants-text = Bitte eine Zeile mit höchstens { $most } Zeichen. Nichts wurde geändert.
admin-wants-name = Bitte eine Zeile mit höchstens { $most } Zeichen, und solchen, die man sieht. Nichts wurde geändert.
admin-wants-server = Das ist nicht die Adresse eines Nameservers. Sie sieht aus wie 192.0.2.53, oder mit Port 192.0.2.53:5353.
admin-wants-dns-name = Das kann kein Name im DNS sein. Er sieht aus wie proof.beach.example.
admin-wants-base64 = Das ist kein Base64. Kopier das Geheimnis so, wie es in der Konfiguration des Nameservers steht, ohne die Anführungszeichen.
admin-wants-other = Dieser Wert passt nicht. Nichts wurde geändert.

# Links, die Freunde bekommen
copied-link = Der Link ist kopiert.
copied-message = Die Nachricht ist kopiert.
copied-code = Der Code ist kopiert. Heb ihn auf, wo du ihn wiederfindest.
entry-closed = { $place } ist noch nicht geöffnet
entry-closed-next = Es wird gerade noch eingerichtet. Dein Link hält so lange; versuch es morgen wieder.
entry-cut = Der Link sieht abgeschnitten aus
entry-cut-next = { $count ->
   *[other] Lass ihn dir noch einmal schicken, oder kopiere ihn ganz: Hinter dem letzten Schrägstrich hat er { $count } Zeichen.
}

# Eine Einladung
invite-bar = Eine Einladung für dich
invite-title = { $inviter } lädt dich ein
invite-title-place = Du bist eingeladen
invite-heading = <bdi>{ $inviter }</bdi> lädt dich zu <bdi>{ $place }</bdi> ein
invite-heading-place = Du bist zu <bdi>{ $place }</bdi> eingeladen
invite-lead = Ein privater Chat für Leute, die sich kennen. Keine Werbung, keine Telefonnummer, keine Firma dazwischen.
invite-named = Sie gilt für einen Namen: <b>{ $name }</b>.
invite-asks = Wer diesen Ort betreibt, sagt zu allen Neuen erst Ja. Name und Passwort wählst du jetzt, herein kommst du danach.
invite-android = Du brauchst eine Chat-App. Diese läuft gut auf Android:
invite-iphone = Du brauchst eine Chat-App. Diese läuft gut auf iPhone und iPad:
invite-computer = Wähle hier Namen und Passwort
invite-computer-more = Danach meldest du dich mit einer App auf diesem Computer an, oder auf dem Telefon mit einem Bildcode.
invite-unknown-android = Auf Android
invite-unknown-iphone = Auf iPhone und iPad
invite-unknown-computer = Auf einem Computer
invite-play = Conversations holen
invite-play-more = im Play Store; danach kommst du gleich herein
invite-fdroid = Conversations bei F‑Droid holen
invite-fdroid-more = kostenlos; komm nach dem Installieren hierher zurück
invite-monal = Monal holen
invite-monal-more = im App Store; komm nach dem Installieren hierher zurück
invite-back = Komm nach dem Installieren auf diese Seite zurück und tippe auf „Ich habe die App: lass mich herein“.
invite-open = Ich habe die App: lass mich herein
invite-rather = Ich wähle Namen und Passwort lieber hier
invite-rather-more = Geht auch am Computer. Danach meldet sich die App auf dem Telefon mit einem Bildcode an.
invite-sign-up = Konto im Browser anlegen
invite-phone = Oder mach am Telefon weiter
invite-others-android = iPhone, Computer oder eine andere App
invite-others-iphone = Android, Computer oder eine andere App
invite-others-computer = Apps für Computer und Telefone
invite-first = Für Apps am Computer lege das Konto zuerst im Browser an.
invite-have-app = Eine App auf diesem Gerät, die Einladungen kennt, lässt dich direkt herein:
invite-have = Ich habe schon ein Konto
invite-have-more = Dann brauchst du kein weiteres. Nimm <bdi>{ $inviter }</bdi> in deine Liste auf.
invite-add-app = { $inviter } in meiner App hinzufügen
invite-add-type = Oder tippe diese Adresse ein, wo deine App Leute hinzufügt:
invite-add-here = Mein Konto ist hier: anmelden
invite-another = Auf einem anderen Telefon öffnen
invite-qr = QR-Code dieser Seite
invite-qr-caption = Richte die Kamera des Telefons hierher: Sie öffnet diese Seite.
invite-for-one = Für eine Person, bis { $day }.
invite-for-many = { $left ->
    [one] Noch für eine Person, bis { $day }.
   *[other] Noch für { $left } Leute, bis { $day }.
}
invite-people = { $count ->
    [one] Eine Person ist schon da
   *[other] { $count } Leute sind schon da
}
invite-places = { $of ->
   *[other] { $taken } von { $of } Plätzen vergeben
}
app-android = Android, im Play Store
app-fdroid = Android, bei F‑Droid
app-iphone = iPhone und iPad, im App Store
app-gajim = Windows, Linux, Mac
app-dino = Linux
app-mac = Mac, im App Store

# Eine Einladung, wenn man schon da ist
bond-in-title = Du bist schon da
bond-in = Du bist schon da
bond-in-next = Ein weiteres Konto brauchst du nicht. Gib den Link jemandem weiter, der noch keines hat.
bond-add = Du bist schon da. <bdi>{ $inviter }</bdi> in deine Liste aufnehmen?
bond-add-next = Ihr steht dann sofort beide in der Liste des anderen, auf allen Geräten.
bond-add-do = In meine Liste aufnehmen
bond-not-now = Jetzt nicht
bond-friends = Du bist schon da, und <bdi>{ $inviter }</bdi> steht in deiner Liste
bond-friends-next = Hier ist nichts mehr zu tun. Sag in deiner App Guten Tag.
bond-own-title = Deine Einladung
bond-own = Das ist deine eigene Einladung
bond-own-next = Gib sie weiter, so wie ihr euch heute schreibt. Das ist der Link:
bond-contact-title = { $inviter } möchte mit dir chatten
bond-contact = <bdi>{ $inviter }</bdi> möchte mit dir chatten
bond-contact-next = Dieser Link nimmt euch beide in die Liste des anderen auf. Dazu brauchst du ein Konto.
bond-status = Der Link gilt bis { $day }

# Ein Link, der vorbei ist
over-used = Diese Einladung ist schon benutzt
over-used-next = Sie war für eine Person, und am { $day } kam jemand mit ihr herein. Warst du es? Dann melde dich an.
over-out = Diese Einladung ist abgelaufen
over-out-next = Sie galt bis { $day }. Mit deinem Telefon ist alles in Ordnung, und den Ort gibt es noch.
over-full = { $of ->
   *[other] Alle { $of } Plätze sind vergeben
}
over-full-next = Dieser Link war für so viele Leute gemacht und nicht für mehr.
over-back = Diese Einladung wurde zurückgenommen
over-back-next = Frag die Person, die sie dir geschickt hat.
over-reset-used = Dieser Link ist schon benutzt
over-reset-used-next = Mit ihm hat jemand ein neues Passwort gewählt. Warst du es? Dann melde dich an. Wenn nicht, sag es sofort denen, die diesen Ort betreiben.
over-reset-out = Dieser Link ist abgelaufen
over-reset-out-next = Links für ein neues Passwort gelten einen Tag. Bitte die, die diesen Ort betreiben, um einen neuen. Dein altes Passwort ist, wie es war.
over-ask = { $inviter } um eine neue bitten
over-ask-here = Das können wir für dich tun: <bdi>{ $inviter }</bdi> bekommt eine Chatnachricht von diesem Ort.
over-who = Dein Name (freiwillig)
over-who-help = Damit klar ist, wer fragt.
over-who-long = { $count ->
   *[other] Das sind { $count } Zeichen; 40 sind das Höchste.
}
over-who-sign = Bitte nur Buchstaben, Ziffern, Leerzeichen und Striche.
over-ask-do = Um einen neuen Link bitten
over-ask-self = Oder schick das selbst, so wie ihr euch sonst schreibt:
over-asked = { $inviter } weiß Bescheid
over-asked-next = Ein neuer Link kommt so zu dir wie dieser. Ein Link kann einmal am Tag fragen.
over-message-out = Hallo { $inviter }, die Einladung zu { $place } ist abgelaufen. Schickst du mir eine neue?
over-message-used = Hallo { $inviter }, die Einladung zu { $place } ist schon benutzt. Schickst du mir eine neue?
over-message-full = Hallo { $inviter }, alle Plätze der Einladung zu { $place } sind vergeben. Schickst du mir eine andere?
over-message-back = Hallo { $inviter }, die Einladung zu { $place } wurde zurückgenommen. Schickst du mir eine neue?
over-message-name = Ich möchte gern { $name } heißen.
over-sign-in = Ich bin schon da: anmelden
over-status = Mit diesem Link kommt niemand mehr herein
over-status-out = Nach diesem Tag kam niemand mehr mit diesem Link herein
over-tell = Jemand mit deiner Einladung vom { $day } bittet um eine neue. Du kannst sie in deiner App machen oder unter { $web }.
over-tell-note = Jemand mit deiner Einladung vom { $day } („{ $note }“) bittet um eine neue. Du kannst sie in deiner App machen oder unter { $web }.
over-tell-who = Jemand mit deiner Einladung vom { $day } bittet um eine neue und nennt den Namen { $who }. Du kannst sie in deiner App machen oder unter { $web }.
over-tell-who-note = Jemand mit deiner Einladung vom { $day } („{ $note }“) bittet um eine neue und nennt den Namen { $who }. Du kannst sie in deiner App machen oder unter { $web }.
over-tell-cannot = Jemand mit deiner Einladung vom { $day } möchte herein. Du darfst gerade nicht einladen, und der Link wirkt nicht mehr: Frag, wer { $web } betreibt.
over-tell-cannot-who = Jemand mit deiner Einladung vom { $day } möchte herein und nennt sich { $who }. Du darfst gerade nicht einladen, und der Link wirkt nicht mehr: Frag, wer { $web } betreibt.

# Ein Konto im Browser
join-title = Wähle deinen Namen
join-heading = Wähle deinen Namen
join-heading-named = Wähle ein Passwort
join-what = Die Einladung von <bdi>{ $inviter }</bdi> lässt dich herein. So finden dich deine Freunde.
join-what-place = Deine Einladung lässt dich herein. So finden dich deine Freunde.
join-named = Deine Chatadresse wird <code>{ $name }@{ $domain }</code>. Der Name kam mit der Einladung.
join-name-help = Kleine Buchstaben, Ziffern, Punkte und Striche. Ein Spitzname geht auch.
join-forgot = Eines Tages vergessen? Dafür gibt dir die nächste Seite einen Code.
join-do = Hereinkommen
join-status = Die Einladung ist erst verbraucht, wenn du da bist
join-many = Gerade warten zu viele Leute auf ein Ja. Deine Einladung ist, wie sie war: Versuch es morgen wieder.

# Warten auf ein Ja
waiting-title = Du bist fast da
waiting-next = Wer diesen Ort betreibt, muss erst Ja sagen. Der Name <b>{ $name }</b> ist für dich aufgehoben.
waiting-keep = Hebe die Adresse dieser Seite auf: Hier steht, wann du herein kannst. Du kannst sie inzwischen schließen. Kommt bis { $day } keine Antwort, ist der Name wieder frei und du kannst neu fragen.
waiting-tell = { $name } möchte herein, mit einer Einladung des Ortes. Ja oder Nein sagst du unter { $web }/admin.
waiting-tell-by = { $name } möchte herein, mit einer Einladung von { $inviter }. Ja oder Nein sagst du unter { $web }/admin.
waiting-status = Wartet auf ein Ja
waiting-again = Noch einmal nachsehen
waiting-over = Es gibt eine Antwort
waiting-over-next = Melde dich mit dem Namen und dem Passwort an, die du gewählt hast. Wenn das nicht geht, frag die Person, die dich eingeladen hat.

# Willkommen
welcome-title = Willkommen
welcome-heading = Willkommen, <bdi>{ $name }</bdi>.
welcome-lead = Du bist da. Das ist deine Chatadresse:
welcome-renewed = Dein neues Passwort ist gespeichert
welcome-renewed-next = Alle deine Geräte sind abgemeldet. Melde jedes mit dem neuen Passwort wieder an, oder mit dem Code auf dieser Seite.
welcome-code = Dein Code für Notfälle
welcome-code-what = Druck ihn aus oder schreib ihn auf. Er gibt dir ein neues Passwort, wenn du deines vergisst, und er steht nur dieses eine Mal hier.
welcome-phone = Chatten am Telefon
welcome-scan = Installiere die App, wähle „Konto hinzufügen“ und dann „Scannen“:
welcome-type = Keine Kamera zur Hand? Tippe die Adresse und das Passwort ein, das du gewählt hast.
welcome-here-android = Installiere die App, wähle „Ich habe bereits ein Konto“ und tippe deine Adresse und das Passwort ein, das du gewählt hast.
welcome-here-iphone = Installiere die App, wähle das Anmelden und tippe deine Adresse und das Passwort ein, das du gewählt hast.
welcome-other-phone = Ein anderes Telefon mit einem Bildcode anmelden
welcome-computer = Chatten am Computer
welcome-computer-what = Tippe deine Adresse und das Passwort ein, das du gewählt hast.
welcome-friends = Schon in deiner Liste
welcome-status = Du bist angemeldet
buddy-here = Da
buddy-away = Gerade nicht da
phone-qr = QR-Code, der dein Telefon als { $address } anmeldet
phone-caption = Meldet dein Telefon an, ohne zu tippen. Geht einmal und läuft { $moment } ab. Zeig ihn niemandem.
phone-this = Du liest das auf genau diesem Telefon?
phone-link = Die App auf diesem Telefon anmelden
phone-link-what = Installiere zuerst die App, komm dann zurück und drück hier: Die App öffnet sich und meldet sich an. Fragt sie nach einem neuen Passwort, denk dir eines aus; es gilt nur für dieses Telefon. Der Link wirkt einmal und läuft { $moment } ab.
phone-copy = Oder ein Passwort in die App kopieren
phone-copy-what = Deine Chatadresse und dieses Passwort melden anstelle des Codes eine App an: Wähle dort „Ich habe schon ein Konto“.
phone-copied = Das Passwort ist kopiert.
phone-none = Gerade gibt es keinen Bildcode: Es gibt ihn nur in der halben Stunde, nachdem hier das Passwort getippt wurde, und nicht für beliebig viele Telefone. Tippe deine Adresse und das Passwort ein, das du gewählt hast.

# Ein neues Passwort
reset-title = Wähle ein neues Passwort
reset-heading = Wähle ein neues Passwort
reset-what = Für <code>{ $address }</code>. Alle Geräte werden abgemeldet und melden sich mit dem neuen wieder an.
reset-do = Neues Passwort speichern
reset-status = Der Link geht einmal und läuft { $moment } ab
reset-app = Ich mache es lieber in meiner App
reset-app-more = Apps, die solche Links kennen, fragen dich selbst nach dem neuen Passwort.
reset-app-open = In meiner App öffnen
reset-tell = Dein Passwort wurde eben geändert, mit einem Link, der für dich gemacht wurde. Alle deine Geräte wurden abgemeldet. Wenn du es nicht warst, sag es sofort denen, die diesen Ort betreiben.
recover-title = Mit dem Code für Notfälle
recover-heading = Nimm deinen Code für Notfälle
recover-what = Er gibt dir ein neues Passwort. Alle deine Geräte werden abgemeldet, und der Code ist verbraucht; du bekommst einen neuen.
recover-code = Code für Notfälle
recover-code-help = Vier Gruppen aus vier Zeichen. Groß oder klein ist gleich, die Striche auch.
recover-code-empty = Bitte tippe den Code ein, den du aufgeschrieben hast.
recover-wrong = Chatname und Code gehören nicht zusammen. Schau dir beide noch einmal an. Ein neuerer Code macht ältere ungültig.
recover-none = Ich habe keinen Code
recover-none-more = Wer diesen Ort betreibt, kann dir einen Link für ein neues Passwort machen. Frag persönlich oder am Telefon, damit klar ist, dass du es bist.
recover-status = Der Code ist erst verbraucht, wenn das Passwort gespeichert ist
recover-tell = Dein Passwort wurde eben geändert, mit deinem Code für Notfälle. Alle deine Geräte wurden abgemeldet. Wenn du es nicht warst, sag es sofort denen, die diesen Ort betreiben.
sign-in-recover = Ich habe einen Code für Notfälle

# Neu oder zurück
setup-start-title = Anfang
setup-start-heading = Ist das ein neuer Ort?
setup-start-legend = Was möchtest du tun?
setup-start-new = Ja, einen neuen Chat-Server beginnen
setup-start-new-more = Fünf Minuten, sechs kurze Seiten.
setup-start-restore = Nein, eine Sicherung zurückholen
setup-start-restore-more = Alle behalten ihr Konto, ihre Freunde und ihre Nachrichten. Die Datei wird geprüft, bevor sich etwas ändert.
setup-clock = Die Uhr der Maschine zeigt { $date }
setup-clock-next = Mit einer falschen Uhr stimmen weder Zertifikate noch die Reihenfolge der Nachrichten. Meist stellt sie sich selbst richtig, sobald die Maschine eine Minute im Internet ist.
setup-router = Diese Maschine steht hinter einem Router
setup-router-next = Freunde von draußen erreichen sie nur, wenn der Router sie durchlässt. Such auf den Seiten des Routers nach „Portfreigabe“ und leite { $ports } an diese Maschine weiter. Soll sie nur für dein Zuhause da sein, geh zurück und wähle „Heimnetz“.
setup-shared = Dein Internetanschluss hat keine eigene Adresse
setup-shared-next = Dein Anbieter teilt eine Adresse unter vielen Kunden auf. Deshalb erreicht niemand von draußen diese Maschine, was immer der Router tut. Bitte deinen Anbieter um eine öffentliche IPv4- oder IPv6-Adresse, oder nimm einen gemieteten Server. Soll sie nur für dein Zuhause da sein, geh zurück und wähle „Heimnetz“.

# Zurückholen
restore-title = Eine Sicherung zurückholen
restore-heading = Welche Sicherung kommt zurück?
restore-what = Die Datei wird geprüft, bevor sich etwas ändert. Dann fragen wir dich noch einmal.
restore-file = Die Sicherung
restore-file-help = Sie heißt imera-DATUM.backup. Platz ist für { $room }.
restore-file-missing = Bitte wähle eine Datei.
restore-passphrase = Passphrase (nur wenn die Sicherung eine hat)
restore-passphrase-help = Tippe sie so, wie sie aufgeschrieben wurde; Großbuchstaben und Leerzeichen zählen.
restore-check = Diese Sicherung prüfen
restore-again = Noch einmal prüfen
restore-other = Andere Datei wählen
restore-waits = Eine geprüfte Sicherung wartet auf dein Ja, einen Tag lang.
restore-waits-look = Ansehen
restore-status-untouched = Geändert ist noch nichts
restore-not-ours = Das ist keine Sicherung von imera
restore-not-ours-next = Vielleicht stammt sie von einem anderen Programm. Unsere heißen <code>imera-DATUM.backup</code>.
restore-damaged = Die Datei ist beschädigt
restore-damaged-next = Was darin steht, ist nicht, was hineingelegt wurde. Kopiere sie noch einmal von dort, wo sie aufbewahrt war, oder nimm eine ältere. Geändert wurde nichts.
restore-cut-next = Sie endet nach { $has } von { $of }. Kopiere sie noch einmal von dort, wo sie aufbewahrt war, oder nimm eine ältere. Geändert wurde nichts.
restore-passphrase-wrong = Diese Passphrase öffnet sie nicht
restore-passphrase-wrong-next = Großbuchstaben und Leerzeichen zählen. Ohne die richtige kann niemand diese Datei öffnen, wir auch nicht.
restore-passphrase-missing = Diese Sicherung ist verschlossen
restore-passphrase-missing-next = Sie öffnet sich mit der Passphrase, die für die Sicherungen ihres Ortes gewählt wurde. Die Datei ist schon hier; nur die Passphrase fehlt.
restore-newer = Diese Sicherung stammt von einem neueren imera ({ $version })
restore-newer-next = Diese Maschine hat { $version }. Aktualisiere sie zuerst, dann bring die Sicherung noch einmal.
restore-big = Sie passt nicht
restore-big-next = Sie braucht { $needs }, und { $free } sind dafür frei. Nimm eine größere Platte, oder mach auf dieser Platz.
restore-mounted = Nichts kann an die Stelle der Daten von heute treten
restore-mounted-next = Ein Teil davon ist ein Speicher für sich. Häng ihn aus, oder häng stattdessen den ganzen Ordner mit den Daten von imera ein, und prüfe dann noch einmal. Geändert wurde nichts.
restore-full = Die Platte ist voll
restore-full-next = Etwas anderes hat sie inzwischen gefüllt. Mach Platz, dann prüfe noch einmal. Geändert wurde nichts.
restore-busy = Etwas anderes ist gerade im Gang
restore-busy-next = Eben wird eine Sicherung gemacht oder zurückgeholt. Warte, bis das fertig ist, dann prüfe noch einmal.
restore-failed = Sie ließ sich nicht prüfen
restore-failed-next = Bei uns ist etwas kaputtgegangen; was, steht im Protokoll des Servers. Geändert wurde nichts. Prüfe noch einmal.
restore-broke-off = Das Hochladen brach bei { $percent } % ab
restore-broke-off-early = Das Hochladen brach ab
restore-broke-off-next = Wähle die Datei noch einmal.
restore-check-title = Die Sicherung wird geprüft
restore-check-heading = Wir sehen nach, ob sie ganz ist
restore-check-what = Das dauert ein, zwei Minuten, bei einer großen länger. Du kannst diese Seite schließen und wiederkommen; die Prüfung geht weiter.
restore-look-again = Noch einmal nachsehen
restore-row-arrived = Angekommen
restore-row-arrived-more = { $done } von { $of }
restore-row-arrived-some = { $done } bis jetzt
restore-row-unlocked = Aufgeschlossen
restore-row-unlocked-more = Hat sie eine Passphrase, schließt die sie auf.
restore-row-complete = Vollständig
restore-row-complete-more = Jede Prüfsumme wird verglichen, und alles neben dem ausgepackt, was da ist.
restore-row-opens = Lässt sich öffnen
restore-row-opens-more = Die Datenbank wird geöffnet und durchgesehen.
restore-row-counted = Gezählt
restore-row-counted-more = Konten und Nachrichten sind so viele wie an dem Tag, an dem sie gemacht wurde.
restore-chip-good = Gut
restore-chip-now = Gerade jetzt
restore-chip-percent = { $percent } %
restore-chip-later = Kommt noch
restore-ready-title = { $place } zurückholen?
restore-ready-heading = <bdi>{ $place }</bdi> zurückholen, so wie es { $made } war?
restore-ready-good = Die Sicherung ist gut
restore-ready-good-more = Sie ist ganz, sie lässt sich öffnen, und alles, was hineingezählt wurde, ist da.
restore-ready-accounts = { $count ->
    [one] Ein Konto
   *[other] { $count } Konten
}
restore-ready-content = { $messages ->
    [0] Keine Nachrichten
    [one] Eine Nachricht
   *[other] { $messages } Nachrichten
}, { $files ->
    [0] keine Dateien.
    [one] eine Datei.
   *[other] { $files } Dateien.
}
restore-ready-made = Gemacht { $made }
restore-ready-by = Von imera { $version }, für <code>{ $domain }</code>.
restore-ready-then = Alle behalten ihr Konto, ihre Freunde und ihre Nachrichten von jenem Tag. Der Server beginnt neu; das dauert ein paar Sekunden.
restore-ready-do = Zurückholen
restore-zone = Was dann geschieht
restore-zone-lost = Was hier geschrieben oder geändert wurde, nachdem die Sicherung gemacht war ({ $made }), verschwindet für alle. Alle sind ein paar Sekunden lang abgemeldet.
restore-zone-aside = Die Daten von heute liegen noch { $days } Tage auf dieser Maschine. So lange lässt es sich rückgängig machen.
restore-zone-type = Tippe <b>{ $place }</b>, um zu zeigen, dass du es so meinst.
restore-place-differs = Das ist nicht der Name. Geändert wurde nichts.
restore-coming-title = Der Server beginnt neu
restore-coming-heading = Es kommt zurück
restore-coming-now = Der Server beginnt neu
restore-coming-more = Das dauert ein paar Sekunden. Diese Seite geht von selbst weiter. Warnt dein Browser vor dem Zertifikat, dann ist das wie am ersten Tag: Die Maschine zeigt das aus der Sicherung.
restore-back-title = Wieder da
restore-back-heading = <bdi>{ $place }</bdi> ist wieder da.
restore-back-what = Alles ist, wie es { $made } war. Alle melden sich mit dem Passwort von jenem Tag an.
restore-back-apps = Apps verbinden sich von selbst. Wer sein Passwort seitdem geändert hat, nimmt das alte.
restore-back-aside = Was vorher hier war, liegt im Ordner <code>{ $name }</code> bei den Daten. Er wird { $until } entfernt.

# Was Besitzern in einer Chatnachricht gesagt wird
alert-line = { $place }: { $what }. { $next }
alert-cause = Die Maschine sagt: { $cause }
alert-said = Die Maschine sagt: { $what }. { $next }.
alert-certificate = { $place }: Das Zertifikat für { $domain } ist da. Es erneuert sich von selbst, und Apps müssen nicht mehr danach fragen.

# Ein Konto in der App
register-title = Ein Konto bei { $place }
register-title-reset = Ein neues Passwort bei { $place }
register-paste = Neue Konten gibt es auf Einladung. Füge deine ein und wähle einen Chatnamen und ein Passwort mit mindestens 10 Zeichen.
register-choose = Wähle einen Chatnamen und ein Passwort mit mindestens 10 Zeichen.
register-reset = Wähle ein neues Passwort mit mindestens 10 Zeichen.
register-name = Chatname
register-invitation = Einladung
register-missing = Ein Chatname und ein Passwort sind nötig.
register-closed = Neue Konten gibt es nur auf Einladung. Frag jemanden, der schon da ist.
register-waits = Du bist fast da: Wer diesen Ort betreibt, muss erst Ja sagen. Melde dich später mit diesem Namen und Passwort an.
register-named = Diese Einladung gilt für den Namen { $name }. Nimm bitte diesen.
register-other = Dieser Link ist für ein anderes Konto. Tippe den Chatnamen, für den er gemacht wurde.
register-used = Diese Einladung ist schon benutzt. Bitte die Person, die sie dir geschickt hat, um eine neue.
register-full = Alle Plätze dieser Einladung sind vergeben. Bitte die Person, die sie dir geschickt hat, um eine neue.
register-out = Diese Einladung ist abgelaufen. Bitte die Person, die sie dir geschickt hat, um eine neue.
register-back = Diese Einladung wurde zurückgenommen. Frag die Person, die sie dir geschickt hat.
register-contact = Diese Einladung fügt deiner Liste jemanden hinzu. Sie ist für Leute, die schon ein Konto haben.
register-unknown = Diese Einladung ist hier nicht bekannt. Kopiere sie ganz oder lass sie dir noch einmal schicken.
register-reset-used = Dieser Link ist schon benutzt. Bitte die, die diesen Ort betreiben, um einen neuen.
register-reset-out = Dieser Link ist abgelaufen. Bitte die, die diesen Ort betreiben, um einen neuen.
register-device = Das braucht das Passwort des Kontos. Du bist mit einem angemeldet, das nur für dieses Gerät gilt.
register-fast = { $count ->
    [one] Von deinem Anschluss kamen zu viele Einladungen, die hier nicht bekannt sind. Bitte warte eine Minute.
   *[other] Von deinem Anschluss kamen zu viele Einladungen, die hier nicht bekannt sind. Bitte warte { $count } Minuten.
}

# Befehle in einer App
adhoc-commands = Befehle
adhoc-forbidden = Dieser Befehl ist nicht für dich.
adhoc-over = Das hat zu lange gedauert. Bitte fang noch einmal an.
adhoc-invite = Jemanden einladen
adhoc-invite-account = Jemanden auf ein Konto hier einladen
adhoc-invite-what = Lass den Namen leer, damit sie oder er ihn selbst wählt.
adhoc-befriend = Kontakte werden
adhoc-name-taken = Dieser Name ist vergeben oder für jemand anderen aufgehoben, der eingeladen ist.
adhoc-quota = { $count ->
    [one] Du hast eine offene Einladung für eine Person, und mehr sind es nicht. Warte, bis sie da ist oder die Einladung abläuft.
   *[other] Du hast offene Einladungen für { $count } Leute, und mehr sind es nicht. Warte, bis jemand da ist oder eine abläuft.
}
adhoc-accounts = Konten
adhoc-address = Die Adresse des Kontos
adhoc-addresses = Ihre Adressen
adhoc-add = Ein Konto anlegen
adhoc-given-name = Vorname
adhoc-family-name = Nachname
adhoc-remove = Konten löschen
adhoc-lock = Konten sperren
adhoc-unlock = Konten entsperren
adhoc-sign-out = Konten abmelden
adhoc-password = Einem Konto ein neues Passwort geben
adhoc-announce = Allen etwas sagen, die da sind
adhoc-announce-what = Was gesagt wird
adhoc-announce-long = Das ist zu lang zum Lesen.
adhoc-owners = Bestimmen, wem der Ort gehört
adhoc-owners-who = Wem der Ort gehört
adhoc-owner-closed = Der Ort muss jemandem gehören, der sich anmelden kann.
adhoc-own = Das ist dein eigenes Konto.
adhoc-nobody = Ein Konto { $address } gibt es hier nicht.
adhoc-gone = Dieses Konto gibt es hier nicht mehr.
adhoc-elsewhere = Adressen enden hier auf @{ $domain }.
adhoc-seen = Wann Konten zuletzt da waren
adhoc-has = Was ein Konto hat
adhoc-number = Wie viele Konten es gibt
adhoc-number-locked = Wie viele Konten gesperrt sind
adhoc-number-online = Wie viele Leute da sind
adhoc-list = Alle Konten
adhoc-list-locked = Die gesperrten Konten
adhoc-list-online = Wer da ist
adhoc-most = Höchstens wie viele
adhoc-all = Alle
adhoc-too-many = Das sind zu viele für eine Liste. Wähle, wie viele es höchstens sein sollen.

# Warum eine Sicherung nicht gelang
why-big = Es passt nicht: Nötig sind { $needs }, und frei sind in { $folder } { $free }. Mach dort Platz oder nimm einen größeren Speicher.
why-full = Der Speicher von { $path } ist voll. Mach dort Platz und versuch es wieder.
why-permission = imera darf { $path } nicht benutzen. Ändere auf dieser Maschine, wer es darf.
why-gone = { $path } ist nicht da. Sieh nach, ob der Name stimmt.
why-read-only = Der Speicher von { $path } lässt sich nur lesen. Häng ihn zum Schreiben ein.
why-system = { $path } lässt sich nicht benutzen; das System sagt: { $said }. Sieh nach dem Speicher und versuch es wieder.
why-database = Die Datenbank ließ sich nicht lesen. Im Protokoll des Servers steht mehr.
why-not-proved = Die neue Sicherung hat ihre Probe nicht bestanden und wurde nicht behalten. Sieh auf der Maschine nach der Datenbank: <code>imera check database</code>
why-key = Der Schlüssel, der Sicherungen verschließt, taugt nicht. Setz die Passphrase auf der Maschine neu: <code>imera backup lock</code>
why-busy = Gerade wird eine Sicherung gemacht oder zurückgeholt. Warte, bis das zu Ende ist.
why-broke-off = Die Arbeit brach ab. Im Protokoll des Servers steht mehr; versuch es dann wieder.
why-not-ours = Es ist keine Sicherung von imera.
why-cut = Sie endet nach { $has } von { $of }. Nimm eine ältere.
why-damaged = Was darin ist, ist nicht, was hineingelegt wurde. Nimm eine ältere.
why-newer = Ein neueres imera hat sie gemacht ({ $version }). Bring dieses zuerst auf den neuesten Stand.
why-folder-path = { $folder } ist kein ganzer Pfad: Er muss mit einem Schrägstrich beginnen.
why-folder-gone = Den Ordner { $folder } gibt es nicht. Steck seinen Speicher an oder häng ihn ein.
why-name = Eine Datei { $name } gibt es schon. Leer den Ordner.
why-command-quote = Der Befehl hat ein Anführungszeichen, das offen bleibt. Sieh ihn dir in den Einstellungen an.
why-command-run = { $program } lässt sich nicht starten; das System sagt: { $said }. Versuch es von Hand und sieh dir dann den Befehl in den Einstellungen an.
why-command-failed = { $program } ging schief und sagte: { $said }. Versuch es von Hand und sieh dir dann den Befehl in den Einstellungen an.
why-command-slow = { $hours ->
    [one] { $program } brauchte mehr als eine Stunde und wurde angehalten. Versuch es von Hand und sieh dir dann den Befehl in den Einstellungen an.
   *[other] { $program } brauchte mehr als { $hours } Stunden und wurde angehalten. Versuch es von Hand und sieh dir dann den Befehl in den Einstellungen an.
}

# Warum sich nichts behalten lässt
store-full = Der Speicher ist voll. Mach Platz, wo die Daten von imera liegen.
store-read-only = Der Ordner mit den Daten von imera lässt sich nur lesen. Mach ihn für imera beschreibbar.
store-disk = Der Speicher meldet Fehler. Sieh nach ihm, nach seinem Kabel und ins Protokoll des Systems.
store-damaged = Die Datenbank ist beschädigt. Hol eine Sicherung zurück.
store-moved = Der Ordner mit den Daten von imera wurde verschoben oder gelöscht. Leg ihn zurück, wo er war, oder halt imera an und starte es am neuen Ort.

# Eine sichere Leitung
misled-why = An dieser Tür wird nur https gesprochen.

# Die Einträge der Domain: setup/records, imera setup records, imera check dns
record-machine = Die Maschine
record-machine-why = Bringt alle zu dieser Maschine.
record-newer = Die Maschine, neuere Netze
record-newer-why = Handys in vielen Mobilfunknetzen sehen hier zuerst nach.
record-apps = Chat-Apps
record-apps-why = Sagt Apps, welche Maschine für { $domain } spricht.
record-hotel = WLAN im Hotel
record-hotel-why = Bringt Handys durch Netze, die nur Webseiten durchlassen.
record-servers = Andere Server
record-servers-why = Damit dir Freunde von anderswo schreiben können.
record-alias = Nachweis durch einen Eintrag
record-alias-why = Damit diese Maschine nachweisen kann, dass die Domain dir gehört, auch wenn keine Tür zu ihr offen ist.
record-proof = Beweis, dass die Domain dir gehört
record-proof-why = Die Stelle, die Zertifikate gibt, fragt die Webseite der Domain. Lass sie solche Fragen an diese Maschine weiterleiten; das ist eine Zeile in ihren Einstellungen. Wo sie das nicht kann, beweist ein Eintrag dasselbe: siehe die Seite des Zertifikats, nach der Einrichtung.
record-changing = Ändert sich die Adresse deines Anschlusses?
record-changing-what = Diese Maschine steht hinter einem Router, und die meisten Anschlüsse zu Hause bekommen ab und zu eine neue Adresse. Eine Nummer, die von Hand eingetragen ist, stimmt dann nicht mehr.
record-changing-do = Lass den Router die neue jedes Mal melden: Die meisten können das, unter „DynDNS“ oder „Dynamic DNS“. Oder trag statt der Nummer einen CNAME auf einen Namen ein, den der Router aktuell hält. Eine Domain selbst kann kein CNAME sein: Gib dieser Maschine dann einen eigenen Namen, so als läge die Webseite woanders.
record-waiting = Wartet
record-found = Gefunden
record-found-on = Auf { $on } von { $of } gefunden
record-wrong = Falscher Wert
record-not-needed = Nicht nötig
record-no-look = Nicht nachgesehen
record-later = Später
record-waiting-next = Noch nicht da. Manche Anbieter zeigen den Namen als <code>{ $name }</code>: Das ist dasselbe.
record-waiting-long = Noch nicht da. Manche Anbieter zeigen den Namen als <code>{ $name }</code>: Das ist dasselbe. Wenn du ihn gespeichert hast: Ist es die richtige Domain, und stand auf der Seite „gespeichert“?
record-copying = Dein Anbieter kopiert ihn noch auf seine anderen Server. Das dauert meist ein paar Minuten.
record-via = Über <code>{ $name }</code>.
record-unsure = Dort steht <code>{ $value }</code>. Diese Maschine ist hinter einem Router und kann nicht sehen, ob das die Adresse deines Anschlusses ist.
record-not-needed-next = Er darf fehlen.
record-no-look-next = Die Nameserver deiner Domain haben nicht geantwortet. Wir versuchen es weiter; du musst nichts tun.
record-no-look-long = Die Nameserver deiner Domain antworten seit fünf Minuten nicht. Ist die Domain bezahlt, und sind das ihre Server?
record-later-next = Wird versucht, wenn das Zertifikat gemacht wird.
record-seen = Wir haben <code>{ $value }</code> gefunden.
record-wrong-zone = Er führt nicht in die Zone <b>{ $zone }</b>, in die diese Maschine ihre Nachweise schreibt. Ersetze den Wert durch den oben.
record-wrong-redirect = Die Webseite schickt solche Fragen anderswohin. Lass sie genau diesen Pfad weiterleiten, mit allem, was dahintersteht.
record-wrong-machine = Das ist eine andere Maschine; manche Handys würden an der falschen Tür klopfen. Ersetze den Wert durch den oben, oder lösche diesen Eintrag.
record-wrong-private = Diese Nummer geht nur zu Hause. Ersetze sie durch die Adresse, die das Internet sieht.
record-wrong-foreign = Dieser Chat-Server ist nicht diese Maschine. Wenn du früher einen Chat-Dienst hattest, lösche diesen Eintrag.
record-wrong-port = Das ist diese Maschine, aber eine andere Tür. Der Port muss <code>{ $port }</code> sein.
record-wrong-parked = Das ist die Platzhalter-Seite deines Anbieters, für jeden Namen der Domain. Ersetze sie.
record-wrong-proxy = Alles geht erst durch { $network }. Chat kommt dort nicht durch: Schalte den Proxy für diesen Eintrag aus.
record-wrong-ipv6 = Diese Maschine hat keine solche Adresse; manche Handys würden vergeblich klopfen. Lösche diesen Eintrag.
record-wrong-none = Er sagt, dass die Domain keinen Chat hat. Wenn du ihn einmal abgeschaltet hast, lösche ihn.
record-wrong-loop = <code>{ $name }</code> führt im Kreis, zu sich selbst. Ersetze ihn durch den Wert oben.
reach-offline = Diese Maschine hat kein Internet
reach-offline-next = Sieh nach dem Kabel oder dem WLAN; dann prüfe noch einmal.
reach-nobody = Noch niemand hat { $domain } registriert, oder die Domain ist ganz neu
reach-nobody-next = Ist sie richtig geschrieben? Eine neue Domain braucht bis zu einer Stunde, bis man sie überall kennt. Du kannst weitermachen; wir sehen weiter nach.
reach-no-servers = Das Internet findet keine Nameserver für { $domain }
reach-no-servers-next = Ist die Domain bezahlt? Sieh dort, wo du sie gekauft hast, nach, ob Nameserver für sie eingetragen sind.
reach-silent = { $servers }: keine Antwort
reach-silent-next = Das sind die Nameserver der Domain. Wir versuchen es weiter. Wenn es so bleibt: Ist die Domain bezahlt, und sind das ihre Server?
reach-slow = Die Nameserver von { $domain } brauchen zu lange für eine Antwort
reach-lame = { $servers }: keine Antwort für diese Domain
reach-lame-next = Nicht alle Nameserver, die für { $domain } eingetragen sind, kennen sie; manche Handys finden deshalb nichts. Nimm sie dort, wo du die Domain gekauft hast, von der Liste, oder frag den Anbieter.
reach-signatures = Die Signaturen von { $domain } stimmen nicht
reach-signatures-next = Die Domain hat DNSSEC mit Schlüsseln eingeschaltet, die nicht passen; viele Netze finden deshalb gar nichts. Das passiert, wenn eine Domain zu einem anderen Anbieter umzieht. Schalte DNSSEC dort aus, wo du sie gekauft hast, oder lass es neu einrichten.
reach-caa = Ein Eintrag vom Typ CAA bei { $domain } verbietet das Zertifikat
reach-caa-nobody = Er sagt, dass niemand eines geben darf. Lösche ihn, oder füge einen mit dem Wert letsencrypt.org hinzu.
reach-caa-others = Er erlaubt nur { $others }. Füge einen mit dem Wert letsencrypt.org hinzu.

# Einrichten: die Einträge der Domain
setup-records-title = Domain-Einträge
setup-records-found = { $found } von { $of } gefunden
setup-records-heading = Lass { $domain } auf diese Maschine zeigen
setup-records-what = Melde dich dort an, wo du <b>{ $domain }</b> gekauft hast, öffne die Seite „DNS“, „Zone“ oder „Namenseinträge“ und füge { $count ->
    [one] diesen Eintrag hinzu
   *[other] diese { $count } Einträge hinzu
}. Wir fragen die eigenen Nameserver deiner Domain; ein neuer Eintrag erscheint hier Sekunden, nachdem du ihn gespeichert hast.
setup-records-looking = Wir sehen gerade nach.
setup-records-last = Zuletzt nachgesehen: { $time }
setup-records-onward = Weiter, während wir warten
setup-records-else = Um die Domain kümmert sich jemand anders
setup-records-else-more = Schick dieser Person die Liste. Du kannst weitermachen; wir sehen weiter nach.
setup-records-else-list = Die Einträge als Text
setup-records-list = Einträge für { $domain }
setup-records-at = Was ist „@“? Und der Punkt am Ende?
setup-records-at-more = „@“ steht für die Domain selbst; manche Anbieter wollen dieses Feld leer. Der Punkt am Ende eines Werts kann weg, wenn sich dein Anbieter daran stört. Wird nach einer Zeit („TTL“) gefragt, nimm die kürzeste.
record-looking = Wir sehen nach
record-nice = Schön zu haben
record-type = Typ
record-name = Name
record-value = Wert
record-priority = Priorität
record-weight = Gewicht
record-port = Port
record-target = Ziel
record-from = Von
record-to = Nach
record-copy-name = Namen kopieren
record-copied-name = Der Name ist kopiert.
record-copy-value = Wert kopieren
record-copied-value = Der Wert ist kopiert.
record-address-unknown = die Adresse deines Internetanschlusses, wie dein Router sie zeigt

# Warum ein Name kein Zertifikat einer Zertifizierungsstelle hat, und was zu tun ist

acme-dns = Zu diesem Namen führt noch kein Eintrag
acme-dns-next = Die Zertifizierungsstelle hat die Domain gefragt und keine Adresse bekommen. Sieh dir die Einträge bei deinem Anbieter an; neue brauchen ein paar Minuten.
acme-connection = Unter diesem Namen antwortet niemand
acme-connection-next = Die Zertifizierungsstelle hat die Adresse gefunden, aber dort keine offene Tür. Lass die Ports 80 und 443 zu dieser Maschine durch: im Router und beim Anbieter der Maschine. Hat der Name auch eine IPv6-Adresse, muss auch sie hierher führen.
acme-answer = Unter diesem Namen antwortet ein anderer Server
acme-answer-next = Die Zertifizierungsstelle hat eine Maschine erreicht, die nicht diese ist. Sieh nach, wohin die Einträge führen, auch bei IPv6, und ob ein anderer Webserver davor steht.
acme-caa = Die Domain lässt nur andere Zertifizierungsstellen zu
acme-caa-next = Lösche den CAA-Eintrag bei deinem Anbieter, oder füge einen für diese Zertifizierungsstelle hinzu.
acme-rate = In letzter Zeit wurden zu viele Zertifikate verlangt
acme-rate-next = Die Zertifizierungsstelle hat gesagt, ab wann sie wieder gefragt werden kann, und das geschieht dann. Du musst nichts tun.
acme-authority = Die Zertifizierungsstelle antwortet nicht
acme-authority-next = Vielleicht ist sie überlastet, oder diese Maschine erreicht das Internet nicht. Es wird von selbst wieder versucht.
acme-clock = Die Uhr dieser Maschine geht falsch
acme-clock-next = Mit einer falschen Uhr funktionieren Zertifikate nicht. Meist stellt sie sich binnen einer Minute selbst, sobald es Internet gibt; sonst stell sie.
acme-rejected = Die Zertifizierungsstelle bestätigt diesen Namen nicht
acme-rejected-next = Manche Namen können nicht bestätigt werden, etwa die aus Heimnetzen. Sieh nach, ob du dich vertippt hast, oder nimm einen anderen.
acme-account = Die Zertifizierungsstelle verlangt ein eigenes Konto
acme-account-next = Leg auf ihrer Seite eines an, und gib imera die Schlüsselnummer und den Schlüssel, die sie dort zeigt (Einstellungen acme_eab_kid und acme_eab_key).
acme-way = Für die Zertifizierungsstelle ist keine Tür offen
acme-way-next = Sie sieht sich Port 80 oder 443 an, und beide sind auf dieser Maschine abgeschaltet. Schalte einen davon ein.
acme-record-alias = Die Domain lässt sich noch nicht durch einen Eintrag nachweisen
acme-record-alias-next = Ihr Name _acme-challenge muss ein CNAME in die Zone sein, in die diese Maschine schreiben darf. Die Seite mit den Einträgen zeigt ihn. Die genauen Namen stehen daneben.
acme-record-loop = Die CNAME-Einträge gehen im Kreis
acme-record-loop-next = _acme-challenge führt über andere zu sich selbst zurück. Sieh bei deinem Anbieter nach, und lass den letzten in die Zone führen, in die diese Maschine schreiben darf.
acme-record-nowhere = Für die Zone der Nachweise antwortet niemand
acme-record-nowhere-next = Das Internet findet keine Nameserver für sie. Sieh nach, ob der Name einen Tippfehler hat und ob sie an deinen Nameserver übergeben ist (NS).
acme-record-key = Der Nameserver nimmt den Schlüssel nicht an
acme-record-key-next = Sein Name, sein Geheimnis und das Verfahren müssen genau so sein wie in der Konfiguration des Nameservers. Gib sie noch einmal ein.
acme-record-clock = Die Uhr dieser Maschine und die des Nameservers gehen auseinander
acme-record-clock-next = Ab fünf Minuten wird kein Schlüssel angenommen. Sieh nach beiden Uhren; eine geht falsch.
acme-record-refused = Der Nameserver lässt uns dort nicht schreiben
acme-record-refused-next = Er kennt den Schlüssel, oder will keinen, und lehnt diese Zone oder diesen Namen ab. Erlaub dem Schlüssel, dort TXT-Einträge zu ändern.
acme-record-silent = Der Nameserver für die Nachweise antwortet nicht
acme-record-silent-next = Sieh nach, ob seine Adresse und sein Port stimmen und ob eine Firewall dazwischensteht. Es wird von selbst wieder versucht.
acme-record-late = Der Nachweis ist nicht bei allen Nameservern angekommen
acme-record-late-next = Er ist geschrieben, aber nicht alle Nameserver der Zone zeigen ihn rechtzeitig. Sieh nach, ob die anderen vom ersten abschreiben. Es wird von selbst wieder versucht.
acme-record-unseen = Die Zertifizierungsstelle hat den Nachweis nicht gesehen
acme-record-unseen-next = Alle Nameserver, die wir gefragt haben, zeigen ihn. Ihre eigenen Worte stehen daneben; meist ist für einige Minuten noch eine ältere Antwort gemerkt. Es wird von selbst wieder versucht.
acme-unknown = Die Zertifizierungsstelle hat abgelehnt
acme-unknown-next = Ihre eigenen Worte stehen daneben. Es wird von selbst wieder versucht.

# Namen, für die eine Zertifizierungsstelle bürgt
names-heading = Bei der Zertifizierungsstelle angefragt
names-waiting = Wartet
names-waiting-more = Der Name kommt noch dran.
names-checking = Wird geprüft
names-checking-more = Die Zertifizierungsstelle sieht sich diese Maschine gerade an.
names-issued = Ausgestellt
names-issued-more = Gültig bis { $day }.
names-failed = Fehlgeschlagen
names-trouble = <b>{ $what }.</b>
names-none = Wir sehen nach, welche Namen zu dieser Maschine führen.
names-again = Der nächste Versuch ist { $when }.
names-serves = Das vorige gilt weiter bis { $day }.
names-said = Was die Zertifizierungsstelle gesagt hat
names-look = Noch einmal nachsehen
names-try = Was fehlschlug, jetzt noch einmal versuchen
terms-read = Lies die Bedingungen der Zertifizierungsstelle
terms-named = Wer diese Maschine betreibt, hat die Zertifizierungsstelle genannt, die gefragt wird:

# Einrichtung: das Zertifikat
step-certificate = Zertifikat
setup-certificate-heading = Das Zertifikat
setup-certificate-what = Es ist das Schloss im Browser: Es beweist Telefonen, dass das wirklich <b>{ $domain }</b> ist. Es kostet nichts und erneuert sich von selbst.
setup-certificate-home = Zu Hause wird keine Zertifizierungsstelle gefragt: Diese Maschine macht ihr Zertifikat selbst. Jedes Telefon muss ihm einmal trauen; die letzte Seite zeigt, wie.
setup-certificate-now = Hol das Zertifikat
setup-certificate-now-more = Eine Zertifizierungsstelle sieht nach, ob die Domain zu dieser Maschine führt. Wer sie fragt, stimmt ihren Bedingungen zu.
setup-certificate-later = Später
setup-certificate-later-more = Fürs Erste das eigene der Maschine, vor dem Browser und Apps warnen. Du kannst danach auch eines mitbringen.
setup-certificate-waits = Du kannst weitergehen und diese Seite schließen: Namen, die fehlschlagen, bleiben weg und werden von selbst wieder versucht.
setup-certificate-brought = Deines ist geprüft und aufgehoben
setup-certificate-until = Es gilt, sobald der Server offen ist, bis { $day }.
certificate-self-brought = Für dieses bürgt nur die Maschine selbst: Apps und Browser fragen einmal, ob sie ihm trauen sollen.
setup-certificate-kept = Nimm das, das ich mitgebracht habe
setup-certificate-kept-more = Es erneuert sich nicht von selbst: Bring vor seinem letzten Tag das nächste.
setup-certificate-bring = Ich habe schon eines
setup-certificate-bring-what = Von deinem Anbieter oder aus einem anderen Programm. Wir prüfen es sofort; ein falsches ändert nichts.
setup-certificate-bring-do = Prüfen und aufheben
setup-certificate-moves = Das Schloss ist da
setup-certificate-moves-more = Ab hier kann die Einrichtung auf <code>{ $name }</code> weitergehen, wo kein Browser warnt.
setup-certificate-move = Dort weitermachen
setup-look-certificate-home = Diese Maschine macht es selbst. Jedes Gerät muss ihm einmal trauen.
setup-look-certificate-now = Angefragt. Namen, die fehlschlugen, werden von selbst wieder versucht.
setup-look-certificate-issued = Es ist da und erneuert sich von selbst.
setup-look-certificate-later = Fürs Erste das eigene der Maschine.
setup-look-certificate-brought = Das, das du mitgebracht hast.
notice-moved = Du bist beim Schloss angekommen. Alles bis hierher ist gespeichert.

# Einrichtung: ein Schloss vor der Domain
setup-address-first = Zuerst holt sich diese Maschine ein Zertifikat für ihre bloße Adresse, damit dein Browser dich nicht warnen muss. Sie fragt eine Zertifizierungsstelle (Let’s Encrypt, wenn ihr keine andere genannt wurde); damit stimmst du deren Bedingungen zu. Stand der Code in der Adresse, gilt er nicht mehr: Nimm den neuesten vom Bildschirm der Maschine.
setup-address-what = Die Zertifizierungsstelle sieht sich diese Maschine jetzt an. Das dauert höchstens eine Minute; dann geht die Einrichtung hinter einem Schloss weiter.
setup-address-issued = Das Schloss ist da. Ab hier liest niemand mit.
setup-address-go = Mit dem Schloss weiter
setup-address-own = Es geht auch ohne die Zertifizierungsstelle
setup-address-own-go = Mit dem eigenen Zertifikat der Maschine weiter

# The owner's page of proofs by record
proof-link = Kein Port lässt sich öffnen, oder die Webseite liegt woanders: die Domain durch einen Eintrag nachweisen
proof-heading = Die Domain durch einen Eintrag nachweisen
proof-lead = Eine Zertifizierungsstelle klopft sonst bei dieser Maschine an, bevor sie einen Namen beglaubigt. Wo von draußen niemand klopfen kann, beweist ein Eintrag der Domain dasselbe. Dafür brauchst du einen Nameserver, der Änderungen annimmt (RFC 2136): BIND, Knot und PowerDNS können das, und manche Anbieter.
proof-works = Alles ist eingerichtet
proof-works-more = Gebraucht wird es für Namen, die sich anders nicht nachweisen lassen. Ob es klappt, steht beim Zertifikat.
proof-server = Adresse des Nameservers
proof-server-help = Eine Nummer wie 192.0.2.53; mit Port, wenn es nicht 53 ist: 192.0.2.53:5353.
proof-zone = Zone der Nachweise
proof-zone-help = Am besten eine eigene kleine Zone wie proof.beach.example: Dann kann der Schlüssel sonst nichts ändern. Lass das Feld leer, wenn der Schlüssel die Domain selbst ändern darf.
proof-key = Name des Schlüssels
proof-key-help = Wie in der Konfiguration des Nameservers.
proof-algorithm = Wie er unterschreibt
proof-secret = Geheimnis des Schlüssels
proof-secret-help = Base64, wie in der Konfiguration des Nameservers. Es wird nicht wieder gezeigt.
proof-secret-kept = Ein Geheimnis ist gemerkt. Lass das Feld leer, um es zu behalten.
proof-empty-server = Bitte gib die Adresse des Nameservers ein.
proof-empty-key = Bitte gib den Namen des Schlüssels ein.
proof-empty-secret = Bitte gib das Geheimnis des Schlüssels ein.
proof-save = Sichern und versuchen
proof-kept = Gesichert. Namen, die gescheitert sind, werden jetzt noch einmal versucht.
proof-forgotten = Vergessen. Namen werden nur noch an den Türen dieser Maschine nachgewiesen.
proof-aliases = Was deine Domain dafür braucht
proof-aliases-more = Trag das einmal beim Anbieter der Domain ein. Es führt alle, die nach einem Nachweis fragen, in die Zone oben. Andere Namen in derselben Zone gehen auch.
proof-forget = Wieder ohne auskommen
proof-forget-what = Adresse, Schlüssel und Geheimnis werden vergessen. Das Zertifikat bleibt; von da an wird es nur noch über die Türen dieser Maschine erneuert.
proof-forget-do = Vergessen
