# Lesson 3: send messages from the cloud to a device.

messages-prepare-action = Prepare the device
messages-receive-action = Start the device
messages-send-action = Send a message
messages-queue-action = Send while the device is off
messages-deliver-action = Switch the device on
messages-expire-action = Send with a time to live
messages-limit-action = Fill the queue

# What stands in places where nothing has happened yet.

messages-empty-registry = No device yet. Step 1 registers the first one.
messages-empty-device-console = What the device's program prints appears here, from step 2 on.
messages-empty-cloud-console = What the cloud's programs print appears here, from step 1 on.
messages-empty-wire = Every packet and every request appears here. Step 1 sends the first request, step 2 the first packets, step 3 the first message.
messages-empty-events = This lesson has no events. They are telemetry, which flows from a device to the cloud, and here messages flow the other way.

# What each check looks for, and what it can see.

check-messages-receive-looked-for = Looked for { $device } to be connected and subscribed to its messages.
check-messages-receive-saw = { $device } is connected and waits for messages.
check-messages-receive-offline = { $device } is not connected.
check-messages-receive-deaf = { $device } is connected, but has not subscribed to its messages.

check-messages-send-looked-for = Looked for a message to { $device }, an empty queue, and feedback that says Success.
check-messages-send-saw = The message has left the queue, and its feedback says Success.
check-messages-send-none = Nobody has sent a message to { $device }.
check-messages-send-refused = The hub did not take the message: it answered { $reason }. If the queue is full, switch the device on first.
check-messages-send-waiting = { $count ->
    [one] One message waits in the queue of { $device }. The device has to take it.
   *[other] { $count } messages wait in the queue of { $device }. The device has to take them.
  }
check-messages-send-no-feedback = The message has left the queue, but its feedback has not been read yet. The hub gathers feedback for up to 15 seconds.
check-messages-send-other = The feedback on the message says { $reason }, not Success. Start the device and send another one.

check-messages-queue-looked-for = Looked for { $device } to be disconnected, with a message in its queue.
check-messages-queue-saw = { $count ->
    [one] { $device } is off, and one message waits in its queue.
   *[other] { $device } is off, and { $count } messages wait in its queue.
  }
check-messages-queue-online = The hub still shows { $device } as connected. If its cable is out, the hub notices after 90 seconds.
check-messages-queue-empty = { $device } is off, but no message waits for it. Send one.

check-messages-deliver-looked-for = Looked for an empty queue of { $device }, and for feedback that says Success.
check-messages-deliver-saw = The queue of { $device } is empty, and the feedback on its last message says Success.
check-messages-deliver-offline = { $count ->
    [one] One message waits, and { $device } is not connected.
   *[other] { $count } messages wait, and { $device } is not connected.
  }
check-messages-deliver-queued = { $count ->
    [one] { $device } is connected, but one message is still in its queue. The device has to subscribe and confirm it.
   *[other] { $device } is connected, but { $count } messages are still in its queue. The device has to subscribe and confirm them.
  }
check-messages-deliver-no-feedback = The queue is empty, but no feedback has been read yet. The hub gathers feedback for up to 15 seconds.
check-messages-deliver-other = The queue is empty, but the feedback on the last message says { $reason }, not Success. Let another one wait, in the step before.

check-messages-expire-looked-for = Looked for a message to { $device } with a time to live, and for feedback on it that says Expired.
check-messages-expire-saw = The message ran out of time before { $device } came, and its feedback says Expired.
check-messages-expire-none = Nobody has sent { $device } a message with a time to live.
check-messages-expire-refused = The hub did not take the message: it answered { $reason }. If the queue is full, switch the device on first.
check-messages-expire-waiting = { $seconds ->
    [one] The message waits for { $device } for one more second. Jump ahead, or set the speed to 60×.
   *[other] The message waits for { $device } for { $seconds } more seconds. Jump ahead, or set the speed to 60×.
  }
check-messages-expire-no-feedback = The message has left the queue, but its feedback has not been read yet. The hub gathers feedback for up to 15 seconds.
check-messages-expire-other = The feedback on the message says { $reason }, not Expired. The device has to be off until its time is over.

check-messages-limit-looked-for = Looked for 50 messages in the queue of { $device }, and for one more that the hub refused with 403004, DeviceMaximumQueueDepthExceeded.
check-messages-limit-saw = { $count } messages wait for { $device }, and the hub refused one more with 403004, DeviceMaximumQueueDepthExceeded.
check-messages-limit-few = { $count ->
    [0] No message waits for { $device }. The queue is full with 50.
    [one] One message waits for { $device }. The queue is full with 50.
   *[other] { $count } messages wait for { $device }. The queue is full with 50.
  }
check-messages-limit-online = { $device } is connected and takes its messages, so its queue does not fill. Switch it off.
check-messages-limit-no-refusal = { $count } messages wait for { $device }, and nobody has tried to send one more.

# Settings.

setting-time-to-live-seconds = Time to live (seconds)
