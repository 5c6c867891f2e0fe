# The hub on the bench: the one in the page, or the learner's own. These words are on every page; the long ones are in live.ftl.

hub-connect = Connect your hub
hub-facts = Your hub
hub-live = Live
hub-bar = Live hub
hub-metered = { $count ->
    [one] 1 message used
   *[other] { $count } messages used
}
hub-metered-title = Messages that this visit took from the hub's day. A free hub (F1) has 8,000 a day, a unit of S1 has 400,000.
hub-created = { $count ->
    [one] 1 device created
   *[other] { $count } devices created
}
hub-relay = with a relay
hub-no-relay = without a relay
hub-retry = Next try in { $seconds } s
hub-details = Details
hub-leave = Leave
hub-was-live = This tab was connected to a hub of yours. Its key was in memory only and is gone, so the page is back on its own hub. Devices that were created there are still there.
hub-again = Connect again
hub-words-failed = The words of this dialog did not arrive. Check the network, close the dialog, and open it again.

# How a step goes on a live hub.

way-live = live
way-relayed = relayed
way-by-hand = by hand
step-to-confirm = To confirm
verdict-look-for = Look for
verdict-why = Why the page does not look itself
confirm-step = I have looked: it is so
announce-to-confirm = Look yourself, then confirm. { $saw }

# What only the hub in the page can do.

only-emulated-clock = A live hub keeps real time. Only the clock of the hub in this page can be moved.
only-emulated-lag = A live hub has a lag of its own, which cannot be set. Only the hub in this page can do this.
only-emulated-fleet = A fleet would use up the messages of a live hub. Only the hub in this page has one.
refused-not-live = No live hub can be reached from this page. The lessons go on with the hub in this page.

# The page about one's own hub.

live-title = Your own hub
live-lead = The lessons also run on a real Azure IoT hub, or on the hub that the program iothub-playground runs on your machine. Here is what works there, lesson by lesson.
