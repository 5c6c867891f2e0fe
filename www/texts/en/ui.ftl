# The page around the lessons.

name = IoT Hub Playground
device = Device
hub = Hub
cloud = Cloud
lessons = Lessons
progress = { $passed } of { $steps } steps passed
close = Close
copied = Copied
copy-failed = Not copied: the browser does not allow it. Select the text and copy it by hand.
bytes = { $count } B
skip-to-content = Skip to the content

# The bar at the top.

hub-in-page = Hub: in this page
theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
shortcuts-open = Keyboard shortcuts

# The first page.

home-title = Learn Azure IoT Hub by doing it
home-lead = A device, a hub and a cloud program run side by side in this page. You register the device, connect it, and watch every packet that crosses the wire between them.
home-picture = A device sends packets to the hub; a cloud program sends requests to the hub.
home-start = Start lesson 1
home-continue = Continue lesson { $number }
home-promise = Nothing to install, no Azure subscription, and nothing leaves this page.
home-differences = What this hub does differently from Azure IoT Hub

# An address that leads nowhere.

not-found-title = There is no such page
not-found-text = The address names a lesson or a step that does not exist. It may be misspelt, or the step may have a new name. Choose a lesson on the first page.
not-found-home = Go to the first page

# A lesson and its steps.

steps = Steps
step-not-started = Not started
step-running = Running
step-passed = Passed
step-passed-before = Passed earlier
step-not-yet = Not yet
step-panel = The open step
verdict-not-started = The button runs the step. Then a check reads the hub and says here what it saw.
verdict-running = The step is under way. Watch the bench.
verdict-looked-for = Looked for
verdict-saw = Saw
stop = Stop
next-step = Next step
next-lesson = Next lesson
lesson-done = All lessons
hint = Hint
check = Check
check-title = Read the hub again and say what is there
solve = Solve
solve-title = Do all that this step asks for
reset = Reset
reset-title = Put the bench back to the start of this step
announce-passed = Step passed. { $saw }
announce-not-yet = Not yet. { $saw }

# The bench.

bench = Bench
clock = Time on the bench
speed = Speed of the bench's clock
skip-to-next = Jump to the next event
skip-wait = in { $wait }
split-lesson = Width of the lesson
split-cards = Height of the bench
views = Views
view-lesson = Lesson
view-bench = Bench
view-wire = Wire

# The cards of the device and the cloud.

device-connected = Connected
device-disconnected = Disconnected
device-unplugged = Unplugged
plug-pull = Pull the plug
plug-back = Plug back in
device-string = Connection string
device-string-placeholder = Paste it here
device-string-give = Hand over
device-string-missing = none yet
device-string-given = for { $device }
device-string-where = For { $device } at { $host }. The key stays in this page's memory.
registry = Identity registry
registry-enabled = enabled
registry-disabled = disabled
listing = Program
listing-fold = Fold the program
listing-unfold = Show the program
listing-of = { $program } in { $spelling }
listing-copy = Copy { $program } in { $spelling }
listing-failed = The program did not arrive. Load the page again.
listing-not-sent = When { $program } has sent something to the hub, its last action stands here, spelt for { $spelling }.
listing-not-sent-step = When { $program } has sent something to the hub, its last action stands here, spelt for { $spelling }. The step “{ $step }” runs it.
listing-no-words = There is no { $spelling } spelling of the last thing that { $program } sent.
spellings = Ways to write it
spelling-rust = Rust
spelling-python = Python
spelling-az = az
spelling-curl = curl
spelling-mqtt = MQTT
program-running = running
program-finished = finished
program-failed = failed
program-stopped = stopped
setting-default = Back to { $value }
device-console = Console of the device
cloud-console = Console of the cloud
console-forgotten = { $count ->
    [one] One older line is no longer shown.
   *[other] { $count } older lines are no longer shown.
  }
jump-to-newest = Jump to the newest
secret-hidden = Hidden secret
secret-reveal = Show the secret
secret-hide = Hide the secret
secret-copy = Copy the secret

# The panel under the cards.

panel = What crossed the wire, and what the hub holds
tab-wire = Wire
tab-events = Events
wire-rows = Packets and requests
wire-to-hub = to the hub
wire-from-hub = from the hub
party-operator = you
wire-filter-side = Shown side
wire-filter-all = All
wire-filter-kind = Shown kind
wire-filter-any-kind = Every kind
wire-filtered = Nothing of this kind has crossed the wire yet. Choose “All” and “Every kind” to see everything.
wire-pause = Pause
wire-resume = Go on ({ $count })
wire-export = Save the list as a JSON file
wire-skipped = { $count } more messages were too many to list.
filter-device = Shown device
filter-any-device = Every device
wire-gone = The bytes of this message are no longer kept: too much came after it.
wire-view = Shown of this message
wire-body = Body
wire-token = Token
wire-spelt = As a command
wire-spelt-note = Keys and signatures are not told. In a shell, put a SAS token of your own into SAS_TOKEN first.
wire-copy-as = Copy as { $tool }
wire-fields = Fields
wire-bytes = Bytes
wire-bytes-more = { $count ->
    [one] One more byte is not shown.
   *[other] { $count } more bytes are not shown.
  }
token-opens = Opens
token-signer = Signed with
token-device-key = the device's own key
token-policy = the key of the policy { $policy }
token-until = Valid until
token-valid = { $day }, { $time } UTC. That is { $left } from now.
token-expired = { $day }, { $time } UTC. It has expired.
token-signed = What was signed
token-signed-note = Two lines: the resource as it stands in the token, and the expiry in seconds since 1970. The key makes an HMAC-SHA256 of them, and that is the signature.
token-whole = The token, without its signature
events-time = Time (UTC)
events-body = Body
events-properties = Properties
events-place = Partition { $partition }, sequence number { $number }, offset { $offset }, { $size } bytes
events-details = details
events-binary = Not text
events-older = { $count ->
    [one] One older event is not shown.
   *[other] { $count } older events are not shown.
  }
events-annotations = Stamped by the hub
events-system = Set by the sender
events-application = Properties of the message
chart-as-table = As a table
chart-as-chart = As a chart
chart-empty = No numbers yet
chart-member = Drawn property
chart-device = Drawn device
mark-desired = Desired
mark-reported = Reported
mark-message = Message
chart-summary = { $member } over time: { $count } values from { $least } to { $most } { $unit }, the last one { $last } { $unit }

# What empty places wait for.

telemetry-empty-registry = No device yet. Step 1 registers the first one.
telemetry-empty-device-console = What the device's program prints appears here, from step 3 on.
telemetry-empty-cloud-console = What the cloud's programs print appears here, from step 1 on.
telemetry-empty-wire = Every packet and every request appears here. Step 1 sends the first request, and step 3 the first packets.
telemetry-empty-events = Events appear here as a program reads them from the hub. Step 4 starts the reader.

# The sheet of shortcuts.

shortcuts-title = Keyboard shortcuts
shortcut-run = Run the open step, while no button or field has the focus
shortcut-run-anywhere = Run the form that you are in, or else the open step
shortcut-steps = Move along the steps, or along the rows of the wire; Enter opens
shortcut-tabs = Switch between the tabs below the bench, on a tab
shortcut-splits = Move a split, on the bar between two parts
shortcut-pause = Pause the list of the wire, or let it go on
shortcut-help = Show this sheet
shortcut-close = Close what is open

# When the page stops.

panic-title = The page has stopped
panic-text = Something happened that this page was not written for. Reload it to go on. Your progress and your edits are kept in this browser; the bench starts anew.
panic-reload = Reload
panic-report = If you report this, add the lines below. There are no secrets in them.
panic-copy = Copy the report
panic-copied = Copied

# When scripts are off, and while they load.

noscript = The bench is a program that runs in this page, and this browser runs no scripts here. Allow them to use the bench. The text can be read without.
loading = The bench is starting.

# Why the hub closed a connection. The service closes it without a word.

close-link-lost = The link went down without a DISCONNECT
close-no-connect = No CONNECT came within a minute
close-refused = The CONNECT was refused
close-connect-expected = The first packet was not a CONNECT
close-second-connect = A second CONNECT came on the same connection
close-unexpected-packet = A packet came that a device may not send
close-malformed = The bytes are not MQTT 3.1.1
close-qos-two = The hub does not do QoS 2
close-foreign-topic = The device may not publish to this topic
close-unreadable-topic = The properties in the topic cannot be read
close-message-too-large = The message is larger than 256 KB
close-foreign-filter = The device asked for a topic filter that the hub does not have for it
close-keep-alive-expired = Nothing came for one and a half times the keep-alive
close-token-expired = The SAS token expired, and the time of grace after it
close-taken-over = The same device connected anew, and the newest connection wins
close-device-disabled = The device was disabled
close-device-deleted = The device was deleted
close-module-deleted = The module was deleted
close-store-failed = The hub could not keep what came
close-quota-exceeded = The messages of the day are used up, until midnight UTC
close-throttled = More messages came in a second than the tier of the hub takes
close-no-reason = The hub, or something on the way to it, closed the connection without a word. A hub does so when the same device connects anew, when a token expires, and when it restarts
close-offline = The browser says that there is no network
close-not-supported = The hub does not support this yet

# The next thing that happens by itself.

next-message-expires = Message for { $device } expires
next-lock-ends = Message at { $device } returns to the queue
next-method-times-out = Method call to { $device } times out
next-connection-ends = Connection of { $device } ends
next-feedback-ready = Feedback becomes readable
next-query-catches-up = Queries see the last change
next-program-goes-on = A program goes on
next-other = Something else happens
