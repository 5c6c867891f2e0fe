# Урок 4: двойники устройств и запросы.

twins-prepare-action = Подготовить устройство
twins-tag-action = Добавить теги и спросить
twins-report-action = Запустить устройство
twins-again-action = Спросить ещё раз
twins-conflict-action = Записать со старым etag
twins-lag-action = Спросить слишком рано

# Что написано там, где ещё ничего не произошло.

twins-empty-registry = Устройств пока нет. Устройство регистрирует шаг 1.
twins-empty-device-console = Здесь появится то, что печатает программа устройства, начиная с шага 3.
twins-empty-cloud-console = Здесь появится то, что печатают облачные программы, начиная с шага 1.
twins-empty-wire = Здесь появится каждый пакет и каждый запрос. Первый отправляет шаг 1.
twins-empty-events = В этом уроке телеметрию никто не отправляет. Чтобы её увидеть, включите устройство вручную.

# Что ищет каждая проверка и что она может увидеть.

check-twins-tag-looked-for = Искали завод и уровень мощности в двойнике { $device } и смотрели, что нашли два запроса программы.
check-twins-tag-saw = В двойнике есть и то и другое. Первый запрос нашёл { $device }; второй ничего не нашёл, ведь устройство ещё ничего не сообщило.
check-twins-tag-unknown = Устройства { $device } нет в реестре, поэтому нет и двойника. Сначала зарегистрируйте его.
check-twins-tag-untagged = Тег location.plant в двойнике должен быть { $plant }. Сейчас он { $found }.
check-twins-tag-level = Требуемое power_level в двойнике должно быть { $level }. Сейчас оно { $found }.
check-twins-tag-not-found = Тег в двойнике есть, но запрос по { $plant } не нашёл { $device }.
check-twins-tag-reported-saw = В двойнике есть и то и другое, и оба запроса нашли { $device }: оно уже сообщило свойства. Сбросьте шаг, чтобы увидеть, как второй запрос ничего не находит.

check-twins-query-none = Программа ещё не задала оба вопроса.
check-twins-query-unanswered = Запрос выполняется, хаб ещё не ответил.
check-twins-query-refused = Хаб отклонил запрос: { $reason }.

check-twins-report-looked-for = Искали сообщаемое свойство connectivity в двойнике { $device } и смотрели, ждёт ли устройство изменений.
check-twins-report-saw = В двойнике сказано, что { $device } в сотовой сети (cellular), и устройство ждёт изменений требуемых свойств.
check-twins-report-nothing = Устройство { $device } ещё не сообщило connectivity.
check-twins-report-other = Устройство { $device } сообщило в connectivity значение { $value }, а не "cellular".
check-twins-report-offline = Устройство { $device } сообщило свойства, но сейчас не подключено. Запустите его программу.
check-twins-report-deaf = Устройство { $device } сообщило свойства, но не подписалось на изменения требуемых свойств.

check-twins-again-looked-for = Искали два запроса, которые нашли { $device }, и извещение устройства о новом уровне мощности.
check-twins-again-saw = Оба запроса нашли { $device }, и хаб сообщил ему об изменении.
check-twins-again-not-found = Запрос по сотовой сети не нашёл { $device }. Сначала пусть устройство сообщит свойства.
check-twins-again-not-told = Оба запроса нашли { $device }, но хабу некому было сообщить об изменении. Сначала запустите устройство.

check-twins-conflict-looked-for = Искали запись в двойник { $device }, которую хаб отклонил с кодом 412, и удачную запись после неё.
check-twins-conflict-saw = Хаб отклонил запись с кодом 412, PreconditionFailed, и принял более позднюю, с новым etag.
check-twins-conflict-none = В двойник ещё никто не писал.
check-twins-conflict-went-through = Последняя запись удалась: за это время двойник никто не изменил.
check-twins-conflict-not-mended = Хаб отклонил запись с кодом 412, PreconditionFailed. Никто ещё не повторил её с новым etag.
check-twins-conflict-refused = Хаб отклонил последнюю запись по другой причине: { $reason }.
check-twins-conflict-unanswered = Запись выполняется, хаб ещё не ответил.

check-twins-lag-looked-for = Искали запрос, который ещё не нашёл изменение { $device }, и более поздний, который нашёл, и смотрели, выключено ли отставание снова.
check-twins-lag-saw = Первый запрос ничего не нашёл, а запрос { $count } нашёл { $device }. Отставание снова выключено.
check-twins-lag-none = Изменение ещё никто не искал запросом.
check-twins-lag-too-early = { $count ->
    [one] Задан { $count } запрос, и изменения он не нашёл: пришёл слишком рано.
    [few] Задано { $count } запроса, и ни один ещё не нашёл изменения: они пришли слишком рано.
    [many] Задано { $count } запросов, и ни один ещё не нашёл изменения: они пришли слишком рано.
   *[other] Задано { $count } запроса, и ни один ещё не нашёл изменения: они пришли слишком рано.
  }
check-twins-lag-on = Запросы сначала не видели изменения, потом увидели, но запросы хаба всё ещё отстают.
check-twins-lag-at-once = Первый же запрос нашёл { $device }: запросы хаба не отстают. Нажмите кнопку ещё раз.

# Настройки.

setting-plant = Завод
setting-power-level = Уровень мощности

setting-name-wrong = «{ $value }» здесь не годится. Используйте от 1 до { $most } латинских букв, цифр и знаков - . _ без пробелов, например { $default }.
