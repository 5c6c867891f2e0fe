# Вокруг уроков: языки, поиск, глоссарий и сведения о сайте.

language = Язык
title-glossary = Глоссарий
search = Поиск
search-placeholder = Поиск по урокам
search-none = Ничего не найдено. Попробуйте другое слово.
projector-on = Режим проектора. Нажмите Esc, чтобы выйти.
update-ready = Готова новая версия.
update-load = Загрузить
shortcut-search = Поиск
shortcut-projector = Режим проектора: только стенд и открытый шаг


summary-glossary = Термины IoT Hub и MQTT в коротких предложениях.
