# Lesson 1: connect a device and send telemetry.

telemetry-register-action = Register the device
telemetry-hand-over-action = Hand over the connection string
telemetry-send-action = Send the first message
telemetry-read-action = Read the events
telemetry-unplug-action = Pull the plug
telemetry-retry-action = Run it with a retry policy

# What each check looks for, and what it can see.

check-registered-looked-for = Looked in the hub's identity registry for an enabled device { $device }.
check-registered-saw = The registry has { $device }, enabled, with two keys.
check-registered-empty = The registry is empty.
check-registered-others = { $count ->
    [one] The registry has one device, but no { $device }.
   *[other] The registry has { $count } devices, but no { $device }.
  }
check-registered-disabled = The registry has { $device }, but it is disabled.

check-handed-over-looked-for = Compared the device's connection string with the registry's entry for { $device }.
check-handed-over-saw = The device holds a string for { $device }, and its key is one of the registry's two.
check-handed-over-missing = The device has no connection string yet.
check-handed-over-unreadable = The device holds text that is not a device connection string.
check-handed-over-host = The device's string names the hub { $host }, not this one.
check-handed-over-unknown = The device's string names { $device }, which is not in the registry.
check-handed-over-key = The device's string names { $device }, but the key is neither of the registry's two.

check-sent-looked-for = Looked in the hub's partitions for a message of { $device } with a windSpeed.
check-sent-saw = { $count ->
    [one] Partition { $partition } holds one message of { $device }. The newest says windSpeed { $wind }.
   *[other] Partition { $partition } holds { $count } messages of { $device }. The newest says windSpeed { $wind }.
  }
check-sent-none = The partitions hold no message of { $device }.
check-sent-no-wind = The partitions hold messages of { $device }, but none has a number called windSpeed.

check-read-looked-for = Looked for three events of { $device } that the reader received.
check-read-saw = The reader received { $count } events of { $device }.
check-read-few = { $count ->
    [0] The reader received no event of { $device } yet.
    [one] The reader received one event of { $device } so far.
   *[other] The reader received { $count } events of { $device } so far.
  }

check-unplugged-looked-for = Looked for a lost connection of { $device }, and for a program that ended because of it.
check-unplugged-saw = The hub shows { $device } as disconnected, and the program has ended with an error.
check-unplugged-connected = The hub still shows { $device } as connected.
check-unplugged-running = The cable of { $device } is out, but its program has not failed yet. Its next message will.
check-unplugged-not-pulled = { $device } is not connected, and its cable has not been pulled while it was.

check-retried-looked-for = Looked for { $device } to lose its connection, come back by itself, and get another message through.
check-retried-saw = { $device } came back by itself and sent { $count } messages since then.
check-retried-not-lost = { $device } has not lost its connection since the program started.
check-retried-away = { $device } lost its connection and is not back yet.
check-retried-silent = { $device } is back, but has sent nothing since.

# Settings.

setting-device-id = Device id
setting-average-wind-speed = Average wind speed (m/s)
setting-interval-seconds = Seconds between messages

setting-device-id-wrong = “{ $value }” cannot be a device id. Use 1 to 128 letters, digits and - . % _ # * ? ! ( ) , : = @ $ ' without spaces.
setting-number-wrong = “{ $value }” is not a number from { $least } to { $most }. Enter one, such as { $default }.

# Why a command could not be carried out.

refused-unknown-step = There is no step “{ $step }” in lesson “{ $lesson }”. Choose one from the list.
refused-no-step = No step is open. Choose one from the list first.
refused-no-device = There is no device “{ $device }” on the bench. Register it first.
refused-solve-fleet = A step cannot be solved while a fleet is on: its messages would take long. Stop the fleet first.
refused-speed = The clock cannot run { $factor } times as fast. Choose a factor from 0.1 to 3,600.
refused-query-lag = Queries cannot lag { $seconds } seconds behind. Choose 0 to { $most } seconds.

# What is wrong with the text in the device's connection string field.

device-string-wrong = This is not a device connection string. It needs HostName, DeviceId and SharedAccessKey, joined by semicolons.
