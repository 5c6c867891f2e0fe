# What the connection-string doctor finds. Each says what is wrong, and what to do.

doctor-empty = There is no text. Copy the connection string where you found it, and paste it here.
doctor-too-long = The text is longer than { $argument } bytes. Paste one connection string and nothing else.
doctor-quotes = There are quotes around it. Programs that quote the text themselves take them for a part of it: leave them out.
doctor-blanks = { $argument } has a space or a line break next to it or in it. Take it out: copying often adds them.
doctor-not-name-value = Piece { $argument } has no equals sign. Parts look like Name=value, with a semicolon between them: copy the whole text again.
doctor-unknown-part = No connection string has a part with the name { $argument }. Check the spelling, or leave the part out.
doctor-duplicate-part = { $argument } is there more than once. Keep one, and paste one connection string only.
doctor-empty-part = { $argument } has no value. Copy the text again, with all its values.
doctor-left-in-braces = { $argument } still holds a placeholder in braces or angle brackets. Put the real value in its place, without the braces.
doctor-no-kind = It has neither DeviceId, as a device's string has, nor SharedAccessKeyName, as a service program's has. Copy the whole string again.
doctor-missing-part = { $argument } is missing. Add it, or copy the whole string again.
doctor-part-of-another-kind = { $argument } does not belong in this kind of string. Leave it out, or copy the string that has it.
doctor-more-than-one-proof = { $argument } stands beside another proof. Keep one of SharedAccessKey, SharedAccessSignature and x509.
doctor-bad-id = { $argument } has characters that no id has. Use the id that the registry shows: ids have letters, digits and a few signs, and no spaces.
doctor-key-not-base64 = { $argument } is not Base64, so it is no key. Copy the key again to its very end: the equals sign there belongs to it.
doctor-key-length = The key has { $argument } bytes, and a key has 16 to 64. A part of it is missing, or something else is pasted: copy it again.
doctor-bad-token = { $argument } is not a SAS token that can be read. A token has sr, sig and se, each once. Copy it again, or make a new one.
doctor-token-without = The SAS token has no { $argument }. Copy the whole token again, or make a new one.
doctor-expired = The SAS token expired at { $argument }. Make a new one.
doctor-bad-host = { $argument } is not the name of a host. A hub's name looks like contoso.azure-devices.net.
doctor-host-without-dot = { $argument } is only the first word of a host's name. Write all of it: { $argument }.azure-devices.net.
doctor-address-for-host = { $argument } is an address. Write the bare name of the host, without https:// and without a slash.
doctor-other-cloud = { $argument } is a hub in another cloud than the public one. That is right if your hub is there; sign in to that cloud with your tools too.
doctor-unknown-host = { $argument } does not end in azure-devices.net, as the name of a hub does. Check it, unless an edge device or an emulator has this name.
doctor-endpoint-for-host = { $argument } is the address of the Event Hubs-compatible endpoint, where the hub's own name belongs. Write HostName= and a name that ends in azure-devices.net.
doctor-bad-value = { $argument } has a value that it cannot have. Copy the string again.
doctor-wrong-kind = This is another kind of connection string ({ $argument }). A device needs its own: the one with a DeviceId.
doctor-other-hub = It is for the hub { $argument }, and the bench has another one. Copy the string from the device in this page's registry.
doctor-other-device = It belongs to the device { $argument }. Copy the string of this device: each device has its own.
