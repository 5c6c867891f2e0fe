# The hub on the bench: the one in the page, or the learner's own. These words are on every page; the long ones are in live.ftl.

hub-connect = Connect your hub
hub-facts = Your hub
hub-live = Live
hub-not-loaded = The part of this page that connects a hub could not be loaded. Check the network, then press the button again.

# How a step goes on a live hub.

way-live = live
way-relayed = relayed
way-by-hand = by hand
step-to-confirm = To confirm
verdict-look-for = Look for
verdict-why = Why the page does not look itself
confirm-step = I have checked it
announce-to-confirm = Look yourself, then confirm. { $saw }

# What only the hub in the page can do.

only-emulated-clock = A live hub keeps real time. Only the clock of the hub in this page can be moved.
only-emulated-lag = A live hub has a lag of its own, which cannot be set. Only the hub in this page can do this.
only-emulated-fleet = A fleet would use up the messages of a live hub. Only the hub in this page has one.

# The page about one's own hub.

live-title = Your own hub
