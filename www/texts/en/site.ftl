# Around the lessons: languages, search, the glossary, and what the site says of itself.

language = Language
title-glossary = Glossary
search = Search
search-placeholder = Search the lessons
search-none = Nothing found. Try another word.
projector-on = Projector view. Press Esc to leave it.
update-ready = A new version is ready.
update-load = Load it
shortcut-search = Search
shortcut-projector = Projector view: the bench and the open step only


summary-glossary = The terms of IoT Hub and MQTT in short sentences.
