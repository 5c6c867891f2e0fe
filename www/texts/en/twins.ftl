# Lesson 4: device twins and queries.

twins-prepare-action = Register the device and hand over its string
twins-tag-action = Add tags and ask
twins-report-action = Start the device
twins-again-action = Ask again
twins-conflict-action = Write with an old etag
twins-lag-action = Query too early

# What each check looks for, and what it can see.

check-twins-tag-looked-for = Looked in the twin of { $device } for the plant and the power level, and at what the program's two queries brought.
check-twins-tag-saw = The twin has both. The first query found { $device }; the second found nothing, for the device has not reported yet.
check-twins-tag-unknown = The registry has no { $device }, so there is no twin. Register it first.
check-twins-tag-untagged = The twin's tag location.plant should be { $plant }. It is { $found }.
check-twins-tag-level = The twin's desired power_level should be { $level }. It is { $found }.
check-twins-tag-not-found = The twin has the tag, but the query for { $plant } did not bring { $device }.
check-twins-tag-reported-saw = The twin has both, and both queries found { $device }: it has reported already. On the hub in this page, reset the step to see the second one find nothing.

check-twins-query-none = The program has not asked both queries yet.
check-twins-query-unanswered = A query is under way, and the hub has not answered yet.
check-twins-query-refused = The hub refused a query: { $reason }.

check-twins-report-looked-for = Looked in the twin of { $device } for the reported connectivity, and for a device that listens for changes.
check-twins-report-saw = The twin says that { $device } is on cellular, and the device listens for changes of its desired properties.
check-twins-report-nothing = { $device } has not reported its connectivity.
check-twins-report-other = { $device } has reported { $value } as its connectivity, not "cellular".
check-twins-report-offline = { $device } has reported, but it is not connected now. Start its program.
check-twins-report-deaf = { $device } has reported, but has not subscribed to changes of its desired properties.

check-twins-again-looked-for = Looked for two queries that found { $device }, and for a message that told it of the new power level.
check-twins-again-saw = Both queries found { $device }, and the hub told it of the change.
check-twins-again-not-found = The query for cellular networks did not bring { $device }. Let the device report first.
check-twins-again-not-told = Both queries found { $device }, but the hub had nobody to tell of the change. Start the device first.

check-twins-conflict-looked-for = Looked for a write to the twin of { $device } that the hub refused with 412, and for one that succeeded after it.
check-twins-conflict-saw = The hub refused a write with 412, PreconditionFailed, and took a later one with the new etag.
check-twins-conflict-none = Nobody has written to the twin yet.
check-twins-conflict-went-through = The newest write went through: nobody had changed the twin in between.
check-twins-conflict-not-mended = The hub refused a write with 412, PreconditionFailed. Nobody has tried again with the new etag.
check-twins-conflict-refused = The hub refused the newest write for another reason: { $reason }.
check-twins-conflict-unanswered = A write is under way, and the hub has not answered yet.

check-twins-lag-looked-for = Looked for a query that did not find the change of { $device } yet, for a later one that did, and whether the lag is off again.
check-twins-lag-saw = The first query found nothing, and query { $count } found { $device }. The lag is off again.
check-twins-lag-none = Nobody has queried for the change yet.
check-twins-lag-too-early = { $count ->
    [one] One query was asked, and it found nothing. It came too early.
   *[other] { $count } queries were asked, and none found the change yet. They came too early.
  }
check-twins-lag-on = The queries saw the change too late and then in time, but the hub's queries still lag behind.
check-twins-lag-at-once = The first query found { $device } at once: the hub's queries do not lag behind. Press the button again.

# Settings.

setting-plant = Plant
setting-power-level = Power level

setting-name-wrong = “{ $value }” cannot be used here. Use 1 to { $most } letters, digits and - . _ without spaces, such as { $default }.

# What the empty places of the bench say.

twins-empty-registry = No device yet. Step 1 registers one.
twins-empty-device-console = What the device's program prints appears here, from step 3 on.
twins-empty-cloud-console = What the cloud's programs print appears here, from step 1 on.
twins-empty-wire = Every packet and request appears here. Step 1 makes the first one.
twins-empty-events = This lesson sends no telemetry. Switch a device on by hand to see some.
