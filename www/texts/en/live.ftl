# The dialog about the learner's own hub, and what can go wrong with it. These words are fetched when they are first needed.

live-intro = Once connected, the lessons run on your hub instead of the one in this page. That one waits as it is until you leave yours.
live-string = Connection string of your hub
live-string-placeholder = HostName=…;SharedAccessKeyName=…;SharedAccessKey=…
live-string-note = The string of a shared access policy (iothubowner, service …) opens the whole hub; a device's string does what that device may do. The key stays in this tab's memory and is stored nowhere; the hub gets only tokens that are signed with it.
live-string-wrong = A hub is connected with the string of a shared access policy or of a device. This is something else: see below.
live-events = Reading events: their own string, or a consumer group
live-events-string = Event Hubs-compatible connection string
live-events-note = Usually leave this empty: the hub tells the page where its events are. Fill it in if your policy may not read events, or if the page says that it cannot find them. In the Azure portal it is under “Built-in endpoints”.
live-group = Consumer group
live-group-note = Of each partition, a consumer group has at most five readers. If others read this hub's events too, name a group that was made for this page under “Built-in endpoints”. Left empty, the page reads as $Default.
live-prefix = The ids of the lessons' devices begin with
live-prefix-note = So that you can tell them from your own devices. When you leave, the page can delete those that it created.
live-prefix-rule = Letters, digits and - . _ : only, at most 40.
live-connect = Connect
live-cancel = Cancel

live-before = Before you connect
live-before-cost = Each message counts towards the hub's daily quota: 8,000 on a free hub (F1), 400,000 on a unit of S1. A lesson takes a few dozen. When the quota is used up, the hub refuses everybody's messages until midnight UTC.
live-before-key = The key of a policy opens the hub to whoever has it. It stays in the memory of this tab; it is gone when you leave, reload or close the tab.
live-before-devices = The lessons create devices, change their twins and send to them. They touch only devices whose ids begin as you say above, and those that you name.
live-before-tests = Use a test hub, not one that somebody depends on. Lesson 3 reads delivery feedback, of which a hub has one queue for all who share it: what is read here does not reach the others.

# The table of what works.

live-reach = What will work, lesson by lesson
live-means-live = From this page, straight to the hub.
live-means-relayed = Through the program that serves this page, because a browser may not call the hub's REST API.
live-means-by-hand = You do it or look at it yourself, in the Azure portal for example, and confirm it here.
live-by-lesson = By lesson
live-by-step = Step by step
live-lesson = Lesson
live-step = Step
live-with-relay = With a relay
live-without-relay = Without a relay
live-with-this = With this string
live-as-device = With a device's string
live-count-live = { $count } live
live-count-relayed = { $count } relayed
live-count-by-hand = { $count } by hand

# A hub that is connected.

live-host = Hub
live-key = Opened with
live-policy = The policy { $policy }
live-device-string = A device's connection string
live-relay = Relay
live-relay-yes = The program that serves this page relays requests to this hub.
live-relay-no = None for this hub: you do by hand what needs the REST API. The program iothub-playground serve is a relay; for a host other than *.azure-devices.net, it is started with --relay-to { $host }.
live-prefix-is = Device ids begin with
live-used-lesson = This lesson
live-used = This visit
live-share = { $tier }: { $count } of { $quota } messages a day ({ $percent }%), in blocks of { $block } KB
live-created = Devices that were created from here:
live-created-none = No device was created from here.
live-delete = { $count ->
    [one] Delete this device first
   *[other] Delete these { $count } devices first
}
live-leave = Leave the hub
live-leave-note = The page forgets the key and goes back to its own hub. Nothing else on your hub is changed.

# What can keep a hub from answering: the first line says what it is, each further line what to do.

live-trouble = What is wrong
live-trouble-detail = As it was reported:
live-open-host = Open { $address } in a new tab to find out
live-show = Show your hub
trouble-offline =
    The browser says that it has no network.
    Check the cable or the Wi-Fi. The page goes on by itself as soon as the network is back.
trouble-no-socket =
    The browser could not open a WebSocket to { $host }. It does not tell a page why; there are four usual reasons.
    The name is wrong, or the hub is gone: then the address below does not open at all. Check HostName in the string.
    The certificate is not trusted, as that of an emulator at first: then the browser warns you at the address below. Trust the emulator's authority, as told below.
    A proxy or firewall bars WebSockets: then the address below opens, if only with an error from the hub, and the page still gets nowhere. Try another network, or ask who runs the proxy to let wss://{ $host } pass.
    The browser keeps pages from the web away from this machine and its network: then the address below opens, and the hub is one of your own. Open the site settings beside the page's address, allow “Local network” (for a hub on this machine, “Apps on device”) and reload; or open the page from iothub-playground serve on the same machine.
trouble-hub-not-found =
    There is no host with the name { $host }.
    Check HostName in the connection string, letter by letter. A hub that was deleted has no name any more.
    If the name is known on your machine only, the relay has to run there too.
trouble-unreachable =
    The relay could not reach { $host }.
    Check that the hub runs, and that the machine of the relay gets to it: a firewall may be in between.
trouble-certificate =
    The relay does not trust the certificate of { $host }.
    For an emulator, start the relay with its authority: --relay-ca DIR/ca.pem.
    For a hub in Azure, something between the relay and the hub reads along, such as a proxy of your company: ask who runs it.
trouble-not-relayed =
    The relay does not serve { $host }.
    It serves *.azure-devices.net by itself. For another host, start it with --relay-to { $host }.
trouble-no-relay =
    This needs a relay, and the page has none.
    Do it by hand in the Azure portal or with az, and confirm it here; or open this page from iothub-playground serve, which relays.
trouble-unauthorized =
    { $host } did not accept the key.
    Copy the connection string again, to its very end; if somebody made new keys for the hub, take the new one. A device's string belongs in the device's field. To give the hub's again, leave the hub and connect it anew.
    Check that the policy has the right that this needs, and that the device is enabled.
    Check the clock of this machine: a token that is made too early or too late is refused in the same way.
trouble-unavailable =
    { $host } lets no device in for now. It does not tell a device why; there are three usual reasons.
    Its messages of today are used up: then it lets devices in again after midnight UTC.
    More devices connect in a second than its tier takes: then it passes by itself, and the page tries again.
    Its network rules let your address not in: then the page of the hub in the Azure portal tells under Networking who may come.
trouble-clock =
    The clock of this machine is too far from that of { $host }.
    A token says until when it is valid, so the hub refuses those of this page. Let the machine set its clock by the network, then load the page again.
trouble-throttled =
    { $host } asks to go slower.
    More came in a second than its tier takes. The page waits as long as the hub asks, and tries a few more times; stop a program if it sends too fast.
trouble-quota =
    { $host } has used up its messages of today.
    It refuses more until midnight UTC. Wait, take a larger tier, or leave for the hub in this page.
trouble-closed =
    { $host } closed the connection.
    Often another connection came with the same device id, and the newest one wins: another tab, another program, a device of yours. Let one at a time be the device.
    A device that is disabled or deleted, or a token that has ended, is closed too. The page connects again by itself, each time after a longer wait.
trouble-stolen =
    Another reader took over the events of { $host }.
    A partition has one such reader at a time. Stop the other reader, or connect again with a consumer group of the page's own.
trouble-readers =
    Too many programs read the events of { $host }.
    Of each partition, a consumer group has at most five readers. Stop one of the others, or connect again with a consumer group of the page's own: its field is below that of the connection string.
trouble-timeout =
    { $host } did not answer in time.
    The network may be slow, or something in between drops what it does not know. The page tries again by itself.
trouble-protocol =
    What came from { $host } was not understood.
    Something other than an IoT hub may have answered, such as the sign-in page of a network. Open the address in a tab and look.

# How to trust an emulator.

trust-title = How to trust the certificate of an emulator
trust-where = iothub-playground hub makes an authority of its own. Its certificate is the file ca.pem in the data folder; connections.json names it as “ca”. Trust it on this machine only, and take it out again when you are done.
trust-chromium = Chrome, Edge, Chromium: Settings, Privacy and security, Security, Manage certificates, then import the file under “Trusted certificates”. On Windows and macOS they take what the system trusts.
trust-firefox = Firefox: Settings, Privacy and Security, View Certificates, Authorities, Import; tick “Trust this CA to identify websites”.
trust-windows = Windows: certutil -user -addstore Root ca.pem
trust-macos = macOS: security add-trusted-cert -k ~/Library/Keychains/login.keychain-db ca.pem
trust-linux = Linux, for Chromium: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n iothub-playground -i ca.pem
trust-relay = The relay: start it with --relay-ca DIR/ca.pem. A certificate that the browser was told to accept once is not enough for a WebSocket in every browser.

# The bar that marks a live hub.

hub-bar = Live hub
hub-metered = { $count ->
    [one] 1 message used
   *[other] { $count } messages used
}
hub-metered-title = Messages that this visit took from the daily quota of a standard hub, where each 4 KB begun count as one: a unit of S1 has 400,000 a day. A free hub (F1) counts each 0.5 KB: there it is { $free } of 8,000.
hub-created = { $count ->
    [one] 1 device created
   *[other] { $count } devices created
}
hub-relay = with a relay
hub-no-relay = without a relay
hub-retry = Next try in { $seconds } s
hub-details = Details
hub-leave = Leave
hub-said-live = The page is on { $host } now. What the lessons do, they do there.
hub-said-left = The page has left { $host } and is back on its own hub.
hub-said-back = { $host } answers again.
hub-was-live = This tab was connected to a hub of yours. Its key was in memory only and is gone, so the page is back on its own hub. Devices that were created there are still there.
hub-again = Connect again

# Who asks, in the Wire tab, when no program does.

party-refresh = this page
live-lesson-note = The lessons now run on { $host }. Where a text says that the hub is in this page, read: on { $host }.
live-lead = The lessons also run on a real Azure IoT hub, or on the hub that the program iothub-playground runs on your machine. Here is what works there, lesson by lesson.
